"""Handing a mail to the server, at most once: every mail is claimed, handed over and closed by its row.

A worker that dies before it hands the mail over leaves a lease that ends, and the mail goes out later. A worker that dies while it hands
the mail over leaves a mail that perhaps went: it is marked so and never sent a second time.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from notifications.models import Mailing, MailingQuerySet

log = structlog.get_logger(__name__)

REFUSALS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)
Row = TypeVar("Row", bound=Mailing)
Given = Callable[[Row], object]


def unheard(_row: Mailing) -> None:
    """Of a mail that says what stands in the inbox too nobody has to be told."""


def hand_over(rows: MailingQuerySet[Row], pk: int, letter: Callable[[Row], EmailMessage | None], *, given_up: Given[Row] = unheard) -> bool:
    """Send the mail if it is due; False when somebody else is at it, it is not needed any more, or it failed.

    letter: the mail as of now, None where it is not needed any more. given_up: called with the row, in the transaction that closes it,
    where the mail failed for good or nobody knows whether it went.
    """
    row = claim(rows, pk, given_up)
    if row is None:
        return False
    try:
        made = letter(row)
        if made is None:
            return _close(row, "drop", given_up)
        backend: Any = get_connection()
        backend.open()
    except Exception as error:
        return _retry(row, error, given_up)
    if not begin_handing(row):
        return False
    try:
        made.connection = backend
        made.send()
    except Exception as error:
        return _retry(row, error, given_up) if refused(error) else _close(row, "lose", given_up, _words_of(error))
    finally:
        with suppress(Exception):  # the mail is out or refused by now; how the server says good-bye changes neither
            backend.close()
    return _close(row, "finish", given_up, timezone.now())


def refused(error: Exception) -> bool:
    """Whether the server said that it did not take the mail; anything else leaves open whether it did."""
    return isinstance(error, REFUSALS) or getattr(error, "status_code", None) is not None


def claim(rows: MailingQuerySet[Row], pk: int, given_up: Given[Row] = unheard) -> Row | None:
    now = timezone.now()
    with transaction.atomic():
        row = rows.due(now).select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        if row is None:
            return None
        if row.handed_over_at is not None:
            row.lose("The worker stopped while it handed the mail over.")
        elif row.is_exhausted:
            row.step_back(now, "The worker stopped at every attempt.")
            row.fail()
        else:
            row.begin()
            row.take_lease(now, settings.MAIL_LEASE_SECONDS)
        row.save(update_fields=["state", "attempts", "lease_until", "next_attempt_at", "error"])
        _tell(row, given_up)
    return row if row.state == Mailing.State.SENDING else None


def begin_handing(claimed: Mailing) -> bool:
    """Note, durably, that from here on the mail may have gone; False when the claim was lost meanwhile."""
    with transaction.atomic():
        row = _still_mine(claimed)
        if row is None or row.handed_over_at is not None:
            return False
        now = timezone.now()
        row.handed_over_at, row.lease_until = now, now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
        row.save(update_fields=["handed_over_at", "lease_until"])
    return True


def _still_mine(claimed: Row) -> Row | None:
    """The row as it is now, locked, if the claim still holds."""
    rows = type(claimed)._default_manager.select_for_update(of=("self",))
    return rows.filter(pk=claimed.pk, state=Mailing.State.SENDING, attempts=claimed.attempts).first()


def _close(claimed: Row, move: str, given_up: Given[Row], *arguments: Any) -> bool:
    """Finish, drop or lose the mail; True when it is sent."""
    with transaction.atomic():
        row = _still_mine(claimed)
        if row is None:
            return False
        getattr(row, move)(*arguments)
        row.save(update_fields=["state", "sent_at", "lease_until", "next_attempt_at", "error"])
        _tell(row, given_up)
    return row.state == Mailing.State.SENT


def _retry(claimed: Row, error: Exception, given_up: Given[Row]) -> bool:
    log.warning("mail.not_sent", mail=str(claimed._meta), row=claimed.pk, error=str(error))
    with transaction.atomic():
        row = _still_mine(claimed)
        if row is None:
            return False
        row.handed_over_at = None
        if row.step_back(timezone.now(), _words_of(error)):
            row.wait()
        else:
            row.fail()
        row.save(update_fields=["state", "handed_over_at", "lease_until", "next_attempt_at", "error"])
        _tell(row, given_up)
    return False


def _tell(row: Row, given_up: Given[Row]) -> None:
    if row.state in (Mailing.State.FAILED, Mailing.State.UNKNOWN):
        log.error("mail.given_up", mail=str(row._meta), row=row.pk, state=row.state, error=row.error)
        given_up(row)


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
