from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import Role, User
from audit.models import Event
from tests.accounts.factories import UserFactory


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    """Failed attempts are counted in the cache; each test starts with none."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "accounts"}}
    cache.clear()


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(roles=[Role.ADMINISTRATOR])


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory(roles=[Role.PROJECT_MANAGER])


@pytest.fixture
def kinds(db: None) -> Any:
    """The kinds of all events so far, oldest first."""
    return lambda: list(Event.objects.order_by("id").values_list("kind", flat=True))
