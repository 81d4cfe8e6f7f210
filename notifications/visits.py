"""What happened since the last visit: the position is taken once, when a session begins, and holds until the reader has seen the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from audit.models import Event
from audit.outbox import OldestRunning, later_than
from notifications.changes import cursor_of, position_of
from notifications.services.visits import end_of_feed, last_visit, mark_seen
from notifications.visibility import readable_events

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.requests import SignedInRequest

SINCE = "last_visit"
MOST = 50


@dataclass(frozen=True)
class News:
    """What is new to the reader, newest first. `at`: of the last visit. `seen`: the cursor to give when all of it is seen."""

    at: datetime
    events: Sequence[Event]
    more: bool
    seen: str


def news_of(request: SignedInRequest) -> News | None:
    """None on somebody's first visit: everything would be new. The first call of a session writes the new position, and only that one."""
    user = request.user
    if SINCE not in request.session:
        before = last_visit(user)
        request.session[SINCE] = [before[0], before[1].isoformat()] if before else None
        mark_seen(actor=user)
    since = request.session[SINCE]
    return _since(user, since[0], datetime.fromisoformat(since[1])) if since else None


def see_all(request: SignedInRequest, cursor: str) -> None:
    """The reader has seen what was shown: from here on only what comes behind the cursor is new."""
    visit = mark_seen(actor=request.user, cursor=cursor)
    request.session[SINCE] = [cursor_of((visit.transaction_id, visit.event_id)), visit.at.isoformat()]


def _since(user: User, cursor: str, at: datetime) -> News:
    seen = end_of_feed(user)  # before the list is read: what comes in between is shown, and shown again
    found = readable_events(user).filter(later_than(position_of(cursor)), transaction_id__lt=OldestRunning())
    events = list(found.order_by("-transaction_id", "-pk")[: MOST + 1])
    return News(at, events[:MOST], len(events) > MOST, cursor_of(seen))
