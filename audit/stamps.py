"""The time of the record is the database's own: whatever time a new row brings with it, the moment of writing is put in its place.

A trigger of plain SQL on every table of the record; no session setting switches it off. The application's role owns neither the tables
nor the functions, so nothing that it can send puts an event, a signature or a row of the history at another time than the present.
"""

from __future__ import annotations

from collections.abc import Iterable

import pghistory.models
from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.models import Event, Signature

TRIGGER = "audit_stamped"
MOMENTS = {  # column → what the database says; the names are those of its functions
    "at": "statement_timestamp()",
    "signed_at": "statement_timestamp()",
    "pgh_created_at": "transaction_timestamp()",
    "created_at": "transaction_timestamp()",
}

_FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $stamp$
BEGIN
    NEW.{column} := {moment};
    RETURN NEW;
END
$stamp$
"""


def stamped_tables() -> dict[str, str]:
    """The column that says when a row was written, by table."""
    own = {Event: "at", Signature: "signed_at", pghistory.models.Context: "created_at"}
    histories = [model for model in apps.get_models() if issubclass(model, pghistory.models.Event)]
    kept = {model: "pgh_created_at" for model in histories if model._meta.managed and not model._meta.proxy}
    return {model._meta.db_table: column for model, column in (own | kept).items()}


def functions(moments: dict[str, str]) -> Iterable[str]:
    """The statements that make the functions of the triggers; only the owner of the tables can run them."""
    for column, moment in moments.items():
        yield _FUNCTION.format(function=function_of(column), column=column, moment=moment)


def function_of(column: str) -> str:
    return f"audit_stamp_{column}"


def stamp_by_clock(connection: BaseDatabaseWrapper) -> None:
    """Install functions and triggers. Idempotent; `audit.roles.apply_roles` runs it after each migration.

    A trigger that is there stays: making one waits for everybody who is writing to the table.
    """
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for statement in functions(MOMENTS):
            cursor.execute(statement)
        cursor.execute("SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = %s", [TRIGGER])
        there = {table for (table,) in cursor.fetchall()}
        for table, column in sorted(stamped_tables().items()):
            if table in there:
                continue
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {TRIGGER} BEFORE INSERT ON {quote(table)} FOR EACH ROW EXECUTE FUNCTION {function_of(column)}()"
            )
