from collections.abc import Callable
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from audit import context, kinds, outbox, signatures
from audit.events import EventKind, record
from audit.models import Event


@pytest.fixture(autouse=True)
def own_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test declares its own kinds, consumers and contents; those of the product stay out of its way."""
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr(outbox, "_consumers", {})
    monkeypatch.setattr(signatures, "_contents", {})
    kinds.register(EventKind("thing.done", "%(actor)s did %(object)s"))


@pytest.fixture(autouse=True)
def doorbells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr(outbox, "press_doorbell", lambda: rung.append("ring"))
    return rung


@pytest.fixture
def person(db: None) -> Any:
    return get_user_model().objects.create(email="ann@example.com", full_name="Ann Other", function="Project Manager")


@pytest.fixture
def thing(db: None) -> Any:
    """Any row that is not a person: fetched, because the manager shares its instances between tests."""
    return ContentType.objects.get(pk=ContentType.objects.get_for_model(Event).pk)


def settle(seconds: float = 60) -> None:
    """Wait until every transaction begun so far has ended: the watermark counts those of all databases of the server."""
    deadline = monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (last,) = cursor.fetchone()
        while monotonic() < deadline:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [last])
            if cursor.fetchone()[0]:
                return
            sleep(0.01)
    raise TimeoutError("Another transaction on this database server stays open.")


@pytest.fixture(name="settle")
def settle_fixture() -> Callable[[], None]:
    return settle


@pytest.fixture
def happen() -> Callable[..., Event]:
    """One event in a transaction of its own, from any thread."""

    def happen(name: str, settled: bool = True) -> Event:
        with context.acting(channel=context.Channel.SYSTEM), transaction.atomic():
            event = record("thing.done", None, actor=None, name=name)
        if settled and not connection.in_atomic_block:
            settle()
        return event

    return happen


class DatabaseThread(Thread):
    """Has a database connection of its own, closed at its end; join() raises what it raised."""

    failure: Exception | None = None

    def run(self) -> None:
        try:
            super().run()
        except Exception as failure:
            self.failure = failure
        finally:
            connection.close()

    def join(self, timeout: float | None = 20) -> None:
        super().join(timeout)
        if self.failure:
            raise self.failure
        assert not self.is_alive()


@pytest.fixture
def in_thread(transactional_db: None) -> Callable[..., DatabaseThread]:
    def in_thread(work: Callable[..., Any], *args: Any) -> DatabaseThread:
        thread = DatabaseThread(target=work, args=args, daemon=True)
        thread.start()
        return thread

    return in_thread
