"""What a client may read of a due date: not ours, which moves with the plan, but the date that it was told of the milestone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from projects.models import PHASES, SHOWN_TO_CLIENT, Milestone
from projects.plans import phase_plan

if TYPE_CHECKING:
    from projects.models import Deliverable


def told_due(deliverables: Iterable[Deliverable], shared: Iterable[Milestone] | None = None) -> dict[int, date]:
    """By deliverable id: the published date of the shared milestone that it feeds; nothing where none was told.

    One query, none where the `shared` milestones of their projects are given.
    """
    rows = list(deliverables)
    feeds = {item.key: item.milestone for phase in PHASES for item in phase_plan(phase).deliverables}
    if shared is None:
        shared = Milestone.objects.filter(project__in={row.project_id for row in rows}, visibility__in=SHOWN_TO_CLIENT)
    told = {(row.project_id, row.key): row.published_on for row in shared}
    found = {row.pk: told.get((row.project_id, feeds.get(row.key, ""))) for row in rows}
    return {pk: on for pk, on in found.items() if on}
