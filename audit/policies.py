"""Which rows a client's request may read and write: one policy for each table, most of them derived from the models.

A table is a client's where its columns lead to one: by a column that names the client, else by the project, else by the row that it
belongs to, else by the person whose own it is. An app declares the rest (`declare`), and says why a table is open (`leave_open`).
`rule_of` raises LookupError for a model of which nothing is known, and a test asks it for every model there is.

Policies compare the client only. What of its own project a client sees stays with `visible_to`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from audit.models import Event, Signature

CLIENT = "(SELECT NULLIF(current_setting('cdmo.client_id', true), '')::bigint)"
Model = type[models.Model]


@dataclass(frozen=True)
class Rule:
    """Conditions in SQL: which rows are read, which are written (the same where nothing else is said); None: no policy, for `reason`.

    `through`: what a row that belongs to this model asks of its {column}; the smaller `rank`, the sooner this way is taken.
    """

    reads: str | None
    writes: str | None = None
    through: str = ""
    rank: int = 5
    reason: str = ""


_declared: dict[str, Rule] = {}
_signed: list[str] = []


def declare(label: str, reads: str, *, writes: str | None = None, through: str = "", rank: int = 5) -> None:
    """For a model whose rule its columns do not say. {client} stands for the client of the request, {people} for its people."""
    _declared[label.lower()] = Rule(reads, writes, through, rank)


def leave_open(label: str, reason: str) -> None:
    """No row of this model is any client's."""
    _declared[label.lower()] = Rule(None, reason=reason)


def declare_signed(*labels: str) -> None:
    """A client reads the signatures on these models whose rows it reads, beside those of its own people."""
    _signed.extend(labels)


@cache
def rules() -> dict[str, Rule]:
    """The rule of every table, in the order of the models."""
    concrete = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy]
    return {model._meta.db_table: rule_of(model) for model in concrete}


def rule_of(model: Model) -> Rule:
    """Raises LookupError for a model that leads to no client and was not said to be open."""
    found = _rule(model, frozenset())
    if found is None:
        raise LookupError(
            f"{model._meta.label} leads to no client by its columns. Say whose its rows are with audit.policies.declare, or why they are "
            "nobody's with leave_open."
        )
    return found


def is_history(model: Model) -> bool:
    return issubclass(model, pghistory.models.Event)


def _rule(model: Model, asking: frozenset[Model]) -> Rule | None:
    if is_history(model):
        return Rule("false", "true")  # the triggers of a client's act add to it; nobody of a client reads it
    if model is Signature:
        return Rule(_signatures())
    return _declared.get(model._meta.label_lower) or _derived(model, asking | {model})


def _derived(model: Model, asking: frozenset[Model]) -> Rule | None:
    """By the foreign key that leads to a client in the shortest way; one that may be empty only where no other does."""
    keys = [field for field in model._meta.concrete_fields if field.is_relation and field.related_model not in asking]
    ways = [(field.null, rule.rank, field, rule) for field in keys if (rule := _rule(field.related_model, asking)) and rule.reads]  # type: ignore[arg-type]
    if not ways:
        return None
    _null, _rank, field, rule = min(ways, key=lambda way: way[:2])
    column = f'"{model._meta.db_table}"."{field.column}"'
    return Rule(rule.through.format(column=column, client="{client}", people="{people}") if rule.through else _exists(field, column))


def _exists(field: models.Field, column: str) -> str:
    parent = field.related_model._meta  # type: ignore[union-attr]
    return f'EXISTS (SELECT 1 FROM "{parent.db_table}" AS parent WHERE parent."{parent.pk.column}" = {column})'  # noqa: S608 - names of ours


def _signatures() -> str:
    """CASE, so that an object's id is taken for a number only where it is one."""
    kinds = ContentType._meta.db_table
    cases = []
    for label in sorted(_signed):
        meta = apps.get_model(label)._meta
        kind = f"(SELECT id FROM {kinds} WHERE app_label = '{meta.app_label}' AND model = '{meta.model_name}')"  # noqa: S608 - names of ours
        seen = f'SELECT 1 FROM "{meta.db_table}" AS signed WHERE signed.id = audit_signature.object_id::bigint'  # noqa: S608
        cases.append(f"WHEN {kind} THEN EXISTS ({seen})")
    return f"signer_id = ANY ({{people}}) OR CASE object_type_id {' '.join(cases)} ELSE false END"


