"""The worker's part of a link to choose a password."""

from __future__ import annotations

from accounts.links import LINK_ASKED
from audit.models import Event
from notifications.models import MailMessage
from notifications.services.links import queue_links
from notifications.services.mail import send_message


def work() -> list[MailMessage]:
    """What the outbox and the queue of mails do with the link that was asked for last."""
    made = queue_links(list(Event.objects.filter(kind=LINK_ASKED).order_by("-id")[:1]))
    for message in made:
        send_message(message.pk)
    return made
