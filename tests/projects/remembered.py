"""A story that a test begins with is told by the services once in each process; its rows are put back for the next test.

What a project costs is nearly all of what the tests of projects cost. The rows are copied as PostgreSQL has them, so what is put back is
what the services wrote. They are put back only into a database that has nothing else, on the same day and in the same language; in every
other case the story is told anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, wraps
from io import StringIO
from pathlib import Path
from typing import Any, ParamSpec

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import get_language

from projects.models import Project
from tests.kept import tables

P = ParamSpec("P")
ALWAYS_THERE = "accounts_department"
SAME_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Told:
    """The project of a story, and every row that telling it made, table by table."""

    project: int
    rows: dict[str, str]


_told: dict[Any, Told] = {}


def remembered(story: Callable[P, Project]) -> Callable[P, Project]:
    """For a factory of a project that needs nothing to be there. One that is given a row (a client of the test's own) is not remembered."""

    @wraps(story)
    def tell(*args: P.args, **kwargs: P.kwargs) -> Project:
        if any(isinstance(value, Model) for value in (*args, *kwargs.values())) or not _begins_with_nothing():
            return story(*args, **kwargs)
        key = (story.__name__, repr(args), repr(sorted(kwargs.items())), *_circumstances())
        if key in _told:
            _put_back(_told[key].rows)
            return Project.objects.get(pk=_told[key].project)
        project = story(*args, **kwargs)
        if not _files():
            _told[key] = Told(project.pk, _rows())
        return project

    return tell


@cache
def _tables() -> tuple[str, ...]:
    return tuple(name for name in tables() if name != ALWAYS_THERE)


def _begins_with_nothing() -> bool:
    """To plan a look into every table takes twenty times as long as to look: it is planned once for each connection."""
    if abs(timezone.now() - datetime.now(UTC)) > SAME_MOMENT or _files():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'anything')")
        if not cursor.fetchone()[0]:
            anything = " OR ".join(f'EXISTS (SELECT FROM "{table}")' for table in _tables())
            cursor.execute(f"PREPARE anything AS SELECT {anything}")
        cursor.execute("EXECUTE anything")
        return not cursor.fetchone()[0]


def _circumstances() -> tuple[Any, ...]:
    """What a story depends on besides its arguments: the day, the language, the rows that are always there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(id || key, ' ' ORDER BY id) FROM accounts_department")
        departments = cursor.fetchone()
        cursor.execute("SELECT string_agg(id || model, ' ' ORDER BY id) FROM django_content_type")
        return timezone.localdate(), get_language(), departments, cursor.fetchone()


def _files() -> bool:
    return Path(settings.FILES_DIR).exists() and any(path.is_file() for path in Path(settings.FILES_DIR).rglob("*"))


def _rows() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        for table in _tables():
            rows = StringIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', rows)
            if rows.getvalue():
                found[table] = rows.getvalue()
    return found


def _put_back(rows: dict[str, str]) -> None:
    """As they were, without guards and triggers, which saw them the first time; only the transaction is the present one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, lines in rows.items():
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', StringIO(lines))
        for table in _of_a_transaction() & rows.keys():
            cursor.execute(f'UPDATE "{table}" SET transaction_id = DEFAULT')
        cursor.execute("SET LOCAL session_replication_role = origin")


@cache
def _of_a_transaction() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE column_name = 'transaction_id' AND column_default IS NOT NULL AND table_schema = 'public'"
        )
        return frozenset(name for (name,) in cursor.fetchall())
