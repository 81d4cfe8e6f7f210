"""`make run`: the product with everything it needs, until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import time
from typing import IO

from cdmo.servers import postgres as postgres_server
from cdmo.servers import redis as redis_server
from cdmo.servers.children import Child, die_with_parent
from cdmo.servers.layout import ROOT, Layout
from cdmo.servers.product import addresses, children, environment, manage, wait_until_healthy

RESTARTS, WITHIN_SECONDS = 5, 60.0


def main() -> int:
    die_with_parent(signal.SIGTERM)
    signal.signal(signal.SIGTERM, _interrupt)
    layout = Layout(ROOT / ".state" / "run")
    layout.prepare()
    lock = _lock(layout)
    port = int(os.environ.get("PORT", "8000"))
    _require_free(port)
    started: list[Child] = []
    try:
        _run(layout, port, started)
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        for child in reversed(started):
            child.stop()
        lock.close()
    return 0


def _run(layout: Layout, port: int, started: list[Child]) -> None:
    database = broker = None
    if "DATABASE_URL" not in os.environ:
        database = postgres_server.start(layout)
        started.append(database.child)
        postgres_server.make_database(database)
    if "REDIS_URL" not in os.environ:
        broker = redis_server.start(layout)
        started.append(broker.child)
    servers = list(started)
    told = environment(layout, addresses(database, broker))
    manage(told, "prepare", "--demo")
    processes = children(layout, told, port)
    for child in processes:
        child.start()
        started.append(child)
    wait_until_healthy([*servers, *processes], told, port)
    _greet(layout, told, port)
    _watch(servers, processes)


def _greet(layout: Layout, told: dict[str, str], port: int) -> None:
    print(f"\nThe product runs at http://localhost:{port}/  (Ctrl-C stops everything)")
    print(f"Data, files and logs: {layout.state}")
    manage(told, "demo_sign_ins")


def _watch(servers: list[Child], processes: list[Child]) -> None:
    """A product process that died is started again; a server that died, or one that keeps dying, ends everything with a word."""
    deaths: dict[str, list[float]] = {}
    while True:
        for child in servers:
            if not child.running:
                raise SystemExit(f"{child.name} stopped by itself. The end of {child.log}:\n{child.tail()}")
        for child in processes:
            if not child.running:
                _restart(child, deaths.setdefault(child.name, []))
        time.sleep(0.5)


def _restart(child: Child, deaths: list[float]) -> None:
    now = time.monotonic()
    deaths[:] = [death for death in deaths if now - death < WITHIN_SECONDS] + [now]
    if len(deaths) > RESTARTS:
        raise SystemExit(f"{child.name} died {len(deaths)} times within a minute. The end of {child.log}:\n{child.tail()}")
    print(f"{child.name} stopped by itself and is started again; see {child.log}", flush=True)
    child.stop()
    child.start()


def _lock(layout: Layout) -> IO[str]:
    """One `make run` a clone. The kernel frees the lock however we end."""
    lock = layout.lock.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("The product already runs from this folder.") from None
    return lock


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SystemExit(f"Port {port} is taken by another program. Choose one: PORT=8001 make run") from None


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
