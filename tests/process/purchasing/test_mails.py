"""The mails of purchase inquiries: what goes, what goes no more, and who is asked where one may not have arrived."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Role
from audit.context import acting
from audit.events import events_of
from audit.models import Event
from audit.refusals import Refused
from catalogue.models import Supplier
from notifications.services.handing import begin_handing, claim
from process.models import InquirySupplier, PurchaseInquiry, SupplierMail
from process.purchasing import handing_over, posting, services
from process.purchasing.letters import is_current, papers_of
from projects.models import WaitingFor
from tests.process import factories as make
from tests.process.purchasing.steps import answer, buyer, in_days, make_ready, printed, sent
from worksheets.changing import REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "open_file", lambda _sha: BytesIO(b"%PDF-1.7"))


def first_mail() -> SupplierMail:
    return SupplierMail.objects.select_related("version", "addressee__supplier").earliest("pk")


def lost(message: SupplierMail) -> None:
    """The worker dies while it hands the mail over, and the next one finds it."""
    claimed = claim(SupplierMail.objects.all(), message.pk)
    assert claimed is not None
    assert begin_handing(claimed)
    SupplierMail.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    with acting(channel="worker"):
        assert not posting.send_mail(message.pk)


def test_a_mail_carries_letter_and_spreadsheet_once(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    message = first_mail()
    assert not posting.send_mail(message.pk)  # its PDF is not made yet
    printed(message)

    assert posting.send_mail(message.pk)
    assert not posting.send_mail(message.pk)

    (letter,) = mail.outbox
    assert letter.to == ["offers@works.example"]
    assert letter.reply_to == [buyer().email]
    assert [name for name, _content, _kind in letter.attachments] == ["letter.pdf", f"{inquiry}-{message.addressee.number}-answer.xlsx"]
    assert inquiry.project.client.name not in f"{letter.subject}{letter.body}"
    assert SupplierMail.objects.get(pk=message.pk).state == SupplierMail.State.SENT


def test_letter_mail_and_spreadsheet_speak_the_language_of_the_supplier(inquiry: PurchaseInquiry) -> None:
    Supplier.objects.update(language="zh-hans")
    sent(inquiry)
    message = first_mail()
    printed(message)

    posting.send_mail(message.pk)

    (letter,) = mail.outbox
    assert message.version.snapshot["data"]["title"].startswith("询价函")
    assert (letter.subject[:3], "请填写该表格" in letter.body) == ("询价函", True)
    head = load_workbook(BytesIO(letter.attachments[1][1])).worksheets[0][1]
    assert head[0].value == "物料 *"


def test_a_letter_written_in_another_language_is_written_anew_before_it_is_sent(inquiry: PurchaseInquiry) -> None:
    make_ready(inquiry)
    addressee = InquirySupplier.objects.select_related("inquiry__project", "supplier").first()
    paper = papers_of(inquiry)[addressee.reference]
    assert is_current(paper, addressee)

    addressee.supplier.language = "zh-hans"

    assert not is_current(paper, addressee)


def test_a_letter_leaves_when_its_pdf_is_made_and_not_before(inquiry: PurchaseInquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    for module in (handing_over, posting):
        monkeypatch.setattr(module, "ring", lambda _task, ids: rung.extend(ids))
    sent(inquiry)
    message = first_mail()
    kinds = [
        Event(kind="document.rendered", object_id=message.version.document_id, data={"kind": kind}) for kind in ("review", "effective")
    ]

    posting.post_after(kinds)
    assert rung == []
    printed(message)
    posting.post_after(kinds[:1])
    assert rung == []
    posting.post_after(kinds)

    assert rung == [message.pk]


def test_nothing_is_mailed_of_what_was_withdrawn(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    message = printed(first_mail())
    services.withdraw_inquiry(inquiry.pk, reason="The route changes.", actor=buyer())

    assert not posting.send_mail(message.pk)

    assert not mail.outbox
    assert SupplierMail.objects.get(pk=message.pk).state == SupplierMail.State.DROPPED


def test_a_letter_is_mailed_again_when_no_mail_is_on_its_way(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    with pytest.raises(Refused, match="on its way"):
        handing_over.send_again(inquiry.pk, 1, actor=buyer())
    message = SupplierMail.objects.get(addressee__inquiry=inquiry, addressee__number=1)
    message.begin()
    message.fail()
    message.save(update_fields=["state"])

    handing_over.send_again(inquiry.pk, 1, actor=buyer())

    assert SupplierMail.objects.filter(addressee__number=1).count() == 2
    assert "inquiry.sent_again" in [event.kind for event in events_of(inquiry)]


def test_where_a_mail_may_not_have_arrived_material_control_is_asked(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    message = printed(first_mail())
    name = str(message.addressee)

    lost(message)

    assert SupplierMail.objects.get(pk=message.pk).state == SupplierMail.State.UNKNOWN
    (told,) = [event for event in events_of(inquiry) if event.kind == "inquiry.not_mailed"]
    assert told.data["supplier"] == name
    wait = WaitingFor.objects.open().get(key__startswith=f"inquiry.mail:{inquiry.pk}:")
    assert (wait.role, name in wait.words) == (Role.MATERIAL_CONTROL, True)

    handing_over.send_again(inquiry.pk, message.addressee.number, actor=buyer())
    assert not WaitingFor.objects.open().filter(key=wait.key).exists()

    lost(SupplierMail.objects.latest("pk"))
    assert WaitingFor.objects.open().filter(key=wait.key).exists()
    line = inquiry.asks.filter(supplier=message.addressee.supplier).select_related("line__material").earliest("pk").line
    assert answer(inquiry, str(line), name, no_offer_because="Not in our range").is_saved
    assert not WaitingFor.objects.open().filter(key=wait.key).exists()  # who has answered has the letter


def test_a_letter_that_is_handed_over_ends_the_doubt(client: Client, inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    message = printed(first_mail())
    place = message.addressee.number
    address = reverse("inquiry-hand-over", args=[inquiry.project.code, inquiry.number, place])
    client.force_login(buyer())
    with pytest.raises(Refused, match="on its way"):
        handing_over.hand_over_letter(inquiry.pk, place, actor=buyer())
    lost(message)
    assert address in client.get(inquiry.get_absolute_url()).content.decode()

    assert client.post(address).status_code == 302

    assert not WaitingFor.objects.open().filter(key__startswith="inquiry.mail:").exists()
    given = InquirySupplier.objects.get(pk=message.addressee_id)
    assert (given.handed_over_at is not None, given.handed_over_by) == (True, buyer())
    assert events_of(inquiry)[0].kind == "inquiry.handed_over"
    page = client.get(inquiry.get_absolute_url()).content.decode()
    assert ("Handed over on" in page, address in page) == (True, False)
    with pytest.raises(Refused, match="has its letter"):
        handing_over.hand_over_letter(inquiry.pk, place, actor=buyer())


def test_the_letter_of_a_supplier_without_an_address_is_handed_over(client: Client, inquiry: PurchaseInquiry) -> None:
    Supplier.objects.filter(name="Second Works").update(email="")
    make_ready(inquiry)
    client.force_login(buyer())
    told = client.post(reverse("inquiry-send", args=[inquiry.project.code, inquiry.number]), follow=True).content.decode()
    assert "Prepared, to be handed over: the letters to Second Works." in told
    assert "Sent. File each answer" in told
    words = {event.kind: event.words for event in events_of(inquiry)}
    assert words["inquiry.sent"].endswith("was sent to Chemical Works.")
    assert words["inquiry.to_hand_over"].endswith("to Second Works are prepared, to be handed over.")
    assert WaitingFor.objects.open().filter(words__endswith=f"hand over the letter of purchase inquiry {inquiry} to Second Works").exists()
    place = inquiry.addressees.get(supplier__name="Second Works").number

    assert client.post(reverse("inquiry-hand-over", args=[inquiry.project.code, inquiry.number, place])).status_code == 302

    assert "Prepared, to be handed over" not in client.get(inquiry.get_absolute_url()).content.decode()
    assert not WaitingFor.objects.open().filter(key__startswith=f"inquiry.mail:{inquiry.pk}:").exists()


def test_where_every_letter_is_handed_over_nothing_is_called_sent(client: Client, inquiry: PurchaseInquiry) -> None:
    Supplier.objects.update(email="")
    make_ready(inquiry)
    client.force_login(buyer())

    told = client.post(reverse("inquiry-send", args=[inquiry.project.code, inquiry.number]), follow=True).content.decode()

    assert ("Prepared, to be handed over: the letters to" in told, "Sent. File each answer" in told) == (True, False)
    for addressee in inquiry.addressees.all():
        assert f'<details id="hand-over-{addressee.number}" hx-preserve' in told, "what is typed outlives the letters being drawn anew"


def test_whoever_handed_a_letter_over_says_on_which_day(client: Client, inquiry: PurchaseInquiry) -> None:
    Supplier.objects.filter(name="Second Works").update(email="")
    sent(inquiry)
    PurchaseInquiry.objects.update(sent_at=timezone.now() - timedelta(days=3))
    place = inquiry.addressees.get(supplier__name="Second Works").number
    address = reverse("inquiry-hand-over", args=[inquiry.project.code, inquiry.number, place])
    client.force_login(buyer())

    for day, words in ((in_days(1), "This day is still to come."), (in_days(-4), "The letter was made on ")):
        refused = client.post(address, {f"hand-{place}-on": day.isoformat()})
        assert (refused.status_code, words in refused.content.decode()) == (400, True)
    assert client.post(address, {f"hand-{place}-on": in_days(-2).isoformat()}).status_code == 302

    given = InquirySupplier.objects.get(inquiry=inquiry, number=place)
    assert inquiry.project.day_of(given.handed_over_at) == in_days(-2)
    assert events_of(inquiry)[0].words.startswith(f"The letter of purchase inquiry {inquiry} was handed over to Second Works on ")


def test_a_mail_that_was_tried_often_enough_is_told_of(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    message = printed(first_mail())
    over = timezone.now() - timedelta(seconds=1)
    SupplierMail.objects.filter(pk=message.pk).update(state=SupplierMail.State.SENDING, lease_until=over, attempts=99)

    with acting(channel="worker"):
        assert not posting.send_mail(message.pk)

    assert SupplierMail.objects.get(pk=message.pk).state == SupplierMail.State.FAILED
    assert WaitingFor.objects.open().filter(key__startswith=f"inquiry.mail:{inquiry.pk}:").exists()


def test_who_is_asked_no_more_gets_no_mail(client: Client, inquiry: PurchaseInquiry) -> None:
    gone = inquiry.asks.get(supplier__name="Second Works")
    number = inquiry.addressees.get(supplier=gone.supplier).number
    change_rows(f"inquiry-asks:{inquiry.pk}", [Change(REMOVE, gone.pk)], actor=make.chemist())
    line = inquiry.lines.get(material__name="4-Aminophenol")
    line.single_because = "The other one is sold out."
    line.save()
    make_ready(inquiry)
    services.send_inquiry(inquiry.pk, actor=buyer())

    with pytest.raises(InquirySupplier.DoesNotExist):
        handing_over.send_again(inquiry.pk, number, actor=buyer())

    client.force_login(buyer())
    assert client.post(reverse("inquiry-mail", args=[inquiry.project.code, inquiry.number, number])).status_code == 404
    assert not SupplierMail.objects.filter(addressee__supplier=gone.supplier).exists()
