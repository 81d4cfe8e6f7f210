"""From the production plan to the occupancy calendar: the days that each operation wants its vessel, booked as tentative ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.refusals import Blocker, require_none
from phases.evaluation.planned import work_of
from phases.evaluation.services import locked_sheet
from phases.evaluation.tables import PlannedOperation
from projects.forecasting import calendar_at
from projects.models import Occupancy
from projects.occupancies import bookings_for, days_between, days_of, title_for
from projects.services.lifecycle import not_active
from projects.services.occupancy import LONGEST_DAYS, Booking, book_vessel, locked_vessels, move_occupancy, over_blockers

if TYPE_CHECKING:
    from accounts.models import User
    from phases.evaluation.models import DepartmentAssessment


@dataclass(frozen=True)
class Window:
    """The days on which an operation wants its vessel, both included, in working days of the vessel's site; what else has one of them."""

    row: PlannedOperation
    first_on: date
    last_on: date
    clashes: tuple[str, ...] = ()

    @property
    def days(self) -> str:
        return days_between(self.first_on, self.last_on)

    @property
    def standing(self) -> str:
        return calendar_words(self.row)


def days_wanted(row: PlannedOperation) -> tuple[date, date] | None:
    """None where the plan does not say from when."""
    if row.wanted_from is None:
        return None
    calendar = calendar_at(row.vessel.site)
    first = calendar.next_working_day(row.wanted_from)
    return first, calendar.add_working_days(first, work_of(row).days - 1)


def calendar_words(row: PlannedOperation) -> str:
    """What of the operation stands on the calendar, and whether that is still what the plan wants."""
    wanted, booking = days_wanted(row), row.booking
    if booking is None:
        return _t("not yet") if wanted else ""
    told = {"days": days_of(booking), "standing": _t("firm") if booking.firm else _t("tentative")}
    words = _t("%(days)s, %(standing)s") % told
    if _is_booked(row, booking):
        return words
    return _t("%(words)s; the plan has changed since") % {"words": words}


def _is_booked(row: PlannedOperation, booking: Occupancy) -> bool:
    return (booking.vessel_id, (booking.first_on, booking.last_on)) == (row.vessel_id, days_wanted(row))


def _is_settled(row: PlannedOperation) -> bool:
    """Nothing is to be done on the calendar: it holds what the plan wants, or somebody has made it firm."""
    return row.booking is not None and (row.booking.firm or _is_booked(row, row.booking))


def of_other_sites(code: str) -> int:
    """How many operations of the production plan name a vessel that stands elsewhere than the project's site."""
    rows = PlannedOperation.objects.filter(assessment__project__code=code)
    return rows.exclude(vessel__site=F("assessment__project__site")).count()


def operations_of(sheet: DepartmentAssessment) -> list[PlannedOperation]:
    return list(sheet.operations.select_related("vessel__site", "booking__vessel__site", "booking__milestone", "booking__task"))


def windows_of(rows: Sequence[PlannedOperation], reader: User) -> list[Window]:
    """Of the operations that say from when, each with the bookings that it meets; one query."""
    wanted = [(row, days) for row in rows if (days := days_wanted(row)) is not None]
    if not wanted:
        return []
    first, last = min(days[0] for _row, days in wanted), max(days[1] for _row, days in wanted)
    taken = list(bookings_for(reader).meeting(first, last).filter(vessel__in=[row.vessel_id for row, _days in wanted]))
    return [Window(row, *days, clashes=_clashes(row, days, taken)) for row, days in wanted]


def _clashes(row: PlannedOperation, days: tuple[date, date], taken: Sequence[Occupancy]) -> tuple[str, ...]:
    others = (each for each in taken if each.vessel_id == row.vessel_id and each.pk != row.booking_id)
    met = (each for each in others if each.first_on <= days[1] and each.last_on >= days[0])
    return tuple(f"{title_for(each)}, {days_of(each)} ({_t('firm') if each.firm else _t('tentative')})" for each in met)


def calendar_blockers(sheet: DepartmentAssessment, rows: Sequence[PlannedOperation]) -> list[Blocker]:
    """Why the plan cannot be shown on the calendar; the button says the same."""
    page = f"{sheet.get_absolute_url()}#sheet-production-plan"
    wanted = [row for row in rows if row.wanted_from is not None]
    if not wanted:
        return [*not_active(sheet.project), Blocker("operation.when", _t("No operation says from when it wants its vessel."), page)]
    pending = [row for row in wanted if not _is_settled(row)]
    if not pending:
        return [*not_active(sheet.project), Blocker("operation.shown", _t("The calendar shows the plan already."), page)]
    return [*not_active(sheet.project), *(blocker for row in pending for blocker in _unbookable(row, page))]


def _unbookable(row: PlannedOperation, page: str) -> list[Blocker]:
    days = days_wanted(row)
    if days is not None and (days[1] - days[0]).days >= LONGEST_DAYS:
        return [Blocker("operation.long", _t("%(operation)s: its days are longer than a year.") % {"operation": row}, page)]
    if days is not None and days[1] < row.vessel.site.today:
        return [Blocker("operation.over", _t("%(operation)s: these days are over.") % {"operation": row}, page)]
    if not row.vessel.in_service:
        told = {"operation": row, "tag": row.vessel.tag, "reason": row.vessel.out_of_service_reason}
        words = _t("%(operation)s: %(tag)s is out of service: %(reason)s") % told
        return [Blocker("operation.vessel", words, row.vessel.get_absolute_url())]
    return []


@act
def show_on_calendar(code: str, department: str, *, actor: User) -> list[Window]:
    """Book what the plan wants as tentative; what is booked already follows the plan, unless it is firm. Gives the windows with clashes.

    Raises DoesNotExist where the project has no such sheet, Refused where its plan wants no vessel or cannot be booked.
    """
    sheet = locked_sheet(code, department, actor)
    require_permission("projects.book_vessel", actor, sheet.project)
    rows = operations_of(sheet)
    require_none(calendar_blockers(sheet, rows))
    locked_vessels(*(pk for row in rows for pk in (row.vessel_id, row.booking and row.booking.vessel_id) if pk))
    for row in rows:
        _book(row, code, actor)
    return windows_of(operations_of(sheet), actor)


def _book(row: PlannedOperation, code: str, actor: User) -> None:
    days = days_wanted(row)
    if days is None or _is_settled(row):
        return
    draft, old = Booking(row.vessel_id, *days, purpose=Occupancy.Purpose.BATCH, label=row.operation), row.booking
    if old is not None and not over_blockers(old):
        draft = replace(draft, belongs_to=old.belongs_to.key if old.belongs_to else "", remark=old.remark)
        move_occupancy(old.pk, draft, reason=_t("The production plan of the sheet has changed."), actor=actor)
        return
    row.booking = book_vessel(draft, project=code, firm=False, actor=actor)
    row.save(update_fields=["booking"])
