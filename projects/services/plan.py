"""The plan: forecasts that follow their predecessors, actual dates fed by the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none, require_reason
from audit.rows import write_together
from projects.forecasting import calendar_of, schedule_of
from projects.models import PHASES, Deliverable, Milestone, MilestoneLink, Project, Task
from projects.plans import phase_plan
from projects.services.happened import require_day
from projects.services.invoicing import ask_to_invoice
from projects.services.locking import locked
from projects.services.publishing import explain_achievement, explanation_blockers
from projects.services.task_dates import keep_task_dates
from projects.services.unpublished import ask_to_publish
from projects.services.waiting import postpone_waits

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "achieve_milestone",
    "achievement_blockers",
    "calendar_of",
    "reschedule_milestone",
    "rescheduling_blockers",
    "set_actual_from",
    "update_forecasts",
]


def update_forecasts(project: Project, *, actor: User | None) -> list[Milestone]:
    """Recompute the internal forecast of every open milestone of a locked project; returns those that moved."""
    milestones = list(Milestone.objects.filter(project=project).select_for_update(of=("self",)))
    if not milestones:
        return []
    links = MilestoneLink.objects.filter(successor__project=project)
    tasks = list(Task.objects.filter(project=project).select_for_update(of=("self",)))
    schedule = schedule_of(project, milestones, links, tasks=tasks, today=project.today)
    changed, moves, before = [], [], {milestone.key: milestone.forecast_on for milestone in milestones}
    for milestone in milestones:
        item = schedule.items[milestone.key]
        forecast = milestone.actual_on or item.finish
        if (forecast, item.float_days) == (milestone.forecast_on, milestone.float_days):
            continue
        if milestone.forecast_on not in (None, forecast) and milestone.actual_on is None:
            moves.append({"milestone": milestone.key, "title": milestone.title, "from": milestone.forecast_on, "to": forecast})
        milestone.forecast_on, milestone.float_days, milestone.updated_at = forecast, item.float_days, timezone.now()
        changed.append(milestone)
    write_together(changed, ["forecast_on", "float_days", "updated_at"])
    _move_due_dates(project, before, changed)
    keep_task_dates(project, tasks, milestones, schedule)
    if moves:  # one event for one movement of the plan, however many milestones follow
        record("plan.forecasts_moved", project, actor=actor, moves=moves, count=len(moves), first=moves[0]["title"], to_date=moves[0]["to"])
    ask_to_publish(project)
    return changed


def _move_due_dates(project: Project, before: Mapping[str, date | None], changed: Sequence[Milestone]) -> None:
    """A deliverable that was due with its milestone stays due with it; a due date that a person chose stays."""
    feeds = {item.key: item.milestone for phase in PHASES for item in phase_plan(phase).deliverables}
    after = {milestone.key: milestone.forecast_on for milestone in changed}
    moved = [
        row
        for row in Deliverable.objects.filter(project=project, done_at=None).select_for_update()
        if feeds.get(row.key) in after and row.due_on == before[feeds[row.key]] != after[feeds[row.key]]
    ]
    for row in moved:
        row.due_on = after[feeds[row.key]]
    write_together(moved, ["due_on"])
    postpone_waits({f"deliverable:{row.pk}": row.due_on for row in moved})


def set_actual_from(project: Project, source: str, *, on: date, actor: User) -> None:
    """Something that the record knows happened: the milestones it feeds are achieved, and what follows them moves."""
    if achieve_from(project, source, on=on, actor=actor):
        update_forecasts(project, actor=actor)


def achieve_from(project: Project, source: str, *, on: date, actor: User) -> list[Milestone]:
    """The same inside an act that works the plan out when it has done everything; gives what is achieved by it."""
    fed = list(Milestone.objects.filter(project=project, source=source, actual_on=None).select_for_update(of=("self",)))
    for milestone in fed:
        milestone.project = project
        _achieve(milestone, on, actor=actor)
    return fed


def _achieve(milestone: Milestone, on: date, *, actor: User, reason: str = "") -> None:
    milestone.actual_on, milestone.told_at = on, timezone.now()
    milestone.save(update_fields=["actual_on", "told_at", "updated_at"])
    record("milestone.achieved", milestone, actor=actor, reason=reason, title=milestone.title, actual_on=on)
    if milestone.kind == Milestone.Kind.PAYMENT:
        ask_to_invoice(milestone, actor=actor)
    else:
        achieve_from(milestone.project, f"milestone:{milestone.key}", on=on, actor=actor)  # payments that are due with it


def achievement_blockers(milestone: Milestone) -> list[Blocker]:
    """Why nobody can enter an actual date; the page shows the same."""
    return rescheduling_blockers(milestone) or _fed_by_the_record(milestone)


def _fed_by_the_record(milestone: Milestone) -> list[Blocker]:
    """What sets the date instead of a person."""
    kind, _colon, name = milestone.source.partition(":")
    code = milestone.project.code
    if not kind or (kind in ("deliverable", "milestone") and _never_comes(milestone.project, kind, name)):
        return []
    if kind == "deliverable":
        words, link = _t("The record sets this date when its deliverable is done."), reverse("deliverable-detail", args=[code, name])
    elif kind == "milestone":
        words, link = _t("The record sets this date when its milestone is achieved."), reverse("project-milestones", args=[code])
    elif kind == "gate":
        words, link = _t("The record sets this date when %(gate)s is decided “go”.") % {"gate": name}, reverse("project-gate", args=[code])
    else:
        words, link = _t("The record sets this date when the client accepts the quotation."), reverse("project-evaluation", args=[code])
    return [Blocker(key="milestone.fed", words=words, link=link)]


def _never_comes(project: Project, kind: str, key: str) -> bool:
    """A deliverable that does not apply and a milestone that is dropped feed nothing: a person enters the date."""
    if kind == "milestone":
        return not Milestone.objects.filter(project=project, key=key).exists()
    return Deliverable.objects.filter(project=project, key=key).exclude(not_applicable="").exists()


def rescheduling_blockers(milestone: Milestone) -> list[Blocker]:
    """Why the forecast cannot be moved; the page shows the same."""
    return [Blocker(key="milestone.achieved", words=_t("This milestone is achieved."))] if milestone.actual_on is not None else []


@act
def achieve_milestone(
    code: str, key: str, *, on: date, actor: User, reason: str = "", explained: Mapping[str, Any] | None = None
) -> Milestone:
    """Enter the actual date of a milestone that nothing in the record feeds.

    explained: reason_class, side or shares, and reason, as `explain_achievement` takes them, where it is another day than the client was
    told; without, the project manager is asked for them and the days stay on nobody's side.
    """
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    require_none(achievement_blockers(milestone))
    require_day(project, on, began=milestone.started_on)
    _achieve(milestone, on, actor=actor, reason=reason)
    update_forecasts(project, actor=actor)
    if explained:
        if reasons := explanation_blockers(milestone):
            raise BadInput({"reason_class": [str(reason) for reason in reasons]})
        explain_achievement(code, key, actor=actor, **explained)
    return milestone


@act
def reschedule_milestone(
    code: str, key: str, *, not_before: date | None, actor: User, reason: str, duration_days: int | None = None
) -> list[Milestone]:
    """Move a milestone by the date before which it (or the work that ends with it) cannot begin; everything behind it follows.

    duration_days: the work that ends with it, None to leave it. Returns what moved.
    """
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    alter_timing(milestone, not_before=not_before, duration_days=duration_days, reason=reason, actor=actor)
    return update_forecasts(project, actor=actor)


def alter_timing(milestone: Milestone, *, not_before: date | None, duration_days: int | None, reason: str, actor: User) -> None:
    """The same inside an act that locked the milestone and works the plan out when it has done everything."""
    require_reason(reason)
    require_none(rescheduling_blockers(milestone))
    before = {"earliest_on": milestone.earliest_on, "duration_days": milestone.duration_days}
    milestone.earliest_on = not_before
    milestone.duration_days = milestone.duration_days if duration_days is None else duration_days
    milestone.save(update_fields=["earliest_on", "duration_days", "updated_at"])
    record(
        "milestone.rescheduled",
        milestone,
        actor=actor,
        reason=reason,
        before=before,
        after={"earliest_on": not_before, "duration_days": milestone.duration_days},
        title=milestone.title,
    )
