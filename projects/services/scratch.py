"""Scratch plans: try dates, work, dependencies and the plan without a milestone, see what follows, then apply all of it or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none, require_reason
from audit.seen import Overtaken
from projects.limits import MOST_WORKING_DAYS
from projects.models import Milestone, MilestoneLink, Project, Relation, Scratch, Task
from projects.services.dependencies import alter_dependency, drop_dependency, put_dependency
from projects.services.locking import locked
from projects.services.milestones import removal_blockers_of, take_out
from projects.services.plan import alter_timing, update_forecasts
from projects.services.tasks import alter_task, asked, draft_of
from projects.trials import Plan, added_errors, changes_of, conflicts, plan_of, stored
from projects.what_if import Changes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from accounts.models import User


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


def conflict_blockers(scratch: Scratch, plan: Plan) -> list[Blocker]:
    """Where the plan has moved away from what was tried; trying again, with the present plan in view, settles it."""
    words = [*conflicts(scratch, plan), *_kept_in_plan(changes_of(scratch).removed, plan)]
    return [Blocker(key="scratch.conflict", words=each) for each in words]


def _kept_in_plan(keys: Collection[str], plan: Plan) -> Iterator[str]:
    """Of what is taken out: why it no longer can be. What has happened or is gone is a conflict anyway."""
    rows = [row for row in plan.rows if row.key in keys and row.actual_on is None]
    for key, reasons in (removal_blockers_of(rows) if rows else {}).items():
        for reason in reasons:
            yield _t("“%(title)s” can no longer be taken out. %(reason)s") % {"title": plan.titles[key], "reason": reason}


def _locked_scratch(code: str, pk: int, actor: User) -> Scratch:
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    scratch = Scratch.objects.visible_to(actor).select_for_update(of=("self",)).select_related("owner").get(project=project, pk=pk)
    scratch.project = project
    require_none(scratch_blockers(scratch, actor))
    return scratch


@transaction.atomic
def change_scratch(code: str, pk: int, changes: Changes, *, actor: User, fingerprint: str = "") -> Scratch:
    """Try this; what is as in the plan is no change and is not kept. fingerprint: of the plan that the reader had in view.

    Raises BadInput by field: earliest-, work- and out-<key>, lag- and kind-<id>, added-<number>-predecessor.
    """
    scratch = _locked_scratch(code, pk, actor)
    plan = plan_of(scratch.project)
    if fingerprint and fingerprint != plan.fingerprint:
        words = _t("The plan has changed since this page was opened. Compare what you typed with it, then try again.")
        raise Overtaken({"": words}, plan.fingerprint)
    tried = _differences(changes, plan)
    errors = _wrong(tried, plan)
    if errors:
        raise BadInput(errors)
    scratch.changes = stored(tried, plan)
    scratch.save(update_fields=["changes"])
    record("plan.scratch_changed", scratch, actor=actor, name=scratch.name, after=scratch.changes)
    return scratch


def _differences(changes: Changes, plan: Plan) -> Changes:
    """Without what is as in the plan, and without the "not before" of what is taken out: its work counts on, in what bridges it."""
    open_rows = {key: row for key, row in plan.milestones.items() if row.actual_on is None}
    unknown = {*changes.earliest, *changes.removed} - set(open_rows) | set(changes.durations) - set(plan.durations)
    if unknown or changes.touched - set(plan.named):
        raise BadInput({"": [_t("The plan has changed: something tried here is no longer in it. Look again.")]})
    dropped, earliest = changes.dropped, changes.earliest
    return Changes(
        earliest={key: day for key, day in earliest.items() if key not in changes.removed and day != open_rows[key].earliest_on},
        durations={key: days for key, days in changes.durations.items() if days != plan.durations[key]},
        lags={names: days for names, days in changes.lags.items() if names not in dropped and days != plan.named[names].lag_days},
        kinds={names: kind for names, kind in changes.kinds.items() if names not in dropped and kind != names[2]},
        dropped=dropped,
        added=changes.added,
        removed=changes.removed,
    )


def _wrong(changes: Changes, plan: Plan) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for key, days in changes.durations.items():
        least = 0 if key in plan.milestones else 1
        if not least <= days <= MOST_WORKING_DAYS:
            errors[work_field(key)] = [_t("%(least)d to %(most)d working days.") % {"least": least, "most": MOST_WORKING_DAYS}]
    stays = removal_blockers_of([plan.milestones[key] for key in changes.removed])
    errors |= {f"out-{key}": [str(reason) for reason in reasons] for key, reasons in stays.items() if reasons}
    for names, lag in changes.lags.items():
        if abs(lag) > MOST_WORKING_DAYS:
            errors[f"lag-{plan.named[names].pk}"] = [_t("A lag is at most %(most)d working days either way.") % {"most": MOST_WORKING_DAYS}]
    errors |= _wrong_kinds(changes, plan)
    return errors | {f"added-{number}-predecessor": [words] for number, words in added_errors(changes, plan, plan.titles)}


def _wrong_kinds(changes: Changes, plan: Plan) -> dict[str, list[str]]:
    errors, stays = {}, {names for names in plan.named if names not in changes.dropped}
    for names, kind in changes.kinds.items():
        field, becomes = f"kind-{plan.named[names].pk}", (*names[:2], kind)
        if kind not in Relation.values:
            errors[field] = [_t("Choose one of the four relations.")]
        elif becomes in stays:
            errors[field] = [_t("It waits for this milestone by this relation already; change that dependency.")]
        stays.add(becomes)
    return errors


def work_field(key: str) -> str:
    """The field of the work of a milestone or task: a colon is no part of an id that a link finds."""
    return f"work-{key.replace(':', '-')}"


@act
def apply_scratch(code: str, pk: int, *, reason: str, actor: User) -> list[Milestone]:
    """Everything tried becomes the plan, each change with its event and all with one reason. Returns the milestones that moved."""
    scratch = _locked_scratch(code, pk, actor)
    require_reason(reason)
    project, changes = scratch.project, changes_of(scratch)
    require_none(conflict_blockers(scratch, plan_of(project)))
    _apply_timing(project, changes, reason=reason, actor=actor)
    given_out = _apply_work(project, changes, reason=reason, actor=actor)
    _apply_dependencies(project, changes, reason=reason, actor=actor)
    for milestone in sorted(_locked_milestones(project, changes.removed), key=lambda row: row.key):  # as the trial does: each is led over
        take_out(milestone, reason=reason, actor=actor)
    _close(scratch, Scratch.Outcome.APPLIED)
    record("plan.scratch_applied", scratch, actor=actor, reason=reason, name=scratch.name, after=scratch.changes)
    moved = update_forecasts(project, actor=actor)
    for task in given_out:
        asked(task)
    return moved


def _locked_milestones(project: Project, keys: set[str] | frozenset[str]) -> list[Milestone]:
    rows = list(Milestone.objects.filter(project=project, key__in=keys).select_for_update(of=("self",)))
    for row in rows:
        row.project = project
    return rows


def _apply_timing(project: Project, changes: Changes, *, reason: str, actor: User) -> None:
    for milestone in _locked_milestones(project, {*changes.earliest, *changes.durations}):
        not_before = changes.earliest.get(milestone.key, milestone.earliest_on)
        days = changes.durations.get(milestone.key)
        alter_timing(milestone, not_before=not_before, duration_days=days, reason=reason, actor=actor)


def _apply_work(project: Project, changes: Changes, *, reason: str, actor: User) -> list[Task]:
    """The tasks that are given out anew."""
    rows = Task.objects.filter(project=project).select_related("milestone", "owner", "department", "after_task", "after_milestone")
    found = [task for task in rows.select_for_update(of=("self",)) if task.key in changes.durations]
    for task in found:
        task.project = project
        alter_task(task, draft_of(task, duration_days=changes.durations[task.key]), reason=reason, actor=actor)
    return found


def _apply_dependencies(project: Project, changes: Changes, *, reason: str, actor: User) -> None:
    """First what goes, so that what is added closes no loop with it."""
    rows = MilestoneLink.objects.filter(successor__project=project).select_related("predecessor", "successor")
    links = {link.names: link for link in rows.select_for_update(of=("self",))}
    for link in links.values():
        link.successor.project = project
    for names in sorted(changes.dropped):
        drop_dependency(links[names], reason=reason, actor=actor)
    for names in sorted({*changes.lags, *changes.kinds}):
        kind, lag_days = changes.kinds.get(names, names[2]), changes.lags.get(names, links[names].lag_days)
        alter_dependency(links[names], kind=kind, lag_days=lag_days, reason=reason, actor=actor)
    behind = {row.key: row for row in _locked_milestones(project, {link.successor for link in changes.added})}
    for added in changes.added:
        put_dependency(
            behind[added.successor], predecessor=added.predecessor, kind=added.kind, lag_days=added.lag_days, reason=reason, actor=actor
        )


@transaction.atomic
def discard_scratch(code: str, pk: int, *, actor: User) -> Scratch:
    scratch = _locked_scratch(code, pk, actor)
    _close(scratch, Scratch.Outcome.DISCARDED)
    record("plan.scratch_discarded", scratch, actor=actor, name=scratch.name)
    return scratch


def _close(scratch: Scratch, outcome: str) -> None:
    scratch.closed_at, scratch.outcome = timezone.now(), outcome
    scratch.save(update_fields=["closed_at", "outcome"])
