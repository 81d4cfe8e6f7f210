"""The plans of sheets as costs that a scenario takes over: of each operation vessel, cleaning, operators, utilities, waste; of each test
work, consumables, outside laboratories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.nested import Nested
from phases.evaluation.base_cost import ANALYTICAL, PRODUCTION, Plan, plan_of, plan_of_costs, plan_of_operations
from phases.evaluation.cost_tables import PlannedUtility, SheetCost
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.planned import utility_of
from phases.evaluation.tables import PlannedOperation, PlannedTest
from process.costs.campaigns import PlannedVessel
from process.costs.figures import ONE, Source
from process.costs.materials import Category
from process.costs.plans import NO_ENDS, DepartmentPlan, Ends, Origin, PlannedCost, read_plans_by
from process.words import plain_number

if TYPE_CHECKING:
    from process.costs.origins import Sourced
    from projects.models import Project

COSTS = {"research": Category.LABOUR, "material_control": Category.MATERIALS, "ehs": Category.EHS}
TABLES = {
    "operations": Nested(PlannedOperation, ("vessel",)),
    "utilities": Nested(PlannedUtility),
    "tests": Nested(PlannedTest, ("price", "price__supplier")),
    "costs": Nested(SheetCost),
}
PER_KG = frozenset({Category.UTILITIES, Category.WASTE})  # of batch, in the plan


def plans_of_sheets(project: Project) -> dict[str, DepartmentPlan]:
    """What the departments plan, by department; without those that plan nothing. One query, however many rows, and one more for rates where
    a test is priced in another currency than its sheet's.
    """
    told = {f"told_{name}": rows.in_query(_of_sheet(rows)) for name, rows in TABLES.items()}
    sheets = DepartmentAssessment.objects.filter(project=project).exclude(currency="").select_related("department").annotate(**told)
    plans = {}
    for sheet in sheets:
        sheet.project = project
        plans[sheet.department.key] = _plan_of(sheet)
    return {key: plan for key, plan in plans.items() if plan is not None}


def _of_sheet(rows: Nested) -> QuerySet[Any]:
    return rows.model._default_manager.filter(assessment=OuterRef("pk")).order_by("position", "id")


def _plan_of(sheet: DepartmentAssessment) -> DepartmentPlan | None:
    read = {name: rows.rows_in(getattr(sheet, f"told_{name}")) for name, rows in TABLES.items()}
    key = sheet.department.key
    if key == PRODUCTION:
        return _production_plan(sheet, read["operations"], read["utilities"])
    costs, tests = read["costs"], read["tests"]
    told = [_cost_of_sheet(row, COSTS.get(key)) for row in costs]
    if key == ANALYTICAL and (tests or costs):
        of_tests = [cost for row in tests for cost in costs_of_test(row)]
        return _planned(sheet, key, [*of_tests, *told], partial(plan_of, sheet, tests, costs))
    return _planned(sheet, key, told, partial(plan_of_costs, sheet, costs)) if costs else None


def _production_plan(
    sheet: DepartmentAssessment, operations: list[PlannedOperation], utilities: list[PlannedUtility]
) -> DepartmentPlan | None:
    if not operations:
        return None
    of: dict[int, list[PlannedUtility]] = {row.pk: [] for row in operations}
    by_pk = {row.pk: row for row in operations}
    for each in utilities:
        each.operation = by_pk[each.operation_id]
        of[each.operation_id].append(each)
    costs = (cost for row in operations for cost in costs_of(row, of[row.pk]))
    plan = _planned(sheet, PRODUCTION, costs, lambda: plan_of_operations(sheet, operations, utilities))
    return replace(plan, operations=tuple(_vessel(row) for row in operations))


def _cost_of_sheet(row: SheetCost, category: Category | None) -> PlannedCost:
    """category: of its department's costs; None where the work on a method says it."""
    if category is None:
        category = Category.DOSSIER if row.work == SheetCost.Work.VALIDATION else Category.QC
    of = " ".join(filter(None, (row.item, row.task, row.work)))
    figures = (row.unit, row.amount, row.unit_price, 1)
    ends = (row.amount_low, row.amount_high), (row.unit_price_low, row.unit_price_high)
    return PlannedCost(of, str(row), category, *figures, note=row.note, is_once=True, confidence=row.confidence, origin=_origin(row, *ends))


def _origin(row: Sourced, quantity: Ends, price: Ends) -> Origin:
    return Origin(row.source, row.reference, row.dated, quantity, price)


def _planned(sheet: DepartmentAssessment, department: str, costs: Iterable[PlannedCost], plan: Callable[[], Plan]) -> DepartmentPlan:
    low, high = _ends(sheet, plan)
    return DepartmentPlan(
        department=department,
        currency=sheet.currency,
        costs=tuple(costs),
        link=reverse("sheet-detail", args=[sheet.project.code, department]),
        signed_on=sheet.project.day_of(sheet.signed_off_at) if sheet.signed_off_at else None,
        low=low,
        high=high,
    )


def _ends(sheet: DepartmentAssessment, plan: Callable[[], Plan]) -> tuple[Decimal, Decimal]:
    """How far the sheet's low and high lie from its base, where its base is the plan's total; else nobody has said it of the plan. Ends
    that follow from what rows say of themselves are no word on the others.

    plan: priced only where the sheet says low or high.
    """
    base = sheet.cost_base
    if not base or (sheet.cost_low is None and sheet.cost_high is None) or base != (found := plan()).total:
        return ONE, ONE
    ends = (sheet.cost_low, found.low), (sheet.cost_high, found.high)
    return tuple(ONE if end in (None, of_rows) else end / base for end, of_rows in ends)  # type: ignore[return-value]


