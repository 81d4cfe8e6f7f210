"""Two pictures of a plan side by side: what moved, by how many working days, what came and what went. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from projects.calendars import WorkingCalendar


class Change(StrEnum):
    SAME = "same"
    MOVED = "moved"
    ADDED = "added"
    DELETED = "deleted"

    @property
    def label(self) -> Promise:
        return _LABELS[self]


_LABELS: dict[Change, Promise] = {
    Change.SAME: _("Unchanged"),
    Change.MOVED: _("Moved"),
    Change.ADDED: _("Added"),
    Change.DELETED: _("Deleted"),
}


@dataclass(frozen=True)
class Dated:
    """A milestone in a picture: what it was called there, in which phase, on which day, and whether that day has come true."""

    title: str
    phase: str
    on: date
    achieved: bool = False


@dataclass(frozen=True)
class Compared:
    """One milestone in both pictures; days are working days from the first to the second, None when it is in one only."""

    pk: int
    title: str
    phase: str
    before: date | None
    after: date | None
    days: int | None
    achieved: bool = False

    @property
    def change(self) -> Change:
        if self.before is None:
            return Change.ADDED
        if self.after is None:
            return Change.DELETED
        return Change.SAME if self.before == self.after else Change.MOVED


def compared(
    before: Mapping[int, Dated], after: Mapping[int, Dated], calendar: WorkingCalendar, own: Mapping[int, WorkingCalendar] | None = None
) -> list[Compared]:
    """Every milestone of either picture, in the order of the second; what it lost stands at the end, by date.

    own: the calendar in which a milestone's days count, by its id, as the account of the delay counts them; `calendar` for all others.
    """
    gone = sorted((pk for pk in before if pk not in after), key=lambda pk: before[pk].on)
    return [_compared(pk, before.get(pk), after.get(pk), (own or {}).get(pk, calendar)) for pk in [*after, *gone]]


def _compared(pk: int, old: Dated | None, new: Dated | None, calendar: WorkingCalendar) -> Compared:
    shown = new or old
    assert shown is not None  # noqa: S101 - it is in one of the two
    days = calendar.working_days_between(old.on, new.on) if old and new else None
    phase = shown.phase or (old.phase if old else "")
    return Compared(pk, shown.title, phase, old.on if old else None, new.on if new else None, days, bool(new and new.achieved))
