"""Baselines: the contract's, each change order's, and those that somebody takes by hand. None ever changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, missing_reason
from audit.rows import write_together
from projects.baselines import Dated
from projects.forecasting import calendar_for
from projects.models import Baseline, BaselineMilestone, Milestone, Project
from projects.services.locking import locked
from projects.services.plan import update_forecasts

if TYPE_CHECKING:
    from accounts.models import User


def take_contract_baseline(project: Project, *, name: str, actor: User) -> Baseline:
    """Freeze what is promised for every milestone, under a name. Runs inside the decision that orders it."""
    update_forecasts(project, actor=actor)
    planned = _dated(Milestone.objects.filter(project=project), _promised)
    return _promise(project, planned, name=name, kind=Baseline.Kind.CONTRACT, actor=actor)


def _promised(row: Milestone) -> date | None:
    """What the client was told before comes first: a baseline that says another date would tell it past the project manager."""
    told = row.published_on if row.is_shared else None
    return row.actual_on or told or row.forecast_on


def take_order_baseline(project: Project, days: Mapping[int, int], *, name: str, actor: User) -> Baseline:
    """The agreed dates after a change order: those it names (by milestone id) moved by its working days, the others as they were."""
    rows = list(Milestone.objects.filter(project=project))
    planned = _dated(rows, lambda row: _agreed_after(row, days.get(row.pk, 0), project))
    return _promise(project, planned, name=name, kind=Baseline.Kind.CHANGE_ORDER, actor=actor)


def _agreed_after(row: Milestone, days: int, project: Project) -> date | None:
    agreed = row.baseline_on or _promised(row)
    return calendar_for(row, project).add_working_days(agreed, days) if agreed else None


def _dated(rows: Iterable[Milestone], date_of: Callable[[Milestone], date | None]) -> list[tuple[Milestone, date]]:
    return [(row, on) for row in rows if (on := date_of(row))]


def _promise(project: Project, planned: list[tuple[Milestone, date]], *, name: str, kind: str, actor: User) -> Baseline:
    baseline = _write(project, planned, name=_free_name(project, name), kind=kind, reason="", actor=actor)
    for milestone, planned_on in planned:
        milestone.baseline_on, milestone.told_at, milestone.updated_at = planned_on, baseline.taken_at, baseline.taken_at
    write_together([milestone for milestone, _on in planned], ["baseline_on", "told_at", "updated_at"])
    update_forecasts(project, actor=actor)  # float is counted towards the new promise
    return baseline


def _free_name(project: Project, name: str) -> str:
    """The gate may be passed again after a return: Contract, Contract (2), …"""
    taken = set(Baseline.objects.filter(project=project).values_list("name", flat=True))
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def _write(project: Project, planned: list[tuple[Milestone, date]], *, name: str, kind: str, reason: str, actor: User) -> Baseline:
    baseline = Baseline.objects.create(project=project, name=name, kind=kind, reason=reason, taken_by=actor, taken_at=timezone.now())
    BaselineMilestone.objects.bulk_create(
        BaselineMilestone(baseline=baseline, milestone=row, phase=row.phase, title=row.title, planned_on=on) for row, on in planned
    )
    record("plan.baseline_taken", project, actor=actor, reason=reason, name=name, milestones=len(planned))
    return baseline


@act
def take_baseline(code: str, *, name: str, reason: str, actor: User) -> Baseline:
    """Remember the plan's forecasts under a name. What is promised to the client stays as it is."""
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    name = name.strip()
    planned = _dated(Milestone.objects.filter(project=project), lambda row: row.actual_on or row.forecast_on)
    errors = missing_reason(reason)
    if not name:
        errors["name"] = [_t("The name finds it again.")]
    elif Baseline.objects.filter(project=project, name=name).exists():
        errors["name"] = [_t("A baseline of this project has this name.")]
    if not planned:
        errors[""] = [_t("There is no plan yet to remember.")]
    if errors:
        raise BadInput(errors)
    return _write(project, planned, name=name, kind=Baseline.Kind.BY_HAND, reason=reason, actor=actor)


def dated_by(baseline: Baseline) -> dict[int, Dated]:
    """The dates of a baseline by milestone id, also of milestones that have left the plan. One query."""
    return {row.milestone_id: Dated(row.title, row.phase, row.planned_on) for row in baseline.milestones.all()}


def dated_now(rows: Iterable[Milestone]) -> dict[int, Dated]:
    """The plan as it stands."""
    dated = ((row, row.actual_on or row.forecast_on) for row in rows)
    return {row.pk: Dated(row.title, row.phase, on, achieved=row.actual_on is not None) for row, on in dated if on}


def promised_by(rows: Iterable[Milestone], baseline: Baseline | None) -> dict[int, date | None]:
    """By milestone id, what a baseline promises; without one, what is agreed now. One query at most."""
    if baseline is None:
        return {row.pk: row.baseline_on for row in rows}
    return {pk: dated.on for pk, dated in dated_by(baseline).items()}
