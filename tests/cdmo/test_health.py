from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cdmo import health

pytestmark = pytest.mark.django_db


def test_healthz_needs_nothing_but_the_process(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_readyz_when_everything_is_there(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "problems": {}})


def test_readyz_names_a_missing_broker(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["problems"] == {"broker": "ConnectionError"}


def test_readyz_names_missing_migrations(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [("app", False)])

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["problems"] == {"migrations": "1 migrations are not applied"}


def test_readyz_refuses_to_run_as_the_owner_of_the_record(client: Client, settings: Any) -> None:
    settings.PRODUCTION = True  # and the tests' own connection is the owner's

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert list(answer.json()["problems"]) == ["record"]
    assert "may change the record" in answer.json()["problems"]["record"]
