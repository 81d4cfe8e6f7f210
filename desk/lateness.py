"""What is late and why, over the projects that a person sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q

from projects.models import Milestone, Project

if TYPE_CHECKING:
    from accounts.models import User

CALENDAR_DAYS_OF_TOLERANCE = 7  # five working days are at least a week: what is shown here is late by any calendar


@dataclass(frozen=True)
class LateMilestone:
    """The first milestone of a project that is behind its baseline, by calendar days, with the first reason that its gate names.

    `behind_it` counts the late milestones that follow it: they are late because it is.
    """

    milestone: Milestone
    days: int
    why: str
    behind_it: int


def late_milestones(user: User, *, today: date, limit: int = 500) -> list[LateMilestone]:
    """Per project the first open milestone whose forecast, or today, is later than baseline plus tolerance; worst first. One query."""
    seen = Project.objects.visible_to(user).running().filter(pk=OuterRef("project_id"))
    tolerance = timedelta(days=CALENDAR_DAYS_OF_TOLERANCE)
    behind = Q(baseline_on__lt=F("forecast_on") - tolerance) | Q(baseline_on__lt=today - tolerance)
    rows = (
        Milestone.objects.open()
        .filter(Exists(seen), behind)
        .select_related("project__client", "project__readiness")
        .order_by("baseline_on")[:limit]
    )
    by_project: dict[int, list[Milestone]] = {}
    for row in rows:
        by_project.setdefault(row.project_id, []).append(row)
    late = [LateMilestone(group[0], _days_behind(group[0], today), _why(group[0]), len(group) - 1) for group in by_project.values()]
    return sorted(late, key=lambda item: -item.days)


def _days_behind(row: Milestone, today: date) -> int:
    assert row.baseline_on is not None  # noqa: S101 - the query asks for it
    return (max(row.forecast_on or today, today) - row.baseline_on).days


def _why(row: Milestone) -> str:
    readiness = getattr(row.project, "readiness", None)
    return readiness.first_blocker if readiness and row.phase == row.project.phase else ""
