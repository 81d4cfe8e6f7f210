"""Run a command with a private PostgreSQL and Redis of its own, then stop them: python -m cdmo.servers.with_servers NAME COMMAND …

The command sees DATABASE_URL as the owner of a fresh server, so that tests can make their databases and roles.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from cdmo.servers import postgres as postgres_server
from cdmo.servers import redis as redis_server
from cdmo.servers.children import Child, die_with_parent
from cdmo.servers.layout import ROOT, Layout


def main() -> int:
    die_with_parent(signal.SIGTERM)
    name, *command = sys.argv[1:]
    layout = Layout(ROOT / ".state" / name)
    layout.prepare()
    started: list[Child] = []
    try:
        database = postgres_server.start(layout, durable=False)
        started.append(database.child)
        postgres_server.make_database(database)
        broker = redis_server.start(layout)
        started.append(broker.child)
        told = {
            "CDMO_ENVIRONMENT": "test",
            "DATABASE_URL": database.url("postgres"),
            "REDIS_URL": broker.url,
            "CDMO_STATE_DIR": str(layout.state),
        }
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **told}, check=False).returncode
    finally:
        for child in reversed(started):
            child.stop()


if __name__ == "__main__":
    sys.exit(main())
