"""Who moved the dates of a project: its rows into `projects.slippage`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from projects.forecasting import calendar_for
from projects.models import SHOWN_TO_CLIENT, Baseline, BaselineMilestone, Milestone, Publication
from projects.slippage import Account, Told, account_of

if TYPE_CHECKING:
    from projects.models import Project


def accounts_of_delay(projects: Iterable[Project]) -> dict[int, list[Account]]:
    """By project id, the account of each shared milestone that was told and promised. Four queries, however many projects."""
    by_id = {project.pk: project for project in projects}
    told: dict[int, list[Told]] = defaultdict(list)
    rows = Publication.objects.filter(milestone__project__in=by_id, milestone__visibility__in=SHOWN_TO_CLIENT)
    for publication in rows.prefetch_related("shares"):
        shares = {share.side: share.days for share in publication.shares.all()}
        told[publication.milestone_id].append(Told(publication.to_date, publication.side, shares, publication.pk))
    promised = _first_promises(by_id)
    found: dict[int, list[Account]] = {pk: [] for pk in by_id}
    for row in Milestone.objects.filter(pk__in=told):
        project, baseline = by_id[row.project_id], promised.get(row.pk)
        if baseline is None:
            continue
        calendar = calendar_for(row, project)
        account = account_of(row.key, row.title, baseline, told[row.pk], calendar, agreed=row.baseline_on, actual=row.actual_on)
        if account is not None:
            found[project.pk].append(account)
    return found


def _first_promises(projects: Iterable[int]) -> dict[int, date]:
    """The date of each milestone in the first baseline that names it, those taken by hand aside: the contract's."""
    rows = BaselineMilestone.objects.filter(baseline__project__in=projects).exclude(baseline__kind=Baseline.Kind.BY_HAND)
    first: dict[int, date] = {}
    for pk, planned_on in rows.order_by("baseline__taken_at", "baseline_id").values_list("milestone_id", "planned_on"):
        first.setdefault(pk, planned_on)
    return first
