"""The kinds of events: what each is called, in which words, where it leads and what a client may see of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.models import Event
    from audit.refusals import Words

INTERNAL, CLIENT = "internal", "client"


@dataclass(frozen=True)
class EventKind:
    """A kind of event, registered in AppConfig.ready.

    words: lazy text with %(name)s placeholders (see `Event.placeholders`).
    link: function of the event that gives the page's address; it should not query.
    audience: who may be told, "internal" or "client"; a kind without a client projection is internal.
    client_words: as the client reads it, where the words speak of "the client".
    client_projection: function of the object and the event's data that gives what the client may see, None for nothing.
    """

    key: str
    words: Words
    link: Callable[[Event], str] | None = None
    audience: str = INTERNAL
    client_projection: Callable[[Any, dict[str, Any]], dict[str, Any] | None] | None = None
    client_words: Words | None = None


_kinds: dict[str, EventKind] = {}


def register(*kinds: EventKind) -> None:
    for each in kinds:
        if _kinds.setdefault(each.key, each) != each:
            raise ValueError(f"Two event kinds are called {each.key!r}.")


def find_kind(key: str) -> EventKind | None:
    return _kinds.get(key)


def kind(key: str) -> EventKind:
    try:
        return _kinds[key]
    except KeyError:
        raise LookupError(f"The event kind {key!r} is not registered.") from None


def all_kinds() -> tuple[EventKind, ...]:
    return tuple(_kinds.values())
