"""What the tests of notifications share: events of an act, told at once; bells that stay silent; a project made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache

from audit import outbox
from audit.models import Event
from notifications import doorbells
from notifications.models import Notification
from notifications.services.inbox import tell
from projects.models import Project
from tests.audit.conftest import DatabaseThread, settle
from tests.kept import kept_until_the_end
from tests.projects import factories


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...]]]:
    """Nobody hears them; what rang, in order."""
    rung: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr(outbox, "press_doorbell", lambda: None)
    monkeypatch.setattr(doorbells, "call", lambda task, ids: rung.append((task, tuple(ids))))
    return rung


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "notifications"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """One project in small scale for all tests of a module."""
    with kept_until_the_end(django_db_blocker):
        yield factories.a_project_in("small_scale").pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def events_of(act: Callable[[], object]) -> list[Event]:
    """The events that an act recorded, in the order of the feed."""
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    act()
    return list(Event.objects.filter(pk__gt=last).order_by("transaction_id", "pk"))


def told(act: Callable[[], object]) -> list[Notification]:
    """Who is told of what an act recorded."""
    events = events_of(act)
    tell(events)
    return list(Notification.objects.filter(event__in=events).select_related("user", "event"))


def names(notifications: list[Notification], kind: str = "") -> set[str]:
    return {each.user.full_name for each in notifications if not kind or each.event.kind == kind}


@pytest.fixture(name="settle")
def settle_fixture() -> Callable[[], None]:
    return settle


@pytest.fixture
def in_thread(transactional_db: None) -> Callable[..., DatabaseThread]:
    def in_thread(work: Callable[..., Any], *args: Any) -> DatabaseThread:
        thread = DatabaseThread(target=work, args=args, daemon=True)
        thread.start()
        return thread

    return in_thread
