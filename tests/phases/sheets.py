"""Sheets of a project in evaluation, and rows of their tables, entered through the door."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from catalogue.models import AnalyticalPrice
from phases.evaluation import services
from phases.evaluation.models import DepartmentAssessment
from projects.models import Project
from tests.projects import factories as make
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, Change, Result, change_rows

ANALYST = Role.ANALYTICAL
OURS = {"test": "Assay", "technique": "HPLC", "method": "AM-012", "hours_per_sample": "1.5", "hourly_rate": "95", "currency": "EUR"}
RISK = {"text": "The dimer is not purged.", "probability": "2", "impact": "3", "response": "Crystallise twice."}
OPERATION = {"operation": "Step 1", "batch_kg": "120", "litres_per_kg": "12", "batches": "3", "hours": "36", "cleaning_hours": "8"}
ANSWERS: dict[str, Any] = {
    "feasibility_score": 4,
    "feasibility_reason": "A known route.",
    "currency": "EUR",
    "cost_base": Decimal("120000.00"),
    "duration_weeks": Decimal("20.0"),
}


def sheet_of(project: Project, department: str) -> DepartmentAssessment:
    rows = DepartmentAssessment.objects.with_tables().select_related("project__site")
    return rows.get(project=project, department__key=department)


def enter(address: str, values: dict[str, Any], role: str) -> Result:
    (result,) = change_rows(address, [Change(ADD, values=values)], actor=make.person(role)).results
    return result


def entered(address: str, values: dict[str, Any], role: str) -> int:
    result = enter(address, values, role)
    assert result.is_saved, result.errors
    assert result.pk is not None
    return result.pk


def changed(address: str, pk: int, values: dict[str, Any], role: str) -> Result:
    (result,) = change_rows(address, [Change(CHANGE, pk, values)], actor=make.person(role)).results
    return result


def add_row(project: Project, department: str, key: str, **values: Any) -> int:
    return entered(f"{key}:{sheet_of(project, department).pk}", values, department)


def sign_off(project: Project, department: str = "research", *, actor: User | None = None, **values: Any) -> DepartmentAssessment:
    """By the person of the department, unless another signs."""
    actor = actor or make.person(department)
    proof = make.fake_authentication(actor)
    return services.sign_off_sheet(project.code, department, actor=actor, authentication=proof, **values)


def a_test_price(**values: Any) -> AnalyticalPrice:
    given = OURS | {"valid_from": timezone.localdate().replace(month=1, day=1)} | values
    return AnalyticalPrice.objects.get(pk=entered("analytical-prices", given, ANALYST))


def table(project: Project, department: str, key: str) -> list[dict[str, Any]]:
    bound = bind(f"{key}:{sheet_of(project, department).pk}", make.person(department))
    return [row["values"] for row in bound.table(list(bound.query()))]


def totals(project: Project, department: str, key: str) -> dict[str, Any]:
    return bind(f"{key}:{sheet_of(project, department).pk}", make.person(department)).totals()


def plan_of(project: Project, **changes: Any) -> None:
    """Its sheet has a currency, in which the test plan is priced."""
    services.save_sheet(project.code, "analytical", changes={"currency": "EUR", **changes}, actor=make.person(Role.ANALYTICAL))
