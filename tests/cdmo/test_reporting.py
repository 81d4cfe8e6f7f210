"""Sentry hears of errors where it is configured, and nothing of what people wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.cdmo.test_settings import GOOD, load

DSN = "http://key@127.0.0.1:9/1"
ASK = "import cdmo.settings, sentry_sdk; print(sentry_sdk.is_initialized())"
# In a process of its own: what Sentry has put into Django stays there, and each later request of the tests would pay for it.
BREAK = f"""
import json, django
django.setup()
from django.conf import settings
from django.test import Client
from sentry_sdk.transport import Transport
from cdmo.reporting import start_reporting
class Kept(Transport):
    sent = []
    def capture_envelope(self, envelope):
        self.sent.append(envelope.get_event())
start_reporting("{DSN}", environment="test", traces=0.0, transport=Kept, auto_enabling_integrations=False)
settings.ROOT_URLCONF = "tests.cdmo.refusing"
client = Client(raise_request_exception=False)
client.post("/refuse/broken/?secret=word", {{"wanted": "A price"}}, headers={{"X-Request-ID": "abc"}})
print(json.dumps(Kept.sent))
"""


@pytest.mark.parametrize(("more", "said"), [({}, "False"), ({"SENTRY_DSN": DSN}, "True")])
def test_only_when_configured(more: dict[str, str], said: str) -> None:
    assert load(ASK, **GOOD, **more).stdout.strip() == said


def test_an_error_is_sent_with_its_request_and_without_what_was_written() -> None:
    told = {**os.environ, "DJANGO_SETTINGS_MODULE": "cdmo.settings"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BREAK], cwd=settings.BASE_DIR, env=told, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    sent = done.stdout.splitlines()[-1]
    event = next(event for event in json.loads(sent) if "exception" in event)
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    assert event["tags"]["request_id"] == "abc"
    assert "secret=word" not in sent
    assert "A price" not in sent
    assert not event.get("user")
