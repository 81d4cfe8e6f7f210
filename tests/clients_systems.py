"""A client's system as a test drives it: an integration account with a token; and the fixtures of those who test the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from accounts.models import Client, IntegrationToken, Role
from accounts.services import create_integration_account, create_token
from projects.models import Project
from tests.kept import kept_until_the_end
from tests.projects import factories

PROBLEM = "application/problem+json"
NEW_RFP = {"contact_name": "Purchasing Manager", "compound_name": "Paracetamol", "wanted": "5 kg for a first batch"}


def a_token(client: Client, scope: str = "read") -> tuple[IntegrationToken, str]:
    """A token of a new integration account of the client, and its secret."""
    actor = factories.person(Role.BUSINESS_DEVELOPMENT)
    account = create_integration_account(client.pk, name=f"ERP {scope} {next(factories._numbers)}", actor=actor)
    return create_token(account.pk, name="nightly", scope=scope, actor=actor)


class System:
    """Calls the API with a token, or with none."""

    def __init__(self, client: Client | None = None, scope: str = "read", **more: Any) -> None:
        self.token: IntegrationToken | None = None
        self.browser = Browser(**more)
        if client is not None:
            self.token, secret = a_token(client, scope)
            self.browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    def get(self, path: str, **parameters: str) -> Any:
        return self.browser.get(f"/api/v1/{path}", parameters)

    def post(self, path: str, body: Any, content_type: str = "application/json") -> Any:
        return self.browser.post(f"/api/v1/{path}", body, content_type=content_type)


def internal(*roles: str) -> System:
    system = System()
    system.browser.force_login(factories.person(*roles) if roles else factories.manager())
    return system


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The body of a refusal; every one has the same shape."""
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    """Requests are counted in the cache; each test starts with none."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "api"}}
    cache.clear()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """One project in small scale for all tests here; it goes away with the transaction that made it."""
    with kept_until_the_end(django_db_blocker):
        yield factories.a_project_in("small_scale").pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)
