"""A client's system as a test drives it: an integration account with a token."""

from __future__ import annotations

from typing import Any

from django.test import Client as Browser

from accounts.models import Client, IntegrationToken, Role
from accounts.services import create_integration_account, create_token
from tests.projects import factories


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
