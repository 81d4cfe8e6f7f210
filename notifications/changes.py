"""The feed of changes: what happened after a position, in an order without gaps, in one shape for our people and for clients' systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext as _t

from accounts.models import Client, User
from accounts.names import actor_for_client
from accounts.prepared import Prepared
from audit.models import Event
from audit.outbox import START, OldestRunning, later_than, next_transaction
from audit.refusals import BadInput
from notifications.visibility import SHAREABLE, as_client, readable_events
from projects.models import Project

MOST = 200
SALT = "changes"
# Reasons that are written to the client; all others are our own words.
TOLD_REASONS = frozenset({"milestone.published", "milestone.explained"})
Position = tuple[int, int]


@dataclass(frozen=True)
class Page:
    rows: list[dict[str, Any]]
    next: str
    more: bool


def changes_since(user: User, cursor: str | None, limit: int) -> Page:
    """At most `limit` events that the reader may see, after the cursor. The next cursor stays valid when nothing came.

    Readers stop below the oldest running transaction, as the consumers of the outbox do: what is not shown yet cannot appear behind
    the cursor later. Raises BadInput for a cursor that was not made here.
    """
    position = position_of(cursor) if cursor is not None else START
    found = _after(user, position, limit + 1)
    page = found[:limit]
    if page:
        position = (page[-1].transaction_id, page[-1].pk)
    return Page(rows_of(page, internal=user.is_internal), cursor_of(position), len(found) > limit)


def _after(user: User, position: Position, most: int) -> list[Event]:
    if user.is_internal or not user.is_active:
        return list(_in_order(readable_events(user), position)[:most].select_related("actor"))
    transaction_id, event_id = position
    asked = _of_client(most, tuple(ContentType.objects.get_for_model(model).pk for model in SHAREABLE))
    keys = asked.ask(client_id=user.client_id, transaction_id=transaction_id, event_id=event_id)
    events = Event.objects.filter(pk__in=[key for (key,) in keys]).select_related("actor")
    return list(events.order_by("transaction_id", "pk"))


def _in_order(events: QuerySet[Event], position: Position) -> QuerySet[Event]:
    return events.filter(later_than(position), transaction_id__lt=OldestRunning()).order_by("transaction_id", "pk")


@cache
def _of_client(most: int, kinds: tuple[int, ...]) -> Prepared:
    """To write what a client may read costs ten times what asking it does. `kinds` stand in the query as they are in this database."""

    def rows(client_id: int, transaction_id: int, event_id: int) -> QuerySet[Any]:
        return _in_order(readable_events(as_client(client_id)), (transaction_id, event_id)).values_list("pk")[:most]

    return Prepared(rows, "client_id", "transaction_id", "event_id")


def cursor_of(position: Position) -> str:
    return signing.dumps(list(position), salt=SALT)


def position_of(cursor: str) -> Position:
    """Raises BadInput for a cursor that was not made here."""
    try:
        transaction_id, event_id = (int(part) for part in signing.loads(cursor, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise _unknown_cursor() from error
    if transaction_id > next_transaction():
        raise _unknown_cursor()  # of another database: everything that happens here would sort before it
    return transaction_id, event_id


def _unknown_cursor() -> BadInput:
    return BadInput({"since": [_t("This cursor was not made here; start again without it.")]})


def rows_of(events: Sequence[Event], *, internal: bool) -> list[dict[str, Any]]:
    """Events as the feed and the webhooks tell them. One query for the codes of the projects, one for who is named to clients."""
    codes = dict(Project.objects.filter(pk__in={e.project_id for e in events if e.project_id}).values_list("pk", "code"))
    clients = {} if internal else Client.objects.in_bulk({event.client_id for event in events if event.client_id})
    return [_row(event, codes.get(event.project_id or 0), clients.get(event.client_id or 0)) for event in events]


def _row(event: Event, code: str | None, client: Client | None) -> dict[str, Any]:
    """For a client's readers, or for ours when there is none."""
    told = client is None or event.kind in TOLD_REASONS
    who = actor_for_client(event, client) if client else event.actor_name
    return {
        "id": event.pk,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "project": code,
        "words": event.words_for_client if client else event.words,
        "by": _side(event),
        "actor": who or None,
        "reason": event.reason if told else "",
        "data": event.client_data if client else event.data,
    }


def _side(event: Event) -> str:
    if event.actor is None:
        return "system"
    return "cdmo" if event.actor.is_internal else "client"
