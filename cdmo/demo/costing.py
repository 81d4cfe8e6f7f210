"""What the demo's routes cost: two scenarios of each project that has a route, as business development works them out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Role, User
from audit.context import Channel, acting
from catalogue.models import Material
from cdmo.demo.early import QUOTED
from cdmo.demo.people import holding
from cdmo.demo.projects import COMMERCIAL
from cdmo.demo.routes import project_of
from process.costs import services
from process.costs.trial import Trial
from process.models import CostAssessment
from projects.models import Phase, Project
from worksheets.changing import ADD, CHANGE, Change, change_rows

NAMES = (
    "label", "phase", "category", "department", "basis", "quantity", "quantity_low", "quantity_high", "unit", "price", "price_low",
    "price_high", "currency", "source", "reference", "inclusion",
)  # fmt: skip
BOOK = "Price book of this year"
LINES: tuple[tuple[Any, ...], ...] = (
    ("Route development", "small_scale", "labour", "research", "once", "620", "540", "860", "h", "95", "", "", "", "price_book", BOOK, ""),
    ("Method development", "small_scale", "qc", "analytical", "once", "240", "", "340", "h", "95", "", "", "", "price_book", BOOK, ""),
    ("Calorimetry", "small_scale", "ehs", "ehs", "once", "3", "2", "5", "test", "4200", "", "", "CHF", "quote", "Safety laboratory", ""),
    ("Technology transfer", "pilot", "labour", "research", "once", "160", "140", "220", "h", "95", "", "", "", "price_book", BOOK, ""),
    ("Reactor line, pilot", "pilot", "occupancy", "production", "batch", "96", "84", "130", "h", "410", "", "", "", "price_book", BOOK, ""),
    ("Release tests, pilot", "pilot", "qc", "analytical", "batch", "1", "", "", "batch", "5200", "4800", "6400", "", "analogue", "", ""),
    ("Reactor line", "validation", "occupancy", "production", "batch", "168", "150", "200", "h", "640", "", "", "", "price_book", BOOK, ""),
    ("Operators", "validation", "labour", "production", "batch", "336", "300", "400", "h", "68", "", "", "", "price_book", BOOK, ""),
    ("Cleaning", "validation", "cleaning", "production", "batch", "24", "", "36", "h", "410", "", "", "", "price_book", BOOK, ""),
    ("Release tests", "validation", "qc", "analytical", "batch", "1", "", "", "batch", "7400", "6900", "9000", "", "analogue", "", ""),
    ("Solvent waste", "validation", "waste", "ehs", "kg", "18", "14", "26", "kg", "0.42", "0.35", "0.6", "", "assumption", "", ""),
    ("Protocols, reports", "validation", "dossier", "", "once", "420", "360", "600", "h", "95", "", "", "", "assumption", "", ""),
    ("Stability study", "validation", "dossier", "", "once", "1", "", "", "study", "38000", "", "46000", "", "analogue", "", "optional"),
)
RISK_NAMES = ("label", "phase", "probability_pct", "impact", "impact_low", "impact_high", "source", "reference")
RISKS = (
    ("An impurity is not purged, the last step is run again", "pilot", "15", "60000", "45000", "90000", "analogue", "Demo project"),
    ("The second batch fails and is repeated", "validation", "8", "210000", "", "", "assumption", ""),
)
DEARER = Decimal(95)


def estimate_costs(today: date) -> Iterator[date]:
    """Today. Once: what is there already stays as it is."""
    yield today
    if CostAssessment.objects.exists():
        return
    actor = holding(Role.BUSINESS_DEVELOPMENT)
    with acting(actor=actor, channel=Channel.COMMAND):
        for story in (COMMERCIAL, QUOTED):
            estimate_for(project_of(story), today, actor)


def estimate_for(project: Project, today: date, actor: User) -> None:
    """As asked, and in batches of twice the size at yields that are a little lower."""
    sizes = {Phase.SMALL_SCALE: ("0.5", 1), Phase.PILOT: ("20", 2), Phase.VALIDATION: ("120", 3)}
    given = {f"{phase}-{name}": value for phase, size in sizes.items() for name, value in zip(("batch_kg", "batches"), size, strict=True)}
    given = {name: Decimal(value) if isinstance(value, str) else value for name, value in given.items()}
    terms = {"yield_pct": Decimal(100), "overhead_pct": Decimal(14), "contingency_pct": Decimal(8), "margin_pct": Decimal(28)}
    given |= {"validation-batch_low_kg": Decimal(90), "validation-batch_high_kg": Decimal(140)}
    said = {
        "name": "As asked",
        "currency": "USD",
        "priced_on": today,
        "route_version": project.routes.earliest("number").versions.latest("number"),
        "risk_in_price": True,
        "assumptions_valid_until": today + timedelta(days=90),
    }
    first = services.open_scenario(project.code, said | terms | given, actor=actor)
    _enter(f"cost-lines:{first.pk}", [dict(zip(NAMES, row, strict=True)) for row in LINES], actor)
    _enter(f"cost-risks:{first.pk}", [dict(zip(RISK_NAMES, row, strict=True)) for row in RISKS], actor)
    _assume(first, actor)
    _recover(first, actor)
    larger = Trial({Phase.PILOT: (Decimal(40), 1), Phase.VALIDATION: (Decimal(240), 2)}, DEARER)
    services.copy_scenario(first.pk, "Batches of twice the size", trial=larger, actor=actor)


def _assume(scenario: CostAssessment, actor: User) -> None:
    """One material counts by an assumption that reaches far, not by its supplier's price."""
    price = {"quote": "", "source": "assumption", "price_per_kg": "36", "price_low": "25", "price_high": "60"}
    row = scenario.prices.latest("pk")
    change_rows(f"cost-materials:{scenario.pk}", [Change(CHANGE, row.pk, price)], actor=actor, all_or_none=True)


def _recover(scenario: CostAssessment, actor: User) -> None:
    """The refiner pays for the metal of the spent catalyst; the solvents are recycled."""
    back = {"recovered_per_kg": "1450", "recovered_low": "1100", "recovered_high": "1700", "recovered_reference": "Refiner's terms"}
    for row in scenario.prices.filter(material__kind=Material.Kind.CATALYST):
        change_rows(f"cost-materials:{scenario.pk}", [Change(CHANGE, row.pk, back)], actor=actor, all_or_none=True)


def _enter(address: str, rows: list[dict[str, Any]], actor: User) -> None:
    change_rows(address, [Change(ADD, values=row) for row in rows], actor=actor, all_or_none=True)
