"""A clock that the demo's loader may set back.

The services stamp the present. So that the demo's projects have a past, the loader moves what Django calls "now" while it tells
a story; nothing else in the product does, and the clock never goes beyond the real present. What the database stamps itself (the
time of an event, of a signature and of a history row) stays the moment of loading: the record says when it was really written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

_real_now = timezone.now
WORKING_TIME = time(9, 0, tzinfo=UTC)


class Clock:
    """The present of a story. It only goes forward, a minute with each reading of a new moment, and stops at the real present."""

    def __init__(self, day: date) -> None:
        self._now = datetime.combine(day, WORKING_TIME)

    def now(self) -> datetime:
        return min(self._now, _real_now())

    @property
    def today(self) -> date:
        return self.now().date()

    def go_to(self, day: date) -> None:
        """To the morning of the day; a day that has passed already is now, a little later."""
        self._now = max(datetime.combine(day, WORKING_TIME), self._now + timedelta(minutes=1))


@contextmanager
def starting_on(day: date) -> Iterator[Clock]:
    """Run the block with the present set back to the morning of the day."""
    clock = Clock(day)
    timezone.now = clock.now  # type: ignore[assignment]
    try:
        yield clock
    finally:
        timezone.now = _real_now  # type: ignore[assignment]
