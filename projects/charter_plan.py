"""The plan that a charter would make, forward from its start and back from its filing date, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from projects.backward import CountedBack, count_back
from projects.default_plan import plan_of_version, version_of
from projects.forecasting import activity_of, activity_of_task, calendar_of, task_links
from projects.models import PHASES, Milestone, MilestoneLink, Project, Task
from projects.plans import FILING, PhasePlan, planned_links, with_filing
from projects.schedule import Link, propagate

if TYPE_CHECKING:
    from projects.calendars import WorkingCalendar
    from projects.models import Charter


@dataclass(frozen=True)
class PlannedDate:
    """A milestone of the plan: when it comes from the start on, when it has to come for the filing date, how many days lie between."""

    title: str
    phase: str
    forecast: date
    latest: date | None
    spare_days: int | None


@dataclass(frozen=True)
class PlannedDates:
    """rows: in the order of the plan. start: where the plan begins. counted: back from the filing date, where there is one."""

    rows: list[PlannedDate]
    start: date
    counted: CountedBack | None

    @property
    def late_days(self) -> int:
        """By how many working days the filing date is missed, counted at the start."""
        return self.counted.late_days if self.counted else 0


def plans_of(project: Project, filing_on: date | None, charter: Charter | None = None) -> list[PhasePlan]:
    """The default plans of the contracted phases, with the filing where there is a date: in the charter's version, else the newest."""
    version = version_of(charter)
    plans = [plan_of_version(phase, version) for phase in PHASES if project.in_scope(phase)]
    return with_filing(plans) if filing_on else plans


def planned_dates(project: Project, charter: Charter | None, *, start_on: date | None, filing_on: date | None, today: date) -> PlannedDates:
    """The dates of the plan that drafting would make. Without a start it begins as late as the filing date allows, and not before today.

    project: with scope and site as they would be; nothing is read from its row. Six queries.
    """
    plans = plans_of(project, filing_on, charter)
    rows = _rows(project, plans, set(charter.left_out) if charter else set())
    milestones = list(rows.values())
    links = _links(project, plans, rows)
    tasks = list(Task.objects.filter(project=project, milestone__in=[row.pk for row in milestones if row.pk]))
    links += task_links(tasks, milestones)
    work = [activity_of_task(task) for task in tasks]
    calendar = calendar_of(project)
    counted = None
    if filing_on and FILING in rows:
        activities = [activity_of(row, project) for row in milestones] + work
        counted = count_back(activities, links, calendar, goal=FILING, on=filing_on, today=today)
    start = start_on or max(counted.start if counted else today, today)
    _begin(rows, links, start, charter.start_on if charter else None)
    items = propagate([*(activity_of(row, project) for row in milestones), *work], links, calendar, today).items
    dates = [_date(row, items[row.key].finish, counted, calendar) for row in milestones]
    return PlannedDates(dates, start, counted)


def _date(row: Milestone, forecast: date, counted: CountedBack | None, calendar: WorkingCalendar) -> PlannedDate:
    latest = counted.latest.get(row.key) if counted else None
    spare = calendar.working_days_between(forecast, latest) if latest else None
    return PlannedDate(row.title, row.get_phase_display(), forecast, latest, spare)


def _rows(project: Project, plans: Sequence[PhasePlan], left_out: set[str]) -> dict[str, Milestone]:
    """By key, in the plan's order: what is there already as it is, what the template would add unsaved."""
    there = {row.key: row for row in Milestone.objects.filter(project=project)}
    rows: dict[str, Milestone] = {}
    for plan in plans:
        for item in plan.milestones:
            new = Milestone(project=project, key=item.key, title=str(item.title), phase=plan.phase, kind=item.kind)
            if item.key in there or item.key not in left_out:
                rows[item.key] = there.get(item.key, new)
        rows |= {row.key: row for row in there.values() if row.phase == plan.phase and row.by_hand}
    return rows


def _links(project: Project, plans: Sequence[PhasePlan], rows: Mapping[str, Milestone]) -> list[Link]:
    by_hand = [
        Link(link.predecessor.key, link.successor.key, link.kind, link.lag_days)
        for link in MilestoneLink.objects.filter(successor__project=project, by_hand=True).select_related("predecessor", "successor")
        if link.predecessor.key in rows and link.successor.key in rows
    ]
    pairs = {(link.predecessor, link.successor) for link in by_hand}
    planned = [
        Link(ahead, key, lag_days=lag)
        for key, after in planned_links(plans, rows).items()
        for ahead, lag in after.items()
        if (ahead, key) not in pairs
    ]
    return [*planned, *by_hand]


def _begin(rows: Mapping[str, Milestone], links: Sequence[Link], start: date, planned_start: date | None) -> None:
    """What waits for nothing begins with the plan, unless somebody gave it another date."""
    waiting = {link.successor for link in links}
    for key, row in rows.items():
        if key not in waiting and row.earliest_on in (None, planned_start):
            row.earliest_on = start
