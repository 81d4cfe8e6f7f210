"""Projects of the demo in pilot: from development, transferred, and sent back. Everything but the molecules is invented."""

from __future__ import annotations

from decimal import Decimal

from accounts.models import Role
from cdmo.demo.molecules import PREGABALIN, RIVAROXABAN, TICAGRELOR
from cdmo.demo.story import (
    Ask,
    Change,
    Contract,
    Paper,
    Returned,
    Risk,
    Sheet,
    Slip,
    Story,
    at_the_gates,
    quantities,
)
from projects.models.states import Phase

IN_PILOT = Story(
    client="DEMOB",
    molecule=RIVAROXABAN,
    days_ago=268,
    phase=Phase.PILOT,
    channel="telephone",
    wanted="Micronised modification I, pilot of 25 kg, validation at 180 kg, 3 t a year.",
    details={
        "downstream_drug": "Rivaroxaban film-coated tablets",
        "indication": "Prevention of venous thromboembolism",
        "target_markets": ["EU", "US"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("20"),
        "treatment_duration": "lifetime",
        "process_challenges": "The morpholinone aniline is a potential genotoxic impurity. The last acylation uses the acid chloride of "
        "chlorothiophene; its excess hydrolyses slowly.",
        "target_timeline": "Pilot within nine months.",
        "submission_requirements": ["ASMF", "CEP"],
        **quantities(800, 25, 180, 3000),
    },
    questions=(("Is modification I required?", "Yes, with D90 below 15 µm."),),
    sheets={
        "research": Sheet(
            reason="Four steps in the literature, all run by us at 100 g.",
            assumptions="Chiral phthalimide epoxide is bought.",
            risks="Aniline below 5 ppm; modification after milling.",
            costs=(240, 290, 350),
            weeks=30,
            score=5,
        ),
        "production": Sheet(
            reason="Line 3 and the jet mill of Basel are free.",
            assumptions="Milling in Basel.",
            risks="Transport between the sites.",
            costs=(700, 820, 990),
            weeks=26,
        ),
    },
    contract=Contract(
        recommendation="Good margin, known chemistry, and a client that pays on time.",
        currency="EUR",
        scope="Development, pilot of two batches of 25 kg, three validation batches of 180 kg.",
        lines=(
            ("small_scale", "Process development and 800 g of qualified sample", 310),
            ("pilot", "Two pilot batches of 25 kg", 350),
            ("validation", "Three validation batches of 180 kg, micronised", 940),
        ),
        terms="30 % at the start of each phase, 70 % at its gate; 45 days net.",
        assumptions="Particle-size method of the client.",
        objectives="Rivaroxaban modification I with the aniline below 2 ppm, micronised, from a validated process.",
        charter={
            "background": "The client's tablets need a second source before its first one is relocated.",
            "scope_in": "Process, methods, sample, pilot, validation, micronisation.",
            "scope_out": "Tablets.",
            "assumptions": "Epoxide from two suppliers.",
            "risks": "Aniline; modification after milling.",
            "governance": "Weekly call; steering committee at each gate.",
        },
    ),
    payments=at_the_gates(70, "small_scale", "pilot"),
    invoiced=True,
    slips=(
        Slip(
            "sample_shipped",
            6,
            "The supplier's epoxide had the wrong enantiomer; the delivery was replaced.",
            reason_class="material",
            side="third_party",
            told="A delivery of the chiral epoxide was rejected and replaced; the sample leaves about a week later.",
        ),
        Slip(
            "pilot_batches_done",
            8,
            "The filter dryer shares its days with another campaign.",
            reason_class="capacity",
            told="The second pilot batch waits for the filter dryer; it follows about a week and a half later.",
        ),
    ),
    changes=(
        Change(
            title="Additional particle-size method",
            reason="The client wants a second method beside laser diffraction.",
            scope="Transfer of a microscopy method, report.",
            line=("pilot", "Method transfer", 19),
            days={"scale_up_report": 5},
            declined="Our tablet maker accepts laser diffraction alone; thank you for the quick offer.",
            days_ago=24,
        ),
    ),
    asks=(Ask("milestone", "g3", "Please confirm that this date fits your validation plan.", days_ago=9),),
    risks=(
        Risk("The modification changes in the mill", 2, 3, "Diffractogram of each milled lot.", Role.ANALYTICAL, 120, shown=True),
        Risk(
            "Acid chloride carried into the mother liquor", 1, 2, "Quench before the filtration.", Role.EHS, 90, closed="HAZOP closed it."
        ),
    ),
)

EARLY_TRANSFER = Story(
    client="DEMOC",
    molecule=TICAGRELOR,
    days_ago=98,
    phase=Phase.PILOT,
    channel="email",
    wanted="Transfer of a finished laboratory process: two pilot batches of 12 kg, then validation.",
    details={
        "downstream_drug": "Ticagrelor tablets",
        "indication": "Acute coronary syndrome",
        "target_markets": ["JP", "CN"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("180"),
        "treatment_duration": "ten_years",
        "process_challenges": "Six stereocentres come with two bought building blocks; the diazotisation to the triazole is exothermic.",
        "target_timeline": "Pilot within four months.",
        "submission_requirements": ["DMF", "CN"],
        **quantities(300, 12, 90, 1200),
    },
    questions=(("Who provides the cyclopropylamine?", "We do, as mandelate, for pilot and validation."),),
    sheets={
        "research": Sheet(
            reason="The laboratory process is complete and was repeated by us once.",
            assumptions="The client's amine meets its specification.",
            risks="Exotherm of the diazotisation.",
            costs=(90, 110, 140),
            weeks=10,
            score=5,
        ),
        "production": Sheet(
            reason="Line 3 with brine cooling is enough for 12 kg.",
            assumptions="Reaction-hazard sheet before the first charge.",
            risks="Brine at its limit in summer.",
            costs=(480, 560, 680),
            weeks=18,
            score=5,
        ),
    },
    contract=Contract(
        recommendation="Short, clear and followed by supply.",
        currency="USD",
        scope="Two pilot batches of 12 kg and three validation batches of 90 kg of a process that the client has developed.",
        lines=(
            ("pilot", "Two pilot batches of 12 kg with reaction-hazard study", 260),
            ("validation", "Three validation batches of 90 kg", 640),
        ),
        terms="30 % at the start of each phase, 70 % at its gate; 30 days net.",
        assumptions="Both building blocks come from the client.",
        objectives="The client's process at 12 kg without a change of its parameters, then validated.",
        charter={
            "background": "The client has developed the process and owns no plant.",
            "scope_in": "Pilot, validation.",
            "scope_out": "Development of the process.",
            "assumptions": "Complete laboratory records.",
            "risks": "Exotherm of the diazotisation.",
            "governance": "Call every two weeks.",
        },
        first_phase=Phase.PILOT,
    ),
    payments=at_the_gates(70, "pilot", "validation"),
    asks=(Ask("milestone", "g3", "Does this date leave you time to read the record of both batches?", days_ago=4),),
    risks=(Risk("Brine too warm for the diazotisation", 2, 3, "Charge at night; stop above 2 °C.", Role.PRODUCTION, 40, shown=True),),
    papers=(
        Paper("fmea_report", Role.QUALITY_ASSURANCE, 6),
        Paper("critical_process_parameter_register", Role.RESEARCH, 3, submitted=True),
        Paper("pilot_scale_up_report", Role.RESEARCH, 5, submitted=True, returned="The yield of batch 1 is missing in table 3."),
    ),
)

SENT_BACK = Story(
    client="DEMOA",
    molecule=PREGABALIN,
    days_ago=214,
    phase=Phase.VALIDATION,
    channel="website",
    wanted="Chemoenzymatic process from pilot to supply: 15 kg, then batches of 300 kg.",
    details={
        "downstream_drug": "Pregabalin capsules",
        "indication": "Neuropathic pain",
        "target_markets": ["US", "EU"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("600"),
        "treatment_duration": "lifetime",
        "process_challenges": "The enzymatic resolution runs in water; the lactam forms on heating.",
        "target_timeline": "Pilot within four months, validation in the same year.",
        "submission_requirements": ["DMF"],
        **quantities(1000, 15, 300, 12000),
    },
    questions=(("Who supplies the lipase?", "A commercial preparation; two makers are qualified."),),
    sheets={
        "research": Sheet(
            reason="The resolution was repeated at 1 kg with both lipases.",
            assumptions="The other enantiomer is racemised and used again.",
            risks="Lactam above 0.1 % after drying.",
            costs=(120, 150, 190),
            weeks=12,
        ),
        "production": Sheet(
            reason="Line 6 by volume; water is easy.",
            assumptions="Drying below 45 °C.",
            risks="Foam of the protein.",
            costs=(850, 990, 1200),
            weeks=26,
        ),
    },
    contract=Contract(
        recommendation="Large volume; the process is green and cheap.",
        currency="USD",
        scope="Two pilot batches of 15 kg, three validation batches of 300 kg.",
        lines=(
            ("pilot", "Two pilot batches of 15 kg", 270),
            ("validation", "Three validation batches of 300 kg", 1250),
        ),
        terms="30 % at the start of each phase, 70 % at its gate; 30 days net.",
        assumptions="Lipase from two makers.",
        objectives="Pregabalin with the lactam below 0.05 % from a chemoenzymatic process.",
        charter={
            "background": "The client replaces a process by classical resolution.",
            "scope_in": "Pilot, validation.",
            "scope_out": "Capsules.",
            "assumptions": "Racemisation is part of the process.",
            "risks": "Lactam; foam.",
            "governance": "Call every two weeks.",
        },
        first_phase=Phase.PILOT,
    ),
    payments=at_the_gates(70, "pilot", "validation"),
    turn=Returned(
        33,
        Phase.PILOT,
        "The first dryer load of validation held 0.3 % of lactam: the pilot dryer did not show it. Comparability is judged anew.",
        "About USD 90,000 on our side, for two more pilot batches.",
        "Drying has to be understood first: two more pilot batches before validation begins again.",
        ("pilot_batches", "comparability"),
    ),
    risks=(Risk("The lactam grows in the larger dryer", 3, 3, "Two pilot batches in the large dryer.", Role.PRODUCTION, 30, shown=True),),
)
