"""Many projects, for measuring: what the demo's clients have is copied by the database, row by row, as often as asked.

A copy is everything that hangs on the demo's requests and projects: milestones, gates, documents, events, signatures, waits. So each has
the variety of the demo (all phases, rounds, slips, conditions) and its texts, under a number of its own. Every so many copies have clients
and people of their own, ours and theirs. Not copied: row history, files, bookings of vessels (two never share a day), and what belongs to
a sign-in or was sent to somebody.

Nothing here is a service: it writes around the guards, as the owner of the database, and only where the demo may be loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pghistory.models
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import CharField, Field, ForeignKey, ForeignObjectRel, JSONField, Model, QuerySet, TextField

from accounts.models import Client, Contact, RoleGrant, User
from audit.models import Event, Signature
from notifications.models import CalendarFeed, LastVisit, MailMessage, Notification, WebhookDelivery
from projects.models import Occupancy, Project, Rfp, Scratch

LAST_READ = """
UPDATE audit_outboxcursor SET (transaction_id, event_id) =
    (SELECT transaction_id, id FROM audit_event ORDER BY transaction_id DESC, id DESC LIMIT 1)
"""
STRIDE = 1_000_000  # added to an id once per copy: below it lie the demo's own rows
COPIES_PER_CLIENT = 20
LEFT_OUT: set[type[Model]] = {CalendarFeed, LastVisit, MailMessage, Notification, Occupancy, Scratch, WebhookDelivery}


@dataclass(frozen=True)
class Copied:
    """The rows of one table that are copied. `count` is the SQL name of what counts their copies: of projects, or of clients."""

    model: type[Model]
    ids: tuple[int, ...]
    count: str

    @property
    def table(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    @property
    def moved(self) -> str:
        return f"{self.count} * {STRIDE}"


class Scale:
    """The demo's rows, and how they are copied."""

    def __init__(self) -> None:
        self.projects = Project.objects.filter(pk__lt=STRIDE).order_by("pk")
        self.rfps = Rfp.objects.filter(project__in=self.projects).order_by("pk")
        self.copied = {each.model: each for each in self._found()}

    def fill(self, wanted: int) -> Iterator[int]:
        """Copy until there are so many projects; gives how many there are after each step."""
        of_the_demo = self.projects.count()
        first = Project.objects.latest("pk").pk // STRIDE + 1  # told by the last copy, for the demo may have grown since
        last = first - 1 - (Project.objects.count() - wanted) // of_the_demo
        for start in range(first, last + 1, COPIES_PER_CLIENT):
            with transaction.atomic(), _without_triggers(self.copied.values()):
                for each in self.copied.values():
                    self._copy(each, start, min(start + COPIES_PER_CLIENT - 1, last))
                self._count_on()
            yield Project.objects.count()

    def _found(self) -> Iterator[Copied]:
        clients = Client.objects.filter(pk__lt=STRIDE, projects__in=self.projects)
        people = User.objects.filter(pk__lt=STRIDE)
        of_clients = (clients, Contact.objects.filter(client__in=clients), people, RoleGrant.objects.filter(user__in=people))
        for rows in of_clients:
            yield Copied(rows.model, _keys(rows), "client_copy")
        found: dict[type[Model], set[int]] = {}
        _follow(Rfp, set(_keys(self.rfps)), found)
        _follow(Project, set(_keys(self.projects)), found)
        _follow(Event, set(_keys(Event.objects.filter(project_id__in=found[Project]))), found)
        signed = Signature.objects.filter(object_type__in=_types(found))
        of_copied = {(ContentType.objects.get_for_model(model).pk, str(pk)) for model, ids in found.items() for pk in ids}
        _follow(Signature, {row.pk for row in signed if (row.object_type_id, row.object_id) in of_copied}, found)
        of_projects = (model for model in found if model not in {rows.model for rows in of_clients})
        for model in of_projects:
            yield Copied(model, tuple(sorted(found[model])), "copy")

    def _copy(self, each: Copied, first: int, last: int) -> None:
        values = {_column(field): self._value(each, field) for field in each.model._meta.concrete_fields}
        once = f"AND (copy - 1) %% {COPIES_PER_CLIENT} = 0" if each.count == "client_copy" else ""
        copies = f"SELECT copy, (copy - 1) / {COPIES_PER_CLIENT} + 1 AS client_copy FROM generate_series(%s::bigint, %s::bigint) AS copy"  # noqa: S608
        rows = f"{each.table} AS t, LATERAL ({copies}) AS copies WHERE t.{_column(each.model._meta.pk)} = ANY(%s) {once}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {each.table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {rows}",  # noqa: S608
                [first, last, list(each.ids)],
            )

    def _value(self, each: Copied, field: Field[Any, Any]) -> str:
        """What the column of a copy holds, as SQL."""
        column = f"t.{_column(field)}"
        if field.primary_key or field.name == "item_id":
            return f"{column} + {each.moved}"
        if isinstance(field, ForeignKey):
            return self._reference(each, field, column)
        if each.model in (Event, Signature) and field.name in ("client_id", "project_id", "object_id"):
            return self._record(field.name)
        return self._text(each, field, column)

    def _reference(self, each: Copied, field: ForeignKey[Any, Any], column: str) -> str:
        to = self.copied.get(field.related_model)
        if to is None or (each.count, to.count) == ("client_copy", "copy"):
            return "NULL" if field.unique and field.null else column  # only one row may name what is not copied: the first keeps it
        return f"CASE WHEN {column} = ANY(ARRAY{list(to.ids)}) THEN {column} + {to.moved} ELSE {column} END"

    def _record(self, name: str) -> str:
        """The record names what it is about by numbers alone."""
        if name == "client_id":
            return f"t.client_id + {self.copied[Client].moved}"
        if name == "project_id":
            return f"t.project_id + {self.copied[Project].moved}"
        cases = (
            f"WHEN t.object_type_id = {ContentType.objects.get_for_model(each.model).pk} THEN (t.object_id::bigint + {each.moved})::text"
            for each in self.copied.values()
        )
        return f"CASE {' '.join(cases)} ELSE t.object_id END"

    def _text(self, each: Copied, field: Field[Any, Any], column: str) -> str:
        """What must be unique gets the number of its copy; every text names its own project and request."""
        unique = {
            "accounts.Client.name": f"{column} || ' ' || client_copy",
            "accounts.Client.code": f"{column} || client_copy",
            "accounts.User.email": f"'c' || client_copy || '.' || {column}",
            "projects.WaitingFor.key": f"{column} || '/' || copy",
        }
        if str(field) in unique:
            return unique[str(field)]
        is_json = isinstance(field, JSONField)
        if each.count == "client_copy" or not isinstance(field, (CharField, TextField, JSONField)):
            return column
        said = f"{column}::text" if is_json else column
        for number, renamed in self._numbers.items():
            said = f"replace({said}, '{number}', {renamed})"
        return f"({said})::jsonb" if is_json else said

    @cached_property
    def _numbers(self) -> Mapping[str, str]:
        """The 2024-0001 in every number of a project (API-…, QUO-…, CO-…) or request: of the demo, and of its copy as SQL.

        Copies are numbered far above what the product counts.
        """
        numbers = [*self.projects.values_list("code", flat=True), *self.rfps.values_list("number", flat=True)]
        parts = sorted({number.split("-", 1)[1] for number in numbers})
        return {part: f"'{part[:-4]}' || ({STRIDE} + {len(parts)} * copy + {place})" for place, part in enumerate(parts)}

    def _count_on(self) -> None:
        """What the product writes next comes after the copies; no consumer reads their events, for what those asked for is copied too."""
        with connection.cursor() as cursor:
            cursor.execute(LAST_READ)
            for each in self.copied.values():
                column = each.model._meta.pk.column
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({column}) FROM {each.table}))",  # noqa: S608
                    [each.table, column],
                )


