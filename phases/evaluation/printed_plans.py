"""The tables of the departments' sheets on paper: what is planned, and what each section of the cost form rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from phases.evaluation.cost_worksheets import EHS_COSTS, LABOUR, MATERIAL_COSTS, METHODS, UTILITIES
from phases.evaluation.models import DepartmentAssessment, name_on_sheet
from phases.evaluation.sheet_tables import OWN
from phases.evaluation.worksheets import HAZARDS, PRODUCTION_PLAN, TEST_PLAN
from worksheets.bound import bind_to
from worksheets.printing import printed_table

if TYPE_CHECKING:
    from worksheets.sheets import Worksheet

Sheets = Sequence[DepartmentAssessment]
Tables = list[dict[str, Any]]

NOBODY: Any = None  # the snapshot is everybody's; of its tables no row depends on the reader
COST, STANDING, CONFIDENCE = "cost", "standing", "confidence"
TESTS = ("price", "stage", "batches", "samples_per_batch", "replicates", "samples", "standing", "note")
TEST_COSTS = ("price", "stage", "hours", "consumables", "outside", "cost", CONFIDENCE)
OPERATIONS = ("operation", "vessel", "batch_kg", "litres_per_kg", "fill_litres", "fill_percent", "fit")
OPERATION_DAYS = ("operation", "batches", "hours", "cleaning_hours", "days")
OPERATION_COSTS = (
    "operation", "shifts_per_day", "vessel_rate", "operators", "operator_rate", "utilities_per_kg", "waste_kg", "modification_cost", "cost",
    CONFIDENCE,
)  # fmt: skip
UTILITY_COSTS = ("operation", "kind", "amount", "unit", "basis", "rate", "in_all", "cost", CONFIDENCE)


def printed(sheets: Iterable[DepartmentAssessment], table: Worksheet, rows: str, *parts: tuple[str, ...]) -> Tables:
    """A table of every sheet that has it and rows in it; in several parts where all its columns are too wide for a page."""
    filled = [sheet for sheet in sheets if OWN.get(table.key, sheet.department.key) == sheet.department.key and getattr(sheet, rows).all()]
    return [_printed(sheet, table, names) for sheet in filled for names in parts or ((),)]


def _printed(sheet: DepartmentAssessment, table: Worksheet, names: tuple[str, ...]) -> dict[str, Any]:
    """Its totals named, those of money with their currency; what is said of a price is not headed as one. How sure figures are where
    somebody has judged one.
    """
    bound = bind_to(table, sheet, NOBODY)
    judged = any(getattr(row, CONFIDENCE, "") for row in getattr(sheet, name_on_sheet(table.model)).all())
    shown = tuple(each for each in names or [column["name"] for column in bound.columns()] if judged or each != CONFIDENCE)
    found = printed_table(bound, names=shown, caption=f"{sheet.department}: {table.title}")
    if STANDING in shown:
        found["columns"][shown.index(STANDING)]["label"] = _t("Validity of the price")
    if not found["rows"][-1][0]:
        in_money = COST in shown and sheet.currency
        found["rows"][-1][0] = _t("Total (%(currency)s)") % {"currency": sheet.currency} if in_money else _t("Total")
        found["has_total"] = True
    return found


def plans_on_paper(sheets: Sheets) -> Tables:
    """All that the departments plan and count, for the report."""
    return [
        *printed(sheets, LABOUR, "cost_rows"),
        *printed(sheets, MATERIAL_COSTS, "cost_rows"),
        *printed(sheets, TEST_PLAN, "tests", TESTS, TEST_COSTS),
        *printed(sheets, METHODS, "cost_rows"),
        *printed(sheets, PRODUCTION_PLAN, "operations", OPERATIONS, OPERATION_DAYS, OPERATION_COSTS),
        *printed(sheets, UTILITIES, "utilities", UTILITY_COSTS),
        *printed(sheets, HAZARDS, "hazards"),
        *printed(sheets, EHS_COSTS, "cost_rows"),
    ]


def costs_on_paper(sheets: Sheets) -> list[dict[str, Any]]:
    """What the sheets say to each section of the cost form, and what they do not say; each with the key of its section."""
    found = {
        "materials": (printed(sheets, MATERIAL_COSTS, "cost_rows"), _t("No sheet lists what is bought.")),
        "labour": (printed(sheets, LABOUR, "cost_rows"), _t("No sheet counts hours of research.")),
        "quality_control": (
            [*printed(sheets, TEST_PLAN, "tests", TEST_COSTS), *printed(sheets, METHODS, "cost_rows")],
            _t("No sheet plans a test or work on a method."),
        ),
        "production": (
            [*printed(sheets, PRODUCTION_PLAN, "operations", OPERATION_COSTS), *printed(sheets, UTILITIES, "utilities", UTILITY_COSTS)],
            _t("No sheet plans an operation in a vessel."),
        ),
        "ehs": (printed(sheets, EHS_COSTS, "cost_rows"), _t("No sheet counts studies, permits or protection.")),
    }
    return [{"key": key, "tables": tables, "missing": [] if tables else [words]} for key, (tables, words) in found.items()]
