"""What the plan says and the client was not told: it waits for the project manager, and ages there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import ngettext

from projects.forecasting import calendar_for
from projects.models import SHOWN_TO_CLIENT, Milestone, WaitingFor
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from projects.models import Project
    from projects.models.plan import MilestoneQuerySet


def unpublished_of(project: Project) -> MilestoneQuerySet:
    """Shared open milestones of which the client knows another date than the plan has, or none."""
    rows = Milestone.objects.open().filter(project=project, visibility__in=SHOWN_TO_CLIENT).exclude(forecast_on=None)
    return rows.filter(Q(published_on=None) | ~Q(published_on=F("forecast_on")))


def unexplained_of(project: Project) -> list[tuple[Milestone, int]]:
    """Shared milestones that were achieved on another day than the client was told, with the working days between. One query."""
    rows = Milestone.objects.filter(project=project, visibility__in=SHOWN_TO_CLIENT, actual_on__isnull=False, published_on__isnull=False)
    apart = [(row, _days_apart(row, project)) for row in rows.exclude(actual_on=F("published_on"))]
    return [(row, days) for row, days in apart if days]


def _days_apart(row: Milestone, project: Project) -> int:
    assert row.published_on is not None and row.actual_on is not None  # noqa: S101 - the query asks for both
    return calendar_for(row, project).working_days_between(row.published_on, row.actual_on)


def _ask_to_explain(project: Project) -> None:
    """One wait for each; it closes when it is explained, or when the work begins again."""
    open_keys = set()
    for row, days in unexplained_of(project):
        open_keys.add(f"plan.explain:{row.pk}")
        words = ngettext(
            "%(code)s: say why %(title)s came on another day (%(days)+d working day)",
            "%(code)s: say why %(title)s came on another day (%(days)+d working days)",
            abs(days),
        )
        open_wait(
            f"plan.explain:{row.pk}",
            project=project,
            user=project.project_manager,
            role="" if project.project_manager_id else "project_manager",
            words=words % {"code": project.code, "title": row.title, "days": days},
            link=reverse("milestone-detail", args=[project.code, row.key]),
        )
    waiting = WaitingFor.objects.open().filter(project=project, key__startswith="plan.explain:").exclude(key__in=open_keys)
    for key in waiting.values_list("key", flat=True):
        close_waits(key)


def ask_to_publish(project: Project) -> None:
    """Open, bring up to date, or close what waits: dates to tell, and days of achieved dates that are on nobody's side.

    It opens once a contract was promised: before, nothing is the client's to know.
    """
    _ask_to_explain(project)
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
