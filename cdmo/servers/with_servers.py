"""Run a command with a private PostgreSQL and Redis of its own, then stop them: python -m cdmo.servers.with_servers NAME COMMAND …

The command sees DATABASE_URL as the owner of the server, so that tests can make their databases and roles.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from cdmo.servers.children import die_with_parent, ignore_signals, interrupt_on_signals, stop_all
from cdmo.servers.layout import ROOT, Layout
from cdmo.servers.postgres import FAST
from cdmo.servers.private import Servers, claimed

INTERRUPTED = 130


def main() -> int:
    die_with_parent(signal.SIGTERM)
    interrupt_on_signals()
    name, *command = sys.argv[1:]
    layout = Layout(ROOT / ".state" / name)
    with claimed(layout):
        servers = Servers(layout)
        try:
            return subprocess.run(command, cwd=ROOT, env={**os.environ, **_told(servers)}, check=False).returncode
        except KeyboardInterrupt:
            return INTERRUPTED
        finally:
            ignore_signals()
            stop_all([], servers.children)


def _told(servers: Servers) -> dict[str, str]:
    database = servers.start_postgres(options=FAST)
    return {
        "CDMO_ENVIRONMENT": "test",
        "DATABASE_URL": database.url("postgres"),
        "REDIS_URL": servers.start_redis().url,
        "CDMO_STATE_DIR": str(servers.layout.state),
        "PYTHONDONTWRITEBYTECODE": "",  # the product's modules are compiled once, not by each process that the tests start
    }


if __name__ == "__main__":
    sys.exit(main())
