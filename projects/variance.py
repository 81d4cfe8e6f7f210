"""By how many working days a date lies behind what was promised; later is positive. The one count of every table, export and API."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from projects.forecasting import calendar_for

if TYPE_CHECKING:
    from projects.models import Milestone, Project


def variance_of(milestone: Milestone, project: Project, *, promised: date | None) -> int | None:
    """Of the plan, for internal readers: from the date promised to the actual one, or to the forecast. None without either."""
    return _days(milestone, project, promised, milestone.actual_on or milestone.forecast_on)


def told_variance(milestone: Milestone, project: Project) -> int | None:
    """As the client reads it: from the date agreed to the actual one, or to the one last published. Of forecasts it says nothing."""
    return _days(milestone, project, milestone.agreed_on, milestone.actual_on or milestone.published_on)


def _days(milestone: Milestone, project: Project, promised: date | None, on: date | None) -> int | None:
    return calendar_for(milestone, project).working_days_between(promised, on) if promised and on else None


def variance_words(days: int | None) -> str:
    """+12 d late, −3 d early, 0 d; a dash where there is nothing to count."""
    if days is None:
        return "–"
    if days == 0:
        return _t("0 d")
    return (_t("+%(days)d d late") if days > 0 else _t("−%(days)d d early")) % {"days": abs(days)}
