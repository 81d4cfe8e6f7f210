"""The plan: forecasts that follow their predecessors, baselines, published dates, actual dates fed by the record."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from projects.calendars import WorkingCalendar
from projects.models import Baseline, BaselineMilestone, Milestone, MilestoneLink, Project, Publication
from projects.schedule import Activity, Link, propagate
from projects.services.lifecycle import locked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User


def calendar_of(project: Project) -> WorkingCalendar:
    """The working days of the project's site; without a site, Monday to Friday."""
    return WorkingCalendar(country=project.site.country if project.site else "")


def update_forecasts(project: Project, *, actor: User) -> list[Milestone]:
    """Recompute the internal forecast of every open milestone of a locked project; returns those that moved."""
    milestones = list(Milestone.objects.filter(project=project).select_for_update(of=("self",)))
    if not milestones:
        return []
    calendar = calendar_of(project)
    links = MilestoneLink.objects.filter(successor__project=project).select_related("predecessor", "successor")
    schedule = propagate(
        [
            Activity(key=m.key, duration_days=0, earliest=m.earliest_on, actual_start=m.actual_on, actual_finish=m.actual_on)
            for m in milestones
        ],
        [Link(link.predecessor.key, link.successor.key, lag_days=link.lag_days) for link in links],
        calendar,
        timezone.localdate(),
        finish_by=_promised_end(milestones, calendar),
    )
    changed, moves = [], []
    for milestone in milestones:
        item = schedule.items[milestone.key]
        forecast = milestone.actual_on or item.finish
        if (forecast, item.float_days) == (milestone.forecast_on, milestone.float_days):
            continue
        if milestone.forecast_on not in (None, forecast) and milestone.actual_on is None:
            moves.append({"milestone": milestone.key, "title": milestone.title, "from": milestone.forecast_on, "to": forecast})
        milestone.forecast_on, milestone.float_days, milestone.updated_at = forecast, item.float_days, timezone.now()
        changed.append(milestone)
    Milestone.objects.bulk_update(changed, ["forecast_on", "float_days", "updated_at"])
    if moves:  # one event for one movement of the plan, however many milestones follow
        record("plan.forecasts_moved", project, actor=actor, moves=moves, count=len(moves), first=moves[0]["title"], to_date=moves[0]["to"])
    return changed


def _promised_end(milestones: list[Milestone], calendar: WorkingCalendar) -> date | None:
    """Float is counted towards the last promised date plus its tolerance: a plan on its baseline has exactly the tolerance left.

    Without this, every milestone of the critical path would be "at risk" from the first day.
    """
    promised = [(m.baseline_on, m.tolerance_days) for m in milestones if m.baseline_on]
    return calendar.add_working_days(*max(promised)) if promised else None


def set_actual_from(project: Project, source: str, *, on: date, actor: User) -> None:
    """Something that the record knows happened: the milestones it feeds are achieved, and what follows them moves."""
    fed = list(Milestone.objects.filter(project=project, source=source, actual_on=None).select_for_update(of=("self",)))
    for milestone in fed:
        _achieve(milestone, on, actor=actor)
    if fed:
        update_forecasts(project, actor=actor)


def _achieve(milestone: Milestone, on: date, *, actor: User, reason: str = "") -> None:
    milestone.actual_on = on
    milestone.save(update_fields=["actual_on", "updated_at"])
    record("milestone.achieved", milestone, actor=actor, reason=reason, title=milestone.title, actual_on=on)


def achievement_blockers(milestone: Milestone) -> list[Blocker]:
    """Why nobody can enter an actual date; the page shows the same."""
    return rescheduling_blockers(milestone) or _fed_by_the_record(milestone)


def _fed_by_the_record(milestone: Milestone) -> list[Blocker]:
    """What sets the date instead of a person."""
    kind, _colon, name = milestone.source.partition(":")
    code = milestone.project.code
    if not kind:
        return []
    if kind == "deliverable":
        words, link = _t("The record sets this date when its deliverable is done."), reverse("deliverable-detail", args=[code, name])
    elif kind == "gate":
        words, link = _t("The record sets this date when %(gate)s is decided “go”.") % {"gate": name}, reverse("project-gate", args=[code])
    else:
        words, link = _t("The record sets this date when the client accepts the quotation."), reverse("project-evaluation", args=[code])
    return [Blocker(key="milestone.fed", words=words, link=link)]


def rescheduling_blockers(milestone: Milestone) -> list[Blocker]:
    """Why the forecast cannot be moved; the page shows the same."""
    return [Blocker(key="milestone.achieved", words=_t("This milestone is achieved."))] if milestone.actual_on is not None else []


@act
def achieve_milestone(code: str, key: str, *, on: date, actor: User, reason: str = "") -> Milestone:
    """Enter the actual date of a milestone that nothing in the record feeds."""
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    require_none(achievement_blockers(milestone))
    if on > timezone.localdate():
        raise BadInput({"on": [_t("An actual date cannot be in the future.")]})
    _achieve(milestone, on, actor=actor, reason=reason)
    update_forecasts(project, actor=actor)
    return milestone


