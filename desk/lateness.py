"""What is late and why, over the projects that a person sees; and how each project stands by its dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from projects.forecasting import calendar_for
from projects.milestone_state import milestone_state
from projects.models import Deliverable, Milestone, Project, Publication

if TYPE_CHECKING:
    from accounts.models import User

CALENDAR_DAYS_OF_TOLERANCE = 7  # five working days are at least a week: what is shown here is late by any calendar


@dataclass(frozen=True)
class LateMilestone:
    """The first milestone of a project that is behind its baseline, by `days` working days, with every reason that the record names.

    `behind_it` counts the late milestones that follow it: they are late because it is.
    """

    milestone: Milestone
    days: int
    why: list[Why]
    behind_it: int


@dataclass(frozen=True)
class Why:
    """A reason in words, and where it comes from."""

    words: str
    source: str = ""
    link: str = ""


def late_milestones(user: User, *, today: date, limit: int = 500) -> list[LateMilestone]:
    """Per project the first open milestone whose forecast, or today, is later than baseline plus tolerance; worst first.

    Six queries, however many are late.
    """
    seen = Project.objects.visible_to(user).running().filter(pk=OuterRef("project_id"))
    tolerance = timedelta(days=CALENDAR_DAYS_OF_TOLERANCE)
    behind = Q(baseline_on__lt=F("forecast_on") - tolerance) | Q(baseline_on__lt=today - tolerance)
    rows = (
        Milestone.objects.open()
        .filter(Exists(seen), behind)
        .select_related("project__client", "project__site", "project__readiness")
        .order_by("baseline_on")[:limit]
    )
    by_project: dict[int, list[Milestone]] = {}
    for row in rows:
        by_project.setdefault(row.project_id, []).append(row)
    reasons = _reasons([group[0] for group in by_project.values()])
    late = [LateMilestone(group[0], _days_behind(group[0], today), reasons[group[0].pk], len(group) - 1) for group in by_project.values()]
    return sorted(late, key=lambda item: -item.days)


def _days_behind(row: Milestone, today: date) -> int:
    assert row.baseline_on is not None  # noqa: S101 - the query asks for it
    return calendar_for(row, row.project).working_days_between(row.baseline_on, max(row.forecast_on or today, today))


def _reasons(rows: Sequence[Milestone]) -> dict[int, list[Why]]:
    """By milestone: why it moved, what the client was told, and what is open now."""
    moved, told, owed = _moves(rows), _publications(rows), _owed(rows)
    found = {}
    for row in rows:
        known = [*moved.get(row.pk, []), *told.get(row.pk, [])]
        why = list({each.words: each for each in known}.values())  # the same words inside and to the client are one reason
        found[row.pk] = [*(why or [_unexplained(row)]), *owed.get(row.pk, _blocker(row))]
    return found


def _unexplained(row: Milestone) -> Why:
    return Why(_t("Nobody has said why yet."), link=reverse("milestone-detail", args=[row.project.code, row.key]))


def _moves(rows: Sequence[Milestone]) -> dict[int, list[Why]]:
    """Why it was moved last; where it was never moved itself, the last move of a milestone that stands before it in the plan."""
    projects = {row.project_id for row in rows}
    places = {str(pk): place for pk, place in Milestone.objects.filter(project__in=projects).values_list("pk", "order")}
    events = Event.objects.filter(kind="milestone.rescheduled", project_id__in=projects).exclude(reason="")
    newest = events.order_by("project_id", "object_id", "-id").distinct("project_id", "object_id")
    found: dict[int, list[Event]] = defaultdict(list)
    for event in newest:
        found[event.project_id or 0].append(event)
    before = {row.pk: [each for each in found[row.project_id] if places.get(each.object_id, row.order) < row.order] for row in rows}
    return {row.pk: _move(row, found[row.project_id], before[row.pk]) for row in rows}


def _move(row: Milestone, events: Sequence[Event], before: Sequence[Event]) -> list[Why]:
    own = [event for event in events if event.object_id == str(row.pk)]
    event = max(own or before, key=lambda each: each.pk, default=None)
    if event is None:
        return []
    words = event.reason if own else _t("%(title)s: %(reason)s") % {"title": event.data["title"], "reason": event.reason}
    return [Why(words, _t("moved by %(name)s, %(day)s") % {"name": event.actor_name, "day": date_format(event.at)})]


def _publications(rows: Sequence[Milestone]) -> dict[int, list[Why]]:
    """What the client was told last about its date."""
    told = Publication.objects.filter(milestone__in=rows).exclude(reason_class=Publication.ReasonClass.INITIAL)
    newest = told.order_by("milestone_id", "-published_at", "-id").distinct("milestone_id").prefetch_related("shares")
    return {
        each.milestone_id: [
            Why(
                each.reason or str(each.get_reason_class_display()),
                _t("told to the client %(day)s; on whose side: %(side)s") % {"day": date_format(each.published_at), "side": each.sides},
            )
        ]
        for each in newest
    }


def _owed(rows: Sequence[Milestone]) -> dict[int, list[Why]]:
    """The deliverable that ends it, while it is open: what it is, who owes it, until when."""
    feeding = {(row.project_id, row.source.removeprefix("deliverable:")): row for row in rows if row.source.startswith("deliverable:")}
    keys = {key for _project, key in feeding}
    owed = Deliverable.objects.open().filter(project__in={project for project, _key in feeding}, key__in=keys)
    found = {}
    for item in owed.select_related("owner", "department"):
        row = feeding.get((item.project_id, item.key))
        if row is not None:
            who = item.owner.full_name if item.owner else str(item.department)
            until = date_format(item.due_on) if item.due_on else "–"
            words = _t("Open: %(title)s") % {"title": item.title}
            source = _t("%(who)s, due %(until)s") % {"who": who, "until": until}
            found[row.pk] = [Why(words, source, reverse("deliverable-detail", args=[row.project.code, item.key]))]
    return found


def _blocker(row: Milestone) -> list[Why]:
    """What its gate misses first."""
    readiness = getattr(row.project, "readiness", None)
    if readiness is None or not readiness.first_blocker or row.phase != row.project.phase:
        return []
    return [Why(readiness.first_blocker, _t("open at the gate"), reverse("project-gate", args=[row.project.code]))]


class Lateness(models.TextChoices):
    """How a running project stands by its promised dates. The keys are those of the milestones' states."""

    LATE = "late", _("Late")
    AT_RISK = "at_risk", _("At risk")
    ON_TRACK = "on_track", _("On track")
    PLANNED = "planned", _("No promise")


