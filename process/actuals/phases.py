"""Which phases of a project have begun, how long they took, and how long they were to take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _t

from process.actuals.comparing import Stay
from projects.gates import gate_of
from projects.models import PHASES, Milestone, Phase
from projects.models.states import CLOSED_STATUSES

if TYPE_CHECKING:
    from projects.models import Project


def stays_of(project: Project) -> dict[str, list[Stay]]:
    """By phase that has begun, of the contracted ones: when the project came into it and left it, or was closed in it. Two queries."""
    moves, closed_on = list(project.moves.all()), _closed_on(project)
    found: dict[str, list[Stay]] = {}
    for move, after in zip(moves, [*moves[1:], None], strict=True):
        if project.in_scope(move.to_phase):
            end = project.day_of(after.moved_at) if after else closed_on
            found.setdefault(move.to_phase, []).append(Stay(project.day_of(move.moved_at), end))
    return {phase.value: found[phase] for phase in PHASES if phase in found}


def _closed_on(project: Project) -> date | None:
    """None of one that is not closed."""
    if project.status not in CLOSED_STATUSES:
        return None
    closed = project.status_changes.filter(to_status=project.status).last()
    return project.day_of(closed.changed_at if closed else timezone.now())


@dataclass(frozen=True)
class Planned:
    """From the gate before it to its own, as the baseline has them."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def planned_of(project: Project) -> dict[str, Planned]:
    """By phase, where both dates are promised; evaluation begins when the project was opened. One query."""
    rows = Milestone.objects.filter(project=project, kind=Milestone.Kind.GATE, baseline_on__isnull=False)
    promised = dict(rows.values_list("source", "baseline_on"))
    found, start = {}, project.day_of(project.opened_at)
    for phase in PHASES:
        end = promised.get(f"gate:{gate_of(phase).key}") if project.in_scope(phase) else None
        if end is None and project.in_scope(phase):
            break
        if end is not None:
            found[phase.value] = Planned(start, end)
            start = end
    return found


def not_begun(project: Project, phase: str) -> str:
    """Why nothing can have happened in the phase; empty where it has begun."""
    if not project.in_scope(phase):
        return _t("%(phase)s is not contracted.") % {"phase": Phase(phase).label}
    if phase in stays_of(project):
        return ""
    words = _t("%(phase)s has not begun: the project is in %(now)s.")
    return words % {"phase": Phase(phase).label, "now": project.get_phase_display().lower()}
