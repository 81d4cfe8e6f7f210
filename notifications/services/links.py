"""Mails with the link to choose a password: a row when somebody asked, the link itself only when the mail is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from accounts.links import LINK_ASKED, letter_with_link, people_at
from audit.models import Event
from notifications.doorbells import SEND_MAIL, ring
from notifications.models import MailMessage

if TYPE_CHECKING:
    from django.core.mail import EmailMessage


def queue_links(events: Sequence[Event]) -> list[MailMessage]:
    """One mail to each person who asked, in the consumer's transaction. An address that nobody has is heard of no more."""
    asked = {event.data["email"] for event in events if event.kind == LINK_ASKED}
    if not asked:
        return []
    today = timezone.localdate()
    made = MailMessage.objects.bulk_create(MailMessage(user=one, kind=MailMessage.Kind.LINK, day=today) for one in people_at(asked))
    ring(SEND_MAIL, [message.pk for message in made])
    return made


def link_letter(message: MailMessage, headers: dict[str, str]) -> EmailMessage | None:
    """None where it waited so long that nobody waits for it any more."""
    too_old = message.created_at < timezone.now() - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return None if too_old else letter_with_link(message.user, headers)
