"""How a milestone stands (lifecycle.md, Milestones). Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.calendars import WorkingCalendar


class MilestoneState(StrEnum):
    """The five ways in which it stands."""

    ACHIEVED = "achieved"
    LATE = "late"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    PLANNED = "planned"

    @property
    def label(self) -> Promise:
        return _LABELS[self]


STATES = [state.value for state in MilestoneState]
_LABELS: dict[MilestoneState, Promise] = {
    MilestoneState.ACHIEVED: _("Achieved"),
    MilestoneState.LATE: _("Late"),
    MilestoneState.AT_RISK: _("At risk"),
    MilestoneState.ON_TRACK: _("On track"),
    MilestoneState.PLANNED: _("Planned"),
}


def milestone_state(
    *,
    actual: date | None,
    forecast: date | None,
    baseline: date | None,
    today: date,
    float_days: int | None,
    tolerance_days: int,
    late_predecessor: bool,
    calendar: WorkingCalendar,
) -> MilestoneState:
    """achieved: it has its actual date. late: today or the forecast is later than baseline + tolerance (working days).

    at risk: not late, and its float (unknown float does not count) is below the tolerance or a predecessor is late.
    on track: otherwise. planned: it has no baseline yet. For a client, give the published date as the forecast.
    """
    if actual is not None:
        return MilestoneState.ACHIEVED
    if baseline is None:
        return MilestoneState.PLANNED
    expected = max(today, forecast or today)
    if expected > baseline and expected > calendar.add_working_days(baseline, tolerance_days):  # the first spares the calendar
        return MilestoneState.LATE
    if late_predecessor or (float_days is not None and float_days < tolerance_days):
        return MilestoneState.AT_RISK
    return MilestoneState.ON_TRACK
