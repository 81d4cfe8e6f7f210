"""What is late and why, over the projects that a person sees; and how each project stands by its dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from projects.forecasting import calendar_for
from projects.milestone_state import milestone_state
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
    states = {
        milestone_state(
            actual=row.actual_on,
            forecast=row.forecast_on,
            baseline=row.baseline_on,
            today=today,
            float_days=row.float_days,
            tolerance_days=row.tolerance_days,
            late_predecessor=False,
            calendar=calendar_for(row, project),
        ).value
        for row in milestones
    }
    return next((worst for worst in Lateness if worst in states), Lateness.PLANNED)
