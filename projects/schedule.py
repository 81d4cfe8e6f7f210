"""When things happen: propagation along dependencies by the critical path method. Pure.

Rules: science.md §16. Offsets are those of projects/network.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _t

from projects.calendars import WorkingCalendar
from projects.network import DAY, Activity, Link, Relation, ScheduleError, Timeline, in_order

__all__ = ["Activity", "Item", "Link", "Relation", "Remark", "Schedule", "ScheduleError", "propagate"]

ALGORITHM = "critical-path-1"


@dataclass(frozen=True)
class Item:
    """One activity in the schedule. The four offsets are in working days (see the module), float_days is late start less early start.

    A finished activity has its actual dates, no float and is never critical. `start` and `finish` are the first and last
    working day (a milestone: the same day). `provisional`: the finish lies in a year whose holidays are not announced.
    """

    key: str
    start: date
    finish: date
    early_start: int
    early_finish: int
    late_start: int
    late_finish: int
    float_days: int | None
    critical: bool
    provisional: bool


@dataclass(frozen=True)
class Remark:
    """Something the reader must know. kind: out_of_sequence, clamped, future_actual."""

    kind: str
    key: str
    words: str


@dataclass(frozen=True)
class Schedule:
    """duration_days: from the data date to the last finish. critical: keys in order of time. remarks: warnings."""

    items: dict[str, Item]
    critical: tuple[str, ...]
    duration_days: int
    remarks: tuple[Remark, ...]
    data_date: date
    algorithm: str = ALGORITHM


def propagate(
    activities: Iterable[Activity],
    links: Iterable[Link],
    calendar: WorkingCalendar,
    data_date: date,
    *,
    finish_by: date | None = None,
    bounded: bool = True,
) -> Schedule:
    """Earliest and latest dates of every activity; nothing unfinished ends before the data date, actual dates stay as they are.

    finish_by: a date set for the end of the plan; float is then counted towards it and may be negative. An activity's own
    `finish_by` binds it and what leads to it; the end of a plan without a date of its own is not before it.
    bounded=False: the bare arithmetic of the textbooks, in which an overlap may begin before the data date and only an activity
    without successors is held to the end of the plan.
    Raises ScheduleError for a loop (naming it), a double or unknown key, a negative duration, a finish before the start.
    """
    plan: dict[str, Activity] = {}
    for activity in activities:
        _check(activity, plan)
        plan[activity.key] = activity
    links = list(links)
    order = in_order(plan, links)
    passes = _Passes(plan, links, Timeline(calendar, data_date), order, bounded)
    passes.forward()
    end = max((passes.finish[key] for key in order), default=0)
    latest = max([end, *(target for key in order if (target := passes.target(key)) is not None)])
    passes.backward(latest if finish_by is None else passes.line.end_of(finish_by))
    items = passes.items()
    critical = sorted(
        (item for item in items.values() if item.critical), key=lambda item: (item.early_start, item.early_finish, order.index(item.key))
    )
    beginning = min([0, *passes.start.values()]) if not bounded else 0
    return Schedule(items, tuple(item.key for item in critical), max(end, 0) - beginning, tuple(passes.remarks), data_date)


def _check(activity: Activity, plan: dict[str, Activity]) -> None:
    if activity.key in plan:
        raise ScheduleError(_t("Two activities are called %(key)s.") % {"key": activity.key})
    if activity.duration_days < 0:
        raise ScheduleError(_t("%(key)s has a negative duration.") % {"key": activity.key})
    if activity.actual_start and activity.actual_finish and activity.actual_finish < activity.actual_start:
        raise ScheduleError(_t("%(key)s is finished before it is started.") % {"key": activity.key})


class _Passes:
    """The forward and the backward pass. `work` is where the (remaining) work begins, `left` how much of it remains."""

    def __init__(self, plan: dict[str, Activity], links: Sequence[Link], line: Timeline, order: list[str], bounded: bool) -> None:
        self.plan, self.line, self.order, self.bounded = plan, line, order, bounded
        self.into: dict[str, list[Link]] = {key: [] for key in order}
        self.out_of: dict[str, list[Link]] = {key: [] for key in order}
        for link in links:
            self.into[link.successor].append(link)
            self.out_of[link.predecessor].append(link)
        self.start: dict[str, int] = {}
        self.finish: dict[str, int] = {}
        self.work: dict[str, int] = {}
        self.left: dict[str, int] = {}
        self.late_work: dict[str, int] = {}
        self.late_finish: dict[str, int] = {}
        self.remarks: list[Remark] = []

    def is_open(self, key: str) -> bool:
        return self.plan[key].actual_finish is None

    def forward(self) -> None:
        for key in self.order:
            activity = self.plan[key]
            if activity.actual_finish is not None:
                self._place_finished(activity, activity.actual_finish)
            else:
                self._place_open(activity)
            self._remark_on_actuals(activity)

    def _place_finished(self, activity: Activity, finished: date) -> None:
        key = activity.key
        self.left[key] = 0
        self.finish[key] = self.line.end_of(finished)
        started = self.line.start_of(activity.actual_start) if activity.actual_start else self.finish[key] - activity.duration_days
        self.start[key] = min(started, self.finish[key]) if activity.duration_days else self.finish[key]
        self.work[key] = self.finish[key]

    def _place_open(self, activity: Activity) -> None:
        """Start no earlier than the data date and every constraint; work that has begun goes on once its predecessors allow."""
        key, own = activity.key, activity.calendar
        begun = self.line.start_of(activity.actual_start) if activity.actual_start else None
        self.left[key] = activity.duration_days if begun is None else max(0, activity.duration_days - max(0, -begun))
        floor = max(1 - self.left[key], 0 if begun is None else begun + activity.duration_days - self.left[key])
        if activity.earliest and begun is None:
            floor = max(floor, self._earliest(activity, activity.earliest))
        wanted = [self._required(link) for link in self.into[key]]
        self._remark_on_clamping(activity)
        at = max([floor, *wanted] if self.bounded or not wanted else wanted)
        self.finish[key] = self.line.after(at, self.left[key], own)
        self.work[key] = self.finish[key] if self.left[key] == 0 else at
        self.start[key] = self.work[key] if begun is None else begun

    def _earliest(self, activity: Activity, day: date) -> int:
        first = self.line.start_of(day)
        return first if activity.duration_days else first + 1

    def _required(self, link: Link) -> int:
        """Where the successor's work may begin for this link's sake."""
        ahead, key = link.predecessor, link.successor
        if link.kind == Relation.FINISH_START:
            return self.finish[ahead] + link.lag_days
        if link.kind == Relation.START_START:
            return self.start[ahead] + link.lag_days
        end = (self.finish if link.kind == Relation.FINISH_FINISH else self.start)[ahead] + link.lag_days
        return self._first_start_ending_from(end, key)

    def _first_start_ending_from(self, end: int, key: str) -> int:
        own, left = self.plan[key].calendar, self.left[key]
        start = self.line.before(end, left, own)
        while self.line.after(start, left, own) < end:  # calendars that differ may leave a gap
            start += 1
        return start

    def _remark_on_clamping(self, activity: Activity) -> None:
        floor = max(0, 1 - activity.duration_days)
        overlaps = [link for link in self.into[activity.key] if link.lag_days < 0 and self.is_open(link.predecessor)]
        if self.bounded and activity.actual_start is None and any(self._required(link) < floor for link in overlaps):
            words = _t("%(key)s would begin before the data date because of its negative lag; it is held there.")
            self.remarks.append(Remark("clamped", activity.key, words % {"key": activity.name}))

    def _remark_on_actuals(self, activity: Activity) -> None:
        late = [day for day in (activity.actual_start, activity.actual_finish) if day and day > self.line.data_date]
        if late:
            words = _t("%(key)s has an actual date after the data date.")
            self.remarks.append(Remark("future_actual", activity.key, words % {"key": activity.name}))
        for link in self.into[activity.key]:
            if self._out_of_sequence(link):
                words = _t("%(key)s went ahead of %(predecessor)s, which it depends on.")
                names = {"key": activity.name, "predecessor": self.plan[link.predecessor].name}
                self.remarks.append(Remark("out_of_sequence", activity.key, words % names))

    def _out_of_sequence(self, link: Link) -> bool:
        """The successor did what the link makes wait, before the predecessor had done its part. A lag is planned time, not a rule."""
        ahead, behind = self.plan[link.predecessor], self.plan[link.successor]
        waits_to_start = link.kind in (Relation.FINISH_START, Relation.START_START)
        needs_finish = link.kind in (Relation.FINISH_START, Relation.FINISH_FINISH)
        did = (behind.actual_start or behind.actual_finish) if waits_to_start else behind.actual_finish
        needed = ahead.actual_finish if needs_finish else (ahead.actual_start or ahead.actual_finish)
        if did is None:
            return False
        if needed is None:
            return link.lag_days >= 0
        allowed = self.line.calendar.add_working_days(needed, min(link.lag_days, 0))
        same_day_is_early = waits_to_start and needs_finish and behind.duration_days > 0 and link.lag_days >= 0
        return did < allowed or (did == allowed and same_day_is_early)

    def target(self, key: str) -> int | None:
        """The offset by which an open activity must be finished for its own sake."""
        own = self.plan[key].finish_by
        return self.line.end_of(own) if own is not None and self.is_open(key) else None

    def backward(self, end: int) -> None:
        for key in reversed(self.order):
            if not self.is_open(key):
                self.late_finish[key], self.late_work[key] = self.finish[key], self.work[key]
                continue
            limits = [limit for link in self.out_of[key] if self.is_open(link.successor) for limit in self._allowed(link)]
            target = self.target(key)
            last = end if target is None else target
            self.late_finish[key] = min([last, *limits] if self.bounded or target is not None or not limits else limits)
            self.late_work[key] = self.line.before(self.late_finish[key], self.left[key], self.plan[key].calendar)

    def _allowed(self, link: Link) -> list[int]:
        """How late the predecessor may finish for this link's sake; its start is no limit once it has happened."""
        behind, key = link.successor, link.predecessor
        limit = (self.late_work if link.kind in (Relation.FINISH_START, Relation.START_START) else self.late_finish)[behind] - link.lag_days
        if link.kind in (Relation.FINISH_START, Relation.FINISH_FINISH):
            return [limit]
        if self.plan[key].actual_start is not None:
            return []
        return [self.line.after(limit, self.left[key], self.plan[key].calendar)]

    def items(self) -> dict[str, Item]:
        slack = {key: self.late_finish[key] - self.finish[key] for key in self.plan if self.is_open(key)}
        least = min(slack.values(), default=0)
        return {key: self._item(self.plan[key], slack.get(key), least) for key in self.plan}

    def _item(self, activity: Activity, slack: int | None, least: int) -> Item:
        key = activity.key
        finish = activity.actual_finish or self._finish_day(activity)
        start = activity.actual_start or (self._start_day(activity) if activity.duration_days else finish)
        late_start = self.start[key] if activity.actual_start else self.late_work[key]
        return Item(
            key=key,
            start=min(start, finish),
            finish=finish,
            early_start=self.start[key],
            early_finish=self.finish[key],
            late_start=late_start if slack is not None else self.start[key],
            late_finish=self.late_finish[key],
            float_days=slack,
            critical=slack is not None and slack == least,
            provisional=(activity.calendar or self.line.calendar).is_provisional(finish),
        )

    def _start_day(self, activity: Activity) -> date:
        day = self.line.day_at(self.start[activity.key])
        return activity.calendar.next_working_day(day) if activity.calendar else day

    def _finish_day(self, activity: Activity) -> date:
        key, own = activity.key, activity.calendar
        if own is None or own == self.line.calendar:
            return self.line.day_at(self.finish[key] - 1)
        if self.left[key] == 0:
            return own.next_working_day(self.line.day_at(self.finish[key] - 1))
        return own.add_working_days(self.line.day_at(self.work[key]) - DAY, self.left[key])
