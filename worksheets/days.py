"""Days as people type them into a spreadsheet: read where there is one reading, refused where there are two."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FURTHEST_YEARS = 30
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NOT_READ = _("“%(typed)s” is no day. Write 2026-03-12, 12 Mar 2026, 12.03.2026 or 12.03.26.")
AMBIGUOUS = _("“%(typed)s” can be read as %(one)s or as %(other)s. Write one of these two.")
NUMBER = _("The number %(typed)s stands here. Format the cell as a date.")
WHICH_CENTURY = _("“%(typed)s” may be of this century or of the last one. Write the year with four digits.")
WITH_TIME = _("“%(typed)s” has a time of day; only a day is asked for.")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.,-]*([a-z]{3,9})[\s.,-]*(\d{4}|\d{2})", re.IGNORECASE)
_MONTH_DAY = re.compile(r"([a-z]{3,9})[\s.]*(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4}|\d{2})", re.IGNORECASE)
_POINTS = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4}|\d{2})")  # with points the day always comes first
# With hyphens a year of two digits would as often stand first: 27-04-30 is refused.
_SLASHES = re.compile(r"(\d{1,2})\s*[-/]\s*(\d{1,2})\s*(?:[-/]\s*(\d{4})|/\s*(\d{2}))")
_FULL_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")


def day_as_typed(text: str) -> date:
    """The day that a text means; a year of two digits is of this century. Raises ValidationError for what is none, and for 03/04/2026,
    which is two."""
    typed = " ".join(text.split())
    if found := _YEAR_FIRST.fullmatch(typed):
        return _day(typed, *map(int, found.groups()))
    if found := _DAY_MONTH.fullmatch(typed):
        return _day(typed, _year(typed, found[3]), _month(found[2]), int(found[1]))
    if found := _MONTH_DAY.fullmatch(typed):
        return _day(typed, _year(typed, found[3]), _month(found[1]), int(found[2]))
    if found := _POINTS.fullmatch(typed):
        return _day(typed, _year(typed, found[3]), int(found[2]), int(found[1]))
    if found := _SLASHES.fullmatch(typed):
        return _of_two(typed, int(found[1]), int(found[2]), _year(typed, found[3] or found[4]))
    raise ValidationError(NOT_READ, code="invalid", params={"typed": typed[:40]})


def _year(typed: str, year: str) -> int:
    """Of two digits in this century, unless that is further ahead than anything is planned: it may be of the last one."""
    if len(year) == 4:
        return int(year)
    found = 2000 + int(year)
    if found > timezone.localdate().year + FURTHEST_YEARS:
        raise ValidationError(WHICH_CENTURY, code="ambiguous", params={"typed": typed[:40]})
    return found


def _month(name: str) -> int:
    """1 to 12, 0 for a word that is no month."""
    low = name.casefold()
    is_month = low in _FULL_MONTHS or low in MONTHS or low == "sept"
    return MONTHS.index(low[:3]) + 1 if is_month else 0


def _of_two(typed: str, first: int, second: int, year: int) -> date:
    if first <= 12 and second <= 12 and first != second:
        readings = {"typed": typed, "one": _day(typed, year, second, first), "other": _day(typed, year, first, second)}
        raise ValidationError(AMBIGUOUS, code="ambiguous", params=readings)
    return _day(typed, year, second, first) if second <= 12 else _day(typed, year, first, second)


def _day(typed: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValidationError(NOT_READ, code="invalid", params={"typed": typed[:40]}) from None


class DayField(forms.Field):
    """A day out of a cell: a date of the spreadsheet, or a text that means one day."""

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            if value.time() != time():
                raise ValidationError(WITH_TIME, code="invalid", params={"typed": value})
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, str):
            return day_as_typed(value)
        raise ValidationError(NUMBER, code="invalid", params={"typed": value})
