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
SPREAD, ORIGIN = ("low_pct", "high_pct"), ("source", "reference", "dated")
ENDS = tuple(f"{name}_{end}" for name in ("amount", "unit_price", "rate") for end in ("low", "high"))
NAMED_BY = ("item", "task", "work", "unit")  # a row of costs
WHERE_SAID = frozenset({CONFIDENCE, *ENDS, *SPREAD, *ORIGIN})
TESTS = ("price", "stage", "batches", "samples_per_batch", "replicates", "samples", "standing", "note")
TEST_COSTS = ("price", "stage", "hours", "consumables", "outside", "cost", CONFIDENCE)
TEST_ORIGINS = ("price", "stage", *SPREAD, *ORIGIN)
OPERATIONS = ("operation", "vessel", "batch_kg", "litres_per_kg", "fill_litres", "fill_percent", "fit")
OPERATION_DAYS = ("operation", "batches", "hours", "cleaning_hours", "days")
OPERATION_COSTS = (
    "operation", "shifts_per_day", "vessel_rate", "operators", "operator_rate", "utilities_per_kg", "waste_kg", "modification_cost", "cost",
    CONFIDENCE,
)  # fmt: skip
OPERATION_ORIGINS = ("operation", "vessel", *SPREAD, *ORIGIN)
UTILITY_COSTS = ("operation", "kind", "amount", "unit", "basis", "rate", "in_all", "cost", CONFIDENCE)
UTILITY_ORIGINS = ("operation", "kind", "unit", "basis", *ENDS[:2], *ENDS[4:], *ORIGIN)


def printed(sheets: Iterable[DepartmentAssessment], table: Worksheet, rows: str, *parts: tuple[str, ...]) -> Tables:
    """A table of every sheet that has it and rows in it; in several parts where all its columns are too wide for a page."""
    filled = [sheet for sheet in sheets if OWN.get(table.key, sheet.department.key) == sheet.department.key and getattr(sheet, rows).all()]
    return [found for sheet in filled for names in parts or ((),) if (found := _printed(sheet, table, names)) is not None]


def printed_costs(sheets: Iterable[DepartmentAssessment], table: Worksheet) -> Tables:
    """A table of costs; below it where its figures come from and what they may come to."""
    names = tuple(column.name for column in table.columns)
    apart = {*ENDS, *ORIGIN}
    costs = tuple(name for name in names if name not in apart)
    return printed(sheets, table, "cost_rows", costs, tuple(name for name in names if name in {*apart, *NAMED_BY}))


def _printed(sheet: DepartmentAssessment, table: Worksheet, names: tuple[str, ...]) -> dict[str, Any] | None:
    """Its totals named, those of money with their currency; what is said of a price is not headed as one. How sure figures are, where they
    come from and what they may come to where somebody has said so of one; None of a part that is about nothing else then.
    """
    rows, every = getattr(sheet, name_on_sheet(table.model)).all(), names or tuple(column.name for column in table.columns)
    shown = tuple(name for name in every if name not in WHERE_SAID or _is_said(table, rows, name))
    caption, is_apart = f"{sheet.department}: {table.title}", ORIGIN[0] in names
    if is_apart and not WHERE_SAID.intersection(shown):
        return None
    words = _t("%(table)s, where the figures come from") if is_apart else "%(table)s"
    found = printed_table(bind_to(table, sheet, NOBODY), names=shown, caption=words % {"table": caption})
    if STANDING in shown:
        found["columns"][shown.index(STANDING)]["label"] = _t("Validity of the price")
    if not found["rows"][-1][0]:
        in_money = COST in shown and sheet.currency
        found["rows"][-1][0] = _t("Total (%(currency)s)") % {"currency": sheet.currency} if in_money else _t("Total")
        found["has_total"] = True
    return found


def _is_said(table: Worksheet, rows: Iterable[Any], name: str) -> bool:
    """Of a row."""
    column = table.column(name)
    told = column.compute or column.of
    return any(told(row) not in (None, "") for row in rows)


def plans_on_paper(sheets: Sheets) -> Tables:
    """All that the departments plan and count, for the report."""
    return [
        *printed_costs(sheets, LABOUR),
        *printed_costs(sheets, MATERIAL_COSTS),
        *printed(sheets, TEST_PLAN, "tests", TESTS, TEST_COSTS, TEST_ORIGINS),
        *printed_costs(sheets, METHODS),
        *printed(sheets, PRODUCTION_PLAN, "operations", OPERATIONS, OPERATION_DAYS, OPERATION_COSTS, OPERATION_ORIGINS),
        *printed(sheets, UTILITIES, "utilities", UTILITY_COSTS, UTILITY_ORIGINS),
        *printed(sheets, HAZARDS, "hazards"),
        *printed_costs(sheets, EHS_COSTS),
    ]


def costs_on_paper(sheets: Sheets) -> list[dict[str, Any]]:
    """What the sheets say to each section of the cost form, and what they do not say; each with the key of its section."""
    found = {
        "materials": (printed_costs(sheets, MATERIAL_COSTS), _t("No sheet lists what is bought.")),
        "labour": (printed_costs(sheets, LABOUR), _t("No sheet counts hours of research.")),
        "quality_control": (
            [*printed(sheets, TEST_PLAN, "tests", TEST_COSTS, TEST_ORIGINS), *printed_costs(sheets, METHODS)],
            _t("No sheet plans a test or work on a method."),
        ),
        "production": (
            [
                *printed(sheets, PRODUCTION_PLAN, "operations", OPERATION_COSTS, OPERATION_ORIGINS),
                *printed(sheets, UTILITIES, "utilities", UTILITY_COSTS, UTILITY_ORIGINS),
            ],
            _t("No sheet plans an operation in a vessel."),
        ),
        "ehs": (printed_costs(sheets, EHS_COSTS), _t("No sheet counts studies, permits or protection.")),
    }
    return [{"key": key, "tables": tables, "missing": [] if tables else [words]} for key, (tables, words) in found.items()]
