"""Asked by the container engine: is its own process well? Exit code 0 if so: `python -m cdmo.servers.healthy web|worker|beat`"""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from celery import Celery

BEAT_ALIVE = Path("/tmp/beat-schedule.alive")  # noqa: S108 - the container's own; cdmo/beat.py touches it
BEAT_SILENT_SECONDS = 360.0  # it ticks at least every five minutes
PATIENCE_SECONDS = 5.0


def web() -> bool:
    """Ready by its own words, asked as a visitor would ask."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    request = urllib.request.Request("http://127.0.0.1:8000/readyz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def worker() -> bool:
    """It answers over the bare broker: loading the product's settings would take longer than the answer."""
    here = socket.gethostname()
    names = [f"{queue}@{here}" for queue in ("default", "documents")]
    with Celery(broker=os.environ["REDIS_URL"]) as app:
        return bool(app.control.ping(destination=names, timeout=PATIENCE_SECONDS, limit=1))


def beat() -> bool:
    """It ticked of late."""
    return BEAT_ALIVE.exists() and time.time() - BEAT_ALIVE.stat().st_mtime < BEAT_SILENT_SECONDS


CHECKS: dict[str, Callable[[], bool]] = {"web": web, "worker": worker, "beat": beat}


def main() -> int:
    return 0 if CHECKS[sys.argv[1]]() else 1


if __name__ == "__main__":
    sys.exit(main())
