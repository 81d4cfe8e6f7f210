"""The worker's side of webhooks: line up what happened, call, note the answer, try again later."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from audit.models import Event
from notifications import outgoing
from notifications.changes import rows_of
from notifications.doorbells import DELIVER, call, ring
from notifications.models import Webhook, WebhookDelivery
from notifications.secrets import decrypt, signature
from notifications.visibility import as_client, readable_events

log = structlog.get_logger(__name__)

SWEEP_AT_MOST = 200


def line_up(events: Sequence[Event]) -> list[WebhookDelivery]:
    """A delivery for each event and each webhook of the client that may see it, in the consumer's transaction."""
    visible = [event for event in events if event.client_visible and event.client_id]
    webhooks = list(Webhook.objects.active().filter(client_id__in={event.client_id for event in visible})) if visible else []
    pairs: list[tuple[Webhook, Event]] = []
    for client_id in {webhook.client_id for webhook in webhooks}:
        seen = readable_events(as_client(client_id)).filter(pk__in=[event.pk for event in visible]).order_by("transaction_id", "pk")
        theirs = [webhook for webhook in webhooks if webhook.client_id == client_id]
        pairs += [(webhook, event) for event in seen for webhook in theirs if webhook.created_at <= event.at]
    told = set(WebhookDelivery.objects.filter(event__in=[event for _webhook, event in pairs]).values_list("webhook_id", "event_id"))
    new = [WebhookDelivery(webhook=webhook, event=event) for webhook, event in pairs if (webhook.pk, event.pk) not in told]
    made = WebhookDelivery.objects.bulk_create(new)
    if made:
        ring(DELIVER, [delivery.pk for delivery in made])
    return made


def sweep() -> int:
    """Call a worker for every delivery that is due; how many were called."""
    ids = list(WebhookDelivery.objects.due(timezone.now()).order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:SWEEP_AT_MOST])
    call(DELIVER, ids)
    return len(ids)


def deliver(delivery_id: int) -> bool:
    """Call the webhook if the delivery is due; True when the other side took it."""
    delivery = _claim(delivery_id)
    if delivery is None:
        return False
    body = body_of(delivery)
    try:
        answer = outgoing.post(delivery.webhook.url, body, headers_of(delivery, body, timezone.now()))
    except outgoing.AddressRefusedError as refused:
        return _close(delivery, None, str(refused))  # a sentence of ours
    except (OSError, http.client.HTTPException, ValueError) as error:
        return _close(delivery, None, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    return _close(delivery, answer.status, "" if 200 <= answer.status < 300 else f"HTTP {answer.status}")


def body_of(delivery: WebhookDelivery) -> bytes:
    """What the changes feed tells of the event, as it tells a client's system."""
    with translation.override("en"):
        (row,) = rows_of([delivery.event], internal=False)
    return json.dumps({"delivery": delivery.pk, **row}, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(delivery: WebhookDelivery, body: bytes, now: datetime) -> dict[str, str]:
    """Signed with the time, so that an old call cannot be sent again by somebody else; by both secrets while a rotation overlaps."""
    at, webhook = int(now.timestamp()), delivery.webhook
    secrets = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until and webhook.previous_until > now:
        secrets.append(webhook.previous_secret)
    signatures = ",".join(f"v1={signature(decrypt(secret), at, body)}" for secret in secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": "CDMO-tracker-webhook/1",
        "X-Cdmo-Delivery": str(delivery.pk),
        "X-Cdmo-Event": delivery.event.kind,
        "X-Cdmo-Signature": f"t={at},{signatures}",
    }


def _claim(delivery_id: int) -> WebhookDelivery | None:
    now = timezone.now()
    with transaction.atomic():
        rows = WebhookDelivery.objects.due(now).select_for_update(of=("self",), skip_locked=True)
        # The event is read by itself: joined, a few deliveries beside a million events can cost a walk through all of them.
        delivery = rows.select_related("webhook").prefetch_related("event__actor").filter(pk=delivery_id).first()
        if delivery is None:
            return None
        if delivery.is_exhausted:
            delivery.step_back(now, "The worker stopped at every attempt.")
            delivery.fail()
            delivery.save(update_fields=["state", "lease_until", "next_attempt_at", "error"])
            return None
        delivery.take_lease(now, settings.WEBHOOK_LEASE_SECONDS)
        delivery.save(update_fields=["attempts", "lease_until", "error"])
    return delivery


def _close(claimed: WebhookDelivery, status: int | None, error: str) -> bool:
    now = timezone.now()
    with transaction.atomic():
        rows = WebhookDelivery.objects.select_for_update(of=("self",)).filter(pk=claimed.pk, attempts=claimed.attempts)
        delivery = rows.filter(state=WebhookDelivery.State.PENDING).first()
        if delivery is None:
            return False
        delivery.response_status = status
        if not error:
            delivery.deliver(now)
        elif not delivery.step_back(now, error):
            delivery.fail()
        delivery.save(update_fields=["state", "response_status", "delivered_at", "lease_until", "next_attempt_at", "error"])
    if error:
        log.info("webhook.not_delivered", delivery=claimed.pk, status=status, error=error)
    return not error
