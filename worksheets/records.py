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
    return Event.objects.filter(Q(pk__in=its_own.values("pk")) | Q(pk__in=of_parent.values("pk"))).order_by("-id")