@contextmanager
def _without_triggers(copied: Collection[Copied]) -> Iterator[None]:
    """Guards, stamps and row history look away; foreign keys do not."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # what waits for the commit stands in the way
        for each in copied:
            cursor.execute(f"ALTER TABLE {each.table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for each in copied:
            cursor.execute(f"ALTER TABLE {each.table} ENABLE TRIGGER USER")


def _keys(rows: QuerySet[Any]) -> tuple[int, ...]:
    return tuple(rows.order_by("pk").values_list("pk", flat=True).distinct())


def _types(models: Iterable[type[Model]]) -> list[ContentType]:
    return [ContentType.objects.get_for_model(model) for model in models]


def _column(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(field.column or "")


def _follow(model: type[Model], ids: set[int], found: dict[type[Model], set[int]]) -> None:
    """The rows, those that point to them, and so on: of the demo, not what was written about it after a first copy, which is counted on."""
    new = {pk for pk in ids if pk < STRIDE} - found.get(model, set())
    if not new:
        return
    found.setdefault(model, set()).update(new)
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and not relation.many_to_many and _is_copied(relation.related_model):
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": new})
            _follow(relation.related_model, set(_keys(rows)), found)


def _is_copied(model: type[Model]) -> bool:
    history = issubclass(model, (pghistory.models.Event, pghistory.models.Context))
    return not history and model not in LEFT_OUT and model._meta.managed and not model._meta.proxy
