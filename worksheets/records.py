"""What the record says of one row."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from audit.events import events_of
from audit.models import Event
from worksheets.bound import Bound


def events_of_row(bound: Bound, row: Any) -> QuerySet[Event]:
    """Newest first: what is recorded of the row itself, and with its parent, alone or among other rows of one request."""
    its_own = events_of(row)
    if not bound.sheet.parent:
        return its_own
    alone, among = Q(data__id=row.pk), Q(data__rows__contains=[{"id": row.pk}])
    of_parent = events_of(bound.parent).filter(alone | among, data__key=bound.sheet.key)
    both = its_own.order_by().values("pk").union(of_parent.order_by().values("pk"))  # each by its index; joined by OR, all events are read
    return Event.objects.filter(pk__in=both).order_by("-id")
