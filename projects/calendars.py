"""Working days of a site: weekends, public holidays, weekends worked in exchange, closures of its own. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays

FIRST_YEAR, LAST_YEAR = 1950, 2100  # what the holidays library covers; beyond it only weekends are known


@dataclass(frozen=True)
class WorkingCalendar:
    """The working days of one place.

    country: ISO 3166 code, "" for Monday to Friday without holidays. subdivision: the region of it whose holidays count too, as the
    library names it ("HE" for Hesse). closures: further days off (shut-downs). worked: days worked although they would be off; they
    win over everything else. also: a second place that has to be at work too, for a date that two sides must keep.
    """

    country: str = ""
    closures: frozenset[date] = field(default=frozenset())
    worked: frozenset[date] = field(default=frozenset())
    also: WorkingCalendar | None = None
    subdivision: str = ""

    def is_working_day(self, day: date) -> bool:
        here = day in self.worked or (day not in self.closures and _is_working_day(self.country, self.subdivision, day))
        return here and (self.also is None or self.also.is_working_day(day))

    def is_provisional(self, day: date) -> bool:
        """The holidays of that year are not announced yet (China announces each year's in November), so the date may move."""
        here = bool(self.country) and day.year > _last_announced_year(self.country, self.subdivision)
        return here or (self.also is not None and self.also.is_provisional(day))

    def next_working_day(self, day: date) -> date:
        """The day itself or the first working day after it."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def previous_working_day(self, day: date) -> date:
        """The day itself or the last working day before it."""
        return day if self.is_working_day(day) else self.add_working_days(day, -1)

    def add_working_days(self, day: date, days: int) -> date:
        """The working day that is the `days`-th after `day` (before it, when negative); 0 gives the day itself.

        Five working days after Friday 13 February 2026 end on 20 February in Germany and on 27 February in China.
        """
        if days == 0:
            return day
        year = day.year
        in_year = _days_of_year(self, year)
        position = (bisect_right(in_year, day) if days > 0 else bisect_left(in_year, day)) + days - (days > 0)
        while position >= len(in_year):
            position -= len(in_year)
            year += 1
            in_year = _days_of_year(self, year)
        while position < 0:
            year -= 1
            in_year = _days_of_year(self, year)
            position += len(in_year)
        return in_year[position]

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days the move from `start` to `end` costs: those after `start` up to and including `end`.

        Negative when `end` is earlier. The way back costs the same, and stages add up to the whole.
        """
        if end < start:
            return -self.working_days_between(end, start)
        full_years = sum(len(_days_of_year(self, year)) for year in range(start.year, end.year))
        return full_years + bisect_right(_days_of_year(self, end.year), end) - bisect_right(_days_of_year(self, start.year), start)

    def working_days(self, first: date, last: date) -> list[date]:
        """The working days from `first` to `last`, both included."""
        return [day for year in range(first.year, last.year + 1) for day in _days_of_year(self, year) if first <= day <= last]


@lru_cache(maxsize=1024)
def _days_of_year(calendar: WorkingCalendar, year: int) -> tuple[date, ...]:
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    return tuple(day for day in days if calendar.is_working_day(day))


@lru_cache(maxsize=1024)
def _public_holidays(country: str, subdivision: str, year: int) -> holidays.HolidayBase | None:
    """The library's calendar of a country or region around a year; None for none, and for what it does not know.

    One object per year that never grows: the library fills a growing one in place, which two threads may do at once.
    The years beside it are there because a day off or a make-up day may lie on the other side of New Year.
    """
    try:
        around = (year - 1, year, year + 1)
        return holidays.country_holidays(country, subdiv=subdivision or None, years=around, expand=False) if country else None
    except NotImplementedError:
        return _public_holidays(country, "", year) if subdivision else None


def _is_working_day(country: str, subdivision: str, day: date) -> bool:
    public = _public_holidays(country, subdivision, day.year) if FIRST_YEAR <= day.year <= LAST_YEAR else None
    return day.weekday() < 5 if public is None else bool(public.is_working_day(day))


@lru_cache(maxsize=1024)
def _last_announced_year(country: str, subdivision: str) -> int:
    """The last year for which the library has all days off: where weekends are moved by yearly notice, the last notice."""
    public = _public_holidays(country, subdivision, LAST_YEAR)
    if public is None:
        return 0
    notices = [year for year, entries in getattr(public, "special_public_holidays", {}).items() if _moves_a_weekend(entries)]
    return max(notices, default=LAST_YEAR)


def _moves_a_weekend(entries: object) -> bool:
    """The library writes (month, day, month worked, day worked, …) for a day off in exchange, (month, day, name) otherwise."""
    rows = entries if isinstance(entries, tuple) and entries and isinstance(entries[0], tuple) else (entries,)
    return any(isinstance(row, tuple) and len(row) >= 4 and isinstance(row[2], int) for row in rows)


def holidays_known(country: str) -> bool:
    return country in holidays.list_supported_countries()


@lru_cache(maxsize=256)
def regions_of(country: str) -> tuple[tuple[str, str], ...]:
    """The regions of a country that the library knows holidays of: (its name for them, as a person reads it), by that."""
    try:
        public = holidays.country_holidays(country) if country else None
    except NotImplementedError:
        public = None
    if public is None:
        return ()
    spoken: dict[str, str] = {}
    for name, code in getattr(public, "subdivisions_aliases", {}).items():
        spoken.setdefault(code, name)
    return tuple(sorted(((code, spoken.get(code, code)) for code in public.subdivisions), key=lambda row: row[1]))
