"""The production plan of a sheet as costs that a scenario takes over: vessel, cleaning, operators, utilities, waste of an operation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from phases.evaluation.base_cost import PRODUCTION, plan_of_operations
from phases.evaluation.tables import PlannedOperation
from process.costs.materials import Category
from process.costs.plans import DepartmentPlan, PlannedCost, read_plans_by
from process.words import plain_number

if TYPE_CHECKING:
    from phases.evaluation.models import DepartmentAssessment
    from projects.models import Project

ONE = Decimal(1)


def production_plan_of(project: Project) -> DepartmentPlan | None:
    """One query, however many operations."""
    rows = PlannedOperation.objects.filter(assessment__project=project, assessment__department__key=PRODUCTION)
    found = list(rows.select_related("assessment", "vessel").order_by("position", "id"))
    if not found or not found[0].assessment.currency:
        return None
    sheet = found[0].assessment
    sheet.project = project
    low, high = _ends(sheet, found)
    return DepartmentPlan(
        department=PRODUCTION,
        currency=sheet.currency,
        costs=tuple(cost for row in found for cost in costs_of(row)),
        link=reverse("sheet-detail", args=[project.code, PRODUCTION]),
        signed_on=project.day_of(sheet.signed_off_at) if sheet.signed_off_at else None,
        low=low,
        high=high,
    )


def _ends(sheet: DepartmentAssessment, rows: Sequence[PlannedOperation]) -> tuple[Decimal, Decimal]:
    """How far the sheet's low and high lie from its base, where its base is the plan's total; else nobody has said it of the plan."""
    base = sheet.cost_base
    if not base or base != plan_of_operations(sheet, rows).total:
        return ONE, ONE
    return tuple(ONE if end is None else end / base for end in (sheet.cost_low, sheet.cost_high))  # type: ignore[return-value]


def costs_of(row: PlannedOperation) -> Iterator[PlannedCost]:
    """Of one batch of the operation; together what the plan says of it."""
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
        yield PlannedCost(f"{row.operation} {row.vessel.tag}", label, category, unit, quantity, price, row.batches, note=size)


def register() -> None:
    read_plans_by(production_plan_of)
