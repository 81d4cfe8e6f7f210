"""What the departments' sheets of the demo hold beside the answers of a story: price book, test plan, production plan, hazards, risks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from accounts.models import Role
from audit.context import Channel, acting
from catalogue.models import AnalyticalPrice, Supplier, Vessel
from cdmo.demo.people import holding
from cdmo.demo.qualified import qualify
from cdmo.demo.story import Sheet
from worksheets.changing import ADD, Change, change_rows

BEFORE = 60  # days ago that the price book was entered
LABORATORY = "Demo Analytics Lab"
PRICE_COLUMNS = (
    "test", "technique", "method", "supplier", "price_per_sample", "hours_per_sample", "hourly_rate", "consumables_per_sample", "currency",
    "valid_for",
)  # fmt: skip
PRICES: tuple[tuple[Any, ...], ...] = (
    ("Assay and related substances", "HPLC", "AM-012", "", "", "1.6", "95", "22", "USD", 365),
    ("Residual solvents", "GC headspace", "AM-015", "", "", "0.9", "95", "14", "USD", 365),
    ("Water", "Karl Fischer", "AM-003", "", "", "0.3", "95", "4", "USD", 365),
    ("Chiral purity", "HPLC", "AM-021", "", "", "1.2", "95", "38", "USD", 365),
    ("Particle size", "Laser diffraction", "AM-030", "", "", "0.5", "95", "3", "USD", 365),
    ("Crystal form", "XRPD", "AM-033", "", "", "0.7", "110", "2", "USD", 365),
    ("In-process conversion", "HPLC", "IPC-02", "", "", "0.5", "95", "9", "USD", 365),
    ("Elemental impurities", "ICP-MS", "Ph. Eur. 2.4.20", LABORATORY, "185", "0", "0", "12", "EUR", 57),
    ("Microbial limits", "Plate count", "Ph. Eur. 2.6.12", LABORATORY, "140", "0", "0", "10", "EUR", 365),
)
TEST_COLUMNS = ("price", "stage", "batches", "samples_per_batch", "confidence", "note")
TESTS = (
    ("In-process conversion", "in_process", "5", "6", "low", "Two a step"),
    ("Assay and related substances", "release", "5", "2", "high", ""),
    ("Chiral purity", "release", "5", "2", "high", ""),
    ("Residual solvents", "release", "5", "1", "high", ""),
    ("Water", "release", "5", "1", "high", ""),
    ("Crystal form", "release", "5", "1", "high", ""),
    ("Elemental impurities", "release", "3", "1", "high", "Validation batches"),
    ("Microbial limits", "release", "3", "1", "high", "Validation batches"),
    ("Assay and related substances", "stability", "3", "14", "medium", "Seven points, two conditions"),
)
OPERATION_COLUMNS = (
    "operation", "vessel", "batch_kg", "litres_per_kg", "batches", "hours", "cleaning_hours", "shifts_per_day", "vessel_rate", "operators",
    "operator_rate", "utilities_per_kg", "waste_kg_per_kg", "waste_price_per_kg", "wanted_after",
)  # fmt: skip
OPERATIONS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "shanghai": (
        ("Step 1: coupling", "R-302", "150", "14", "3", "42", "10", "3", "410", "2", "38", "2.10", "16", "0.42", 50),
        ("Step 2: crystallisation", "R-602", "120", "6.5", "3", "30", "12", "3", "360", "2", "38", "0", "9", "0.42", 75),
        ("Isolation", "C-610", "120", "", "3", "10", "4", "2", "190", "1", "38", "0.30", "0", "0", 96),
    ),
    "basel": (
        ("Alkylation", "R-101", "60", "13", "3", "40", "10", "3", "520", "2", "74", "2.90", "15", "0.61", 60),
        ("Crystallisation", "R-101", "60", "18.5", "3", "26", "10", "3", "520", "2", "74", "1.80", "8", "0.61", 82),
        ("Filtration and drying", "F-110", "60", "4", "3", "36", "8", "3", "430", "1", "74", "2.20", "0", "0", 100),
    ),
}
ORIGIN_COLUMNS = ("source", "reference", "low_pct", "high_pct")
CAMPAIGN, SITE = ("analogue", "Campaign of last year"), ("price_book", "Rates of the site")
ORIGINS = {  # by operation
    "Step 1: coupling": (*CAMPAIGN, "90", "130"),
    "Step 2: crystallisation": (*CAMPAIGN, "", "120"),
    "Isolation": (*SITE, "", ""),
    "Alkylation": (*CAMPAIGN, "85", "140"),
    "Crystallisation": (*SITE, "", ""),
    "Filtration and drying": (*SITE, "", "115"),
}
HAZARD_COLUMNS = ("hazard", "source", "band_required", "measure")
HAZARDS = (
    ("Dust of the active substance", "sds", "4", "Closed discharge, air-fed hood at the dryer"),
    ("Solvent vapour above the flash point", "sds", "2", "Inerting with oxygen control"),
    ("Exothermic quench", "screen", "", "Calorimetry before the first batch; dosing interlocked with the stirrer"),
)
USUAL = {
    "material_control": Sheet(
        reason="Every key material has two makers; the longest delivery is ten weeks.",
        assumptions="The offers of this quarter hold until the order; One order for all validation batches.",
        risks="The starting material has one maker in the first year; Freight from Asia takes six weeks longer.",
        costs=(90, 110, 150),
        weeks=12,
    ),
    "analytical": Sheet(
        reason="Methods of the same kind are validated; the chiral one has to be developed.",
        assumptions="The client provides 5 g of reference standard; Methods are validated once, before the first validation batch.",
        risks="The chiral method takes a second column; Elemental impurities are measured outside, three weeks.",
        costs=(14, 17, 24),
        weeks=14,
    ),
    "ehs": Sheet(
        reason="Within what the site contains, with closed discharge at the dryer.",
        assumptions="Waste water goes to the plant on site.",
        risks="The quench is more energetic than the literature says.",
        costs=(12, 15, 25),
        weeks=6,
    ),
}
LEVELS = (("2", "3"), ("2", "2"), ("1", "3"))
RESPONSES = {
    "research": "Tried first, before the route is fixed",
    "material_control": "A second maker is asked for samples",
    "analytical": "Planned with four weeks in hand",
    "production": "Looked at in the weekly planning of the line",
    "ehs": "Measured before the first batch",
}


def _changes(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Change]:
    return [Change(ADD, values=dict(zip(names, row, strict=True))) for row in rows]


def enter_price_book(today: date) -> Iterator[date]:
    """Some weeks ago; one of its prices has run out since. Once: what is there already stays as it is."""
    first = today - timedelta(days=BEFORE)
    yield first
    if AnalyticalPrice.objects.exists():
        return
    buyer, analyst = holding(Role.MATERIAL_CONTROL), holding(Role.ANALYTICAL)
    if not Supplier.objects.filter(name=LABORATORY).exists():
        seller = {"name": LABORATORY, "country": "CH"}
        with acting(actor=buyer, channel=Channel.COMMAND):
            change_rows("suppliers", [Change(ADD, values=seller)], actor=buyer, all_or_none=True)
        qualify(LABORATORY, first)
    rows = [(*facts, first, first + timedelta(days=days), f"Price book {first.year}") for *facts, days in PRICES]
    with acting(actor=analyst, channel=Channel.COMMAND):
        names = (*PRICE_COLUMNS[:-1], "valid_from", "valid_until", "reference")
        change_rows("analytical-prices", _changes(names, rows), actor=analyst, all_or_none=True)


def own_rows(department: str, site: str, today: date) -> tuple[str, list[Change]] | None:
    """The table that only this department has, and what the demo enters there: of what is priced, and of the vessels that stand there."""
    if department == "analytical":
        priced = set(AnalyticalPrice.objects.valid(today).values_list("test", flat=True))
        return "test-plan", _changes(TEST_COLUMNS, [row for row in TESTS if row[0] in priced])
    if department == "production":
        tags = set(Vessel.objects.filter(site__key=site).values_list("tag", flat=True))
        names = (*OPERATION_COLUMNS[:-1], "wanted_from", *ORIGIN_COLUMNS)
        rows = [(*facts, today + timedelta(days=days), *ORIGINS[facts[0]]) for *facts, days in OPERATIONS[site] if facts[1] in tags]
        return "production-plan", _changes(names, rows)
    if department == "ehs":
        return "sheet-hazards", _changes(HAZARD_COLUMNS, HAZARDS)
    return None


def risks_of(department: str, sheet: Sheet) -> list[Change]:
    texts = _sentences(sheet.risks)
    rows = [(text, *LEVELS[place % len(LEVELS)], RESPONSES[department]) for place, text in enumerate(texts)]
    return _changes(("text", "probability", "impact", "response"), rows)


def assumptions_of(sheet: Sheet, today: date) -> list[Change]:
    return _changes(("text", "confirm_by"), [(text, today + timedelta(days=60)) for text in _sentences(sheet.assumptions)])


def _sentences(text: str) -> list[str]:
    return [each.strip().rstrip(".") for each in text.split(";")]
