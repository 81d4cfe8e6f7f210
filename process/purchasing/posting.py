"""Handing the mails of inquiries to the server, each with its letter and its spreadsheet, at most once.

A worker that dies before it hands a mail over leaves a lease that ends, and the mail goes out later; one that dies while it does leaves a
mail that perhaps went: it is marked so, and material control decides.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _t

from audit.files import PDF, XLSX, open_file
from documents.content import day
from documents.models import Rendition
from notifications.doorbells import call
from notifications.services.mail import refused
from process.purchasing.letters import LANGUAGE
from process.purchasing.mails import SupplierMail
from process.purchasing.services import MAIL_DUE
from process.purchasing.spreadsheet import answer_sheet, sheet_name, sheet_reference

log = structlog.get_logger(__name__)
SWEEP_AT_MOST = 100


def sweep() -> int:
    """Call a worker for every mail that is due and whose letter is made; how many were called."""
    made = Rendition.objects.filter(kind=Rendition.Kind.EFFECTIVE).values("version")
    ids = list(SupplierMail.objects.due(timezone.now()).filter(version__in=made).values_list("pk", flat=True)[:SWEEP_AT_MOST])
    call(MAIL_DUE, ids)
    return len(ids)


def send_mail(mail_id: int) -> bool:
    """Send it if it is due; False where its letter is not made yet, somebody else is at it, or it failed."""
    mail = _claim(mail_id)
    if mail is None:
        return False
    try:
        letter = letter_of(mail)
        backend: Any = get_connection()
        backend.open()
    except Exception as error:
        return _retry(mail, error)
    if not _hand_over(mail):
        return False
    try:
        letter.connection = backend
        letter.send()
    except Exception as error:
        return _retry(mail, error) if refused(error) else _close(mail, "lose", f"{type(error).__name__}: {error}")
    finally:
        with suppress(Exception):  # the mail is out or refused by now; how the server says good-bye changes neither
            backend.close()
    return _close(mail, "finish", timezone.now())


def letter_of(mail: SupplierMail) -> EmailMessage:
    """In the language of the letter. Answers go to whoever sent the inquiry."""
    addressee, pdf = mail.addressee, mail.version.signed_pdf
    if pdf is None:
        raise LookupError(f"The letter {mail.version} is not made.")
    inquiry = addressee.inquiry
    with translation.override(LANGUAGE):
        names = {
            "name": addressee.supplier.contact_name or addressee.supplier.name,
            "organisation": settings.ORGANISATION_NAME,
            "reference": sheet_reference(addressee),
            "day": day(inquiry.answer_by),
            "sender": inquiry.sent_by,
        }
        subject = _t("Request for prices %(reference)s") % names
        body = _t(
            "Dear %(name)s,\n\nplease find attached what we ask you to offer, and a spreadsheet for your answer. "
            "Fill in the spreadsheet and send it back by %(day)s, naming %(reference)s.\n\n"
            "%(sender)s\n%(organisation)s\n"
        )
        letter = EmailMessage(subject, body % names, to=[mail.to], reply_to=[inquiry.sent_by.email] if inquiry.sent_by else None)
    with open_file(pdf.sha256) as file:
        letter.attach(pdf.name, file.read(), PDF)
    letter.attach(sheet_name(addressee), answer_sheet(addressee), XLSX)
    return letter


def _claim(mail_id: int) -> SupplierMail | None:
    now = timezone.now()
    with transaction.atomic():
        rows = SupplierMail.objects.due(now).select_for_update(of=("self",), skip_locked=True)
        read = ("addressee__inquiry__project", "addressee__inquiry__sent_by", "addressee__supplier", "version")
        mail = rows.select_related(*read).filter(pk=mail_id).first()
        if mail is None or mail.version.signed_pdf is None:
            return None
        if mail.handed_over_at is not None:
            mail.lose("The worker stopped while it handed the mail over.")
        elif mail.is_exhausted:
            mail.step_back(now, "The worker stopped at every attempt.")
            mail.fail()
        else:
            mail.begin()
            mail.take_lease(now, settings.MAIL_LEASE_SECONDS)
        mail.save(update_fields=["state", "attempts", "lease_until", "next_attempt_at", "error"])
    return mail if mail.state == SupplierMail.State.SENDING else None


def _still_mine(claimed: SupplierMail) -> SupplierMail | None:
    rows = SupplierMail.objects.select_for_update(of=("self",))
    return rows.filter(pk=claimed.pk, state=SupplierMail.State.SENDING, attempts=claimed.attempts).first()


def _hand_over(claimed: SupplierMail) -> bool:
    """Note, durably, that from here on the mail may have gone; False when the claim was lost meanwhile."""
    with transaction.atomic():
        mail = _still_mine(claimed)
        if mail is None or mail.handed_over_at is not None:
            return False
        now = timezone.now()
        mail.handed_over_at, mail.lease_until = now, now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
        mail.save(update_fields=["handed_over_at", "lease_until"])
    return True


def _close(claimed: SupplierMail, move: str, *arguments: Any) -> bool:
    with transaction.atomic():
        mail = _still_mine(claimed)
        if mail is None:
            return False
        getattr(mail, move)(*arguments)
        mail.save(update_fields=["state", "sent_at", "lease_until", "next_attempt_at", "error"])
    return mail.state == SupplierMail.State.SENT


def _retry(claimed: SupplierMail, error: Exception) -> bool:
    log.warning("supplier_mail.not_sent", mail=claimed.pk, error=str(error))
    with transaction.atomic():
        mail = _still_mine(claimed)
        if mail is None:
            return False
        mail.handed_over_at = None
        if mail.step_back(timezone.now(), f"{type(error).__name__}: {error}"):
            mail.wait()
        else:
            mail.fail()
        mail.save(update_fields=["state", "handed_over_at", "lease_until", "next_attempt_at", "error"])
    return False
