"""What every test gets: a fast password hasher, the seeded departments, task doorbells that stay silent, files of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

pytest_plugins = ["tests.stack"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is quick to tell comes first: unit tests, then those with the real worker, then the browser."""
    items.sort(key=lambda item: ("browser" in item.keywords, "integration" in item.keywords))


@pytest.fixture(autouse=True, scope="session")
def own_cache() -> None:
    """Tests that run side by side count their sign-ins, and empty their cache, apart."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if number:
        cache = django_settings.CACHES["default"]
        cache["LOCATION"] = f"{cache['LOCATION']}?db={int(number) + 1}"


@pytest.fixture(autouse=True, scope="session")
def fast_passwords() -> Iterator[None]:
    """The product's hasher takes a second by design."""
    before = django_settings.PASSWORD_HASHERS
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield
    django_settings.PASSWORD_HASHERS = before


@pytest.fixture(autouse=True)
def departments(request: pytest.FixtureRequest) -> None:
    """A test with real transactions empties every table at its end, the ones that a migration filled too."""
    if not {"db", "transactional_db"} & set(request.fixturenames) and request.node.get_closest_marker("django_db") is None:
        return
    request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
    from accounts.models import DEPARTMENT_NAMES, Department

    Department.objects.bulk_create([Department(key=key, name=str(name)) for key, name in DEPARTMENT_NAMES.items()], ignore_conflicts=True)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    """Uploads and renditions of a test go to its own folder."""
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture(autouse=True, scope="session")
def static_folder() -> None:
    """Nothing is collected for unit tests; the folder alone keeps the static-file middleware from warning."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
