"""The mails of inquiries: called for when the letter is made, with letter and spreadsheet; told of where one did not go."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.events import record
from audit.files import PDF, XLSX, open_file
from audit.models import Event
from audit.outbox import register_consumer
from documents.content import day
from documents.models import Rendition
from notifications.doorbells import call, ring
from notifications.services.handing import hand_over
from process.purchasing.mails import SupplierMail, SupplierMailQuerySet
from process.purchasing.models import PurchaseInquiry
from process.purchasing.services import MAIL_DUE, told_of
from process.purchasing.spreadsheet import answer_sheet, sheet_name
from projects.services.waiting import open_wait

SWEEP_AT_MOST = 100
MADE = "document.rendered"


def sweep() -> int:
    """Call a worker for every mail that is due and whose letter is made; how many were called."""
    ids = list(_with_letter().due(timezone.now()).values_list("pk", flat=True)[:SWEEP_AT_MOST])
    call(MAIL_DUE, ids)
    return len(ids)


def post_after(events: Sequence[Event]) -> None:
    """A letter whose PDF is made leaves at once; the sweep finds what this misses."""
    made = {int(event.object_id) for event in events if event.kind == MADE and event.data["kind"] == Rendition.Kind.EFFECTIVE}
    if made:
        ring(MAIL_DUE, list(_with_letter().due(timezone.now()).filter(version__document__in=made).values_list("pk", flat=True)))


def send_mail(mail_id: int) -> bool:
    """Send it if it is due; False where its letter is not made yet, somebody else is at it, or it failed."""
    read = ("addressee__inquiry__project", "addressee__inquiry__sent_by", "addressee__supplier", "version")
    return hand_over(_with_letter().select_related(*read), mail_id, letter_of, given_up=tell_of)


def tell_of(mail: SupplierMail) -> None:
    """Whether the letter arrived nobody knows: material control mails it again, or hands it over."""
    inquiry = PurchaseInquiry.objects.select_for_update(of=("self",)).select_related("project").get(pk=mail.addressee.inquiry_id)
    said = {**told_of(inquiry), "supplier": str(mail.addressee)}
    record("inquiry.not_mailed", inquiry, actor=None, **said)
    if inquiry.is_out:
        words = _t(
            "%(code)s: the letter of purchase inquiry %(number)s to %(supplier)s may not have arrived; send it again or hand it over"
        )
        open_wait(
            f"inquiry.mail:{inquiry.pk}:{mail.addressee.supplier_id}",
            project=inquiry.project,
            role=Role.MATERIAL_CONTROL,
            words=words % said,
            link=inquiry.get_absolute_url(),
        )


def _with_letter() -> SupplierMailQuerySet:
    return SupplierMail.objects.filter(version__in=Rendition.objects.filter(kind=Rendition.Kind.EFFECTIVE).values("version"))


def letter_of(mail: SupplierMail) -> EmailMessage | None:
    """In the language of the letter. Answers go to whoever sent the inquiry. None where answers are not awaited any more."""
    addressee, pdf = mail.addressee, mail.version.signed_pdf
    if not addressee.inquiry.is_out:
        return None
    if pdf is None:
        raise LookupError(f"The letter {mail.version} is not made.")
    inquiry = addressee.inquiry
    with translation.override(mail.version.language):
        names = {
            "name": addressee.supplier.contact_name or addressee.supplier.name,
            "organisation": settings.ORGANISATION_NAME,
            "reference": addressee.letter_number,
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


def register() -> None:
    register_consumer("process.purchasing", post_after)
