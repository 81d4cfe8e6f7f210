"""The systems of the demo's clients: a token, addresses that are told of changes, and when their people last looked in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from accounts.models import Client, Role
from accounts.services import create_integration_account, create_token
from audit.context import Channel, acting
from audit.models import Event
from cdmo.demo.people import holding
from notifications import outgoing
from notifications.changes import cursor_of
from notifications.models import Webhook, WebhookDelivery
from notifications.services.deliveries import deliver
from notifications.services.visits import mark_seen
from notifications.services.webhooks import enter_webhook

CONNECTED = 12  # days ago
ANSWERING, BROKEN = "https://hooks.demo-client-a.example/cdmo", "https://erp.demo-client-a.example/inbound"
VISITS = (  # role, client, days ago
    (Role.CLIENT_APPROVER, "DEMOB", 8),
    (Role.CLIENT_APPROVER, "DEMOA", 5),
    (Role.CLIENT_VIEWER, "DEMOA", 3),
    (Role.CLIENT_VIEWER, "DEMOC", 1),
)
DELIVERED = 12  # events of each address that were sent; the worker goes on with the rest


def connect(today: date) -> Iterator[date]:
    """Client A connects its system and enters two addresses; people of all clients look in. Once."""
    yield today - timedelta(days=CONNECTED)
    if Webhook.objects.filter(url=ANSWERING).exists():
        return
    approver = holding(Role.CLIENT_APPROVER, "DEMOA")
    client = Client.objects.get(code="DEMOA")
    with acting(actor=approver, channel=Channel.COMMAND):
        account = create_integration_account(client.pk, name="Demo supply planning", actor=approver)
        create_token(account.pk, name="Nightly reading", scope="read", days=90, actor=approver)
        enter_webhook(client.pk, url=ANSWERING, description="Supply planning", actor=approver)
        enter_webhook(client.pk, url=BROKEN, description="Old system, being replaced", actor=approver)
    for role, code, days_ago in VISITS:
        yield today - timedelta(days=days_ago)
        position = Event.objects.order_by("-pk").values_list("transaction_id", "pk")[0]
        mark_seen(actor=holding(role, code), cursor=cursor_of(position))


def tell_systems() -> None:
    """The first calls, as a worker would have made them, to a stand-in for what is outside: one address takes them, the other cannot."""
    with _answered_by(lambda url: 204 if url == ANSWERING else 503):
        for url in (ANSWERING, BROKEN):
            rows = WebhookDelivery.objects.filter(webhook__url=url, state=WebhookDelivery.State.PENDING).order_by("pk")
            for pk in list(rows.values_list("pk", flat=True)[:DELIVERED]):
                deliver(pk)


@contextmanager
def _answered_by(status_of: Callable[[str], int]) -> Iterator[None]:
    """Nothing leaves this machine."""
    post = outgoing.post

    def answer(url: str, *_sent: Any, **_how: Any) -> outgoing.Answer:
        return outgoing.Answer(status_of(url), b"")

    outgoing.post = answer
    try:
        yield
    finally:
        outgoing.post = post
