"""The tables of a sheet that hold money beside its plans: utilities of operations, and what research, methods, materials and EHS cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from phases.evaluation.cost_tables import PlannedUtility, SheetCost
from phases.evaluation.planned import priced_on, sum_of_costs, sum_of_utilities, utility_of
from phases.evaluation.sheet_tables import OF_THE_SHEET, SIGNED, money_in, table_of_sheet
from phases.evaluation.table_rows import CostRows, HourRows, KilogramRows, MethodRows, PlannedUtilityRows
from phases.evaluation.tables import PlannedOperation
from process.costs.origins import end_columns, origin_columns
from projects.money import half_up
from worksheets.columns import text
from worksheets.sheets import Lookup, SheetColumn, Worksheet

if TYPE_CHECKING:
    from phases.evaluation.models import DepartmentAssessment
    from worksheets.bound import Bound

TENTH = Decimal("0.1")
ORIGIN = origin_columns(unsaid=OF_THE_SHEET, undated=SIGNED)


def _operations(bound: Bound) -> QuerySet[Any]:
    return PlannedOperation.objects.filter(assessment=bound.parent)


def _utility_totals(rows: Sequence[PlannedUtility], sheet: DepartmentAssessment) -> dict[str, Any]:
    return {"cost": money_in(sum_of_utilities(rows), sheet)} if rows else {}


def _utility_cost(row: PlannedUtility) -> Decimal | None:
    return money_in(utility_of(row).cost, row.assessment)


def _rate_stands(row: PlannedUtility) -> str:
    """Whether the rate still holds on the day of the sheet."""
    if row.valid_until is None or row.valid_until >= priced_on(row.assessment):
        return _t("valid")
    return _t("Expired on %(day)s.") % {"day": date_format(row.valid_until, "j M Y")}


def _totals(rows: Sequence[SheetCost], sheet: DepartmentAssessment) -> dict[str, Any]:
    """Of what is not rounded yet; amounts are added where they are all in one unit."""
    if not rows:
        return {}
    amount = sum((row.amount for row in rows), Decimal(0)) if len({row.unit for row in rows}) == 1 else None
    return {"amount": amount, "cost": money_in(sum_of_costs(rows), sheet)}


def _cost_columns(*own: SheetColumn, unit: str = "") -> tuple[SheetColumn, ...]:
    """What a cost may come to stands behind what it comes to, with whose word it is. unit: of every amount."""
    cost = SheetColumn("cost", _("Cost"), money=True, compute=lambda row: money_in(row.cost, row.assessment), total=True, kind="number")
    ends = (*end_columns("amount", unit=unit), *end_columns("unit_price", money=True))
    return (*own, cost, *ends, *ORIGIN, SheetColumn("note", width=28))


COSTS: dict[str, Any] = {
    "model": SheetCost,
    "rows": lambda rows: rows.select_related("assessment"),
    "totals": _totals,
}
UTILITIES = Worksheet(
    title=_("Utilities"),
    noun=_("utility"),
    model=PlannedUtility,
    columns=(
        SheetColumn(
            "operation",
            note=_("As the production plan calls it."),
            lookup=Lookup(_operations, by=("operation",)),
            example="Step 2: amination",
            frozen=True,
            width=24,
        ),
        SheetColumn("kind", example="Steam", width=16),
        SheetColumn("amount", example="850"),
        SheetColumn("unit", example="kg", width=8),
        SheetColumn("basis", example="per batch", width=16),
        SheetColumn("rate", money=True, note=_("In the currency of the sheet."), example="0.045"),
        SheetColumn("valid_until", example="2026-12-31"),
        SheetColumn("standing", _("Rate"), compute=_rate_stands, width=18),
        SheetColumn("in_all", _("In all"), compute=lambda row: half_up(utility_of(row).amount_in_all, TENTH), kind="number"),
        SheetColumn("cost", _("Cost in all"), money=True, compute=_utility_cost, total=True, kind="number"),
        *end_columns("amount"),
        *end_columns("rate", money=True),
        *ORIGIN,
        SheetColumn("note", width=20),
    ),
    service=PlannedUtilityRows,
    totals=_utility_totals,
    hint=_("By kind, in place of one figure for each kilogram: what an operation takes for each batch or kilogram, at which rate."),
    **table_of_sheet("planned-utilities"),
)
LABOUR = Worksheet(
    title=_("Labour"),
    noun=_("function"),
    columns=_cost_columns(
        SheetColumn("item", _("Function and grade"), example="Process chemist, senior", frozen=True, width=30),
        SheetColumn("task", example="Route optimisation", width=26),
        SheetColumn("amount", _("Hours"), unit="h", example="320", total=True),
        SheetColumn("unit_price", _("Rate per hour"), money=True, note=_("In the currency of the sheet."), example="95"),
        unit="h",
    ),
    service=HourRows,
    hint=_("Whose hours the development takes, for what, each at its rate. A cost scenario takes them over once the sheet is signed."),
    **COSTS,
    **table_of_sheet("research-labour"),
)
MATERIAL_COSTS = Worksheet(
    title=_("Materials"),
    noun=_("material"),
    columns=_cost_columns(
        SheetColumn("item", _("Material"), example="Acetic anhydride", frozen=True, width=30),
        SheetColumn("amount", _("Quantity"), unit="kg", example="240", total=True),
        SheetColumn("unit_price", _("Price per kg"), money=True, note=_("In the currency of the sheet."), example="1.15"),
        unit="kg",
    ),
    service=KilogramRows,
    hint=_("What is bought for the project and what it costs. Where a cost scenario counts with a route, that prices the materials."),
    **COSTS,
    **table_of_sheet("material-costs"),
)
EHS_COSTS = Worksheet(
    title=_("Costs of EHS"),
    noun=_("cost of EHS"),
    columns=_cost_columns(
        SheetColumn("item", _("Item"), example="Reaction calorimetry", frozen=True, width=30),
        SheetColumn("unit", example="runs", width=10),
        SheetColumn("amount", example="3", total=True),
        SheetColumn("unit_price", money=True, note=_("In the currency of the sheet."), example="2400"),
    ),
    service=CostRows,
    hint=_("Studies, permits, measurements and protection that the work asks for."),
    **COSTS,
    **table_of_sheet("ehs-costs"),
)
METHODS = Worksheet(
    title=_("Work on methods"),
    noun=_("work on a method"),
    columns=_cost_columns(
        SheetColumn("item", _("Method"), example="Assay and impurities, HPLC", frozen=True, width=30),
        SheetColumn("work", example="validation", width=16),
        SheetColumn("amount", example="120", total=True),
        SheetColumn("unit", field=lambda: text(20), note=_("Empty: hours."), example="h", width=10),
        SheetColumn("unit_price", money=True, note=_("In the currency of the sheet."), example="110"),
    ),
    service=MethodRows,
    hint=_(
        "What a method takes before it can be used: its development, validation or transfer in hours, and its columns and standards by"
        " the piece. It is part of the test plan’s total."
    ),
    **COSTS,
    **table_of_sheet("method-work"),
)
OF_COSTS = (LABOUR, MATERIAL_COSTS, EHS_COSTS)
