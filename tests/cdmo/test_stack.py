"""The product as it runs: three database roles, workers that answer, a process that says whether it is well."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.cdmo.test_servers import until
from tests.stack import Stack

pytestmark = pytest.mark.integration


def get(address: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_is_ready(stack: Stack) -> None:
    assert get(f"{stack.url}/healthz") == (200, {"status": "ok"})
    assert get(f"{stack.url}/readyz") == (200, {"status": "ready", "problems": {}})


def test_works_as_the_application_role(stack: Stack) -> None:
    code = "from django.db import connection; c = connection.cursor(); c.execute('SELECT current_user'); print(c.fetchone()[0])"

    assert stack.python(code) == "cdmo_app"


def test_takes_on_the_client_s_role_and_leaves_it(stack: Stack) -> None:
    code = """
from accounts.models import Client
from audit.client_role import client_rows
first = Client.objects.order_by("pk").first()
for client in (first.pk, 0):
    with client_rows(client):
        print(Client.objects.count(), end=" ")
print(Client.objects.filter(pk=first.pk).exists())
"""

    assert stack.python(code) == "1 0 True"


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET reason = ''", "DELETE FROM audit_event", "TRUNCATE audit_event"])
def test_the_record_cannot_be_changed(stack: Stack, statement: str) -> None:
    code = f"""
from django.db import ProgrammingError, connection
try:
    connection.cursor().execute({statement!r})
except ProgrammingError as error:
    print(error)
"""

    assert "permission denied for table audit_event" in stack.python(code)


def test_a_doorbell_reaches_the_worker(stack: Stack) -> None:
    """The default queue is worked on by a process of its own, however long the documents queue is."""
    code = "from cdmo.celery import app; print(sorted(app.control.inspect(timeout=5).active_queues().values(), key=str))"

    queues = stack.python(code)

    assert "'name': 'default'" in queues
    assert "'name': 'documents'" in queues


def test_the_worker_s_log_names_the_request_that_rang(stack: Stack) -> None:
    code = """
from audit.context import Channel, acting
from audit.outbox import press_doorbell
with acting(channel=Channel.SYSTEM, request_id="rung-by-a-test"):
    press_doorbell()
"""
    stack.python(code)

    assert until(lambda: {"rung-by-a-test"} <= requests_in(stack.processes["worker"].log))


def requests_in(log: Path) -> set[str]:
    """Every line is JSON, also what Celery itself writes."""
    lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
    return {json.loads(line).get("request", "") for line in lines}
