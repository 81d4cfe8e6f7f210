"""A story that a test begins with is told by the services once in a run; its rows are put back for the next test, in every process.

What a project costs is nearly all of what the tests of projects cost. The rows are copied as PostgreSQL has them, so what is put back is
what the services wrote. They are put back only into a database that has nothing else, or nothing but the story that was put back before it
(the second project of a test), on the same day and in the same language; in every other case the story is told anew.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, wraps
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, ParamSpec
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import get_language

from projects.models import Project
from tests.kept import count_from, counters, tables

P = ParamSpec("P")
Moment = tuple[str, tuple[tuple[str, int], ...]]
ALWAYS_THERE = "accounts_department"
SAME_MOMENT = timedelta(minutes=1)
NOW = "\\@"  # stands in rows that are kept for the transaction that puts them back; a text that COPY gives begins with no single backslash
TOLD = Path(settings.BASE_DIR) / ".state" / "cache" / "told"


@dataclass(frozen=True)
class Told:
    """The project of a story, all rows that were there when it had been told, table by table, and how far the counters of rows were.

    name: of this telling; two processes that tell the same story at once give its rows other ids.
    """

    name: str
    project: int
    rows: dict[str, str]
    counted: dict[str, int]


NOTHING = Told("", 0, {}, {})
_told: dict[str, Told] = {}
_found_empty = [""]  # the file of tests in which all tables were looked into last, and none had a row
_standing: dict[Moment, Told] = {}  # the story that stands in the database, by the moment until when nothing else was written


def remembered(story: Callable[P, Project]) -> Callable[P, Project]:
    """For a factory of a project that needs nothing to be there. One that is given a row (a client of the test's own) is not remembered."""

    @wraps(story)
    def tell(*args: P.args, **kwargs: P.kwargs) -> Project:
        before = None if any(isinstance(value, Model) for value in (*args, *kwargs.values())) else _before()
        if before is None:
            return story(*args, **kwargs)
        key = repr((before.name, story.__name__, args, sorted(kwargs.items()), *_circumstances()))
        told = _told.get(key) or _told_elsewhere(key)
        if told:
            _put_back(told.rows, before.rows)
            project = Project.objects.get(pk=told.project)
        else:
            project = story(*args, **kwargs)
            if _files():
                return project
            told = Told(uuid4().hex, project.pk, _rows(), counters())
            _remember(key, told)
        _standing.clear()
        _standing[_moment()] = told
        return project

    return tell


def _before() -> Told | None:
    """The one story that stands in the database; None where something else does."""
    if abs(timezone.now() - datetime.now(UTC)) > SAME_MOMENT or _files():
        return None
    moment = _moment()
    standing = _standing.get(moment) if connection.in_atomic_block else None
    if standing and Project.objects.filter(pk=standing.project).exists():  # a savepoint may have been left since
        return standing
    return NOTHING if _has_nothing(moment) else None


def _moment() -> Moment:
    """The transaction, and how many rows were written in it into which table: what is rolled back still counts."""
    counted = " + ".join(f"pg_stat_get_xact_tuples_{done}(oid)" for done in ("inserted", "updated", "deleted"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_current_xact_id_if_assigned()::text, array_agg(relname::text || ' ' || {counted} ORDER BY relname)"
            f" FILTER (WHERE {counted} > 0) FROM pg_class WHERE relkind = 'r'"
        )
        transaction_id, written = cursor.fetchone()
    names = (each.rpartition(" ") for each in written or ())
    return transaction_id or "", tuple((name, int(count)) for name, _space, count in names)


def _place(key: str) -> Path | None:
    """Where the processes of one run leave what they have told; None where there is but one."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return TOLD / run / sha256(key.encode()).hexdigest() if run else None


def _told_elsewhere(key: str) -> Told | None:
    """Rows count on from where they did when it was told: what comes next in this process must not meet what is put back."""
    place = _place(key)
    if place is None or not place.exists():
        return None
    told: Told = pickle.loads(place.read_bytes())
    here = counters()
    count_from({name: value for name, value in told.counted.items() if value > here.get(name, 0)})
    _told[key] = told
    return told


def _remember(key: str, told: Told) -> None:
    _told[key] = told
    place = _place(key)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_suffix(f".{os.getpid()}")
        half.write_bytes(pickle.dumps(told))
        half.replace(place)


@cache
def _tables() -> tuple[str, ...]:
    return tuple(name for name in tables() if name != ALWAYS_THERE)


def _has_nothing(moment: Moment) -> bool:
    """All tables are looked into once in a file of tests; for the next test of it only those into which its transaction wrote."""
    file = os.environ.get("PYTEST_CURRENT_TEST", "").split("::")[0]
    known = connection.in_atomic_block and _found_empty[0] == file != ""
    written = {name for name, _count in moment[1]}
    asked = [name for name in _tables() if name in written or not known]
    if not asked:
        return True
    anything = " OR ".join(f'EXISTS (SELECT FROM "{name}")' for name in asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT ({anything})")
        (nothing,) = cursor.fetchone()
    if nothing and not written:
        _found_empty[0] = file
    return bool(nothing)


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
                found[table] = _of_any_transaction(table, rows.getvalue())
    return found


def _of_any_transaction(table: str, rows: str) -> str:
    if table not in _of_a_transaction():
        return rows
    place, _default = _of_a_transaction()[table]
    lines = [line.split("\t") for line in rows.split("\n")]
    for line in lines[:-1]:  # each ends with a break, so that the last one is empty
        line[place] = NOW
    return "\n".join("\t".join(line) for line in lines)


def _put_back(rows: dict[str, str], before: dict[str, str]) -> None:
    """As they were, without guards and triggers, which saw them the first time; only the transaction is the present one. Where what
    stands there was only added to, the rest is."""
    changed = {table: lines for table, lines in rows.items() if lines != before.get(table)}
    kept = {table: lines for table, lines in before.items() if rows.get(table, "").startswith(lines)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in before.keys() - kept.keys():
            cursor.execute(f'DELETE FROM "{table}"')
        for table in changed:
            lines = rows[table].removeprefix(kept.get(table, ""))
            if table in _of_a_transaction():
                cursor.execute(f"SELECT {_of_a_transaction()[table][1]}")
                lines = lines.replace(f"\t{NOW}", f"\t{cursor.fetchone()[0]}")
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', StringIO(lines))
        cursor.execute("SET LOCAL session_replication_role = origin")


@cache
def _of_a_transaction() -> dict[str, tuple[int, str]]:
    """By table: which of its columns names the transaction, counted from 0, and how the database fills it in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, place, column_default FROM (SELECT table_name, table_schema, column_name, column_default,"
            " row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position) - 1 AS place FROM information_schema.columns"
            " WHERE table_schema = 'public') AS columns WHERE column_name = 'transaction_id' AND column_default IS NOT NULL"
        )
        return {name: (place, default) for name, place, default in cursor.fetchall()}
