"""Mails: the daily digest is written when its reader's morning has come; every mail is claimed, handed over and closed by its row.

A worker that dies before it hands the mail over leaves a lease that ends, and the mail goes out later. A worker that dies while it hands
the mail over leaves a mail that perhaps went: it is marked so and never sent a second time.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, models, transaction
from django.db.models import Min
from django.utils import timezone

from accounts.models import User
from audit.rows import write_together
from notifications.doorbells import SEND_MAIL, call
from notifications.letters import letter_of
from notifications.models import MailMessage, Notification
from notifications.zones import local_day, moment_of

log = structlog.get_logger(__name__)

SWEEP_AT_MOST = 200
ITEMS_AT_MOST = 200  # of one mail; the rest is in the inbox, and the mail says so
_LOCK = 7_315_002  # advisory lock: two planners at once would tear a digest apart
REFUSALS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


def plan_digests(now: datetime | None = None) -> int:
    """Write the digest of everybody whose morning has come and who has unread news from before it; how many were written."""
    now = now or timezone.now()
    with transaction.atomic():
        if not _alone():
            return 0
        due = _due(now)
        made = MailMessage.objects.bulk_create(MailMessage(user=user, kind=MailMessage.Kind.DIGEST, day=day) for user, day, _until in due)
        _fill(made, {user.pk: until for user, _day, until in due})
    return len(made)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (alone,) = cursor.fetchone()
    return bool(alone)


def _due(now: datetime) -> list[tuple[User, date, datetime]]:
    """(person, day on their clock, moment until which news belong to that day's digest)."""
    waiting = Notification.objects.awaiting_digest().filter(user__is_active=True).values("user").annotate(first=Min("created_at"))
    first = {row["user"]: row["first"] for row in waiting}
    digests = MailMessage.objects.filter(kind=MailMessage.Kind.DIGEST, user_id__in=first)
    last = dict(digests.values("user").annotate(day=models.Max("day")).values_list("user", "day"))
    found = []
    for user in User.objects.filter(pk__in=first):
        day = local_day(user, now)
        until = moment_of(user, day, settings.DIGEST_HOUR)
        # A day later than the last one: somebody who travels west gets no second digest for a day that comes twice.
        if first[user.pk] < until <= now and (user.pk not in last or last[user.pk] < day):
            found.append((user, day, until))
    return found


def _fill(mails: list[MailMessage], until: dict[int, datetime]) -> None:
    mail_of = {mail.user_id: mail for mail in mails}
    rows = list(Notification.objects.awaiting_digest().filter(user_id__in=mail_of).select_for_update(of=("self",)))
    rows = [row for row in rows if row.created_at < until[row.user_id]]
    for row in rows:
        row.mail = mail_of[row.user_id]
    write_together(rows, ["mail"])


def sweep() -> int:
    """Call a worker for every mail that is due; how many were called."""
    ids = MailMessage.objects.due(timezone.now()).order_by("id").values_list("pk", flat=True)[:SWEEP_AT_MOST]
    call(SEND_MAIL, list(ids))
    return len(ids)


def send_message(message_id: int) -> bool:
    """Send the mail if it is due; False when somebody else is at it, it is not needed any more, or it failed."""
    message = _claim(message_id)
    if message is None:
        return False
    try:
        letter = _letter(message)
        if letter is None:
            _close(message, "drop")
            return False
        backend: Any = get_connection()
        backend.open()
    except Exception as error:
        return _retry(message, error)
    if not _hand_over(message):
        return False
    try:
        letter.connection = backend
        letter.send()
    except Exception as error:
        return _retry(message, error) if refused(error) else _close(message, "lose", f"{type(error).__name__}: {error}")
    finally:
        with suppress(Exception):  # the mail is out or refused by now; how the server says good-bye changes neither
            backend.close()
    return _close(message, "finish", timezone.now())


def refused(error: Exception) -> bool:
    """Whether the server said that it did not take the mail; anything else leaves open whether it did."""
    return isinstance(error, REFUSALS) or getattr(error, "status_code", None) is not None


def _claim(message_id: int) -> MailMessage | None:
    now = timezone.now()
    with transaction.atomic():
        rows = MailMessage.objects.due(now).select_for_update(of=("self",), skip_locked=True).select_related("user")
        message = rows.filter(pk=message_id).first()
        if message is None:
            return None
        if message.handed_over_at is not None:
            message.lose("The worker stopped while it handed the mail over.")
        elif message.is_exhausted:
            message.step_back(now, "The worker stopped at every attempt.")
            message.fail()
        else:
            message.begin()
            message.take_lease(now, settings.MAIL_LEASE_SECONDS)
        message.save(update_fields=["state", "attempts", "lease_until", "next_attempt_at", "error"])
    if message.state != MailMessage.State.SENDING:
        log.error("mail.given_up", message=message_id, state=message.state)
        return None
    return message


def _letter(message: MailMessage) -> EmailMultiAlternatives | None:
    """The mail as of now: what its reader may no longer read is left out; None when nothing is left."""
    if not message.user.is_active:
        return None
    rows = Notification.objects.visible_to(message.user).filter(mail=message).prefetch_related("event").order_by("event_id")
    notifications = list(rows[: ITEMS_AT_MOST + 1])
    if not notifications:
        return None
    return letter_of(message, notifications[:ITEMS_AT_MOST], more=len(notifications) > ITEMS_AT_MOST)


def _still_mine(claimed: MailMessage) -> MailMessage | None:
    """The row as it is now, locked, if the claim still holds."""
    rows = MailMessage.objects.select_for_update(of=("self",))
    return rows.filter(pk=claimed.pk, state=MailMessage.State.SENDING, attempts=claimed.attempts).first()


def _hand_over(claimed: MailMessage) -> bool:
    """Note, durably, that from here on the mail may have gone; False when the claim was lost meanwhile."""
    with transaction.atomic():
        message = _still_mine(claimed)
        if message is None or message.handed_over_at is not None:
            return False
        now = timezone.now()
        message.handed_over_at, message.lease_until = now, now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
        message.save(update_fields=["handed_over_at", "lease_until"])
    return True


def _close(claimed: MailMessage, move: str, *arguments: Any) -> bool:
    """Finish, drop or lose the mail; True when it is sent."""
    with transaction.atomic():
        message = _still_mine(claimed)
        if message is None:
            return False
        getattr(message, move)(*arguments)
        message.save(update_fields=["state", "sent_at", "lease_until", "next_attempt_at", "error"])
    if message.state == MailMessage.State.UNKNOWN:
        log.error("mail.perhaps_sent", message=message.pk, error=message.error)
    return message.state == MailMessage.State.SENT


def _retry(claimed: MailMessage, error: Exception) -> bool:
    log.warning("mail.not_sent", message=claimed.pk, error=str(error))
    with transaction.atomic():
        message = _still_mine(claimed)
        if message is None:
            return False
        message.handed_over_at = None
        if message.step_back(timezone.now(), f"{type(error).__name__}: {error}"):
            message.wait()
        else:
            message.fail()
        message.save(update_fields=["state", "handed_over_at", "lease_until", "next_attempt_at", "error"])
    return False
