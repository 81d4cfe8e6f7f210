"""Projects of the demo that are evaluated or at small scale. Everything but the molecules is invented."""

from __future__ import annotations

from decimal import Decimal

from accounts.models import Role
from cdmo.demo.molecules import ARIPIPRAZOLE, IBRUTINIB, LENALIDOMIDE, OSELTAMIVIR
from cdmo.demo.offers import SECOND_SOURCE, UNDER_CONTAINMENT
from cdmo.demo.story import Change, Contract, Held, Lost, Paper, Risk, Sheet, Slip, Story, at_the_gates, quantities
from projects.models.states import Phase

QUOTED = Story(
    client="DEMOB",
    molecule=ARIPIPRAZOLE,
    days_ago=19,
    phase=Phase.EVALUATION,
    channel="email",
    wanted="Anhydrous form of low dust, three validation batches of 120 kg, then 2 t a year as second source.",
    details={
        "downstream_drug": "Aripiprazole tablets",
        "indication": "Schizophrenia",
        "target_markets": ["EU", "CN"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("30"),
        "treatment_duration": "lifetime",
        "process_challenges": "The hydrate forms readily in moist air; the anhydrous crystal form decides drying and packing. The "
        "alkylation of the piperazine leaves a dimer that must be purged.",
        "target_timeline": "Contract within six weeks, validation in the second year.",
        "submission_requirements": ["ASMF", "CN"],
        **quantities(500, 20, 120, 2000),
    },
    questions=(("Which crystal form is to be delivered?", "The anhydrous form of the filed tablets; we send a reference diffractogram."),),
    sheets={
        "research": Sheet(
            reason="Two alkylations and a conversion to the anhydrous form, all of known type.",
            assumptions="The dichlorophenylpiperazine is bought as hydrochloride.",
            risks="Hydrate in the dryer; dimer above 0.15 %.",
            costs=(160, 190, 240),
            weeks=26,
            score=5,
        ),
        "production": Sheet(
            reason="The 1 m³ line with the filter dryer fits; dry air for packing is there.",
            assumptions="One campaign a year.",
            risks="Occupancy of the filter dryer in spring.",
            costs=(520, 600, 720),
            weeks=22,
        ),
    },
    contract=Contract(
        recommendation="A known chemistry that fills the 1 m³ line in Shanghai between two campaigns.",
        currency="EUR",
        scope="Development, two pilot batches, three validation batches of 120 kg, registration support.",
        lines=(
            ("small_scale", "Process development and 500 g of qualified sample", 210),
            ("pilot", "Two pilot batches of 20 kg", 240),
            ("validation", "Three validation batches of 120 kg", 690),
        ),
        terms="45 days net, by bank transfer.",
        assumptions="The client provides reference standards of both crystal forms.",
        waits=True,
        offer=SECOND_SOURCE,
    ),
)

LOST = Story(
    client="DEMOC",
    molecule=OSELTAMIVIR,
    days_ago=74,
    phase=Phase.EVALUATION,
    channel="meeting",
    wanted="Free base from a plant-independent starting material, 5 t within one season.",
    details={
        "downstream_drug": "Oseltamivir capsules",
        "indication": "Influenza",
        "target_markets": ["JP"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("150"),
        "treatment_duration": "month",
        "process_challenges": "The published route runs through an azide; the client wants one without, from a fermented "
        "starting material.",
        "target_timeline": "First delivery before the next winter.",
        "submission_requirements": ["DMF"],
        **quantities(300, 10, 250, 5000),
    },
    questions=(("May an azide be used if it never leaves solution?", "Only if no other route reaches the cost."),),
    sheets={
        "research": Sheet(
            reason="Azide-free routes are published; none was run by us above 1 kg.",
            assumptions="Shikimic acid from fermentation.",
            risks="Yield of the aziridine opening without azide.",
            costs=(420, 520, 700),
            weeks=44,
            score=2,
        ),
        "production": Sheet(
            reason="The volume fits two lines; the season does not leave time for a campaign of cleaning trials.",
            assumptions="Night shifts from the third month.",
            risks="One failed batch moves the delivery past the season.",
            costs=(1900, 2300, 2900),
            weeks=40,
            score=3,
        ),
    },
    contract=Contract(
        recommendation="Worth an offer for the knowledge of the azide-free route, at a price that pays the risk of the season.",
        currency="USD",
        scope="Route without azide, pilot at 10 kg, validation and 5 t of supply.",
        lines=(
            ("small_scale", "Route development without azide", 520),
            ("pilot", "Two pilot batches of 10 kg", 330),
            ("validation", "Three validation batches of 250 kg", 1450),
        ),
        terms="40 % at the start of each phase, 60 % at its gate; 30 days net.",
        assumptions="Shikimic acid of at least 98 % is bought by the client.",
    ),
    turn=Lost(
        "Another offer delivers four months earlier, before the season. Your price was not the reason.",
        "Lost to an earlier delivery date: the route has to be proven before we can promise a season.",
    ),
)

IN_DEVELOPMENT = Story(
    client="DEMOC",
    molecule=IBRUTINIB,
    days_ago=112,
    phase=Phase.SMALL_SCALE,
    channel="meeting",
    wanted="Crystal form A with a controlled acrylamide dimer, 400 g sample, then batches of 40 kg.",
    details={
        "downstream_drug": "Ibrutinib capsules",
        "indication": "Chronic lymphocytic leukaemia",
        "target_markets": ["JP", "US", "EU"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("560"),
        "treatment_duration": "ten_years",
        "process_challenges": "The acrylamide dimerises on heating; acylation and crystallisation must stay cold. Highly active: handled "
        "under containment.",
        "target_timeline": "Sample within five months, pilot half a year later.",
        "submission_requirements": ["DMF", "ASMF"],
        **quantities(400, 8, 40, 600),
    },
    questions=(("Which exposure limit do you apply?", "2 µg/m³ over eight hours; the safety data sheet follows."),),
    sheets={
        "research": Sheet(
            reason="The pyrazolopyrimidine is reached in three steps; the Mitsunobu step can be replaced by a chiral alcohol's mesylate.",
            assumptions="Chiral piperidinol of 99 % enantiomeric excess is bought.",
            risks="Dimer above 0.2 %; dust of the last step.",
            costs=(280, 330, 410),
            weeks=32,
        ),
        "production": Sheet(
            reason="One contained line of 1 m³ is free in the second half of the year.",
            assumptions="Containment verified with a surrogate before the first batch.",
            risks="The isolator's gloves have a delivery time of ten weeks.",
            costs=(640, 760, 930),
            weeks=24,
            score=3,
        ),
    },
    contract=Contract(
        recommendation="Contained capacity is rare; the client brings two follow-up molecules.",
        currency="USD",
        scope="Development, qualified sample of 400 g, two pilot batches of 8 kg, three validation batches of 40 kg.",
        lines=(
            ("small_scale", "Process development and 400 g of qualified sample", 360),
            ("pilot", "Two pilot batches of 8 kg under containment", 310),
            ("validation", "Three validation batches of 40 kg under containment", 880),
        ),
        terms="30 days net, by bank transfer.",
        assumptions="Exposure limit of 2 µg/m³.",
        objectives="Ibrutinib form A with the dimer below 0.1 % from a contained process; sample within five months.",
        charter={
            "background": "The client's present maker leaves the market.",
            "scope_in": "Process, methods, containment study, sample, pilot, validation.",
            "scope_out": "Capsules.",
            "assumptions": "Piperidinol from two suppliers.",
            "risks": "Dimer; containment of the dryer.",
            "governance": "Call every two weeks; steering committee at each gate.",
        },
        offer=UNDER_CONTAINMENT,
    ),
    slips=(
        Slip(
            "route_selected",
            7,
            "A typhoon closed the site for six working days; two runs were stopped and repeated.",
            reason_class="other",
            side="force_majeure",
            told="A typhoon closed our site for six working days; the two runs that it stopped were repeated.",
        ),
    ),
    risks=(
        Risk("The dimer grows during drying", 2, 3, "Vacuum at 35 °C, sample every two hours.", Role.RESEARCH, 60, shown=True),
        Risk("Gloves of the isolator come late", 3, 2, "Ordered with the contract; a second supplier is asked.", Role.PRODUCTION, 55),
        Risk(
            "No method for the dimer at 0.05 %",
            2,
            2,
            "Method by mass spectrometry.",
            Role.ANALYTICAL,
            70,
            closed="The method is validated.",
        ),
    ),
    papers=(Paper("method_validation_report", Role.ANALYTICAL, 2),),
)

ON_HOLD = Story(
    client="DEMOA",
    molecule=LENALIDOMIDE,
    days_ago=128,
    phase=Phase.SMALL_SCALE,
    channel="website",
    wanted="Form of the filed capsules, 200 g sample, then batches of 15 kg under containment.",
    details={
        "downstream_drug": "Lenalidomide capsules",
        "indication": "Multiple myeloma",
        "target_markets": ["US"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("25"),
        "treatment_duration": "ten_years",
        "process_challenges": "Teratogenic; handled under containment only. The reduction of the nitro group must leave no palladium.",
        "target_timeline": "Sample within five months.",
        "submission_requirements": ["ANDA", "DMF"],
        **quantities(200, 3, 15, 80),
    },
    questions=(("Is the hemihydrate to be delivered?", "Yes, the form of the filed capsules."),),
    sheets={
        "research": Sheet(
            reason="Three published steps; the reduction runs in a closed loop.",
            assumptions="The nitro ester is bought.",
            risks="Palladium above 5 ppm.",
            costs=(150, 180, 220),
            weeks=22,
            score=5,
        ),
        "production": Sheet(
            reason="The contained line fits by volume.",
            assumptions="Cleaning limit of 0.1 µg a swab.",
            risks="Cleaning validation takes longer than the batches.",
            costs=(400, 480, 600),
            weeks=20,
            score=3,
        ),
    },
    contract=Contract(
        recommendation="Small volume, high value; the contained line is there.",
        currency="USD",
        scope="Development, sample of 200 g, two pilot batches of 3 kg, three validation batches of 15 kg.",
        lines=(
            ("small_scale", "Process development and 200 g of qualified sample", 190),
            ("pilot", "Two pilot batches of 3 kg", 220),
            ("validation", "Three validation batches of 15 kg", 560),
        ),
        terms="30 % at the start of each phase, 70 % at its gate; 30 days net.",
        assumptions="Cleaning limits are agreed before the first batch.",
        objectives="Lenalidomide hemihydrate with palladium below 2 ppm from a contained process.",
        charter={
            "background": "The client widens its range of contained products.",
            "scope_in": "Process, methods, cleaning study, sample, pilot, validation.",
            "scope_out": "Risk management programme of the market.",
            "assumptions": "Nitro ester from one audited supplier.",
            "risks": "Cleaning limits; palladium.",
            "governance": "Call every two weeks.",
        },
    ),
    payments=at_the_gates(70),
    changes=(
        Change(
            title="Palladium scavenger study",
            reason="The client asks for a limit of 2 ppm in place of 5 ppm.",
            scope="Three scavengers at two temperatures, report.",
            line=("small_scale", "Scavenger study", 22),
            days={"sample_shipped": 5},
            accepted=True,
            days_ago=70,
        ),
    ),
    risks=(Risk("The client's launch is postponed", 2, 2, "Ask at every steering committee.", Role.BUSINESS_DEVELOPMENT, 80, shown=True),),
    turn=Held(31, "The client has stopped the work until its licence agreement is signed; material and vessels are released."),
)
