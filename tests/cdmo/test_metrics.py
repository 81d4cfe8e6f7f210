"""Prometheus reads requests and queues; to everybody else there is no such page."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from audit.context import Channel, acting
from audit.events import record
from audit.models import OutboxCursor
from cdmo.health import redis_client
from documents import services
from documents.models import DocumentVersion, Rendition
from projects.models import Project
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
TOKEN = {"Authorization": "Bearer prometheus"}
# As a server of several processes that loads the product before it forks: each writes its counts for itself.
TWO_PROCESSES = """
import os
import django
django.setup()
from cdmo.metrics import REQUESTS
for number in (1, 2):
    if not os.fork():
        REQUESTS.labels("GET", "counted-by-two", 200).inc(number)
        os._exit(0)
    assert os.wait()[1] == 0
"""


def read(client: Client) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


@pytest.fixture
def _token(settings: Any) -> None:
    settings.METRICS_TOKEN = "prometheus"


@pytest.mark.parametrize(
    ("token", "network", "sent", "status"),
    [
        ("", "", "Bearer ", 404),
        ("prometheus", "", "Bearer wrong", 404),
        ("prometheus", "", "Bearer prometheus", 200),
        ("", "127.0.0.0/8", "", 200),
        ("", "10.0.0.0/8", "", 404),
        ("prometheus", "10.0.0.0/8", "", 404),
    ],
)
def test_by_token_or_by_address(client: Client, settings: Any, token: str, network: str, sent: str, status: int) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ADDRESSES = token, [ip_network(network)] if network else []

    assert client.get("/metrics", headers={"Authorization": sent}).status_code == status


def test_an_address_is_the_visitor_s_and_not_the_proxy_s(client: Client, settings: Any) -> None:
    settings.METRICS_ADDRESSES, settings.ALLAUTH_TRUSTED_PROXY_COUNT = [ip_network("127.0.0.0/8")], 1

    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


@pytest.mark.usefixtures("_token")
def test_what_several_processes_counted_is_added_up(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))  # as deploy/gunicorn.py does
    subprocess.run([sys.executable, "-c", TWO_PROCESSES], env=dict(os.environ), cwd=Path(__file__).parents[2], check=True)

    assert len(list(tmp_path.iterdir())) == 2
    assert read(client)["cdmo_requests_total", "GET", "counted-by-two", "200"] == 3


@pytest.mark.usefixtures("_token")
def test_requests_are_counted_by_route_and_status(client: Client) -> None:
    before = read(client).get(("cdmo_requests_total", "GET", "account_login", "200"), 0)

    client.get("/accounts/login/")
    client.get("/there/is/nothing/")

    after = read(client)
    assert after["cdmo_requests_total", "GET", "account_login", "200"] == before + 1
    assert after["cdmo_requests_total", "GET", "none", "404"] >= 1
    assert after["cdmo_request_seconds_count", "account_login"] >= 1


@pytest.mark.usefixtures("_token")
def test_the_oldest_waiting_document_the_queue_and_the_lag_of_the_outbox(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.services.shared.render_version.delay", lambda _id: None)
    idle = read(client)
    project, manager = make.a_project(), make.manager()
    version = _wait_for_an_hour(project, manager)
    OutboxCursor.objects.create(consumer="ear")
    with acting(channel=Channel.SYSTEM), transaction.atomic():
        record("person.created", manager, actor=None, kind="Person")

    busy = read(client)

    assert (idle["cdmo_documents_waiting",], idle["cdmo_oldest_waiting_document_seconds",]) == (0, 0)
    assert busy["cdmo_documents_waiting",] == 1
    assert 3600 <= busy["cdmo_oldest_waiting_document_seconds",] < 3700
    assert busy["cdmo_outbox_lag_seconds", "ear"] >= 0
    assert {key[1] for key in busy if key[0] == "cdmo_queue_tasks"} == {"default", "documents"}
    assert version.state == DocumentVersion.State.QUEUED


@pytest.mark.usefixtures("_token")
def test_rendering_times_of_the_last_hour_from_the_claim_to_the_file(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.services.shared.render_version.delay", lambda _id: None)
    version = services.request_document("project_status_report", actor=make.manager(), project=make.a_project())
    began = timezone.now() - timedelta(minutes=30)
    DocumentVersion.objects.filter(pk=version.pk).update(started_at=began)
    idle = read(client)
    for number, seconds in enumerate((2, 4, 30)):
        _make_a_file(version, number, began + timedelta(seconds=seconds))
    _make_a_file(version, 3, began - timedelta(minutes=2))  # by an earlier claim, whose time nobody knows

    busy = read(client)
    monkeypatch.setattr("cdmo.metrics.timezone", SimpleNamespace(now=lambda: began + timedelta(minutes=61)))
    later = read(client)

    assert [told["cdmo_renderings_last_hour",] for told in (idle, busy, later)] == [0, 3, 0]
    spread = {key[1]: seconds for key, seconds in busy.items() if key[0] == "cdmo_rendering_seconds"}
    assert spread == pytest.approx({"0.5": 4, "0.95": 27.4, "1": 30})


def _make_a_file(version: DocumentVersion, number: int, at: datetime) -> None:
    values = {"content_hash": f"{number}" * 64, "sha256": "0" * 64, "size_bytes": 1, "created_at": at}
    Rendition.objects.create(version=version, kind=Rendition.Kind.REVIEW, **values)


@pytest.mark.usefixtures("_token")
def test_the_queue_is_as_long_as_the_broker_says(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cdmo.metrics.QUEUES", ("nobody listens",))
    broker = redis_client()
    try:
        broker.rpush("nobody listens", "one", "two", "three")
        assert read(client)["cdmo_queue_tasks", "nobody listens"] == 3
    finally:
        broker.delete("nobody listens")
        broker.close()


@pytest.mark.usefixtures("_token")
def test_the_outbox_is_as_late_as_its_oldest_unread_event(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(channel=Channel.SYSTEM), transaction.atomic():
        event = record("person.created", make.manager(), actor=None, kind="Person")
    OutboxCursor.objects.create(consumer="reader", transaction_id=event.transaction_id, event_id=event.pk)
    OutboxCursor.objects.create(consumer="ear", transaction_id=event.transaction_id, event_id=event.pk - 1)
    monkeypatch.setattr("audit.outbox.timezone", SimpleNamespace(now=lambda: event.at + timedelta(minutes=7)))

    told = read(client)

    assert (told["cdmo_outbox_lag_seconds", "ear"], told["cdmo_outbox_lag_seconds", "reader"]) == (420, 0)


def _wait_for_an_hour(project: Project, manager: User) -> DocumentVersion:
    version = services.request_document("project_status_report", actor=manager, project=project)
    DocumentVersion.objects.filter(pk=version.pk).update(requested_at=timezone.now() - timedelta(hours=1))
    return version


@pytest.mark.usefixtures("_token")
def test_the_number_of_queries_is_fixed(client: Client, django_assert_max_num_queries: Any) -> None:
    OutboxCursor.objects.bulk_create([OutboxCursor(consumer=f"ear {number}") for number in range(5)])

    with django_assert_max_num_queries(4):
        read(client)
