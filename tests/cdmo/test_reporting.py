"""Sentry hears of errors where it is configured, and nothing of what people wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.test import Client, override_settings
from sentry_sdk.transport import Transport

from cdmo.reporting import start_reporting
from tests.cdmo.test_settings import GOOD, load

DSN = "http://key@127.0.0.1:9/1"
ASK = "import cdmo.settings, sentry_sdk; print(sentry_sdk.is_initialized())"


class Kept(Transport):
    """Instead of sending."""

    sent: list[Any] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.sent.append(envelope.get_event())


@pytest.fixture
def sent() -> Iterator[list[Any]]:
    Kept.sent.clear()
    start_reporting(DSN, environment="test", traces=0.0, transport=Kept, auto_enabling_integrations=False)
    yield Kept.sent
    sentry_sdk.init()


@pytest.mark.parametrize(("more", "said"), [({}, "False"), ({"SENTRY_DSN": DSN}, "True")])
def test_only_when_configured(more: dict[str, str], said: str) -> None:
    assert load(ASK, **GOOD, **more).stdout.strip() == said


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.cdmo.refusing")
def test_an_error_is_sent_with_its_request_and_without_what_was_written(sent: list[Any], client: Client) -> None:
    client.raise_request_exception = False

    client.post("/refuse/broken/?secret=word", {"wanted": "A price"}, headers={"X-Request-ID": "abc"})

    event = next(event for event in sent if "exception" in event)
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    assert event["tags"]["request_id"] == "abc"
    text = str(event)
    assert "secret=word" not in text
    assert "A price" not in text
    assert "user" not in event or not event["user"]
