"""The world is made once for all addresses, with files and a cache of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpResponse
from django.test import override_settings

from accounts.models import User
from documents import registry
from documents.registry import DocumentType
from projects.models import Phase
from tests.kept import kept_until_the_end
from tests.routes.sessions import CHANGED
from tests.routes.world import World, make_world

MEMO = DocumentType(key="memo", title="Memo", phase=Phase.EVALUATION, number_prefix="MEM")


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "routes"}}
    settings.SESSION_ENGINE = "tests.routes.sessions"
    CHANGED.clear()
    cache.clear()


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def own_files(settings: Any, folder: Any, quick: None) -> None:
    """The files of that world, in place of a folder for each test."""
    settings.FILES_DIR = folder


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, folder: Any) -> Iterator[World]:
    registry._types["memo"] = MEMO
    with override_settings(FILES_DIR=folder), kept_until_the_end(django_db_blocker):
        yield make_world()
    del registry._types["memo"]


@pytest.fixture(scope="package")
def accounts_read() -> dict[int, User | None]:
    return {}


@pytest.fixture
def accounts_once(accounts_read: dict[int, User | None], monkeypatch: pytest.MonkeyPatch) -> None:
    """For walks that change nobody: the row of who asks is read once, not by each of thousands of requests. Roles are read each time."""
    read = ModelBackend.get_user

    def remembered(backend: ModelBackend, user_id: int) -> User | None:
        if user_id not in accounts_read:
            accounts_read[user_id] = read(backend, user_id)
        user = accounts_read[user_id]
        return user and as_read(user)

    monkeypatch.setattr(ModelBackend, "get_user", remembered)


def as_read(user: User) -> User:
    """What one request worked out of a person is unknown to the next."""
    names = [column.attname for column in User._meta.concrete_fields]
    return User.from_db("default", names, [getattr(user, name) for name in names])


@pytest.fixture
def refusals_in_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that says "not here" is the same thousands of times: which it is, and what it would be told, stands for it."""
    monkeypatch.setattr(
        "cdmo.errors.render",
        lambda request, template, context, status: HttpResponse(f"{template} {context} {list(get_messages(request))}", status=status),
    )
