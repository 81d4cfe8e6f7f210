"""The pictures of a plan, for pages, downloads and documents: data of ours into `charts/`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _t

from charts.gantt import GanttRow, gantt
from projects.calendars import WorkingCalendar
from projects.milestones import critical_of, predecessors_of
from projects.models import Phase

if TYPE_CHECKING:
    from projects.baselines import Compared
    from projects.milestone_state import MilestoneState
    from projects.models import Milestone, Task

WEEKDAYS = WorkingCalendar()


def gantt_of(
    milestones: Sequence[Milestone],
    states: Mapping[int, MilestoneState],
    *,
    today: date,
    for_client: bool = False,
    width: int | str = "container",
    tasks: Sequence[Task] = (),
    promised: Mapping[int, date | None] | None = None,
    calendar: WorkingCalendar = WEEKDAYS,
) -> dict[str, Any]:
    """The plain Gantt of a plan's milestones as a Vega-Lite specification, tasks under theirs. One query.

    A client gets published dates only, and no tasks. promised: the dates of another baseline than the current one, by
    milestone id. calendar: in which the work of tasks is counted.
    """
    rows = gantt_rows(milestones, states, for_client=for_client, promised=promised)
    return gantt(rows if for_client else with_tasks(rows, milestones, tasks, today, calendar), today=today, width=width)


def with_tasks(
    rows: Iterable[GanttRow], milestones: Sequence[Milestone], tasks: Sequence[Task], today: date, calendar: WorkingCalendar
) -> list[GanttRow]:
    """Each milestone's row, and under it those of the tasks that it waits for: bars, over the days on which they were due."""
    by_key: dict[str, list[GanttRow]] = defaultdict(list)
    keys, names = {row.pk: row for row in milestones}, {task.pk: task.key for task in tasks}
    for task in tasks:
        milestone = keys[task.milestone_id]
        after = keys.get(task.after_milestone_id or 0)
        ahead = names.get(task.after_task_id or 0) or (after and after.key)
        by_key[milestone.key].append(
            GanttRow(
                key=task.key,
                label=f"– {task.title}",  # under its milestone
                phase=milestone.get_phase_display(),
                kind=_t("Task"),
                forecast=task.forecast_on,
                actual=task.done_on,
                state=task.state(today),
                dependencies=[ahead] if ahead else [],
                start=task.started_on or task.starts_on,
                baseline=task.due_on,
                baseline_start=_began(task.due_on, task.duration_days, calendar),
            )
        )
    return [each for row in rows for each in (row, *by_key[row.key])]


def _began(end: date | None, days: int, calendar: WorkingCalendar) -> date | None:
    """The first of so many working days that end on a day."""
    return calendar.add_working_days(calendar.next_working_day(end), 1 - days) if end else None


def gantt_rows(
    milestones: Sequence[Milestone],
    states: Mapping[int, MilestoneState],
    *,
    for_client: bool,
    promised: Mapping[int, date | None] | None = None,
) -> list[GanttRow]:
    """What the Gantt draws: the milestones that have a date. No query after `states_of` the same ones."""
    prefetch_related_objects(milestones, "predecessors")
    keys = {row.pk: row.key for row in milestones}
    before = {row.pk: [keys[pk] for pk in predecessors_of(row) if pk in keys] for row in milestones}
    critical = frozenset() if for_client else critical_of(milestones)  # it follows forecasts that were not published
    rows = [_row(row, states[row.pk], before[row.pk], for_client, critical=row.pk in critical) for row in milestones]
    if promised is not None:
        rows = [replace(drawn, baseline=promised.get(row.pk)) for drawn, row in zip(rows, milestones, strict=True)]
    return [row for row in rows if row.live]


def _row(row: Milestone, state: MilestoneState, dependencies: list[str], for_client: bool, *, critical: bool) -> GanttRow:
    return GanttRow(
        key=row.key,
        label=row.title,
        phase=row.get_phase_display(),
        kind=row.get_kind_display(),
        baseline=row.agreed_on if for_client else row.baseline_on,
        forecast=row.published_on if for_client else row.forecast_on,
        published=None if for_client or not row.is_shared else row.published_on,
        actual=row.actual_on,
        state=state.value,
        critical=critical,
        dependencies=dependencies,
    )


def comparison_gantt(rows: Sequence[Compared], *, today: date, width: int | str = "container") -> dict[str, Any]:
    """Two pictures of a plan: the first as the baseline, the second as the forecast; what is only in the first has no date now."""
    order = list(Phase)
    places = {phase.value: place for place, phase in enumerate(order)}
    drawn = [_compared_row(row) for row in sorted(rows, key=lambda row: places.get(row.phase, len(order)))]
    return gantt(drawn, today=today, width=width, title=_t("Two states of the plan: before is hollow, under what is after"))


def _compared_row(row: Compared) -> GanttRow:
    phase = str(Phase(row.phase).label) if row.phase else ""
    late = row.days is not None and row.days > 0
    state = "achieved" if row.achieved else "late" if late else "on_track"
    return GanttRow(key=str(row.pk), label=row.title, phase=phase, baseline=row.before, forecast=row.after, state=state)