def _vessel(row: PlannedOperation) -> PlannedVessel:
    vessel = row.vessel
    volumes = (row.litres_per_kg, vessel.volume_min_litres, vessel.volume_max_litres)
    return PlannedVessel(row.operation, vessel.tag, row.batches, row.batch_kg, *volumes)


def costs_of(row: PlannedOperation, utilities: Iterable[PlannedUtility] = ()) -> Iterator[PlannedCost]:
    """Of one batch of the operation and of its utilities; together what the plan says of it."""
    size = _t("%(batches)d × %(kg)s kg in %(vessel)s") % {
        "batches": row.batches,
        "kg": plain_number(row.batch_kg),
        "vessel": row.vessel.tag,
    }
    people = row.operators * (row.hours + row.cleaning_hours)
    for words, category, quantity, unit, price in (
        (_t("%(operation)s: vessel"), Category.OCCUPANCY, row.hours, "h", row.vessel_rate),
        (_t("%(operation)s: cleaning"), Category.CLEANING, row.cleaning_hours, "h", row.vessel_rate),
        (_t("%(operation)s: operators"), Category.LABOUR, people, "h", row.operator_rate),
        (_t("%(operation)s: utilities"), Category.UTILITIES, row.batch_kg, "kg", row.utilities_per_kg),
        (_t("%(operation)s: waste"), Category.WASTE, row.batch_kg * row.waste_kg_per_kg, "kg", row.waste_price_per_kg),
    ):
        label = words % {"operation": row.operation}
        of, told = f"{row.operation} {row.vessel.tag}", _told(row, price) | {"note": size, "is_per_kg": category in PER_KG}
        yield PlannedCost(of, label, category, unit, quantity, price, row.batches, **told)
    if row.modification_cost:
        label = _t("%(operation)s: change of equipment") % {"operation": row.operation}
        of = f"{row.operation} {row.vessel.tag} modification"
        figures = (_t("lump sum"), Decimal(1), row.modification_cost, 1)
        yield PlannedCost(of, label, Category.OCCUPANCY, *figures, note=size, is_once=True, **_told(row, row.modification_cost))
    for each in utilities:
        yield _cost_of_utility(each, row, size)


def _told(row: PlannedOperation, price: Decimal) -> dict[str, Any]:
    """Of each of its costs the same."""
    return {"confidence": row.confidence, "origin": _origin(row, NO_ENDS, row.ends(price)), "spread": f"operation {row.pk}"}


def _cost_of_utility(each: PlannedUtility, row: PlannedOperation, size: str) -> PlannedCost:
    """Of one batch."""
    label = _t("%(operation)s: %(utility)s") % {"operation": row.operation, "utility": each.get_kind_display()}
    of, counted = f"{row.operation} {row.vessel.tag} {each.kind}", utility_of(each)
    low, high = (None if end is None else replace(counted, amount=end).of_batch for end in (each.amount_low, each.amount_high))
    return PlannedCost(
        of,
        label,
        Category.UTILITIES,
        each.unit,
        counted.of_batch,
        each.rate,
        row.batches,
        note=size,
        valid_until=each.valid_until,
        is_per_kg=counted.is_per_kg,
        confidence=each.confidence,
        origin=_origin(each, (low, high), (each.rate_low, each.rate_high)),
    )


def costs_of_test(row: PlannedTest) -> Iterator[PlannedCost]:
    """Of the samples of one batch, each as often as it is measured, in the currency of the price book, which says whose word they are."""
    price, outside = row.price, row.price.supplier is not None
    samples = Decimal(row.samples_per_batch * (row.replicates or 1))
    own = Category.DOSSIER if row.stage == PlannedTest.Stage.STABILITY else Category.QC
    told = {"test": price.test, "stage": row.get_stage_display()}
    size = _t("%(batches)d × %(samples)d samples") % {"batches": row.batches, "samples": row.samples_per_batch}
    if row.replicates and row.replicates > 1:
        size = _t("%(size)s × %(replicates)d replicates") % {"size": size, "replicates": row.replicates}
    note = ", ".join(filter(None, (size, price.technique, price.method, price.supplier.name if price.supplier else "")))
    work = (samples * price.hours_per_sample, "h", price.hourly_rate)
    if price.price_per_sample is not None:
        work = (samples, _t("samples"), price.price_per_sample)
    words = _t("%(test)s (%(stage)s): outside laboratory") if outside else _t("%(test)s (%(stage)s): work")
    for said, category, (quantity, unit, amount) in (
        (words, Category.OUTSIDE if outside else own, work),
        (_t("%(test)s (%(stage)s): consumables"), own, (samples, _t("samples"), price.consumables_per_sample)),
    ):
        of, until = f"{price.test} {price.technique} {price.method} {row.stage}", price.valid_until
        figures = (unit, quantity, amount, row.batches)
        origin = Origin(Source.PRICE_BOOK, price.reference, price.valid_from, price=row.ends(amount), is_listed=True)
        common: dict[str, Any] = {"confidence": row.confidence, "origin": origin, "spread": f"test {row.pk}"}
        yield PlannedCost(of, said % told, category, *figures, note, price.currency, until, **common)


def register() -> None:
    read_plans_by(plans_of_sheets)
