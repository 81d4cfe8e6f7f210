"""The clock of an enquiry: from the receipt of the request to the quotation sent, by department and by waiting for the client.

Pure: moments in, days and words out. Calendar days, because the client counts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from charts.clock import Hand
from charts.look import written

if TYPE_CHECKING:
    from projects.calendars import WorkingCalendar

FEW = 3  # past enquiries; from fewer nothing is told
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Stretch:
    """end: None while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Sheet:
    """A department's part of the enquiry: when its sheet was open, and the day on which it is due."""

    department: str | Promise
    open: tuple[Stretch, ...]
    due_on: date

    @property
    def is_open(self) -> bool:
        return any(each.end is None for each in self.open)


@dataclass(frozen=True)
class Enquiry:
    """quoted: when the first quotation was sent, None before. client: when the client was waited for; client_due: until which day it is,
    the first of them. sales: who has it meanwhile.
    """

    received: datetime
    quoted: datetime | None
    sheets: tuple[Sheet, ...]
    client: tuple[Stretch, ...]
    sales: str | Promise
    client_due: date | None = None


@dataclass(frozen=True)
class Awaited:
    """Who is waited for, since when, and until which day; None where there is none, or where it holds nothing up yet."""

    who: str
    since: datetime
    due_on: date | None = None

    def words(self, now: datetime) -> str:
        """Production since 8 days."""
        days = _whole_days(self.since, now)
        since = ngettext("%(who)s since %(days)s day", "%(who)s since %(days)s days", days) if days else _t("%(who)s since today")
        return since % {"who": self.who, "days": days}


@dataclass(frozen=True)
class Likely:
    """The day on which the quotation will probably be sent, and from what that is reckoned.

    due_on: by when the last sheet is due, None where all are signed. days: the median from the last sheet to the quotation.
    """

    on: date
    due_on: date | None
    days: float
    cases: int

    @property
    def words(self) -> str:
        values = {"days": f"{self.days:g}", "cases": self.cases}
        after = _t("Of the last %(cases)s enquiries half were quoted within %(days)s days of the last sheet.") % values
        if self.due_on is None:
            return _t("Reckoned from the last sheet's signature.") + f" {after}"
        return _t("Reckoned from the last open sheet, which is due on %(day)s.") % {"day": written(self.due_on)} + f" {after}"


def hands(enquiry: Enquiry, now: datetime) -> list[Hand]:
    """Each department, then who has the enquiry while no sheet is open, then all of it. Departments work at the same time."""
    whole = (enquiry.received, enquiry.quoted or now)
    client = _merged(enquiry.client, whole)
    sheets = [(sheet, _merged(sheet.open, whole)) for sheet in enquiry.sheets]
    open_at_all = _merged((each for sheet in enquiry.sheets for each in sheet.open), whole)
    running = enquiry.quoted is None
    return [
        *(_hand(sheet.department, spans, client, running=running and sheet.is_open) for sheet, spans in sheets),
        _hand(enquiry.sales, _between(open_at_all, whole), client, running=running and not any(sheet.is_open for sheet in enquiry.sheets)),
        _hand(_t("The enquiry as a whole"), [whole], client, running=running),
    ]


def likely(enquiry: Enquiry, past_days: Sequence[float], today: date, calendar: WorkingCalendar) -> Likely | None:
    """On a working day. None once it is quoted, before there is a sheet, and while too few enquiries can be looked back at."""
    if enquiry.quoted is not None or len(past_days) < FEW:
        return None
    due = max((sheet.due_on for sheet in enquiry.sheets if sheet.is_open), default=None)
    ends = [each.end.date() for sheet in enquiry.sheets for each in sheet.open if each.end is not None]
    if due is None and not ends:
        return None
    last = max(due, today) if due else max(ends)
    days = float(median(past_days))
    on = calendar.next_working_day(max(last + timedelta(days=ceil(days)), today))
    return Likely(on, due, days, len(past_days))


def sentence(enquiry: Enquiry, found: Likely | None, now: datetime) -> str:
    """Where the enquiry stands, in one line."""
    if enquiry.quoted is not None:
        took = _whole_days(enquiry.received, enquiry.quoted)
        words = ngettext("Quoted on %(day)s, after %(days)s day.", "Quoted on %(day)s, after %(days)s days.", took)
        return words % {"day": written(enquiry.quoted.date()), "days": took}
    first, *others = awaited(enquiry, now.date())
    words = _t("Waits for %(awaited)s") % {"awaited": first.words(now)}
    if others:
        words += ngettext(", and for %(count)s other", ", and for %(count)s others", len(others)) % {"count": len(others)}
    return words + (_t("; quotation likely %(day)s.") % {"day": written(found.on)} if found else ".")


def others_awaited(enquiry: Enquiry, now: datetime) -> str:
    """Whom the line only counts, each with its own days. Empty where there is nobody, and once it is quoted."""
    others = awaited(enquiry, now.date())[1:] if enquiry.quoted is None else []
    return _t("Also waited for: %(awaited)s.") % {"awaited": ", ".join(each.words(now) for each in others)} if others else ""


def awaited(enquiry: Enquiry, today: date) -> list[Awaited]:
    """Whoever has not done it yet, first who holds the quotation up most: who is most overdue, a department or the client; while nobody
    is, the department that is due last, for the likely day is reckoned from it. A client whose day is not over comes after all departments.

    Of those due on one day first who has been waited for longest. Sales where nobody else is waited for.
    """
    names = [
        Awaited(str(sheet.department), each.start, sheet.due_on) for sheet in enquiry.sheets for each in sheet.open if each.end is None
    ]
    if asked := [each.start for each in enquiry.client if each.end is None]:
        is_late = enquiry.client_due is not None and enquiry.client_due < today
        names.append(Awaited(_t("the client"), min(asked), enquiry.client_due if is_late else None))
    if not names:
        ends = (each.end for sheet in enquiry.sheets for each in sheet.open if each.end is not None)
        return [Awaited(str(enquiry.sales), max((enquiry.received, *ends)))]
    return sorted(names, key=lambda each: _weight(each, today))


def _weight(each: Awaited, today: date) -> tuple[int, int, datetime]:
    """What holds up more is less."""
    if each.due_on is None:
        return 2, 0, each.since
    day = each.due_on.toordinal()
    return (0, day, each.since) if each.due_on < today else (1, -day, each.since)


def _hand(label: str | Promise, spans: Sequence[Span], client: Sequence[Span], *, running: bool) -> Hand:
    total, waited = _days(spans), _days(_common(spans, client))
    work = round(total - waited, 1)
    said = _t("1 day") if round(total, 1) == 1 else _t("%(days)s days") % {"days": f"{round(total, 1):g}"}
    return Hand(label, work, round(waited, 1), f"{said}, {_t('running')}" if running else said)


def _merged(stretches: Iterable[Stretch], whole: Span) -> list[Span]:
    """What of them lies within the whole, in order, none over another."""
    first, last = whole
    found: list[Span] = []
    for start, end in sorted((max(each.start, first), min(each.end or last, last)) for each in stretches):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _between(spans: Sequence[Span], whole: Span) -> list[Span]:
    """What of the whole they leave."""
    edges = [whole[0], *(moment for span in spans for moment in span), whole[1]]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def _common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    both = ((max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others)
    return [(start, end) for start, end in both if start < end]


def _days(spans: Iterable[Span]) -> float:
    return sum((end - start for start, end in spans), timedelta()) / timedelta(days=1)


def _whole_days(start: datetime, end: datetime) -> int:
    return max((end.date() - start.date()).days, 0)
