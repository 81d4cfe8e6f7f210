"""What people do with webhooks: enter, rotate the secret, switch off and on, send again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Client
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused
from notifications import outgoing
from notifications.doorbells import DELIVER, ring
from notifications.models import Webhook, WebhookDelivery
from notifications.secrets import encrypt, new_secret

if TYPE_CHECKING:
    from accounts.models import User

OVERLAP = timedelta(hours=24)
MOST_OF_A_CLIENT = 10


def create_webhook(client_id: int, *, url: str, actor: User, description: str = "") -> tuple[Webhook, str]:
    """Enter an address of a client's system. The second value is the secret: shown once, then only used to sign.

    Raises BadInput for an address that we do not call. The name is looked up before the transaction, which must not wait for it.
    """
    require_permission("notifications.manage_webhooks", actor)
    check_address(url)
    return enter_webhook(client_id, url=url, description=description, actor=actor)


def check_address(url: str) -> None:
    """Raises BadInput for an address that we do not call."""
    try:
        parts = outgoing.check_url(url)
        outgoing.resolve(parts.hostname or "", parts.port or 443)
    except outgoing.AddressRefusedError as refused:
        raise BadInput({"url": [str(refused)]}) from refused


@transaction.atomic
def enter_webhook(client_id: int, *, url: str, description: str, actor: User) -> tuple[Webhook, str]:
    """Write down an address that was checked."""
    client = Client.objects.visible_to(actor).select_for_update().get(pk=client_id)
    require_permission("notifications.manage_webhooks", actor, client)
    existing = Webhook.objects.filter(client=client)
    if existing.filter(url=url).exists():
        raise BadInput({"url": [_t("There is a webhook with this address.")]})
    if existing.count() >= MOST_OF_A_CLIENT:
        raise BadInput({"url": [_t("A client has at most %(most)d webhooks.") % {"most": MOST_OF_A_CLIENT}]})
    secret = new_secret()
    webhook = Webhook.objects.create(
        client=client, url=url, description=" ".join(description.split())[:200], secret=encrypt(secret), created_by=actor
    )
    record("webhook.created", webhook, actor=actor, url=url)
    return webhook, secret


def _locked(webhook_id: int, actor: User) -> Webhook:
    rows = Webhook.objects.visible_to(actor).select_for_update(of=("self",)).select_related("client")
    webhook = rows.get(pk=webhook_id)
    require_permission("notifications.manage_webhooks", actor, webhook.client)
    return webhook


@transaction.atomic
def rotate_secret(webhook_id: int, *, actor: User) -> tuple[Webhook, str]:
    """A new secret; for a day the old one signs beside it, so that the other side can change without losing a call."""
    webhook, secret = _locked(webhook_id, actor), new_secret()
    webhook.previous_secret, webhook.previous_until = webhook.secret, timezone.now() + OVERLAP
    webhook.secret = encrypt(secret)
    webhook.save(update_fields=["secret", "previous_secret", "previous_until"])
    record("webhook.rotated", webhook, actor=actor, url=webhook.url)
    return webhook, secret


@transaction.atomic
def disable_webhook(webhook_id: int, *, actor: User) -> Webhook:
    webhook = _locked(webhook_id, actor)
    if webhook.disabled_at is not None:
        raise Refused(Blocker("webhook.disabled", _t("The webhook is switched off already.")))
    webhook.disabled_at = timezone.now()
    webhook.save(update_fields=["disabled_at"])
    record("webhook.disabled", webhook, actor=actor, url=webhook.url)
    return webhook


@transaction.atomic
def enable_webhook(webhook_id: int, *, actor: User) -> Webhook:
    """What was waiting when it was switched off is delivered now; what happened meanwhile stands in the changes feed."""
    webhook = _locked(webhook_id, actor)
    if webhook.disabled_at is None:
        raise Refused(Blocker("webhook.enabled", _t("The webhook is switched on already.")))
    webhook.disabled_at = None
    webhook.save(update_fields=["disabled_at"])
    record("webhook.enabled", webhook, actor=actor, url=webhook.url)
    return webhook


@transaction.atomic
def replay_delivery(webhook_id: int, delivery_id: int, *, actor: User) -> WebhookDelivery:
    """Send an event again, with the body and the number that it had."""
    webhook = _locked(webhook_id, actor)
    delivery = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery_id, webhook=webhook)
    if delivery.state == WebhookDelivery.State.PENDING:
        raise Refused(Blocker("webhook.pending", _t("This event is being sent already.")))
    delivery.replay(timezone.now())
    delivery.save(update_fields=["state", "attempts", "next_attempt_at", "error"])
    record("webhook.replayed", webhook, actor=actor, url=webhook.url, number=delivery.event_id)
    ring(DELIVER, [delivery.pk])
    return delivery
