from collections.abc import Callable
from threading import Thread
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


@pytest.fixture
def happen() -> Callable[[str], Event]:
    """One event in a transaction of its own, from any thread."""

    def happen(name: str) -> Event:
        with context.acting(channel=context.Channel.SYSTEM), transaction.atomic():
            return record("thing.done", None, actor=None, name=name)

    return happen


class DatabaseThread(Thread):
    """Has a database connection of its own, closed at its end; join() raises what it raised."""

    failure: Exception | None = None

    def run(self) -> None:
        try:
            super().run()
        except Exception as failure:  # noqa: BLE001 - raised again by join()
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
