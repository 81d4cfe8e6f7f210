"""A database migrated once for all processes, data made once for all tests of a module, tables emptied after real transactions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from accounts.models import DEPARTMENT_NAMES, Department
from cdmo.servers.postgres import OWNER, Postgres, binaries

NEVER_EMPTIED = ("auth_permission", "django_content_type", "django_migrations")


def migrated_once(name: str) -> str:
    """The database that all of one run copy. Whoever comes first makes it, while the others wait."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('migrated_once'))")  # until this connection ends
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'migrated_')")
        there = {found for (found,) in cursor.fetchall()}
        if name not in there:
            for earlier in there:
                cursor.execute(f'DROP DATABASE "{earlier}"')
            half = f"{name}_half"  # a run that ends meanwhile leaves none that looks whole
            cursor.execute(f'CREATE DATABASE "{half}"')
            migrate(half)
            cursor.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
    return name


def address_of(name: str) -> str:
    """Of a database beside that of the tests."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def migrate(name: str) -> None:
    """In a process of its own, so that nothing in this one is ever connected to it."""
    told = {**os.environ, "DATABASE_URL": address_of(name), "DJANGO_SETTINGS_MODULE": "cdmo.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity=0"], cwd=settings.BASE_DIR, env=told, check=True)


def bring_migrated(name: str, server: Postgres) -> None:
    """Into the empty database of the running product, which lives on a server of its own; `make run` from nothing is another test."""
    dump = [binaries() / "pg_dump", "--no-owner", "--no-privileges", address_of(name)]
    load = [binaries() / "psql", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", server.url(OWNER)]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
        subprocess.run(load, stdin=dumping.stdout, check=True)
    assert dumping.returncode == 0


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
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        counted = cursor.fetchall()
        yield
        for name, value in counted:
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
