"""Data made once for all tests of a module, tables emptied after real transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection, transaction

from accounts.models import DEPARTMENT_NAMES, Department

NEVER_EMPTIED = ("auth_permission", "django_content_type", "django_migrations")


def departments_again() -> None:
    """A test with real transactions empties this table too. They keep their ids: remembered stories name them."""
    rows = [Department(pk=pk, key=key, name=str(name)) for pk, (key, name) in enumerate(DEPARTMENT_NAMES.items(), 1)]
    Department.objects.bulk_create(rows, ignore_conflicts=True)


@contextmanager
def kept_until_the_end(django_db_blocker: Any) -> Iterator[None]:
    """What is made inside is seen by every test of the module (each in a savepoint of its own) and rolled back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        departments_again()
        yield
        transaction.set_rollback(True)


@contextmanager
def sequences_kept() -> Iterator[None]:
    """What counts rows is not rolled back with them: copies for measuring count from a million on, and the next test's rows would too."""
    before = counters()
    yield
    count_from(before)


def counters() -> dict[str, int]:
    """How far each sequence has counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        return dict(cursor.fetchall())


def count_from(values: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute("SELECT setval(%s, %s)", [name, value])


@cache
def tables() -> tuple[str, ...]:
    """All that tests fill."""
    return tuple(sorted(name for name in connection.introspection.table_names() if name not in NEVER_EMPTIED))


def emptied(_test: object) -> None:
    """In place of Django's own `flush`, which empties every table and makes the content types anew, with other ids: stories that are
    remembered would be told again. Only what has rows is emptied here, without guards and triggers, and the departments are there again."""
    filled = ", ".join(f"CASE WHEN EXISTS (SELECT FROM \"{table}\") THEN '{table}' END" for table in tables())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT array_remove(ARRAY[{filled}], NULL)")
        (names,) = cursor.fetchone()
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in names:
            cursor.execute(f'DELETE FROM "{name}"')
    departments_again()
