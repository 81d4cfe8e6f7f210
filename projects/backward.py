"""From a date that must be kept back to the day on which work has to begin: the backward pass alone, without a start. Pure.

The plan forward (projects/schedule.py) from the day that `count_back` gives, or from an earlier one, reaches its goal in time; from
any later one it does not. Offsets and the inclusive finish are those of the forward pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from projects.calendars import WorkingCalendar
from projects.network import Activity, Link, Relation, Timeline, in_order


@dataclass(frozen=True)
class CountedBack:
    """latest: the last day of each activity on the way to the goal; others are bound by nothing and have none.

    start: the day on which the plan has to begin. late_days: how many working days ago that was; 0 when it is still to come.
    """

    latest: Mapping[str, date]
    start: date
    late_days: int


def count_back(
    activities: Iterable[Activity], links: Iterable[Link], calendar: WorkingCalendar, *, goal: str, on: date, today: date
) -> CountedBack:
    """The latest dates at which `goal` is finished on `on`, or on the last working day before it.

    A lag that would let a successor begin before everything else counts as well: it cannot begin before the plan does. "Not before"
    and actual dates do not bind here; going forward shows what they cost. Raises ScheduleError for a loop, KeyError for an unknown goal.
    """
    plan = {activity.key: activity for activity in activities}
    links, line = list(links), Timeline(calendar, on)
    latest: dict[str, tuple[int, int]] = {}  # where it begins at the latest, and where it ends then
    for key in reversed(in_order(plan, links)):
        bounds = [_bound(link, latest) for link in links if link.predecessor == key and link.successor in latest]
        if key == goal:
            bounds.append((False, line.end_of(on)))
        if bounds:
            latest[key] = _latest(plan[key], bounds, line)
    if goal not in latest:
        raise KeyError(goal)
    start = min(_first_day(plan[key], begin, line) for key, (begin, _end) in latest.items())
    late_days = calendar.working_days_between(start, calendar.next_working_day(today))
    return CountedBack({key: line.day_at(end - 1) for key, (_begin, end) in latest.items()}, start, max(late_days, 0))


def _bound(link: Link, latest: Mapping[str, tuple[int, int]]) -> tuple[bool, int]:
    """Whether the link binds the predecessor's beginning (else its end), and to what."""
    begin, end = latest[link.successor]
    limit = (begin if link.kind in (Relation.FINISH_START, Relation.START_START) else end) - link.lag_days
    return link.kind in (Relation.START_START, Relation.START_FINISH), limit


def _latest(activity: Activity, bounds: list[tuple[bool, int]], line: Timeline) -> tuple[int, int]:
    """The last beginning that breaks no bound, and the end it leads to: in a calendar of its own that may be earlier than the bound."""
    days, own = activity.duration_days, activity.calendar
    if not days:
        point = line.before(min(limit for _begins, limit in bounds), 0, own)
        return point, point
    begin = min(limit if begins else line.before(limit, days, own) for begins, limit in bounds)
    return begin, line.after(begin, days, own)


def _first_day(activity: Activity, begin: int, line: Timeline) -> date:
    """A milestone falls at the end of its day, work begins with it."""
    return line.day_at(begin if activity.duration_days else begin - 1)
