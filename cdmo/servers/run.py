"""`make run`: the product with everything it needs, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path

from cdmo.servers.children import Child, die_with_parent, ignore_signals, interrupt_on_signals, stop_all
from cdmo.servers.layout import ROOT, Layout
from cdmo.servers.leftovers import write_down
from cdmo.servers.private import Servers, claimed
from cdmo.servers.product import addresses, children, environment, manage, start

RESTARTS, WITHIN_SECONDS = 5, 60.0


def main(state: Path = ROOT / ".state" / "run") -> int:
    die_with_parent(signal.SIGTERM)
    interrupt_on_signals()
    layout = Layout(state)
    port = _port()
    with claimed(layout):
        _require_free(port)
        servers, processes = Servers(layout), list[Child]()
        try:
            _run(servers, processes, port)
        except KeyboardInterrupt:
            print("\nStopping …", flush=True)
        finally:
            ignore_signals()
            stop_all(processes, servers.children)
    print("Everything is stopped.", flush=True)
    return 0


def _run(servers: Servers, processes: list[Child], port: int) -> None:
    first = "" if servers.layout.postgres.exists() else " The first start makes the database and the demo; that takes a minute or two."
    print(f"Starting …{first}", flush=True)
    if "DATABASE_URL" not in os.environ:
        servers.start_postgres()
    if "REDIS_URL" not in os.environ:
        servers.start_redis()
    site = os.environ.get("SITE_URL") or f"http://localhost:{port}"  # where links in mails lead
    told = environment(servers.layout, addresses(servers.postgres, servers.redis), SITE_URL=site, **_own_cookies(port))
    sign_ins = manage(told, "prepare", *(["--demo"] if told["CDMO_ENVIRONMENT"] == "development" else []))
    processes += children(servers.layout, told, port)
    try:
        start(processes, told, port)
    finally:
        write_down(servers.layout.sessions, [*servers.children, *processes])
    _greet(servers, port, sign_ins)
    _watch(servers, processes)


def _own_cookies(port: int) -> dict[str, str]:
    """Cookies do not know ports: a second clone on this machine would sign people out of the first."""
    names = {"SESSION_COOKIE_NAME": f"cdmo_session_{port}", "CSRF_COOKIE_NAME": f"cdmo_csrf_{port}"}
    return {name: os.environ.get(name, value) for name, value in names.items()}


def _greet(servers: Servers, port: int, sign_ins: str) -> None:
    database = servers.postgres.data if servers.postgres else "the one that DATABASE_URL names"
    print(f"\nThe product runs at http://localhost:{port}/  (Ctrl-C stops everything)")
    print(f"Files and logs: {servers.layout.state}\nDatabase: {database}\n{_mail(servers.layout.logs)}{sign_ins}", flush=True)


def _mail(logs: Path) -> str:
    """Where to read what would have been mailed."""
    if os.environ.get("EMAIL_BACKEND") or os.environ.get("CDMO_ENVIRONMENT") == "production":
        return ""
    return f"Mail is printed and not sent: invitations and links to {logs / 'web.log'}, messages to {logs / 'worker.log'}\n"


def _watch(servers: Servers, processes: list[Child]) -> None:
    """A product process that died is started again; a server that died, or one that keeps dying, ends everything with a word."""
    deaths: dict[str, list[float]] = {}
    while True:
        for child in servers.children:
            if not child.running:
                raise SystemExit(f"{child.name} stopped by itself. The end of {child.log}:\n{child.tail()}")
        for child in processes:
            if not child.running:
                _restart(child, deaths.setdefault(child.name, []))
                write_down(servers.layout.sessions, [*servers.children, *processes])
        time.sleep(0.5)


def _restart(child: Child, deaths: list[float]) -> None:
    now = time.monotonic()
    deaths[:] = [death for death in deaths if now - death < WITHIN_SECONDS] + [now]
    if len(deaths) > RESTARTS:
        raise SystemExit(f"{child.name} died {len(deaths)} times within a minute. The end of {child.log}:\n{child.tail()}")
    print(f"{child.name} stopped by itself and is started again; see {child.log}", flush=True)
    child.stop()
    child.start()


def _port() -> int:
    value = os.environ.get("PORT", "8000")
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise SystemExit(f"PORT is {value!r}; it must be a number from 1 to 65535.")
    return int(value)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SystemExit(f"Port {port} may not be used by you. Choose one above 1023: PORT=8001 make run") from None
        except OSError:
            raise SystemExit(f"Port {port} is taken by another program. Choose another: PORT={port % 65535 + 1} make run") from None


if __name__ == "__main__":
    sys.exit(main())
