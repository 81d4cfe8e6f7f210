"""Three database roles: the owner migrates; the application reads and writes, and on the record it can only add; a client's request
runs under the third, which nobody signs in with and whose rows the policies choose (`audit.policies`).

Triggers alone do not hold: a session setting switches pgtrigger's off, and TRUNCATE does not fire them. A right that the application's
role does not have cannot be switched on by anything it sends.
"""

from __future__ import annotations

from collections.abc import Iterable

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ProgrammingError

from audit.history import write_contexts_once
from audit.models import AppendOnly
from audit.policies import CLOSED, apply_policies, is_history
from audit.stamps import stamp_by_clock

_LOCK = 7_315_001  # advisory lock: two processes that grant at once fail with "tuple concurrently updated"

_insert_only: set[str] = set()
_written_once: dict[str, set[str]] = {}


def register_insert_only(table: str) -> None:
    """The application may add rows to this table and read them, nothing else. AppendOnly models and row history need not be named."""
    _insert_only.add(table)


def register_written_once(table: str, *columns: str) -> None:
    """The application may not change these columns once the row is there: save with `update_fields` that leave them out."""
    _written_once.setdefault(table, set()).update(columns)


def insert_only_tables() -> frozenset[str]:
    kinds = (AppendOnly, pghistory.models.Event, pghistory.models.Context)
    models = (model._meta for model in apps.get_models() if issubclass(model, kinds))
    return frozenset(_insert_only | {meta.db_table for meta in models if meta.managed and not meta.proxy})


def apply_roles(connection: BaseDatabaseWrapper) -> None:
    """Create the roles where they are missing and give them exactly their rights. Idempotent; run as the owner after each migration.

    Raises ImproperlyConfigured when a role could get past the guards (superuser, or owner of the tables).
    """
    name = settings.DATABASE_APPLICATION_ROLE
    role = connection.ops.quote_name(name)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _create(cursor, name, role, "LOGIN")
        _refuse_powerful(cursor, name)
        write_contexts_once(connection)
        stamp_by_clock(connection)
        for statement in _grants(connection, cursor, role):
            cursor.execute(statement)
        apply_client_role(connection)


def apply_client_role(connection: BaseDatabaseWrapper) -> None:
    """The role of clients' requests, with its rights and policies. A part of `apply_roles`, for tests, which are the owner."""
    application, client = settings.DATABASE_APPLICATION_ROLE, settings.DATABASE_CLIENT_ROLE
    quote = connection.ops.quote_name
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _create(cursor, application, quote(application), "LOGIN")
        _create(cursor, client, quote(client), "NOLOGIN")
        _refuse_powerful(cursor, client)
        _let_become(cursor, client, (application, "current_user"))
        for statement in _client_grants(connection, cursor, quote(client)):
            cursor.execute(statement)
        apply_policies(connection)


def _create(cursor: CursorWrapper, name: str, role: str, login: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if cursor.fetchone():
        return
    try:  # roles belong to the cluster: another database may be creating it at this moment
        cursor.execute(f"DO $$ BEGIN CREATE ROLE {role} {login}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$")
    except ProgrammingError as error:
        words = (
            f"The database role {name} does not exist and could not be created ({error}). Run as a superuser: CREATE ROLE {role} {login}."
        )
        raise ImproperlyConfigured(words) from error


def _refuse_powerful(cursor: CursorWrapper, name: str) -> None:
    cursor.execute("SELECT rolsuper, pg_has_role(rolname, current_user, 'member') FROM pg_roles WHERE rolname = %s", [name])
    superuser, owner = cursor.fetchone()
    if superuser or owner:
        raise ImproperlyConfigured(f"The database role {name} is a superuser or has the owner's rights; the record needs a lesser one.")


def _let_become(cursor: CursorWrapper, client: str, roles: Iterable[str]) -> None:
    """Whoever opens the connections takes the client's role on: the application, and the owner, who runs the tests."""
    for name in roles:
        cursor.execute("SELECT pg_has_role(CASE %s WHEN 'current_user' THEN current_user ELSE %s END, %s, 'member')", [name, name, client])
        if cursor.fetchone()[0]:
            continue
        role = name if name == "current_user" else f'"{name}"'
        try:
            cursor.execute(f'GRANT "{client}" TO {role}')
        except ProgrammingError as error:
            words = f'Run as a superuser of the database: GRANT "{client}" TO {role}.'
            raise ImproperlyConfigured(f"The role of clients' requests cannot be taken on ({error}). {words}") from error


def _grants(connection: BaseDatabaseWrapper, cursor: CursorWrapper, role: str) -> Iterable[str]:
    quote = connection.ops.quote_name
    yield f"GRANT CONNECT ON DATABASE {quote(connection.settings_dict['NAME'])} TO {role}"
    yield from _on_tables(connection, cursor, role)
    # A table that a later migration makes stays insert-only until this has run again: too little right is seen at once, too much never.
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {role}"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}"


def _client_grants(connection: BaseDatabaseWrapper, cursor: CursorWrapper, role: str) -> Iterable[str]:
    """What the application may, without reading row history, and nothing on what no client's request asks for."""
    yield from _on_tables(connection, cursor, role)
    models = (model for model in apps.get_models() if is_history(model))
    histories = sorted(model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy)
    yield f"REVOKE SELECT ON {', '.join(map(connection.ops.quote_name, histories))} FROM {role}"  # noqa: S608 - no query
    yield f"REVOKE ALL ON {', '.join(map(connection.ops.quote_name, sorted(CLOSED)))} FROM {role}"


def _on_tables(connection: BaseDatabaseWrapper, cursor: CursorWrapper, role: str) -> Iterable[str]:
    quote = connection.ops.quote_name
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    yield f"REVOKE INSERT, UPDATE, DELETE ON {quote(MigrationRecorder.Migration._meta.db_table)} FROM {role}"
    for table in sorted(insert_only_tables()):
        yield f"REVOKE UPDATE, DELETE ON {quote(table)} FROM {role}"
    for table, columns in sorted(_written_once.items()):
        free = [column.name for column in connection.introspection.get_table_description(cursor, table) if column.name not in columns]
        yield f"REVOKE UPDATE ON {quote(table)} FROM {role}"
        yield f"GRANT UPDATE ({', '.join(map(quote, free))}) ON {quote(table)} TO {role}"
