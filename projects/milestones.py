"""How a milestone stands: for us by the plan, for the client by what was published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef, Q, prefetch_related_objects

from projects.calendars import WorkingCalendar
from projects.milestone_state import MilestoneState, milestone_state
from projects.models import SHOWN_TO_CLIENT, Milestone

if TYPE_CHECKING:
    from projects.models.plan import MilestoneQuerySet


def states_of(
    milestones: Iterable[Milestone], *, today: date, calendars: Mapping[int, WorkingCalendar], for_client: bool = False
) -> dict[int, MilestoneState]:
    """State by milestone id, by the rules of the lifecycle; one query where `predecessors` are not prefetched. `calendars`: by project id.

    For a client only published dates count, and only milestones in the given (shared) list can make another one late.
    """
    rows = {milestone.pk: milestone for milestone in milestones}
    prefetch_related_objects(list(rows.values()), "predecessors")
    states: dict[int, MilestoneState] = {}

    def state(pk: int) -> MilestoneState:
        if pk not in states:
            row = rows[pk]
            late = any(state(other) == MilestoneState.LATE for other in predecessors_of(row) if other in rows)
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


def predecessors_of(milestone: Milestone) -> list[int]:
    """The ids of what it waits for, each once; for lists `predecessors` are prefetched."""
    return list(dict.fromkeys(link.predecessor_id for link in milestone.predecessors.all()))


def may_stand(rows: MilestoneQuerySet, state: MilestoneState, *, today: date, internal: bool) -> MilestoneQuerySet:
    """Those of the rows that can stand so for us, or for a client, by what the database knows.

    Exactly those that are achieved or planned. Of the others what is left without the days on which a place is closed: they only bring
    nearer the day on which something is late.
    """
    if state == MilestoneState.ACHIEVED:
        return rows.exclude(actual_on=None)
    promised = Q(baseline_on__isnull=False) if internal else Q(baseline_on__isnull=False, published_on__isnull=False)
    rows = rows.filter(actual_on=None)
    if state == MilestoneState.PLANNED:
        return rows.exclude(promised)
    rows = rows.filter(promised)
    tight = Q(float_days__lt=F("tolerance_days")) if internal else Q(pk__in=[])
    if state == MilestoneState.ON_TRACK:
        return rows.exclude(tight & Q(float_days__isnull=False))
    if state == MilestoneState.LATE:
        return _maybe_late(rows, today, internal=internal)
    ahead = Milestone.objects.filter(promised, successors__successor=OuterRef("pk"), actual_on=None)
    seen = ahead if internal else ahead.filter(visibility__in=SHOWN_TO_CLIENT)
    return rows.filter(tight | Q(Exists(_maybe_late(seen, today, internal=internal))))


def _maybe_late(rows: MilestoneQuerySet, today: date, *, internal: bool) -> MilestoneQuerySet:
    last_day = ExpressionWrapper(F("baseline_on") + F("tolerance_days"), DateField())
    expected = F("forecast_on" if internal else "published_on")
    return rows.alias(last_day=last_day).filter(Q(last_day__lt=today) | Q(last_day__lt=expected))


def critical_of(milestones: Iterable[Milestone]) -> frozenset[int]:
    """The ids of the critical path: what is open and has the least float of all that is open in its project. For internal readers."""
    least: dict[int, int] = {}
    rows = [row for row in milestones if row.actual_on is None and row.float_days is not None]
    for row in rows:
        least[row.project_id] = min(row.float_days or 0, least.get(row.project_id, row.float_days or 0))
    return frozenset(row.pk for row in rows if row.float_days == least[row.project_id])
