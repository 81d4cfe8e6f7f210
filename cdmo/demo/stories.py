"""All that the demo tells: projects in every phase and on every way out, and the requests beside them."""

from __future__ import annotations

from cdmo.demo.early import IN_DEVELOPMENT, LOST, ON_HOLD, QUOTED
from cdmo.demo.later import EARLY_TRANSFER, IN_PILOT, SENT_BACK
from cdmo.demo.molecules import CELECOXIB, LINEZOLID
from cdmo.demo.projects import COMMERCIAL, EVALUATION, SMALL_SCALE, VALIDATION
from cdmo.demo.requests import Request
from cdmo.demo.supplied import IN_SUPPLY, LATE_VALIDATION

STORIES = (
    COMMERCIAL,
    VALIDATION,
    IN_SUPPLY,
    IN_PILOT,
    SENT_BACK,
    SMALL_SCALE,
    LATE_VALIDATION,
    ON_HOLD,
    IN_DEVELOPMENT,
    EARLY_TRANSFER,
    LOST,
    QUOTED,
    EVALUATION,
)

REQUESTS = (
    Request(
        "DEMOA",
        CELECOXIB.name,
        "Budget price for 2 t a year and whether a second site is possible.",
        "email",
        6,
        {
            "cas_number": CELECOXIB.cas_number,
            "structure_text": CELECOXIB.smiles,
            "downstream_drug": "Celecoxib capsules",
            "indication": "Osteoarthritis",
            "target_markets": ["EU"],
        },
        "Is the polymorph of the originator required?",
    ),
    Request(
        "DEMOB",
        LINEZOLID.name,
        "Quotation for 300 kg a year, form II, with a drug master file.",
        "telephone",
        2,
        {"cas_number": LINEZOLID.cas_number, "structure_text": LINEZOLID.smiles},
    ),
    Request("DEMOC", "DC-417", "Route proposal and 50 g for a toxicology study; the structure follows under the agreement.", "meeting", 1),
)
