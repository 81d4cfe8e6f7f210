"""The private servers of one layout, one start at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from cdmo.servers import postgres as postgres_server
from cdmo.servers import redis as redis_server
from cdmo.servers.children import Child
from cdmo.servers.layout import Layout
from cdmo.servers.leftovers import end_leftovers, guard, write_down


@dataclass
class Servers:
    """PostgreSQL and Redis as far as they are ours; the others are named by the environment."""

    layout: Layout
    postgres: postgres_server.Postgres | None = None
    redis: redis_server.Redis | None = None
    children: list[Child] = field(default_factory=list)

    def start_postgres(self, *, options: Sequence[str] = ()) -> postgres_server.Postgres:
        self.postgres = postgres_server.start(self.layout, options=options)
        self.children.append(self.postgres.child)
        write_down(self.layout.sessions, self.children)
        postgres_server.make_database(self.postgres)
        return self.postgres

    def start_redis(self) -> redis_server.Redis:
        self.redis = redis_server.start(self.layout)
        self.children.append(self.redis.child)
        write_down(self.layout.sessions, self.children)
        return self.redis


@contextmanager
def claimed(layout: Layout) -> Iterator[None]:
    """One at a time; the kernel frees the lock however we end. What a killed start left running is ended first."""
    layout.prepare()
    guard(layout.sessions)  # before the lock is open, so that it does not hold it
    with layout.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"Already running from this folder ({layout.state}); stop it first.") from None
        left = end_leftovers(layout.sessions)
        if left:
            print(f"Ended {left} processes that an earlier start had left behind.", flush=True)
        try:
            yield
        finally:
            layout.tidy()
