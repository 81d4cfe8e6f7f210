"""`make shell`: a Django shell on the servers of a running `make run`."""

from __future__ import annotations

import os
import sys

from cdmo.servers.layout import ROOT, Layout
from cdmo.servers.postgres import APPLICATION, url_of
from cdmo.servers.redis import socket_of


def main() -> None:
    layout = Layout(ROOT / ".state" / "run")
    os.environ.setdefault("DATABASE_URL", url_of(layout, APPLICATION))
    os.environ.setdefault("REDIS_URL", f"redis+socket://{socket_of(layout)}")
    os.environ.setdefault("CDMO_STATE_DIR", str(layout.state))
    os.execv(sys.executable, [sys.executable, str(ROOT / "manage.py"), "shell"])  # noqa: S606


if __name__ == "__main__":
    main()
