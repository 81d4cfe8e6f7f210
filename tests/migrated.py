"""A database migrated once for all that tests run: `python -m tests.migrated` makes it, and every process of a run copies it.

Migrating takes far longer than all the rest of a start. `make test` does it beside the checks of style and types; a run that finds none for
the code as it is makes it itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.db import connection

from cdmo.servers.layout import ROOT
from cdmo.servers.postgres import OWNER, Postgres, binaries


def name_of_code() -> str:
    """Another one whenever a line of the product or a version of a package changes: what migrations do may stand in any of them."""
    parts = [each for each in ROOT.iterdir() if each.is_dir() and not each.name.startswith(".") and each.name != "tests"]
    files = [*ROOT.glob("requirements*.txt"), *(file for part in parts for file in part.rglob("*.py"))]
    found = sha256()
    for each in sorted(files):
        found.update(str(each.relative_to(ROOT)).encode() + sha256(each.read_bytes()).digest())
    return f"migrated_{found.hexdigest()[:20]}"


def migrated_once() -> str:
    """The database that all copy. Whoever comes first makes it, while the others wait."""
    name = name_of_code()
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


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdmo.settings")
    django.setup()
    migrated_once()
