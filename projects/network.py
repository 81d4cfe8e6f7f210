"""What a plan is made of before anything is dated: activities, what waits for what, and days as offsets. Pure.

Time is counted in working days of the plan's calendar: offset 0 is the beginning of the first working day on or after the data date,
offset 1 its end. A task of one day that starts on Monday (offset n) ends on Monday (offset n + 1); a milestone has no duration and
falls at the end of its day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import networkx as nx
from django.utils.translation import gettext as _t

from projects.calendars import WorkingCalendar

DAY = timedelta(days=1)


class ScheduleError(ValueError):
    """The plan makes no sense (a loop, an unknown predecessor); the message names what is wrong."""


class Relation(StrEnum):
    """What of the predecessor the successor's what waits for."""

    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"
    START_FINISH = "SF"


@dataclass(frozen=True)
class Activity:
    """A task of `duration_days` working days, or a milestone (0).

    earliest: it does not start (a milestone: fall) before this date. finish_by: it must be finished on this date, so that float
    is counted towards it. calendar: its own working days when they differ from the plan's; its duration is counted in them.
    title: what remarks call it instead of its key.
    """

    key: str
    duration_days: int = 0
    earliest: date | None = None
    finish_by: date | None = None
    title: str = ""
    actual_start: date | None = None
    actual_finish: date | None = None
    calendar: WorkingCalendar | None = None

    @property
    def name(self) -> str:
        return self.title or self.key


@dataclass(frozen=True)
class Link:
    """`lag_days` in working days of the plan's calendar; negative means overlap."""

    predecessor: str
    successor: str
    kind: str = Relation.FINISH_START
    lag_days: int = 0


def in_order(plan: Collection[str], links: Sequence[Link]) -> list[str]:
    """Keys with every predecessor before its successors."""
    graph = nx.DiGraph()
    graph.add_nodes_from(plan)
    for link in links:
        for key in (link.predecessor, link.successor):
            if key not in plan:
                raise ScheduleError(_t("A dependency names %(key)s, which is not in the plan.") % {"key": key})
        if link.kind not in list(Relation):
            raise ScheduleError(_t("%(kind)s is not a kind of dependency (FS, SS, FF, SF).") % {"kind": link.kind})
        graph.add_edge(link.predecessor, link.successor)
    try:
        return list(nx.topological_sort(graph))
    except nx.NetworkXUnfeasible:
        loop = [edge[0] for edge in nx.find_cycle(graph)]
        raise ScheduleError(_t("The dependencies run in a circle: %(loop)s.") % {"loop": " → ".join([*loop, loop[0]])}) from None


def loop_through(pairs: Iterable[tuple[str, str]], ahead: str, behind: str) -> list[str]:
    """The loop that (ahead, behind) would close, from `ahead` back to it; nothing when there is none."""
    graph = nx.DiGraph(list(pairs))
    graph.add_nodes_from([ahead, behind])
    return [ahead, *nx.shortest_path(graph, behind, ahead)] if nx.has_path(graph, behind, ahead) else []


@dataclass(frozen=True)
class Timeline:
    """Offsets of dates in working days of the plan's calendar, and back."""

    calendar: WorkingCalendar
    data_date: date

    def start_of(self, day: date) -> int:
        return self.calendar.working_days_between(self.data_date - DAY, day - DAY)

    def end_of(self, day: date) -> int:
        return self.calendar.working_days_between(self.data_date - DAY, day)

    def day_at(self, offset: int) -> date:
        """The working day that begins at the offset."""
        if offset >= 0:
            return self.calendar.add_working_days(self.data_date - DAY, offset + 1)
        return self.calendar.add_working_days(self.data_date, offset)

    def after(self, start: int, days: int, own: WorkingCalendar | None) -> int:
        """The end of work of so many days that begins at `start`."""
        if own is None or own == self.calendar:
            return start + days
        if days == 0:
            return self._by_the_end_of(own.next_working_day(self.day_at(start - 1)))
        return self._by_the_end_of(own.add_working_days(self.day_at(start) - DAY, days))

    def _by_the_end_of(self, day: date) -> int:
        """Of a day on which only the activity's own calendar works, what follows it waits for the next day of the plan."""
        return self.end_of(day) + (0 if self.calendar.is_working_day(day) else 1)

    def before(self, end: int, days: int, own: WorkingCalendar | None) -> int:
        """The latest beginning of work of so many days that ends by `end`."""
        if own is None or own == self.calendar:
            return end - days
        if days == 0:
            return self.end_of(own.previous_working_day(self.day_at(end - 1)))
        return self.start_of(own.add_working_days(self.day_at(end - 1) + DAY, -days))