def _policies() -> dict[str, dict[str, str]]:
    """By table: the statements that make its policies, by the policies' names. A name carries the hash of what the policy says."""
    application, client = (f'"{role}"' for role in (settings.DATABASE_APPLICATION_ROLE, settings.DATABASE_CLIENT_ROLE))
    users = apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table
    people = f"ARRAY(SELECT person.id FROM {users} AS person WHERE person.client_id = {CLIENT})"  # noqa: S608 - a name of ours
    made: dict[str, dict[str, str]] = {}
    for table, rule in rules().items():
        if rule.reads is None:
            continue
        reads, writes = (
            condition.format(client=CLIENT, people=people) for condition in (rule.reads, rule.reads if rule.writes is None else rule.writes)
        )
        parts = {"application": f"TO {application} USING (true) WITH CHECK (true)"}
        if reads == writes:
            parts["client"] = f"TO {client} USING ({reads}) WITH CHECK ({reads})"
        else:
            parts |= {
                "client_reads": f"FOR SELECT TO {client} USING ({reads})",
                "client_adds": f"FOR INSERT TO {client} WITH CHECK ({writes})",
                "client_changes": f"FOR UPDATE TO {client} USING ({writes}) WITH CHECK ({writes})",
                "client_deletes": f"FOR DELETE TO {client} USING ({writes})",
            }
        names = {f"{name}_{hashlib.sha256(words.encode()).hexdigest()[:8]}": words for name, words in parts.items()}
        made[table] = {name: f'CREATE POLICY {name} ON "{table}" {words}' for name, words in names.items()}
    return made


def apply_policies(connection: BaseDatabaseWrapper) -> None:
    """Make the policies that are missing and drop those of before. Idempotent; run as the owner of the tables.

    What is there stays: to make a policy waits for everybody who uses the table.
    """
    wanted = _policies()
    with connection.cursor() as cursor:
        there, guarded = _there(cursor)
        for table in wanted.keys() | there.keys():
            policies = wanted.get(table, {})
            for name in there.get(table, set()) - policies.keys():
                cursor.execute(f'DROP POLICY "{name}" ON "{table}"')
            for name in policies.keys() - there.get(table, set()):
                cursor.execute(policies[name])
            if (table in wanted) != (table in guarded):
                cursor.execute(f'ALTER TABLE "{table}" {"ENABLE" if table in wanted else "DISABLE"} ROW LEVEL SECURITY')


def missing_policies(connection: BaseDatabaseWrapper) -> int:
    """How many tables have not the policies that this release wants."""
    with connection.cursor() as cursor:
        there, guarded = _there(cursor)
    return sum(table not in guarded or there.get(table, set()) != policies.keys() for table, policies in _policies().items())


def _there(cursor: CursorWrapper) -> tuple[dict[str, set[str]], set[str]]:
    cursor.execute("SELECT tablename, array_agg(policyname::text) FROM pg_policies WHERE schemaname = 'public' GROUP BY tablename")
    there = {table: set(names) for table, names in cursor.fetchall()}
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity")
    return there, {table for (table,) in cursor.fetchall()}


CLOSED = frozenset(
    {"audit_outboxcursor", "django_migrations", "projects_scratch", "projects_kpicase", "worksheets_import", "worksheets_importrow"}
)  # no client's request asks for them

declare(Event._meta.label, "client_id = {client} OR (client_id IS NULL AND actor_id = ANY ({people}))")  # an own act about no client's row
declare(pghistory.models.Context._meta.label, "id = NULLIF(current_setting('pghistory.context_id', true), '')::uuid")
leave_open("audit.OutboxCursor", "how far the workers have read; closed to clients by the rights on the table")
leave_open("auth.Permission", "names of rights, the same for everybody")
leave_open("auth.Group", "names of groups, the same for everybody")
leave_open("auth.Group_permissions", "which rights a group has")
leave_open("contenttypes.ContentType", "names of models")
leave_open("sessions.Session", "read before it is known whose request it is")
leave_open("socialaccount.SocialApp", "the organisation's own identity provider")
