"""The four projects of the demo that its other parts, and tests, name. Everything but the molecules is invented."""

from __future__ import annotations

from decimal import Decimal

from cdmo.demo.molecules import APIXABAN, IMATINIB, SITAGLIPTIN, TOFACITINIB
from cdmo.demo.story import Ask, Change, Contract, Sheet, Slip, Story, at_the_gates, quantities
from projects.models.states import Phase

EVALUATION = Story(
    client="DEMOC",
    molecule=TOFACITINIB,
    days_ago=12,
    phase=Phase.EVALUATION,
    channel="meeting",
    wanted="A second source of the free base: 200 g for comparison by spring, then three validation batches of 25 kg.",
    details={
        "downstream_drug": "Tofacitinib film-coated tablets",
        "indication": "Rheumatoid arthritis",
        "target_markets": ["JP", "US"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("22"),
        "treatment_duration": "lifetime",
        "process_challenges": "Two stereocentres on the piperidine; the resolution loses half the material. Dechlorination before the "
        "acylation needs hydrogen pressure. The cyanoacetyl side chain is sensitive to base.",
        "target_timeline": "Sample within five months, filing of the drug master file eighteen months after the contract.",
        "submission_requirements": ["DMF"],
        **quantities(200, 5, 25, 400),
    },
    questions=(
        ("Is the citrate or the free base to be delivered?", "The free base; the salt is made by the tablet manufacturer."),
        ("Which polymorph does the tablet manufacturer use, and is its X-ray powder diffractogram available?", ""),
    ),
    sheets={
        "research": Sheet(
            reason="The chiral piperidine is bought by several makers; three steps remain, all of them known to us by type.",
            assumptions="Piperidine of at least 99.5 % enantiomeric excess from two suppliers.",
            risks="Price of the piperidine; trace palladium after the hydrogenation.",
            costs=(210, 260, 340),
            weeks=34,
        )
    },
)


SMALL_SCALE = Story(
    client="DEMOA",
    molecule=SITAGLIPTIN,
    days_ago=162,
    phase=Phase.SMALL_SCALE,
    channel="email",
    wanted="Process development to a route without the rhodium hydrogenation, sample of 500 g, pilot of 20 kg, supply of 6 t a year.",
    details={
        "downstream_drug": "Sitagliptin tablets",
        "indication": "Type 2 diabetes mellitus",
        "target_markets": ["US", "EU"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("100"),
        "treatment_duration": "lifetime",
        "process_challenges": "The published second-generation route hydrogenates an enamine with rhodium at pressure. The client wants a "
        "transamination; enzyme load and the removal of protein decide the cost. Nitrosamine risk of the triazolopiperazine.",
        "target_timeline": "Qualified sample within six months, validation in the second year.",
        "submission_requirements": ["DMF", "ASMF"],
        **quantities(500, 20, 150, 6000),
    },
    questions=(("Is the nitrosamine limit of 37 ng/day the target?", "Yes, with a validated trace method before the pilot batches."),),
    sheets={
        "research": Sheet(
            reason="Transaminases for bulky ketones are published and for sale; the ketone is reached in two steps.",
            assumptions="Enzyme at most 5 g per kilogram of ketone.",
            risks="Freedom to operate for the enzyme; foaming in the acetone strip.",
            costs=(380, 450, 560),
            weeks=40,
        ),
        "production": Sheet(
            reason="One glass-lined line of 3 m³ and a filter dryer are free from the second half of the year.",
            assumptions="No hydrogenation; solvents are recovered on site.",
            risks="Protein on the filter; occupancy in the fourth quarter.",
            costs=(900, 1050, 1300),
            weeks=26,
        ),
    },
    contract=Contract(
        recommendation="Margin above target from the third year; the enzymatic route gives knowledge that serves two other enquiries.",
        currency="USD",
        scope="Development of the enzymatic route, qualified sample of 500 g, two pilot batches, three validation batches of 150 kg, "
        "filing support. Commercial supply follows the prices of the supply agreement.",
        lines=(
            ("small_scale", "Route scouting, process development and 500 g of qualified sample", 450),
            ("pilot", "Two pilot batches of 20 kg with safety study", 380),
            ("validation", "Three validation batches of 150 kg and stability study", 1050),
            ("validation", "Registration support package", 90),
        ),
        terms="30 % at the start of each phase, 70 % at its gate; 30 days net.",
        assumptions="The client provides the reference standard and its impurity profile.",
        objectives="A transaminase route to sitagliptin free base with at least 99.9 % enantiomeric excess, at most half the present cost "
        "per kilogram, transferred to the Shanghai site and filed within two years.",
        charter={
            "background": "The client buys from one source by the hydrogenation route and looks for a second with a shorter process.",
            "scope_in": "Route, analytical methods, sample, pilot, validation, stability, drug master file.",
            "scope_out": "The phosphate salt and the tablets.",
            "assumptions": "Enzyme samples from two suppliers arrive within four weeks.",
            "risks": "Freedom to operate; nitrosamine of the triazolopiperazine; enzyme supply from one maker.",
            "governance": "Meeting every two weeks; steering committee at each gate.",
        },
    ),
    slips=(
        Slip(
            "sample_shipped",
            12,
            "The first transamination at 20 L foamed in the acetone strip; the batch was repeated with a deeper vessel.",
            told="The 20-litre batch was repeated because of foaming; the sample leaves about two weeks later.",
        ),
        Slip(
            "sample_confirmed",
            10,
            "The client's laboratory waits for its reference standard; it expects to report two weeks later.",
            reason_class="client_input",
            side="client",
        ),
    ),
    payments=at_the_gates(70),
    changes=(
        Change(
            title="Salt screen before the pilot",
            reason="The client wants the phosphate compared with two other salts before the form is fixed.",
            scope="Ten solvents for each of three salts, form and hygroscopicity by X-ray diffraction, report with a recommendation.",
            line=("small_scale", "Salt screen, three salts in ten solvents", 38),
            days={"g2": 15, "pilot_batches_done": 15},
        ),
    ),
    asks=(
        Ask(
            "deliverable",
            "route_selection_report",
            "Route B as discussed on the telephone, with the phosphate made in the last step.",
            "accepted",
            "Approved. Please keep route A as the fallback until the pilot.",
        ),
        Ask("milestone", "g2", "Is this date for the release to pilot in line with your filing plan?"),
    ),
)

VALIDATION = Story(
    client="DEMOB",
    molecule=APIXABAN,
    days_ago=455,
    phase=Phase.VALIDATION,
    channel="telephone",
    wanted="Transfer of a laboratory process, form N-1 of controlled particle size, three validation batches of 80 kg, then 1.5 t a year.",
    details={
        "downstream_drug": "Apixaban film-coated tablets",
        "indication": "Prevention of stroke in non-valvular atrial fibrillation",
        "target_markets": ["EU", "US", "CN"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("10"),
        "treatment_duration": "lifetime",
        "process_challenges": "Particle size decides the dissolution (D90 below 89 µm). The last step is an ammonolysis under pressure in "
        "methanol; the cycloaddition of the hydrazone needs a narrow temperature window.",
        "target_timeline": "Validation within fifteen months, first commercial delivery in the following half-year.",
        "submission_requirements": ["ASMF", "DMF", "CN"],
        **quantities(1000, 15, 80, 1500),
    },
    questions=(
        ("Is micronisation part of the delivery?", "Yes, D90 below 89 µm by laser diffraction, method to be transferred by us."),
        ("Which grade of morpholinone is preferred?", "At least 99.0 % by HPLC; two suppliers are qualified."),
    ),
    sheets={
        "research": Sheet(
            reason="All steps are described; the hydrazone is made and used in one vessel.",
            assumptions="The client's laboratory records are complete and reproduce.",
            risks="Exotherm of the diazotisation; polymorph after drying.",
            costs=(300, 350, 420),
            weeks=36,
            score=5,
        ),
        "production": Sheet(
            reason="The 1 m³ line with the autoclave and the jet mill of the Basel site fit without modification.",
            assumptions="Micronisation on site, one campaign a year.",
            risks="Jet mill occupied in spring.",
            costs=(720, 800, 950),
            weeks=24,
        ),
    },
    payments=at_the_gates(60),
    contract=Contract(
        recommendation="Fits vessels and permits; the client plans three markets and yearly volume from the second year.",
        currency="EUR",
        scope="Transfer, two pilot batches, three validation batches of 80 kg with micronisation, stability, filing support.",
        lines=(
            ("small_scale", "Transfer, methods and confirmation runs", 350),
            ("pilot", "Two pilot batches of 15 kg with reaction-hazard study", 290),
            ("validation", "Three validation batches of 80 kg, micronised", 800),
            ("validation", "Stability study and registration support", 120),
        ),
        terms="40 % at the start of each phase, 60 % at its gate; 45 days net.",
        assumptions="Reference standard and particle-size method come from the client.",
        objectives="Apixaban form N-1 with D90 below 89 µm from a validated process at the Basel site, three consecutive batches without "
        "deviation of a critical parameter, documents for three markets.",
        charter={
            "background": "A laboratory process of the client, run five times at 100 g.",
            "scope_in": "Transfer, pilot, validation, micronisation, stability, registration support.",
            "scope_out": "Tablet development.",
            "assumptions": "Two qualified suppliers of the morpholinone.",
            "risks": "Exotherm of the diazotisation; conversion of the polymorph in the dryer.",
            "governance": "Weekly call; steering committee at each gate.",
        },
        site="basel",
        without=(
            ("criterion", "vessels", "Pilot and validation run in the same 1 m³ line; there is no second vessel to compare with it."),
        ),
    ),
    slips=(
        Slip(
            "sample_confirmed",
            8,
            "The client asked for a second particle-size measurement at its own laboratory.",
            reason_class="client_input",
            side="client",
            told="The second particle-size measurement that you asked for moves the confirmation by about a week and a half.",
        ),
        Slip(
            "pilot_batches_done",
            10,
            "The autoclave waited two weeks for the yearly inspection of its relief valve.",
            reason_class="capacity",
            told="The autoclave passes its yearly inspection first; the second pilot batch follows about two weeks later.",
        ),
        Slip(
            "validation_batches_done",
            9,
            "Batch 2 is held: drying took 14 hours longer than the registered range, the investigation runs.",
            told="The second validation batch is under investigation for its drying time; the third follows about two weeks later.",
        ),
    ),
    asks=(
        Ask(
            "milestone",
            "g4",
            "We would like to fix this date for the release to commercial supply.",
            "rejected",
            "Our audit of the site is two weeks later; please plan the release after it.",
        ),
    ),
)


COMMERCIAL = Story(
    client="DEMOA",
    molecule=IMATINIB,
    days_ago=820,
    phase=Phase.COMMERCIAL,
    channel="website",
    wanted="Mesylate-ready free base for a generic tablet: validation at 200 kg, then 8 t a year over five years.",
    details={
        "downstream_drug": "Imatinib mesylate tablets",
        "indication": "Philadelphia-positive chronic myeloid leukaemia",
        "target_markets": ["US", "EU", "CN"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("800"),
        "treatment_duration": "lifetime",
        "process_challenges": "The aminopyrimidine building block is a potential genotoxic impurity (limit by ICH M7). The amide coupling "
        "must run without the acid chloride dust that the old route handles.",
        "target_timeline": "Validation within sixteen months, supply from the first half-year after.",
        "submission_requirements": ["ANDA", "DMF", "CEP"],
        **quantities(2000, 50, 200, 8000),
    },
    questions=(("Which limit applies to the aniline building block?", "1.5 µg/day as the threshold of toxicological concern, by LC-MS."),),
    sheets={
        "research": Sheet(
            reason="Five published steps; the acid chloride is replaced by a coupling in one vessel, tried at 50 g.",
            assumptions="Aminopyrimidine from two suppliers.",
            risks="Purge of the aniline below 10 ppm.",
            costs=(260, 300, 380),
            weeks=30,
            score=5,
        ),
        "production": Sheet(
            reason="Two lines of 6 m³ with centrifuge and dryer; one campaign fills 40 % of a year.",
            assumptions="Campaigns of ten batches.",
            risks="Dust of the penultimate intermediate.",
            costs=(1500, 1700, 2000),
            weeks=30,
            score=5,
        ),
    },
    payments=at_the_gates(70),
    contract=Contract(
        recommendation="Long-term volume with a five-year agreement; the equipment is there.",
        currency="USD",
        scope="Development without acid chloride, pilot at 50 kg, three validation batches of 200 kg, filing, supply for five years.",
        lines=(
            ("small_scale", "Process development and 2 kg of qualified sample", 300),
            ("pilot", "Two pilot batches of 50 kg", 420),
            ("validation", "Three validation batches of 200 kg", 1700),
            ("commercial", "First campaign, ten batches of 200 kg", 2900),
        ),
        terms="30 % at the start of each phase, 70 % at its gate; 60 days net for supply.",
        assumptions="The forecast of the first two years is binding to 70 %.",
        objectives="Imatinib free base with the aniline below 2 ppm from a validated process of five steps; 8 t a year from Shanghai.",
        charter={
            "background": "The client launches a generic tablet in three markets and needs a source with its own file.",
            "scope_in": "Development, pilot, validation, filing, five years of supply.",
            "scope_out": "The mesylate and its polymorphs.",
            "assumptions": "Two suppliers for the aminopyrimidine, audited by the client.",
            "risks": "Purge of the aniline; price of the aminopyrimidine.",
            "governance": "Meeting every two weeks until validation, then a business review every quarter.",
        },
    ),
    slips=(
        Slip(
            "process_report",
            6,
            "The purge study of the aniline took one more spiking level.",
            told="One more level in the purge study of the aniline moves the report by about a week.",
        ),
        Slip(
            "first_shipment",
            15,
            "The aminopyrimidine of the first campaign failed its identity test and was replaced by the second supplier.",
            reason_class="material",
            side="third_party",
            told="A delivery of starting material was rejected and replaced; the first shipment follows about three weeks later.",
        ),
    ),
)
