"""Who moved the dates of a project: its rows into `projects.slippage`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from projects.forecasting import calendar_for
from projects.models import SHOWN_TO_CLIENT, Baseline, BaselineMilestone, Milestone
from projects.slippage import Account, Told, account_of

if TYPE_CHECKING:
    from projects.models import Project


def accounts_of_delay(projects: Iterable[Project], milestones: Iterable[Milestone] | None = None) -> dict[int, list[Account]]:
    """By project id, the account of each shared milestone that was told and promised. Four queries, however many projects.

    One query where `milestones` are given: the shared ones of these projects, with `publications__shares` prefetched.
    """
    by_id = {project.pk: project for project in projects}
    if milestones is None:
        shared = Milestone.objects.filter(project__in=by_id, visibility__in=SHOWN_TO_CLIENT)
        milestones = shared.prefetch_related("publications__shares")
    promised, found = _first_promises(by_id), {pk: list[Account]() for pk in by_id}
    milestones = list(milestones)
    begun = _years_begun(milestones)
    for row in milestones:
        project, since = by_id[row.project_id], begun.get(row.pk)
        baseline, told = row.baseline_on if since else promised.get(row.pk), _told(row, since)
        if baseline is None or not told:
            continue
        calendar = calendar_for(row, project)
        account = account_of(row.key, row.title, baseline, told, calendar, agreed=row.baseline_on, actual=row.actual_on)
        if account is not None:
            found[project.pk].append(account)
    return found


def _years_begun(milestones: Iterable[Milestone]) -> dict[int, datetime]:
    """Since when a milestone that is reached every year counts anew. One query, where there is one in a later round."""
    again = [row for row in milestones if row.round > 1]
    prefetch_related_objects(again, "rounds")
    return {row.pk: each.reopened_at for row in again for each in row.rounds.all() if each.review_id is not None}


def _told(milestone: Milestone, since: datetime | None) -> list[Told]:
    rows = [row for row in milestone.publications.all() if since is None or row.published_at >= since]
    return [Told(row.to_date, row.side, {share.side: share.days for share in row.shares.all()}, row.pk) for row in rows]


def _first_promises(projects: Iterable[int]) -> dict[int, date]:
    """The date of each milestone in the first baseline that names it, those taken by hand aside: the contract's."""
    rows = BaselineMilestone.objects.filter(baseline__project__in=projects).exclude(baseline__kind=Baseline.Kind.BY_HAND)
    first: dict[int, date] = {}
    for pk, planned_on in rows.order_by("baseline__taken_at", "baseline_id").values_list("milestone_id", "planned_on"):
        first.setdefault(pk, planned_on)
    return first
