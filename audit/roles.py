"""Two database roles: the owner migrates, the application reads and writes, and on the record it can only add.

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
    """Create the application's role where it is missing and give it exactly its rights. Idempotent; run as the owner after each migration.

    Raises ImproperlyConfigured when the application's role could get past the guards (superuser, or owner of the tables).
    """
    name = settings.DATABASE_APPLICATION_ROLE
    role = connection.ops.quote_name(name)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _create(cursor, name, role)
        _refuse_powerful(cursor, name)
        write_contexts_once(connection)
        stamp_by_clock(connection)
        for statement in _grants(connection, cursor, role):
            cursor.execute(statement)


def _create(cursor: CursorWrapper, name: str, role: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if cursor.fetchone():
        return
    try:  # roles belong to the cluster: another database may be creating it at this moment
        cursor.execute(f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$")
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"The database role {name} does not exist and could not be created: {error}") from error


def _refuse_powerful(cursor: CursorWrapper, name: str) -> None:
    cursor.execute("SELECT rolsuper, pg_has_role(rolname, current_user, 'member') FROM pg_roles WHERE rolname = %s", [name])
    superuser, owner = cursor.fetchone()
    if superuser or owner:
        raise ImproperlyConfigured(f"The database role {name} is a superuser or has the owner's rights; the record needs a lesser one.")


def _grants(connection: BaseDatabaseWrapper, cursor: CursorWrapper, role: str) -> Iterable[str]:
    quote = connection.ops.quote_name
    yield f"GRANT CONNECT ON DATABASE {quote(connection.settings_dict['NAME'])} TO {role}"
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
    # A table that a later migration makes stays insert-only until this has run again: too little right is seen at once, too much never.
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {role}"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}"