def promised(projects: Iterable[Project]) -> dict[int, list[Milestone]]:
    """The open milestones with a baseline, by project id, in the order of the plan. One query."""
    found: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in Milestone.objects.open().filter(project__in=projects).exclude(baseline_on=None):
        found[milestone.project_id].append(milestone)
    return found


def lateness_of(projects: Iterable[Project], *, today: date) -> dict[int, Lateness | None]:
    """By project id. The projects must come with client and site. One query more, however many projects."""
    rows = list(projects)
    milestones = promised(rows)
    return {project.pk: judge(project, milestones[project.pk], today=today) for project in rows}


def judge(project: Project, milestones: Sequence[Milestone], *, today: date) -> Lateness | None:
    """The worst state of its open promises, for which no predecessor need be asked: one that is late is the worst itself.

    None where nobody works: on hold, closed.
    """
    if not project.is_active:
        return None
    states = {_state(project, row, today) for row in milestones}
    return next((worst for worst in Lateness if worst in states), Lateness.PLANNED)


def late_first(project: Project, milestones: Iterable[Milestone], *, today: date) -> Milestone | None:
    """The first that makes it late."""
    return next((row for row in milestones if _state(project, row, today) == Lateness.LATE), None)


def _state(project: Project, row: Milestone, today: date) -> str:
    return milestone_state(
        actual=row.actual_on,
        forecast=row.forecast_on,
        baseline=row.baseline_on,
        today=today,
        float_days=row.float_days,
        tolerance_days=row.tolerance_days,
        late_predecessor=False,
        calendar=calendar_for(row, project),
    ).value