@act
def reschedule_milestone(code: str, key: str, *, not_before: date | None, actor: User, reason: str) -> list[Milestone]:
    """Move a milestone by the date before which it cannot be; everything behind it follows. Returns what moved."""
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    if not reason.strip():
        raise BadInput({"reason": [_t("A reason is needed; it stays in the record.")]})
    require_none(rescheduling_blockers(milestone))
    before = milestone.earliest_on
    milestone.earliest_on = not_before
    milestone.save(update_fields=["earliest_on", "updated_at"])
    record(
        "milestone.rescheduled",
        milestone,
        actor=actor,
        reason=reason,
        before={"earliest_on": before},
        after={"earliest_on": not_before},
        title=milestone.title,
    )
    return update_forecasts(project, actor=actor)


@act
def publish_milestone(code: str, key: str, *, reason_class: str, side: str, reason: str, actor: User) -> Publication:
    """Tell the client the forecast of a shared milestone, with the class of the reason, the side, and the working days moved."""
    project = locked(code, actor)
    require_permission("projects.publish", actor, project)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    _check_publication(milestone, reason_class, side, reason)
    return publish(milestone, reason_class=reason_class, side=side, reason=reason, actor=actor)


def publication_blockers(milestone: Milestone) -> list[Blocker]:
    """Why there is nothing to publish; the page's disabled button shows the same."""
    words = ""
    if milestone.visibility != "shared":
        words = _t("The milestone is internal; share it with the client first.")
    elif milestone.actual_on is not None:
        words = _t("The milestone is achieved.")
    elif milestone.forecast_on is None:
        words = _t("There is no forecast yet.")
    elif milestone.forecast_on == milestone.published_on:
        words = _t("The client has been told this date.")
    return [Blocker(key="milestone.publish", words=words)] if words else []


def _check_publication(milestone: Milestone, reason_class: str, side: str, reason: str) -> None:
    reasons = publication_blockers(milestone)
    if reasons:
        raise Refused(reasons)
    errors = {}
    if reason_class not in Publication.ReasonClass.values:
        errors["reason_class"] = [_t("Choose the class of the reason.")]
    if side not in Publication.Side.values:
        errors["side"] = [_t("Choose whose side moved the date.")]
    if milestone.published_on is not None and not reason.strip():
        errors["reason"] = [_t("Tell the client why the date moves.")]
    if errors:
        raise BadInput(errors)


def publish(milestone: Milestone, *, reason_class: str, side: str, reason: str, actor: User) -> Publication:
    """Write the publication of a locked milestone's forecast."""
    if milestone.forecast_on is None:
        raise Refused(publication_blockers(milestone))
    calendar = calendar_of(milestone.project)
    days = calendar.working_days_between(milestone.published_on, milestone.forecast_on) if milestone.published_on else 0
    publication = Publication.objects.create(
        milestone=milestone,
        from_date=milestone.published_on,
        to_date=milestone.forecast_on,
        reason_class=reason_class,
        side=side,
        days=days,
        reason=reason,
        published_by=actor,
        published_at=timezone.now(),
    )
    milestone.published_on = milestone.forecast_on
    milestone.save(update_fields=["published_on", "updated_at"])
    record(
        "milestone.published",
        milestone,
        actor=actor,
        reason=reason,
        before={"published_on": publication.from_date},
        after={"published_on": publication.to_date},
        title=milestone.title,
        reason_class=reason_class,
        side=side,
        days=days,
    )
    return publication


def take_baseline(project: Project, *, name: str, actor: User) -> Baseline:
    """Freeze the forecast of every milestone under a name. Runs inside the decision that orders it."""
    update_forecasts(project, actor=actor)
    baseline = Baseline.objects.create(project=project, name=name, taken_by=actor, taken_at=timezone.now())
    planned = [(row, on) for row in Milestone.objects.filter(project=project) if (on := row.actual_on or row.forecast_on)]
    BaselineMilestone.objects.bulk_create(
        BaselineMilestone(baseline=baseline, milestone=row, title=row.title, planned_on=on) for row, on in planned
    )
    for milestone, planned_on in planned:
        milestone.baseline_on = planned_on
        milestone.save(update_fields=["baseline_on", "updated_at"])
    update_forecasts(project, actor=actor)  # float is counted towards the new promise
    record("plan.baseline_taken", project, actor=actor, name=name, milestones=len(planned))
    return baseline


def publish_all_shared(project: Project, *, actor: User) -> None:
    """First publication of every shared, open milestone: what the charter promised is what the client reads."""
    shared: Iterable[Milestone] = Milestone.objects.filter(project=project, visibility="shared", actual_on=None, published_on=None).exclude(
        forecast_on=None
    )
    for milestone in shared:
        milestone.project = project
        publish(milestone, reason_class=Publication.ReasonClass.INITIAL, side=Publication.Side.CDMO, reason="", actor=actor)
