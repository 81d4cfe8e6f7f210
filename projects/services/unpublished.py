"""What the plan says and the client was not told: it waits for the project manager, and ages there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import ngettext

from projects.models import SHOWN_TO_CLIENT, Milestone
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from projects.models import Project
    from projects.models.plan import MilestoneQuerySet


def unpublished_of(project: Project) -> MilestoneQuerySet:
    """Shared open milestones of which the client knows another date than the plan has, or none."""
    rows = Milestone.objects.open().filter(project=project, visibility__in=SHOWN_TO_CLIENT).exclude(forecast_on=None)
    return rows.filter(Q(published_on=None) | ~Q(published_on=F("forecast_on")))


def ask_to_publish(project: Project) -> None:
    """Open, bring up to date, or close the wait. It opens once a contract was promised: before, nothing is the client's to know."""
    number = unpublished_of(project).exclude(published_on=None, baseline_on=None).count()
    if not number:
        close_waits(f"plan.publish:{project.pk}")
        return
    words = ngettext(
        "%(code)s: the client knows another date of %(number)d milestone",
        "%(code)s: the client knows other dates of %(number)d milestones",
        number,
    )
    open_wait(
        f"plan.publish:{project.pk}",
        project=project,
        user=project.project_manager,
        role="" if project.project_manager_id else "project_manager",
        words=words % {"code": project.code, "number": number},
        link=reverse("project-publish", args=[project.code]),
    )
