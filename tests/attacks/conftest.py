"""The world of the routes, made once for all attacks on it; each test's changes to it are taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings

from documents import registry
from tests.kept import kept_until_the_end
from tests.routes.conftest import MEMO
from tests.routes.sessions import CHANGED
from tests.routes.world import World, make_world


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, folder: Any) -> Iterator[World]:
    registry._types["memo"] = MEMO
    with override_settings(FILES_DIR=folder, **CACHES), kept_until_the_end(django_db_blocker):
        yield make_world()
    del registry._types["memo"]


CACHES = {
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "attacks"}},
    "SESSION_ENGINE": "tests.routes.sessions",
}


@pytest.fixture(autouse=True)
def own_files(settings: Any, folder: Any, quick: None) -> None:
    """The files and the cache of that world, in place of a folder for each test; sessions and limits of rates are its own too."""
    settings.FILES_DIR = folder
    for name, value in CACHES.items():
        setattr(settings, name, value)
    CHANGED.clear()
    cache.clear()
