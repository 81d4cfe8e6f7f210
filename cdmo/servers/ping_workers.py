"""Waits until as many Celery workers answer as the argument says; exit code 1 when they do not within a minute."""

from __future__ import annotations

import sys
import time

from cdmo.celery import app


def main() -> int:
    wanted, deadline = int(sys.argv[1]), time.monotonic() + 60
    while time.monotonic() < deadline:
        if len(app.control.ping(timeout=1, limit=wanted) or []) >= wanted:
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
