"""Projects of the demo in validation and supply whose development was elsewhere. Everything but the molecules is invented."""

from __future__ import annotations

from decimal import Decimal

from accounts.models import Role
from cdmo.demo.molecules import DAPAGLIFLOZIN, LEVETIRACETAM
from cdmo.demo.story import (
    Change,
    Contract,
    Objection,
    Risk,
    Sheet,
    Slip,
    Story,
    at_the_gates,
    quantities,
)
from projects.models.states import Phase

LATE_VALIDATION = Story(
    client="DEMOA",
    molecule=DAPAGLIFLOZIN,
    days_ago=158,
    phase=Phase.VALIDATION,
    channel="meeting",
    wanted="Validation of a piloted process: propanediol solvate, three batches of 100 kg, 2.5 t a year.",
    details={
        "downstream_drug": "Dapagliflozin film-coated tablets",
        "indication": "Type 2 diabetes mellitus",
        "target_markets": ["US", "EU"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("10"),
        "treatment_duration": "lifetime",
        "process_challenges": "The glucoside is built with an organolithium at -70 °C; the reduction sets the anomeric centre.",
        "target_timeline": "Validation within nine months.",
        "submission_requirements": ["DMF", "ASMF"],
        **quantities(500, 20, 100, 2500),
    },
    questions=(("Which solvate is registered?", "The (S)-propanediol monohydrate."),),
    sheets={
        "research": Sheet(
            reason="Piloted twice by the client's former maker; the records are complete.",
            assumptions="Cryogenic step at -65 °C is enough.",
            risks="Des-chloro impurity when the exchange is slow.",
            costs=(110, 140, 180),
            weeks=12,
        ),
        "production": Sheet(
            reason="Line 6 with cryogenic loop fits 100 kg.",
            assumptions="Liquid nitrogen is delivered daily.",
            risks="Capacity of the cryogenic loop.",
            costs=(980, 1150, 1400),
            weeks=28,
            score=3,
        ),
    },
    contract=Contract(
        recommendation="Pays the cryogenic loop in two years.",
        currency="USD",
        scope="Transfer, three validation batches of 100 kg, stability, registration support.",
        lines=(
            ("validation", "Transfer and three validation batches of 100 kg", 1380),
            ("validation", "Stability study", 90),
            ("commercial", "First campaign, six batches", 1900),
        ),
        terms="40 % at the start, 60 % at the gate; 60 days net.",
        assumptions="Records of the former maker are complete.",
        objectives="Dapagliflozin solvate with the des-chloro impurity below 0.1 % from a validated process in Shanghai.",
        charter={
            "background": "The former maker has closed the plant.",
            "scope_in": "Transfer, validation, stability, supply.",
            "scope_out": "Changes of the route.",
            "assumptions": "The client's audit is before the first batch.",
            "risks": "Cryogenic capacity; des-chloro impurity.",
            "governance": "Weekly call; steering committee every month.",
        },
        first_phase=Phase.VALIDATION,
    ),
    payments=at_the_gates(60, "validation"),
    slips=(
        Slip(
            "ready_for_validation",
            14,
            "The client's quality audit of line 6 was moved twice.",
            reason_class="client_input",
            side="client",
            told="Your audit of line 6 was moved by three weeks; the first batch follows it.",
        ),
    ),
    changes=(
        Change(
            title="One more stability condition",
            reason="The client wants to file in a hot and humid market as well.",
            scope="Zone IVb for twelve months on three batches.",
            line=("validation", "Stability at zone IVb", 34),
            days={"stability_started": 4},
            accepted=True,
            days_ago=40,
        ),
    ),
    objection=Objection(
        "The second move of the audit was asked for by your quality unit; half of these days are yours.",
        "Agreed: the letter of your auditor is found. Five of the days go to our side with the next publication.",
        days_ago=12,
    ),
    risks=(
        Risk(
            "The cryogenic loop does not hold -65 °C at 100 kg",
            2,
            3,
            "Trial with solvent before the first batch.",
            Role.PRODUCTION,
            100,
            shown=True,
        ),
        Risk("Nitrogen is not delivered at the weekend", 2, 1, "Second tank.", Role.MATERIAL_CONTROL, 60),
    ),
)

IN_SUPPLY = Story(
    client="DEMOB",
    molecule=LEVETIRACETAM,
    days_ago=352,
    phase=Phase.COMMERCIAL,
    channel="telephone",
    wanted="Toll manufacture of a validated process: 20 t a year in campaigns of 1 t.",
    details={
        "downstream_drug": "Levetiracetam film-coated tablets",
        "indication": "Epilepsy",
        "target_markets": ["EU", "US", "CN"],
        "compound_role": "api",
        "maximum_daily_dose_mg": Decimal("3000"),
        "treatment_duration": "lifetime",
        "process_challenges": "The high daily dose sets low limits for mutagenic impurities; the resolution's other "
        "enantiomer is recycled.",
        "target_timeline": "First delivery within four months.",
        "submission_requirements": ["CEP"],
        **quantities(5000, 200, 1000, 20000),
    },
    questions=(("Is the racemisation part of the process?", "Yes, validated with the process."),),
    sheets={
        "research": Sheet(
            reason="Validated elsewhere; nothing is developed.",
            assumptions="The master batch record is transferred as it is.",
            risks="Different stirrer in the crystalliser.",
            costs=(20, 30, 40),
            weeks=4,
            score=5,
        ),
        "production": Sheet(
            reason="Line 6 is free every second month.",
            assumptions="Campaigns of one tonne.",
            risks="Dust in the packing room.",
            costs=(2400, 2700, 3100),
            weeks=16,
            score=5,
        ),
    },
    contract=Contract(
        recommendation="Fills line 6 between two campaigns at a fixed price per kilogram.",
        currency="EUR",
        scope="Toll manufacture by the client's validated process, five years.",
        lines=(("commercial", "First year, twenty campaigns of 1 t", 3600),),
        terms="30 days net after each delivery.",
        assumptions="The client's process validation covers our line.",
        objectives="20 t a year within specification, delivered in full and on time.",
        charter={
            "background": "The client outsources its last own product.",
            "scope_in": "Campaigns, release, yearly product quality review.",
            "scope_out": "Development and validation.",
            "assumptions": "Starting material comes from the client.",
            "risks": "Crystalliser; dust.",
            "governance": "Business review every quarter.",
        },
        first_phase=Phase.COMMERCIAL,
    ),
    risks=(
        Risk(
            "Crystal size differs in our crystalliser",
            2,
            2,
            "Seed load by trial; three lots compared.",
            Role.RESEARCH,
            300,
            closed="Three lots are alike.",
        ),
    ),
)
