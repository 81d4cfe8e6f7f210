"""A PgBouncer in transaction mode before the tests' PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from pathlib import Path

from cdmo.servers.children import Child, wait_for
from cdmo.servers.layout import server_user

PORT = 6432  # part of the socket's name; no network
CONFIGURATION = """
[databases]
* = host={server}
[pgbouncer]
unix_socket_dir = {folder}
listen_port = {port}
auth_type = trust
auth_file = {folder}/roles
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 100
ignore_startup_parameters = extra_float_digits
"""


def program() -> str:
    """Raises SystemExit where it is not installed: a test that needs it must not pass without."""
    found = shutil.which("pgbouncer", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))
    if found is None:
        raise SystemExit("pgbouncer is not installed: apt-get install pgbouncer")
    return found


def start(folder: Path, server: str, role: str, *, pool: int) -> Child:
    """Listens for `role` on a socket in `folder`, a short path; `server` is the folder of PostgreSQL's socket."""
    user = server_user()
    configuration, roles = folder / "pgbouncer.ini", folder / "roles"
    configuration.write_text(CONFIGURATION.format(server=server, folder=folder, port=PORT, pool=pool))
    roles.write_text(f'"{role}" ""\n')
    for path in (folder, configuration, roles):
        path.chmod(0o755 if path.is_dir() else 0o644)
        if user:
            shutil.chown(path, user)
    log = folder / "pgbouncer.log"
    child = Child("PgBouncer", [program(), str(configuration)], {"PATH": os.defpath}, log, signal.SIGINT, signal.SIGINT, user)
    child.start()
    wait_for("PgBouncer", lambda: _listens(folder / f".s.PGSQL.{PORT}"), [child], 20)
    return child


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
