"""What is late and why, over the projects that a person sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from audit.models import Event
from projects.models import Deliverable, Milestone, Project, ProjectStanding, Publication

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class LateMilestone:
    """The first milestone of a project that is behind its baseline, by `days` working days, with every reason that the record names.

    `behind_it` counts the late milestones that follow it: they are late because it is.
    """

    milestone: Milestone
    days: int
    why: list[Why]
    behind_it: int

    @property
    def is_passed(self) -> bool:
        """Its day is over and nobody says that it was reached, nor when it will be: it is behind by as much as has passed since."""
        return self.milestone.forecast_on is not None and self.milestone.forecast_on < self.milestone.project.today


@dataclass(frozen=True)
class Why:
    """A reason in words, and where it comes from."""

    words: str
    source: str = ""
    link: str = ""


def late_milestones(user: User, *, limit: int) -> list[LateMilestone]:
    """Per project the first open milestone that is behind its baseline, the worst of them first. Seven queries, however many are late."""
    seen = Project.objects.visible_to(user).running()
    late = ProjectStanding.objects.filter(late_days__isnull=False, project__in=seen).order_by("-late_days", "pk")
    late = late.filter(late_milestone__baseline_on__isnull=False, late_milestone__actual_on=None)
    worst = late.filter(pk__in=list(late.values_list("pk", flat=True)[:limit]))  # keys are ordered faster than whole rows
    whole = worst.select_related("late_milestone__project__client", "late_milestone__project__readiness", "late_milestone__project__site")
    found = [(row.late_milestone, row) for row in whole]
    reasons = _reasons([milestone for milestone, _row in found if milestone])
    return [LateMilestone(each, row.late_days or 0, reasons[each.pk], row.late_behind) for each, row in found if each]


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
