"""Backup and restore of an installation: the database by PostgreSQL's own tools, every stored file, and a manifest with the hash of each.

The files are copied after the database: a file is stored before the row that names it and is never changed, so that whatever the dump
names lies beside it. A backup is written under another name and renamed when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import psycopg2.extensions
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg2 import sql

from audit.files import CHUNK_BYTES, open_file, relative_path, store_file, stored_files
from audit.outbox import UPPER_SQL, lift_feed
from cdmo.servers.postgres import binaries

FORMAT = 1
_OWN_ROUTINES = """SELECT 'DROP ROUTINE ' || oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')"""  # of no extension
DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "files"
MADE_OF_US = ("accounts_user", "audit_event")  # an installation where these are empty holds nothing of anybody


class BackupError(Exception):
    """Why a backup or a restore was not done, in words for the person at the terminal."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: rows by table, bytes by file; hashes are SHA-256."""

    format: int
    made_at: str
    server: str
    position: int  # above every position of the feed of events
    tables: dict[str, int]
    database_sha256: str
    files: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        try:
            values = json.loads((folder / MANIFEST).read_text())
            found = cls(**values)
        except (OSError, ValueError, TypeError) as error:
            raise BackupError(f"{folder} is no whole backup: its {MANIFEST} cannot be read ({type(error).__name__}).") from error
        if found.format != FORMAT:
            raise BackupError(f"The backup is of format {found.format}; this release reads {FORMAT}.")
        return found


def make_backup(alias: str, target: Path) -> Manifest:
    """Everything as it is at one moment, into the new folder `target`. Raises BackupError when it exists or a stored file is damaged."""
    if target.exists():
        raise BackupError(f"{target} exists already.")
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / FILES).mkdir(parents=True, mode=0o700)
    try:
        server, position, tables = _dump(connections[alias], unfinished / DUMP)
        files = {sha256: _copy_out(sha256, unfinished / FILES / sha256) for sha256 in stored_files()}
        now = timezone.now().isoformat(timespec="seconds")
        manifest = Manifest(FORMAT, now, server, position, tables, _hash_of(unfinished / DUMP), files)
        _write(unfinished / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        os.sync()
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return manifest


def restore_backup(alias: str, source: Path, *, prepare: Callable[[], object]) -> Manifest:
    """Put a backup into an empty installation and look at every row count and hash; `prepare` migrates and grants at the end.

    Raises BackupError before anything is written when a hash does not match, or the installation holds data.
    """
    manifest = Manifest.read(source)
    _verify(source, manifest)
    connection = connections[alias]
    _require_empty(connection, manifest)
    for sha256 in manifest.files:
        with (source / FILES / sha256).open("rb") as content:
            store_file(content)
    _load(connection, source / DUMP)
    _compare_rows(connection, manifest)
    with connection.cursor() as cursor:
        lift_feed(cursor, manifest.position)
    prepare()
    damaged = [sha256 for sha256 in manifest.files if _digest_of_stored(sha256) != sha256]
    if damaged:
        raise BackupError(f"{len(damaged)} restored files have not the content that the backup has: {damaged[0]}")
    return manifest


def _dump(connection: BaseDatabaseWrapper, target: Path) -> tuple[str, int, dict[str, int]]:
    """Dump and counts see the same moment: the transaction that counts lends the dump its snapshot."""
    own = psycopg2.connect(**connection.get_connection_params())  # type: ignore[attr-defined]
    try:
        own.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with own.cursor() as cursor:
            cursor.execute(f"SELECT pg_export_snapshot(), current_setting('server_version'), {UPPER_SQL}")
            snapshot, server, position = cursor.fetchone()
            tables = _rows(cursor)
            shape = ["--format=custom", "--no-owner", "--no-privileges", "--no-policies", f"--snapshot={snapshot}"]
            _run_tool(connection, "pg_dump", *shape, f"--file={target}")
    finally:
        own.close()
    return server, position, tables


def _rows(cursor: psycopg2.extensions.cursor | CursorWrapper) -> dict[str, int]:
    """How many rows each table has."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    counts: dict[str, int] = {}
    for (table,) in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table)))
        counts[table] = cursor.fetchone()[0]
    return counts


def _verify(source: Path, manifest: Manifest) -> None:
    wanted = {source / DUMP: manifest.database_sha256} | {source / FILES / sha256: sha256 for sha256 in manifest.files}
    for path, sha256 in wanted.items():
        if not path.is_file():
            raise BackupError(f"{path} is missing from the backup.")
        if _hash_of(path) != sha256:
            raise BackupError(f"{path} is not what the backup's manifest says; nothing was restored.")


def _require_empty(connection: BaseDatabaseWrapper, manifest: Manifest) -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in MADE_OF_US:
            if table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {connection.ops.quote_name(table)})")  # noqa: S608 - a name of ours
                if cursor.fetchone()[0]:
                    raise BackupError("The database holds an installation already; restore into an empty one.")
    if foreign := set(stored_files()) - set(manifest.files):
        raise BackupError(f"The store of files holds {len(foreign)} that are not of this backup; restore into an empty one.")


def _load(connection: BaseDatabaseWrapper, dump: Path) -> None:
    """What an empty installation has (tables without rows of anybody) makes way for the dump, whose tables may be of another release."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('DROP TABLE public.%I CASCADE', tablename) FROM pg_tables WHERE schemaname = 'public'")
        for (statement,) in cursor.fetchall():
            cursor.execute(statement.replace("DROP TABLE", "DROP TABLE IF EXISTS"))
        cursor.execute(_OWN_ROUTINES)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    connection.close()
    _run_tool(
        connection,
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        "--no-policies",
        "--dbname=",
        str(dump),
    )


def _compare_rows(connection: BaseDatabaseWrapper, manifest: Manifest) -> None:
    with connection.cursor() as cursor:
        found = _rows(cursor)
    wrong = sorted(table for table in {*found, *manifest.tables} if found.get(table) != manifest.tables.get(table))
    if wrong:
        raise BackupError(f"Tables that have not the rows that the backup has: {', '.join(wrong)}")


def _run_tool(connection: BaseDatabaseWrapper, name: str, *arguments: str) -> None:
    """One of PostgreSQL's programs on the database of `connection`; the password goes by the environment, not by the command line."""
    values: dict[str, Any] = connection.settings_dict
    options = {f"PG{key.upper()}": str(value) for key, value in values.get("OPTIONS", {}).items() if key.startswith("ssl")}
    places = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {**os.environ, **options, **{key: str(values[each]) for key, each in places.items() if values.get(each)}}
    command = [str(binaries() / name), *(f"--dbname={values['NAME']}" if part == "--dbname=" else part for part in arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{name} failed:\n{done.stderr.strip()[-2000:]}")


def _copy_out(sha256: str, target: Path) -> int:
    """The size in bytes. Raises BackupError where the stored bytes have another hash: to be known now, not at a restore."""
    digest, size = hashlib.sha256(), 0
    with open_file(sha256) as stored, target.open("wb") as copy:
        while chunk := stored.read(CHUNK_BYTES):
            digest.update(chunk)
            copy.write(chunk)
            size += len(chunk)
    if digest.hexdigest() != sha256:
        raise BackupError(f"The stored file {relative_path(sha256)} is damaged: its content has another hash. Bring it back first.")
    return size


def _digest_of_stored(sha256: str) -> str:
    with open_file(sha256) as stored:
        return _hash(stored)


def _hash_of(path: Path) -> str:
    with path.open("rb") as content:
        return _hash(content)


def _hash(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
