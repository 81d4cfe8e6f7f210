"""What a late answer of the client costs in working days, from nothing but what the client was told.

A published date carries, since the moment of its publication, how many working days the plan needed from each milestone ahead of it.
So what is said here follows publications alone: a forecast, a lag or a link that changes inside changes no word of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import networkx as nx
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from projects.forecasting import calendar_of
from projects.models import SHOWN_TO_CLIENT, Milestone, Publication
from projects.schedule import Link, Relation

if TYPE_CHECKING:
    from projects.models import WaitingFor


@dataclass(frozen=True)
class Cost:
    """An answer is free until the day; each working day after it moves the milestone, whose date the client was told, by one."""

    free_until: date
    milestone: Milestone
    published_on: date

    @property
    def words(self) -> str:
        values = {
            "day": date_format(self.free_until, "j M Y"),
            "milestone": self.milestone.title,
            "published": date_format(self.published_on, "j M Y"),
        }
        if self.free_until < timezone.localdate():
            return _t("was free until %(day)s; each working day now moves %(milestone)s (published %(published)s) by one day") % values
        return _t("free until %(day)s; each working day after it moves %(milestone)s (published %(published)s) by one day") % values


def work_before(targets: Iterable[str], durations: Mapping[str, int], links: Iterable[Link]) -> dict[str, dict[str, int]]:
    """For each target, the working days that the plan needs from each milestone ahead until it falls: the longest way, lags and work.

    Negative where the way overlaps: the milestone ahead may fall so many days after the target without moving it.
    durations: by key, of what is still open; the ways lead through these only. The links make no circle.
    """
    graph = nx.MultiDiGraph()  # two milestones may be bound by several relations, of which the longest counts
    for link in links:
        if link.predecessor in durations and link.successor in durations:
            graph.add_edge(link.predecessor, link.successor, days=_days(link, durations))
    ahead = {key: [(before, edge["days"]) for before, _key, edge in graph.in_edges(key, data=True)] for key in graph}
    backwards = list(reversed(list(nx.topological_sort(graph))))
    places = {key: place for place, key in enumerate(backwards)}
    return {target: _ways_to(target, backwards[places[target] :], ahead) if target in places else {} for target in targets}


def _ways_to(target: str, backwards: Sequence[str], ahead: Mapping[str, Sequence[tuple[str, int]]]) -> dict[str, int]:
    """The longest way from each milestone ahead. backwards: the target and what comes before it in the order of work, last first."""
    found = {target: 0}
    for key in backwards:
        if key in found:
            for before, days in ahead[key]:
                found[before] = max(found.get(before, found[key] + days), found[key] + days)
    del found[target]
    return found


def _days(link: Link, durations: Mapping[str, int]) -> int:
    """From the end of the predecessor to the end of the successor."""
    of_successor = durations[link.successor] if link.kind in (Relation.FINISH_START, Relation.START_START) else 0
    of_predecessor = durations[link.predecessor] if link.kind in (Relation.START_START, Relation.START_FINISH) else 0
    return link.lag_days + of_successor - of_predecessor


def costs_of(waits: Iterable[WaitingFor], milestones: Iterable[Milestone] | None = None) -> dict[int, Cost]:
    """By id of the wait, for those that feed something whose date the client knows. One query beside the waits' own projects.

    No query where `milestones` are given: those of the waits' projects that the client sees, with `publications` prefetched.
    """
    fed = [wait for wait in waits if wait.project and wait.milestone]
    told: dict[int, list[Publication]] = defaultdict(list)
    last = _last_told({wait.project_id for wait in fed if wait.project_id}) if milestones is None else _last_of(milestones)
    for publication in last:
        told[publication.milestone.project_id].append(publication)
    costs = {wait.pk: _cost(wait, told[wait.project_id or 0]) for wait in fed}
    return {pk: cost for pk, cost in costs.items() if cost}


def _last_told(projects: set[int]) -> Iterable[Publication]:
    """The newest publication of every open milestone of the plan that the client sees."""
    seen = Milestone.objects.open().filter(project_id__in=projects, visibility__in=SHOWN_TO_CLIENT)
    rows = Publication.objects.filter(milestone__in=seen).select_related("milestone")
    return rows.order_by("milestone_id", "-published_at", "-id").distinct("milestone_id") if projects else ()


def _last_of(milestones: Iterable[Milestone]) -> Iterable[Publication]:
    for row in milestones:
        if row.actual_on is None:
            yield from list(row.publications.all())[-1:]


def _cost(wait: WaitingFor, told: Iterable[Publication]) -> Cost | None:
    """The date told that a late answer moves first; of two that move at once the nearer one is named."""
    assert wait.project and wait.milestone  # noqa: S101 - its caller asks for it
    calendar, found = calendar_of(wait.project), []
    for publication in told:
        days = 0 if publication.milestone_id == wait.milestone_id else publication.needs.get(wait.milestone.key)
        if days is not None:
            last = calendar.add_working_days(publication.to_date, -days) if days else publication.to_date
            found.append((last, days, publication.milestone_id, Cost(last, publication.milestone, publication.to_date)))
    return min(found)[3] if found else None


def with_costs(waits: Iterable[WaitingFor], milestones: Iterable[Milestone] | None = None) -> list[WaitingFor]:
    """The client's waits with their costs, dearest first: what is free for the shortest time, then what is due first.

    milestones: as `costs_of` takes them.
    """
    rows = list(waits)
    costs = costs_of(rows, milestones)
    for row in rows:
        row.cost = costs.get(row.pk)
    return sorted(rows, key=lambda row: (row.cost.free_until if row.cost else date.max, row.due_on or date.max, row.since, row.pk))
