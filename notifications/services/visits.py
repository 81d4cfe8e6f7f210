"""How far somebody had read the feed when they last looked: kept as a position in it, never as a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from audit.outbox import START, OldestRunning
from notifications.changes import Position, cursor_of, position_of
from notifications.models import LastVisit
from notifications.visibility import readable_events

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


def end_of_feed(user: User) -> Position:
    """Behind everything that the reader may see now; what a running transaction is still writing comes after it."""
    events = readable_events(user).filter(transaction_id__lt=OldestRunning()).order_by("-transaction_id", "-pk")
    return next(iter(events.values_list("transaction_id", "pk")[:1]), START)


@transaction.atomic
def mark_seen(*, actor: User, cursor: str = "") -> LastVisit:
    """Everything up to the cursor (without one: up to now) is seen. An older position than the one that is kept changes only the moment.

    Raises BadInput for a cursor that was not made here. Nobody but its owner reads it, and it says nothing about the record: no event.
    """
    seen = position_of(cursor) if cursor else end_of_feed(actor)
    visit, _created = LastVisit.objects.select_for_update(of=("self",)).get_or_create(user=actor)
    visit.transaction_id, visit.event_id = max(seen, (visit.transaction_id, visit.event_id))
    visit.at = timezone.now()
    visit.save(update_fields=["transaction_id", "event_id", "at"])
    return visit


def last_visit(user: User) -> tuple[str, datetime] | None:
    """The cursor and the moment of the last visit; None before the first."""
    visit = LastVisit.objects.filter(user=user).first()
    return (cursor_of((visit.transaction_id, visit.event_id)), visit.at) if visit else None
