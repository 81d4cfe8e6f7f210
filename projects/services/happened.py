"""What has happened in a project: the days as people enter them, and what keeps a phase in its scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from projects.models import Deliverable, Milestone, Phase, Task

if TYPE_CHECKING:
    from projects.models import Project


def wrong_day(project: Project, on: date, *, began: date | None = None) -> dict[str, list[str]]:
    """The error at the field `on`: a day that is still to come at the project's site, or lies before the work began."""
    if on > project.today:
        return {"on": [_t("An actual date cannot be in the future.")]}
    if began is not None and on < began:
        return {"on": [_t("Its work began only later.")]}
    return {}


def require_day(project: Project, on: date, *, began: date | None = None) -> None:
    if wrong := wrong_day(project, on, began=began):
        raise BadInput(wrong)


EVIDENCE = Q(references__isnull=False) | Q(round__gt=1)


def happened_in(project: Project, phases: Sequence[Phase], *, deliverables: Q, milestones: Q) -> list[tuple[Phase, str]]:
    """The titles, with their phase, of the deliverables and milestones of these phases for which this holds, and of tasks begun there."""
    if not phases:
        return []
    begun = Task.objects.filter(project=project, milestone__phase__in=phases).exclude(started_on=None, done_on=None)
    found = [
        *Deliverable.objects.filter(deliverables, project=project, phase__in=phases).distinct().values_list("phase", "title"),
        *Milestone.objects.filter(milestones, project=project, phase__in=phases).distinct().values_list("phase", "title"),
        *begun.values_list("milestone__phase", "title"),
    ]
    return [(Phase(phase), title) for phase, title in found]
