"""Waits until as many Celery workers answer as the argument says; exit code 1 when they do not within two minutes."""

from __future__ import annotations

import os
import sys
import time

from celery import Celery

PATIENCE_SECONDS = 120.0


def main() -> int:
    """Asks over the bare broker: loading the product's settings would take longer than the answer."""
    wanted, deadline = int(sys.argv[1]), time.monotonic() + PATIENCE_SECONDS
    with Celery(broker=os.environ["REDIS_URL"]) as app:
        while time.monotonic() < deadline:
            if len(app.control.ping(timeout=0.5, limit=wanted) or []) >= wanted:
                return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
