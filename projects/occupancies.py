"""What is told of a booking beside its days: whose it is, what overlaps it, how far its plan has moved, when its site is closed.

Reads rows that come with their vessel's site, project, milestone and task; asks the database nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from audit.refusals import Blocker
from projects.forecasting import calendar_at
from projects.models import Occupancy
from projects.permissions import lacking

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import Site
    from projects.models import Project
    from projects.models.occupancy import OccupancyQuerySet

WITH_PLAN = ("vessel__site", "project__site", "project__client", "milestone", "task")
FIRST_WEEKEND_DAY = 5


def bookings_for(user: User) -> OccupancyQuerySet:
    """Every booking as this person may read it, with everything that is told of it."""
    return Occupancy.objects.told_to(user).with_conflicts().select_related(*WITH_PLAN)


def title_for(booking: Occupancy) -> str:
    """Whose it is and for what; another project where this reader may not know. The row comes from `told_to`."""
    return booking.title if booking.named else _t("another project")


def days_of(booking: Occupancy) -> str:
    """3 Mar 2027 – 10 Mar 2027; one day alone is written once."""
    return days_between(booking.first_on, booking.last_on)


def days_between(first_on: date, last_on: date) -> str:
    first, last = date_format(first_on, "j M Y"), date_format(last_on, "j M Y")
    return first if first == last else f"{first} – {last}"


def warnings_of(booking: Occupancy) -> list[str]:
    """What is wrong with a booking, in sentences. A reader who may not know whose it is reads only what the vessel tells."""
    found = [_t("Overlaps another booking of the vessel.")] if booking.conflicted else []
    if not booking.vessel.in_service:
        found.append(_t("The vessel is out of service: %(reason)s") % {"reason": booking.vessel.out_of_service_reason})
    if not booking.named:
        return found
    if booking.project and not booking.project.is_active:
        found.append(_t("The project is %(status)s.") % {"status": booking.project.get_status_display().lower()})
    return [*found, *slips_of(booking)]


def slips_of(booking: Occupancy) -> list[str]:
    """How far what it is for lies outside its days by the forecast, or that it left the plan; nothing where it happened, or has no date."""
    if booking.milestone and booking.milestone.dropped_by_id:
        return [_t("“%(title)s” is no longer in the plan.") % {"title": booking.milestone.title}]
    if booking.milestone:
        on = None if booking.milestone.actual_on else booking.milestone.forecast_on
        title, begins, ends = booking.milestone.title, on, on
    elif booking.task and booking.task.done_on is None:
        task = booking.task
        title, begins, ends = task.title, task.started_on or task.starts_on, task.forecast_on
    else:
        return []
    found = []
    if ends and ends > booking.last_on:
        days = (ends - booking.last_on).days
        words = ngettext(
            "“%(title)s” is expected on %(day)s, %(days)d day after the booking ends.",
            "“%(title)s” is expected on %(day)s, %(days)d days after the booking ends.",
            days,
        )
        found.append(words % {"title": title, "day": date_format(ends, "j M Y"), "days": days})
    if begins and begins < booking.first_on:
        days = (booking.first_on - begins).days
        words = ngettext(
            "“%(title)s” is expected on %(day)s, %(days)d day before the booking begins.",
            "“%(title)s” is expected on %(day)s, %(days)d days before the booking begins.",
            days,
        )
        found.append(words % {"title": title, "day": date_format(begins, "j M Y"), "days": days})
    return found


def no_booker(user: User, project: Project | None) -> list[Blocker]:
    """For a page: who books, where this person does not."""
    words = _t("Vessels are booked for a project by a project manager or production.")
    if project is None:
        words = _t("Vessels are booked for upkeep by production, management or an administrator.")
    return lacking("projects.book_vessel", user, project, words)


def bookings_in_plan(user: User, project: Project) -> dict[str, Any]:
    """What the plan shows of its vessels; one query."""
    rows = bookings_for(user).filter(project=project).order_by("first_on", "pk")
    bookings = [(row, days_of(row), warnings_of(row)) for row in rows]
    return {"bookings": bookings, "no_booker": no_booker(user, project)}


@dataclass(frozen=True)
class Closure:
    """Days on which a site does not work, both included, weekends beside them too; `words` say why."""

    first: date
    last: date
    words: str


def closures_of(site: Site, first: date, last: date) -> list[Closure]:
    """Shut-downs and public holidays from `first` to `last`; a weekend alone is none."""
    return [Closure(days[0], days[-1], _why(site, days)) for days in _runs(site, first, last) if _is_more_than_a_weekend(site, days)]


def _runs(site: Site, first: date, last: date) -> Iterator[list[date]]:
    calendar = calendar_at(site)
    run: list[date] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if not calendar.is_working_day(day):
            run.append(day)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_more_than_a_weekend(site: Site, days: Sequence[date]) -> bool:
    return any(day.weekday() < FIRST_WEEKEND_DAY or day in site.closures for day in days)


def _why(site: Site, days: Sequence[date]) -> str:
    own = [entry.words for entry in site.own_days if not entry.worked and entry.first <= days[-1] and entry.last >= days[0]]
    return ", ".join(own) or _t("Public holiday")
