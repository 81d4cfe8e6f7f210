"""Who moved the dates of a project: its rows into `projects.slippage`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

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
    promised = _first_promises(by_id)
    found: dict[int, list[Account]] = {pk: [] for pk in by_id}
    for row in milestones:
        project, baseline, told = by_id[row.project_id], promised.get(row.pk), _told(row)
        if baseline is None or not told:
            continue
        calendar = calendar_for(row, project)
        account = account_of(row.key, row.title, baseline, told, calendar, agreed=row.baseline_on, actual=row.actual_on)
        if account is not None:
            found[project.pk].append(account)
    return found


def _told(milestone: Milestone) -> list[Told]:
    rows = milestone.publications.all()
    return [Told(row.to_date, row.side, {share.side: share.days for share in row.shares.all()}, row.pk) for row in rows]


def _first_promises(projects: Iterable[int]) -> dict[int, date]:
    """The date of each milestone in the first baseline that names it, those taken by hand aside: the contract's."""
    rows = BaselineMilestone.objects.filter(baseline__project__in=projects).exclude(baseline__kind=Baseline.Kind.BY_HAND)
    first: dict[int, date] = {}
    for pk, planned_on in rows.order_by("baseline__taken_at", "baseline_id").values_list("milestone_id", "planned_on"):
        first.setdefault(pk, planned_on)
    return first
