"""Mails to people: a daily digest is written when its reader's morning has come; what any mail says is as of its sending."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, models, transaction
from django.db.models import Min
from django.utils import timezone

from accounts.models import User
from audit.rows import write_together
from notifications.doorbells import SEND_MAIL, call
from notifications.enclosures import is_awaited
from notifications.letters import headers_of, letter_of
from notifications.models import MailMessage, Notification
from notifications.services.handing import hand_over
from notifications.services.links import link_letter
from notifications.zones import local_day, moment_of

SWEEP_AT_MOST = 200
ITEMS_AT_MOST = 200  # of one mail; the rest is in the inbox, and the mail says so
_LOCK = 7_315_002  # advisory lock: two planners at once would tear a digest apart


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
    """Send the mail if it is due; False when a file of it is not made yet, somebody else is at it, it is not needed, or it failed."""
    return not is_awaited(message_id) and hand_over(MailMessage.objects.select_related("user"), message_id, _letter)


def _letter(message: MailMessage) -> EmailMessage | None:
    """The mail as of now: what its reader may no longer read is left out; None when nothing is left."""
    if not message.user.is_active:
        return None
    if message.kind == MailMessage.Kind.LINK:
        return link_letter(message, headers_of(message))
    rows = Notification.objects.visible_to(message.user).filter(mail=message).prefetch_related("event").order_by("event_id")
    notifications = list(rows[: ITEMS_AT_MOST + 1])
    if not notifications:
        return None
    return letter_of(message, notifications[:ITEMS_AT_MOST], more=len(notifications) > ITEMS_AT_MOST)
