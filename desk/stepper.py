"""The five phases of one project as the page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from projects.models import PHASES, Phase

if TYPE_CHECKING:
    from projects.models import Project


def steps_of(project: Project) -> list[dict[str, Any]]:
    """Done, current, ahead or out of scope; the current one with the readiness of its gate."""
    current = PHASES.index(Phase(project.phase))
    return [_step(project, phase, position, current) for position, phase in enumerate(PHASES)]


def _step(project: Project, phase: Phase, position: int, current: int) -> dict[str, Any]:
    step: dict[str, Any] = {"title": phase.label, "state": "ahead"}
    if not project.in_scope(phase):
        return step | {"state": "out"}
    if position < current or project.status == "completed":
        return step | {"state": "done"}
    if position > current:
        return step
    readiness = getattr(project, "readiness", None)
    step |= {"state": "current", "link": reverse("project-gate", args=[project.code])}
    return step | ({"met": readiness.met, "total": readiness.total} if readiness else {})
