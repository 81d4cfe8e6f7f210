"""Events: what happened, written by hand in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from audit import context, outbox
from audit.kinds import CLIENT, INTERNAL, EventKind, all_kinds, find_kind, kind, register
from audit.models import Event

__all__ = [
    "CLIENT",
    "INTERNAL",
    "Event",
    "EventKind",
    "Happened",
    "all_kinds",
    "events_of",
    "find_kind",
    "kind",
    "record",
    "record_each",
    "record_once_a_day",
    "register",
]


def record(
    key: str,
    obj: models.Model | None,
    /,
    *,
    actor: Any,
    reason: str = "",
    before: Any = None,
    after: Any = None,
    on_behalf_of: Any = None,
    **data: Any,
) -> Event:
    """Write the event of a change in the transaction of that change, and ring the outbox once it commits.

    `data` is kept as JSON and fills the placeholders of the kind's words; `obj` is None for what concerns no record, such as a
    failed sign-in.

    Raises TransactionManagementError outside a transaction, LookupError for an unregistered kind, PermissionError without an actor
    (only background work under `audit.context.acting` has none), KeyError when the words name a placeholder that is not given.
    """
    event = _event(key, obj, data, actor=actor, reason=reason, before=before, after=after, on_behalf_of=on_behalf_of)
    event.save(force_insert=True)
    outbox.ring()
    return event


def record_each(happened: Iterable[Happened]) -> None:
    """Write many events of one act, in this order, by one statement; each as `record` writes it, and refused as there."""
    events = [_event(each.key, each.obj, each.data, **each.said) for each in happened]
    if events:
        Event.objects.bulk_create(events)
        outbox.ring()


@dataclass(frozen=True)
class Happened:
    """What `record` is told, for `record_each`: `said` is actor, reason, before, after, on_behalf_of; `data` the rest."""

    key: str
    obj: models.Model | None
    said: dict[str, Any]
    data: dict[str, Any]


def _event(
    key: str,
    obj: models.Model | None,
    data: dict[str, Any],
    *,
    actor: Any,
    reason: str = "",
    before: Any = None,
    after: Any = None,
    on_behalf_of: Any = None,
) -> Event:
    declared = kind(key)
    now = context.current()
    outbox.require_transaction()
    if actor is None and now.channel not in context.WITHOUT_ACTOR:
        raise PermissionError(f"{key} needs an actor in channel {now.channel!r}.")
    stored = as_json(data | {name: value for name, value in (("before", before), ("after", after)) if value is not None})
    projection = declared.client_projection(obj, stored) if declared.client_projection and obj is not None else None
    client_id, project_id = scope_of(obj)
    event = Event(
        kind=key,
        actor=actor,
        actor_name=now.doer or name_of(actor),
        actor_roles=[] if now.doer else sorted(str(role) for role in getattr(actor, "roles", None) or ()),
        on_behalf_of_name=name_of(on_behalf_of),
        client_id=client_id,
        project_id=project_id,
        **about(obj),
        reason=reason or now.reason,
        data=stored,
        request_id=now.request_id,
        channel=now.channel,
        client_visible=projection is not None,
        client_data=projection,
    )
    _ = event.words  # words that ask for a placeholder which is missing fail now, not when somebody reads them
    return event


def events_of(obj: models.Model) -> models.QuerySet[Event]:
    """Everything recorded about the object, newest first."""
    return Event.objects.filter(object_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk)).order_by("-id")


def record_once_a_day(key: str, objects: Iterable[models.Model], *, actor: Any) -> None:
    """Write that somebody did this with each of the objects, of one kind, where they have not since midnight. Two statements."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    known = set(Event.objects.filter(kind=key, actor=actor, at__gte=midnight).values_list("object_id", flat=True))
    record_each(Happened(key, obj, {"actor": actor}, {}) for obj in objects if str(obj.pk) not in known)


def as_json(data: dict[str, Any]) -> dict[str, Any]:
    """What the database will give back: decimals, dates, ids and lazy texts as strings."""
    decoded: dict[str, Any] = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    return decoded


def scope_of(obj: Any) -> tuple[int | None, int | None]:
    """(client id, project id) of an object: its own `event_scope`, else what its columns say."""
    if hasattr(obj, "event_scope"):
        client_id, project_id = obj.event_scope
        return client_id, project_id
    return getattr(obj, "client_id", None), getattr(obj, "project_id", None)


def about(obj: models.Model | None) -> dict[str, Any]:
    """The fields of `AboutAnObject` for an object."""
    if obj is None:
        return {}
    return {"object_type": ContentType.objects.get_for_model(obj), "object_id": str(obj.pk), "object_label": str(obj)[:250]}


def name_of(person: Any) -> str:
    """A person's printed name; text is taken as it is."""
    return str(getattr(person, "full_name", "") or person) if person else ""
