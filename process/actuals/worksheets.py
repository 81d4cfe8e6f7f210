"""The tables of what really happened: what was spent on each phase, what its steps gave and took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from charts.look import written
from process.actuals.models import ActualCost, RunStep, StepRun
from process.actuals.table_rows import CostRows, RunRows
from process.routes.models import RouteVersion
from process.routes.worksheets import percent
from projects.models import Project
from projects.services.locking import not_active
from worksheets.sheets import Lookup, SheetColumn, Worksheet, register_sheet

if TYPE_CHECKING:
    from worksheets.bound import Bound

WHO = _("What really happened is recorded by research, production or a project manager.")


def _steps(bound: Bound) -> QuerySet[Any]:
    """Of the versions that do not change any more, the newest first; what was run is one of them."""
    rows = RunStep.objects.filter(version__route__project=bound.parent, version__state=RouteVersion.State.FIXED)
    return rows.select_related("version__route").order_by("version__route__number", "-version__number", "position", "id")


def _called(steps: QuerySet[Any], words: str) -> QuerySet[Any]:
    return steps.filter(pk__in=[each.pk for each in steps if str(each).casefold() == words.casefold()])


def _entered(row: ActualCost | StepRun) -> str:
    return f"{row.entered_by.full_name}, {written(timezone.localdate(row.entered_at))}"


def _page(project: Project) -> str:
    return reverse("project-actuals", args=[project.code])


ENTERED = SheetColumn("entered", _("Entered"), compute=_entered, width=30)
OF_PROJECT: dict[str, Any] = {
    "parent": "project",
    "parent_key": "code",
    "permission": "process.record_actuals",
    "who": WHO,
    "blockers": not_active,
    "page": _page,
}
ACTUAL_COSTS = Worksheet(
    key="actual-costs",
    title=_("What was spent"),
    noun=_("actual cost"),
    model=ActualCost,
    columns=(
        SheetColumn("phase", note=_("One that has begun."), example="Pilot", frozen=True, width=14),
        SheetColumn("label", example="Starting material, both batches", width=32),
        SheetColumn("amount", regulated=True, example="48200", width=14),
        SheetColumn("currency", regulated=True, example="EUR"),
        SheetColumn("booked_on", note=_("Its rate holds."), example="2026-03-12", width=14),
        SheetColumn("source", note=_("Invoice, account, time sheet."), example="Invoice 4711", width=24),
        ENTERED,
    ),
    service=CostRows,
    readers="process.read_actual_costs",
    rows=lambda rows: rows.select_related("entered_by"),
    hint=_("As often as something is booked on a phase; all of it is set beside what was quoted of that phase."),
    **OF_PROJECT,
)
STEP_RUNS = Worksheet(
    key="step-runs",
    title=_("What the steps gave and took"),
    noun=_("run"),
    model=StepRun,
    columns=(
        SheetColumn(
            "step",
            lookup=Lookup(_steps, find=_called),
            note=_("Of a fixed version of a route."),
            example="Amide route, version 1: Coupling",
            fixed=True,
            frozen=True,
            width=34,
        ),
        SheetColumn("phase", note=_("One that has begun."), example="Pilot", fixed=True, width=14),
        SheetColumn("batches", regulated=True, note=_("On how many it was seen."), example="2", width=11),
        SheetColumn("batch_numbers", example="P-001, P-002", width=18),
        SheetColumn("yield_pct", unit="%", field=lambda: percent(required=True), regulated=True, example="86.5"),
        SheetColumn("quoted", _("Yield, quoted"), unit="%", compute=lambda row: row.quoted_yield_pct, kind="number"),
        SheetColumn("cycle_time_h", unit="h", regulated=True, example="31"),
        SheetColumn("quoted_time", _("Cycle time, quoted"), unit="h", compute=lambda row: row.quoted_cycle_time_h, kind="number"),
        SheetColumn("seen_on", example="2026-03-12"),
        SheetColumn("note", width=28),
        ENTERED,
    ),
    service=RunRows,
    rows=lambda rows: rows.select_related("entered_by", "step__version__route"),
    hint=_("The mean yield and cycle time of so many batches. What was quoted is kept as it stood when the row was entered."),
    **OF_PROJECT,
)


def register() -> None:
    register_sheet(ACTUAL_COSTS, STEP_RUNS)
