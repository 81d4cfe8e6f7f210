"""The letter of one supplier after the inquiry went out: mailed again, or handed over otherwise."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from charts.look import written
from notifications.doorbells import ring
from process.purchasing.letters import papers_of
from process.purchasing.mails import SupplierMail
from process.purchasing.models import InquirySupplier, PurchaseInquiry
from process.purchasing.services import MAIL_DUE, addressees_of, answering_blockers, letters_at, locked_inquiry, post_letter, told_of
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from accounts.models import User


@act
def send_again(pk: int, number: int, *, actor: User) -> InquirySupplier:
    """The letter of one supplier, to the address that is known now.

    Raises Refused while a mail is on its way, InquirySupplier.DoesNotExist for one that is not asked.
    """
    inquiry, addressee = _sending_to(pk, number, actor)
    require_none(mailing_blockers(addressee))
    ring(MAIL_DUE, [post_letter(addressee, papers_of(inquiry)[addressee.reference]).pk])
    close_waits(f"inquiry.mail:{inquiry.pk}:{addressee.supplier_id}")
    record("inquiry.sent_again", inquiry, actor=actor, supplier=str(addressee), **told_of(inquiry))
    return addressee


@act
def hand_over_letter(pk: int, number: int, *, on: date | None = None, actor: User) -> InquirySupplier:
    """Somebody gave the supplier its letter otherwise, today or on that day: nobody is asked to do so any more, or whether a mail arrived.

    Raises Refused while a mail is on its way or where one went, BadInput at `on` for a day that cannot be, InquirySupplier.DoesNotExist
    for one that is not asked.
    """
    inquiry, addressee = _sending_to(pk, number, actor)
    require_none(handing_blockers(addressee))
    addressee.handed_over_at, addressee.handed_over_by = _moment_of(on, inquiry), actor
    addressee.save(update_fields=["handed_over_at", "handed_over_by"])
    close_waits(f"inquiry.mail:{inquiry.pk}:{addressee.supplier_id}")
    given, said = inquiry.project.day_of(addressee.handed_over_at), {"supplier": str(addressee), **told_of(inquiry)}
    if given == inquiry.project.today:
        record("inquiry.handed_over", inquiry, actor=actor, **said)
    else:
        record("inquiry.handed_over_on", inquiry, actor=actor, day=written(given), **said)
    return addressee


def _moment_of(on: date | None, inquiry: PurchaseInquiry) -> datetime:
    """Of another day than today its noon at the project's site: by the clock nobody knows. Raises BadInput at `on`."""
    now, sent_at = timezone.now(), inquiry.sent_at
    today = inquiry.project.day_of(now)
    if on is None or on == today:
        return now
    if on > today:
        raise BadInput({"on": _t("This day is still to come.")})
    if sent_at is not None and on < inquiry.project.day_of(sent_at):
        raise BadInput({"on": _t("The letter was made on %(day)s.") % {"day": written(inquiry.project.day_of(sent_at))}})
    return datetime.combine(on, time(12), inquiry.project.zone)


def mailing_blockers(addressee: InquirySupplier) -> list[Blocker]:
    """Why its letter cannot be mailed again."""
    name = {"supplier": addressee.supplier}
    if not addressee.goes_by_mail:
        return [Blocker("inquiry.no_address", _t("No e-mail of %(supplier)s is known.") % name, addressee.supplier.get_absolute_url())]
    if any(mail.is_waiting for mail in addressee.mails.all()):
        return [Blocker("inquiry.mail_waits", _t("A mail to %(supplier)s is on its way.") % name, letters_at(addressee.inquiry))]
    return []


def handing_blockers(addressee: InquirySupplier) -> list[Blocker]:
    """Why nobody says of its letter that it was handed over."""
    mails = list(addressee.mails.all())
    name = {"supplier": addressee.supplier}
    letters = letters_at(addressee.inquiry)
    if any(mail.is_waiting for mail in mails):
        return [Blocker("inquiry.mail_waits", _t("A mail to %(supplier)s is on its way.") % name, letters)]
    if addressee.handed_over_at is not None or any(mail.state == SupplierMail.State.SENT for mail in mails):
        return [Blocker("inquiry.letter_given", _t("%(supplier)s has its letter.") % name, letters)]
    return []


def _sending_to(pk: int, number: int, actor: User) -> tuple[PurchaseInquiry, InquirySupplier]:
    """Of an inquiry that is out, locked, one of the asked suppliers."""
    inquiry = locked_inquiry(pk, actor)
    require_permission("process.send_inquiry", actor, inquiry.project)
    require_none(answering_blockers(inquiry))
    addressee = next((each for each in addressees_of(inquiry) if each.number == number), None)
    if addressee is None:
        raise InquirySupplier.DoesNotExist
    return inquiry, addressee
