"""What this app does when events come in: tell people, and line up the calls of clients' systems."""

from __future__ import annotations

from collections.abc import Sequence

from audit.models import Event
from audit.outbox import register_consumer
from notifications.enclosures import post_after
from notifications.services.deliveries import line_up
from notifications.services.inbox import tell
from notifications.services.links import queue_links


def tell_people(events: Sequence[Event]) -> None:
    tell(events)
    queue_links(events)


def call_systems(events: Sequence[Event]) -> None:
    line_up(events)


def register_all() -> None:
    register_consumer("notifications.inbox", tell_people)
    register_consumer("notifications.webhooks", call_systems)
    register_consumer("notifications.enclosures", post_after)
