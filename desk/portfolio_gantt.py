"""The plans of many projects in one picture, and the same as a table. Two queries, however many projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from charts.portfolio import Mark, ProjectRow, Stretch, portfolio_gantt
from projects.forecasting import calendar_of
from projects.milestone_state import MilestoneState
from projects.milestones import critical_of, states_of
from projects.models import PHASES, Milestone, Phase
from projects.variance import variance_of

if TYPE_CHECKING:
    from projects.models import Project

MARKED = (Milestone.Kind.GATE, Milestone.Kind.CONTRACT, Milestone.Kind.DELIVERY, Milestone.Kind.FILING)
WORST_FIRST = (MilestoneState.LATE, MilestoneState.AT_RISK, MilestoneState.ON_TRACK, MilestoneState.PLANNED)


@dataclass(frozen=True)
class PlannedMilestone:
    """A gate or contract milestone: how it stands, and its working days from baseline to forecast or actual date, None without either."""

    milestone: Milestone
    state: MilestoneState
    days: int | None
    critical: bool

    @property
    def on(self) -> date | None:
        return self.milestone.actual_on or self.milestone.forecast_on

    # Asked of the choices themselves: get_…_display compares every choice, and a page has hundreds of milestones.

    @property
    def kind(self) -> str:
        return str(Milestone.Kind(self.milestone.kind).label)

    @property
    def phase(self) -> str:
        return str(Phase(self.milestone.phase).label)


@dataclass(frozen=True)
class PlannedProject:
    """A project's row of the picture and its lines of the table; every milestone counts for the phases, only `marked` ones are shown."""

    project: Project
    milestones: list[PlannedMilestone]

    @property
    def marked(self) -> list[PlannedMilestone]:
        return [row for row in self.milestones if row.milestone.kind in MARKED]


def planned_projects(projects: Iterable[Project], *, today: date) -> list[PlannedProject]:
    """The projects must come with client and site."""
    rows = list(projects)
    milestones: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in Milestone.objects.filter(project__in=rows):
        milestones[milestone.project_id].append(milestone)
    everything = [row for found in milestones.values() for row in found]
    states = states_of(everything, today=today, calendars={project.pk: calendar_of(project) for project in rows})
    return [PlannedProject(project, _planned(project, milestones[project.pk], states)) for project in rows]


def _planned(project: Project, rows: Sequence[Milestone], states: Mapping[int, MilestoneState]) -> list[PlannedMilestone]:
    critical = critical_of(rows)
    return [PlannedMilestone(row, states[row.pk], variance_of(row, project, promised=row.baseline_on), row.pk in critical) for row in rows]


def picture(rows: Iterable[PlannedProject], *, today: date, width: int | str = "container") -> dict[str, Any]:
    """A Vega-Lite specification, for the browser and for files."""
    return portfolio_gantt([_row(row) for row in rows], today=today, width=width)


def _row(row: PlannedProject) -> ProjectRow:
    project = row.project
    words = f"{project.client.name} · {project.get_phase_display()}"
    marks = [_mark(each, each.on) for each in row.marked if each.on]
    return ProjectRow(project.code, project.title, words, _stretches(row), marks)


def _mark(row: PlannedMilestone, on: date) -> Mark:
    milestone = row.milestone
    is_gate = milestone.kind == Milestone.Kind.GATE
    return Mark(
        label=milestone.title,
        on=on,
        state=row.state.value,
        kind=row.kind,
        short=milestone.key.upper() if is_gate else "",
        baseline=milestone.baseline_on,
        critical=row.critical,
    )


def _stretches(row: PlannedProject) -> list[Stretch]:
    """A phase lasts from the end of the one before to its own last milestone, as expected and as promised."""
    began = promised_until = row.project.day_of(row.project.opened_at)
    found = []
    for phase in PHASES:
        rows = [each for each in row.milestones if each.milestone.phase == phase]
        ends = [each.on for each in rows if each.on]
        if not ends:
            continue
        end = max(began, *ends)
        promises = [each.milestone.baseline_on for each in rows if each.milestone.baseline_on]
        promised = (promised_until, max(promised_until, *promises)) if promises else None
        found.append(Stretch(str(phase.label), began, end, _state(row.project, phase, rows), promised))
        began = end
        promised_until = promised[1] if promised else promised_until
    return found


def _state(project: Project, phase: Phase, rows: Sequence[PlannedMilestone]) -> str:
    """The worst of what is open in the phase; a phase that is left is achieved."""
    if PHASES.index(phase) < PHASES.index(Phase(project.phase)):
        return MilestoneState.ACHIEVED.value
    states = {row.state for row in rows}
    return next((state for state in WORST_FIRST if state in states), MilestoneState.ACHIEVED).value
