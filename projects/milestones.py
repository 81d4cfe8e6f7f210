"""How a milestone stands: for us by the plan, for the client by what was published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from projects.calendars import WorkingCalendar
from projects.milestone_state import MilestoneState, milestone_state
from projects.models import MilestoneLink

if TYPE_CHECKING:
    from projects.models import Milestone


def states_of(
    milestones: Iterable[Milestone], *, today: date, calendars: Mapping[int, WorkingCalendar], for_client: bool = False
) -> dict[int, MilestoneState]:
    """State by milestone id, by the rules of the lifecycle; one query for the links of all of them. `calendars`: by project id.

    For a client only published dates count, and only milestones in the given (shared) list can make another one late.
    """
    rows = {milestone.pk: milestone for milestone in milestones}
    before: dict[int, list[int]] = defaultdict(list)
    for predecessor, successor in MilestoneLink.objects.filter(successor__in=rows).values_list("predecessor_id", "successor_id"):
        before[successor].append(predecessor)
    states: dict[int, MilestoneState] = {}

    def state(pk: int) -> MilestoneState:
        if pk not in states:
            row = rows[pk]
            late = any(state(other) == MilestoneState.LATE for other in before[pk] if other in rows)
            states[pk] = milestone_state(
                actual=row.actual_on,
                forecast=row.published_on if for_client else row.forecast_on,
                baseline=row.agreed_on if for_client else row.baseline_on,
                today=today,
                float_days=None if for_client else row.float_days,
                tolerance_days=row.tolerance_days,
                late_predecessor=late,
                calendar=calendars[row.project_id],
            )
        return states[pk]

    return {pk: state(pk) for pk in rows}


def critical_of(milestones: Iterable[Milestone]) -> frozenset[int]:
    """The ids of the critical path: what is open and has the least float of all that is open in its project. For internal readers."""
    least: dict[int, int] = {}
    rows = [row for row in milestones if row.actual_on is None and row.float_days is not None]
    for row in rows:
        least[row.project_id] = min(row.float_days or 0, least.get(row.project_id, row.float_days or 0))
    return frozenset(row.pk for row in rows if row.float_days == least[row.project_id])
