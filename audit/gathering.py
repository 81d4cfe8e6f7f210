"""What a table or form that saves itself recorded, save by save, as one line of a list of events."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import groupby

from audit.models import Event

_saved: set[str] = set()


def saves_itself(*kinds: str) -> None:
    """Kinds of events of which there is one for each cell or field."""
    _saved.update(kinds)


@dataclass(frozen=True)
class Line:
    """The first of the events in their order, and those that belong to it."""

    event: Event
    others: list[Event]


def lines_of(events: Iterable[Event]) -> list[Line]:
    """In the order given: neighbours that one person saved of one record (of a worksheet: of one table) in one minute stand together."""
    groups = (list(together) for _gesture, together in groupby(events, _gesture_of))
    return [Line(first, others) for first, *others in groups]


def _gesture_of(event: Event) -> Hashable:
    if event.kind not in _saved:
        return event.pk
    what = event.data.get("key", event.kind)
    minute = event.at.replace(second=0, microsecond=0)
    return (what, event.object_type_id, event.object_id, event.actor_name, event.on_behalf_of_name, event.reason, minute)  # type: ignore[attr-defined]
