"""The clock of a person."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from accounts.languages import zone_of

if TYPE_CHECKING:
    from accounts.models import User


def local_day(user: User, at: datetime) -> date:
    return at.astimezone(zone_of(user)).date()


def moment_of(user: User, day: date, hour: int) -> datetime:
    """That hour of that day on the person's clock. An hour that the change to summer time skips is the same moment one hour later."""
    return datetime.combine(day, time(hour), tzinfo=zone_of(user))
