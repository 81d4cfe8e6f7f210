"""What the demo's departments enter as costs of their sheets: hours, materials, items, work on methods, and utilities by kind."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from worksheets.changing import ADD, Change

BOOK = "Price book of this year"
ORIGIN = ("amount_low", "amount_high", "source", "reference")
HOURS = ("item", "amount", "unit_price", *ORIGIN)
TABLES: dict[str, tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "research": (
        "research-labour",
        HOURS,
        (
            ("Process chemist", "420", "95", "360", "560", "price_book", BOOK),
            ("Laboratory technician", "260", "68", "", "340", "price_book", BOOK),
            ("Analyst in process development", "120", "95", "", "", "analogue", "Hours of the project before"),
        ),
    ),
    "material_control": (
        "material-costs",
        HOURS,
        (
            ("Samples of the starting material, two makers", "12", "480", "", "", "quote", "Both makers by mail"),
            ("Safety stock of the key reagent", "140", "86", "120", "200", "assumption", ""),
        ),
    ),
    "analytical": (
        "method-work",
        ("item", "work", "amount", "unit_price", *ORIGIN),
        (
            ("Chiral purity, HPLC", "development", "60", "95", "40", "120", "assumption", ""),
            ("Assay and related substances, HPLC", "validation", "80", "95", "", "", "price_book", BOOK),
            ("Residual solvents, GC headspace", "transfer", "24", "95", "", "", "price_book", BOOK),
        ),
    ),
    "ehs": (
        "ehs-costs",
        ("item", "unit", "amount", "unit_price", *ORIGIN),
        (
            ("Reaction calorimetry", "runs", "3", "2400", "2", "5", "quote", "Safety laboratory"),
            ("Dust explosion data", "studies", "1", "3800", "", "", "quote", "Safety laboratory"),
            ("Air monitoring at the dryer", "days", "4", "650", "", "6", "analogue", "Campaign of last year"),
        ),
    ),
}
UTILITIES = (
    ("Step 2: crystallisation", "steam", "850", "kg", "batch", "0.045", "700", "1100", "price_book", BOOK),
    ("Step 2: crystallisation", "chilled_water", "320", "kWh", "batch", "0.11", "", "", "price_book", BOOK),
    ("Step 2: crystallisation", "nitrogen", "0.6", "Nm³", "kg", "0.18", "", "0.9", "price_book", BOOK),
    ("Step 2: crystallisation", "electricity", "2.4", "kWh", "kg", "0.14", "", "", "assumption", ""),
)


def cost_rows(department: str, operations: Collection[str]) -> Iterator[tuple[str, list[Change]]]:
    """The tables of a department beside its own, with their rows. operations: those that stand in the plan."""
    if department in TABLES:
        key, names, rows = TABLES[department]
        yield key, [_added(names, row) for row in rows]
    used = [row for row in UTILITIES if department == "production" and row[0] in operations]
    if used:
        yield "planned-utilities", [_added(("operation", "kind", "amount", "unit", "basis", "rate", *ORIGIN), row) for row in used]


def _added(names: tuple[str, ...], row: tuple[Any, ...]) -> Change:
    return Change(ADD, values=dict(zip(names, row, strict=True)))
