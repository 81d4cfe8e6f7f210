"""Scratch plans: try dates and lags, see what follows, then apply all of it in one act or throw it away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none, require_reason
from projects.forecasting import Changes, LagKey, schedule_of
from projects.models import Milestone, MilestoneLink, Project, Scratch, Task
from projects.schedule import Remark
from projects.services.locking import locked
from projects.services.plan import update_forecasts

if TYPE_CHECKING:
    from accounts.models import User

BETWEEN = ">"


def changes_of(scratch: Scratch) -> Changes:
    """The stored changes as the network takes them."""
    earliest = {key: date.fromisoformat(day) if day else None for key, day in scratch.changes.get("earliest", {}).items()}
    lags = {tuple(names.split(BETWEEN)): days for names, days in scratch.changes.get("lags", {}).items()}
    return Changes(earliest, lags)  # type: ignore[arg-type]  # a dependency has three names


def tried(scratch: Scratch, rows: list[Milestone], links: list[MilestoneLink]) -> tuple[dict[int, date], tuple[Remark, ...]]:
    """The dates that the plan would have, by milestone id, and what the network remarks on. One query."""
    tasks = list(Task.objects.filter(project=scratch.project))
    schedule = schedule_of(scratch.project, rows, links, tasks=tasks, today=timezone.localdate(), changes=changes_of(scratch))
    return {row.pk: row.actual_on or schedule.items[row.key].finish for row in rows}, schedule.remarks


@transaction.atomic
def open_scratch(code: str, *, name: str, actor: User) -> Scratch:
    """A scratch plan of one's own; it begins as the plan is."""
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    if not name.strip():
        raise BadInput({"name": [_t("Say what is tried.")]})
    scratch = Scratch.objects.create(project=project, owner=actor, name=name.strip(), changes={}, opened_at=timezone.now())
    record("plan.scratch_opened", scratch, actor=actor, name=scratch.name)
    return scratch


def scratch_blockers(scratch: Scratch, actor: User) -> list[Blocker]:
    """Why this person cannot change, apply or discard it; the page shows the same."""
    if scratch.closed_at is not None:
        words = _t("This scratch plan is %(outcome)s.") % {"outcome": scratch.get_outcome_display().lower()}
        return [Blocker(key="scratch.closed", words=words)]
    if scratch.owner_id != actor.pk:
        words = _t("%(name)s tries this out; open a scratch plan of your own.") % {"name": scratch.owner.full_name}
        return [Blocker(key="scratch.owner", words=words)]
    return []


def _locked_scratch(code: str, pk: int, actor: User) -> Scratch:
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    scratch = Scratch.objects.visible_to(actor).select_for_update(of=("self",)).select_related("owner").get(project=project, pk=pk)
    scratch.project = project
    require_none(scratch_blockers(scratch, actor))
    return scratch


@transaction.atomic
def change_scratch(code: str, pk: int, *, earliest: Mapping[str, date | None], lags: Mapping[LagKey, int], actor: User) -> Scratch:
    """Try these dates and lags; what is as in the plan is no change and is not kept."""
    scratch = _locked_scratch(code, pk, actor)
    scratch.changes = _differences(scratch.project, earliest, lags)
    scratch.save(update_fields=["changes"])
    record("plan.scratch_changed", scratch, actor=actor, name=scratch.name, after=scratch.changes)
    return scratch


def _differences(project: Project, earliest: Mapping[str, date | None], lags: Mapping[LagKey, int]) -> dict[str, Any]:
    rows = {row.key: row for row in Milestone.objects.open().filter(project=project)}
    links = {link.names: link for link in _links(project)}
    unknown = [*(set(earliest) - set(rows)), *(set(lags) - set(links))]
    if unknown:
        raise BadInput({"": [_t("The plan has changed: something tried here is no longer in it. Look again.")]})
    return {
        "earliest": {key: day and day.isoformat() for key, day in earliest.items() if day != rows[key].earliest_on},
        "lags": {BETWEEN.join(names): days for names, days in lags.items() if days != links[names].lag_days},
    }


def _links(project: Project) -> list[MilestoneLink]:
    return list(MilestoneLink.objects.filter(successor__project=project).select_related("predecessor", "successor"))


@act
def apply_scratch(code: str, pk: int, *, reason: str, actor: User) -> list[Milestone]:
    """Everything tried becomes the plan, with one reason. Returns the milestones that moved."""
    scratch = _locked_scratch(code, pk, actor)
    require_reason(reason)
    changes = changes_of(scratch)
    _differences(scratch.project, changes.earliest, changes.lags)  # refuses what the plan no longer has
    for milestone in Milestone.objects.open().filter(project=scratch.project, key__in=changes.earliest).select_for_update(of=("self",)):
        milestone.earliest_on = changes.earliest[milestone.key]
        milestone.save(update_fields=["earliest_on", "updated_at"])
    for link in _links(scratch.project):
        if link.names in changes.lags:
            link.lag_days, link.by_hand = changes.lags[link.names], True
            link.save(update_fields=["lag_days", "by_hand"])
    _close(scratch, Scratch.Outcome.APPLIED)
    record("plan.scratch_applied", scratch, actor=actor, reason=reason, name=scratch.name, after=scratch.changes)
    return update_forecasts(scratch.project, actor=actor)


@transaction.atomic
def discard_scratch(code: str, pk: int, *, actor: User) -> Scratch:
    scratch = _locked_scratch(code, pk, actor)
    _close(scratch, Scratch.Outcome.DISCARDED)
    record("plan.scratch_discarded", scratch, actor=actor, name=scratch.name)
    return scratch


def _close(scratch: Scratch, outcome: str) -> None:
    scratch.closed_at, scratch.outcome = timezone.now(), outcome
    scratch.save(update_fields=["closed_at", "outcome"])
