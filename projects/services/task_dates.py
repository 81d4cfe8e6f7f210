"""Dates of tasks as the network gives them, kept on the rows and on what waits for their owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from audit.rows import write_together
from projects.forecasting import calendar_of, task_links
from projects.models import Task
from projects.schedule import Schedule
from projects.services.waiting import postpone_waits

if TYPE_CHECKING:
    from projects.calendars import WorkingCalendar
    from projects.models import Milestone, Project

DAY = timedelta(days=1)
COMPUTED = ("starts_on", "due_on", "forecast_on", "float_days")


def keep_task_dates(project: Project, tasks: Sequence[Task], milestones: Sequence[Milestone], schedule: Schedule) -> None:
    """Write what the network says of each open task; a wait is due when its task is."""
    ahead = {link.successor: link.predecessor for link in task_links(tasks, milestones) if link.successor.startswith("task:")}
    calendar = calendar_of(project)
    changed, postponed = [], []
    for task in tasks:
        item = schedule.items[task.key]
        before = schedule.items[ahead[task.key]].finish if task.key in ahead else None
        due = due_day(task, before, calendar) if task.done_on is None else task.due_on
        dates = {"starts_on": item.start, "due_on": due, "forecast_on": item.finish, "float_days": item.float_days}
        if _differs(task, dates):
            postponed += [task] if due != task.due_on else []
            for name, value in dates.items():
                setattr(task, name, value)
            changed.append(task)
    write_together(changed, COMPUTED)
    postpone_waits({task.key: task.due_on for task in postponed})


def _differs(task: Task, dates: Mapping[str, object]) -> bool:
    return any(getattr(task, name) != value for name, value in dates.items())


def due_day(task: Task, ahead: date | None, calendar: WorkingCalendar) -> date:
    """When it should be done: so many working days from the first on which it could begin. Its own delay never moves this date.

    It can begin on the day after what it waits for, not before its own date, and not before it was given out.
    """
    first = max(day for day in (task.agreed_on, task.earliest_on, ahead and ahead + DAY) if day)
    return calendar.add_working_days(first - DAY, task.duration_days)
