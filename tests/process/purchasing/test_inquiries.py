"""Purchase inquiries: prepared from a route, sent to suppliers, answered into the price lists, compared."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Role, User
from audit.events import events_of
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import ExchangeRate, Supplier, SupplierQuote
from documents.models import Document, DocumentVersion, Rendition
from documents.services import submission_blockers
from documents.services.queue import page_of
from process.models import InquiryAnswer, PurchaseInquiry, RouteVersion, SupplierMail
from process.purchasing import posting, services
from process.purchasing.comparing import compared
from process.purchasing.letters import TYPE, papers_of
from process.purchasing.proposing import as_asked
from process.purchasing.spreadsheet import answer_sheet
from projects.models import Project, WaitingFor
from tests.process import factories as make
from tests.projects import factories as projects
from worksheets.changing import ADD, CHANGE, REMOVE, Change, change_rows
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db


def buyer() -> User:
    return projects.person(Role.MATERIAL_CONTROL)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def drawn(inquiry: PurchaseInquiry) -> None:
    """As if a worker had drawn the letters."""
    for paper in papers_of(inquiry).values():
        if paper.state == DocumentVersion.State.QUEUED:
            projects.drawn(paper)


@pytest.fixture
def version(project: Project) -> RouteVersion:
    """The price of one input is over, and two suppliers have quoted it; nobody has quoted another; the third has a price that holds."""
    found = make.draft_of(make.a_whole_route(project))
    SupplierQuote.objects.filter(material__name="4-Aminophenol").update(valid_until=in_days(-1))
    aminophenol = SupplierQuote.objects.get(material__name="4-Aminophenol").material
    make.a_price(aminophenol, "5.90", supplier="Second Works", valid_until=in_days(-1))
    SupplierQuote.objects.filter(material__name="Acetic anhydride").delete()
    Supplier.objects.update(email="offers@works.example", status=Supplier.Status.APPROVED)
    return found


@pytest.fixture
def inquiry(version: RouteVersion) -> PurchaseInquiry:
    return services.prepare_inquiry(version.pk, target_kg=Decimal(100), answer_by=in_days(14), actor=make.chemist())


def ask(inquiry: PurchaseInquiry, line: str, supplier: str) -> None:
    change = Change(ADD, values={"line": line, "supplier": supplier}, create=frozenset({"supplier"}))
    (result,) = change_rows(f"inquiry-asks:{inquiry.pk}", [change], actor=buyer()).results
    assert result.is_saved, result.errors


def make_ready(inquiry: PurchaseInquiry) -> None:
    """The line that nobody has quoted is asked of one supplier, with the reason."""
    ask(inquiry, "Acetic anhydride", "Chemical Works")
    line = inquiry.lines.get(material__name="Acetic anhydride")
    change_rows(f"inquiry-lines:{inquiry.pk}", [Change(CHANGE, line.pk, {"single_because": "Only one makes it."})], actor=make.chemist())
    services.write_letters(inquiry.pk, actor=make.chemist())
    drawn(inquiry)


def sent(inquiry: PurchaseInquiry) -> PurchaseInquiry:
    make_ready(inquiry)
    return services.send_inquiry(inquiry.pk, actor=buyer())


def answer(inquiry: PurchaseInquiry, line: str, supplier: str, **values: Any) -> Any:
    given = {"line": line, "supplier": supplier, **values}
    (result,) = change_rows(f"inquiry-answers:{inquiry.pk}", [Change(ADD, values=given)], actor=buyer()).results
    return result


OFFER = {"price_per_kg": "6.05", "currency": "EUR", "pack_kg": "25", "minimum_order_kg": "50", "lead_time_days": "21"}


def test_an_inquiry_asks_for_what_has_no_price_that_holds(inquiry: PurchaseInquiry) -> None:
    lines = {line.material.name: line for line in inquiry.lines.select_related("material")}

    assert set(lines) == {"4-Aminophenol", "Acetic anhydride"}
    # 100 kg ÷ 151.165 × 109.128 ÷ 0.9 yield
    assert lines["4-Aminophenol"].quantity_kg == as_asked(100 / 151.165 * 109.128 / 0.9)
    assert {ask.supplier.name for ask in lines["4-Aminophenol"].asks.all()} == {"Chemical Works", "Second Works"}
    assert not lines["Acetic anhydride"].asks.exists()
    assert [event.kind for event in events_of(inquiry)] == ["inquiry.prepared"]
    assert WaitingFor.objects.open().get(key=f"inquiry.send:{inquiry.pk}").role == Role.MATERIAL_CONTROL


def test_a_gram_more_is_asked_only_where_it_is_needed() -> None:
    assert as_asked(0.1 + 0.2) == Decimal("0.300")
    assert as_asked(12.0001) == Decimal("12.001")
    assert as_asked(0.0) == Decimal("0.001")


def test_materials_with_a_price_are_asked_for_too_when_that_is_wanted(version: RouteVersion) -> None:
    make.a_price(make.a_material("Acetic anhydride"), "1.15")
    SupplierQuote.objects.filter(material__name="4-Aminophenol").update(valid_until=None)
    given = {"target_kg": Decimal(10), "answer_by": in_days(7), "actor": make.chemist()}

    with pytest.raises(Refused, match="has a price that holds"):
        services.prepare_inquiry(version.pk, **given)
    found = services.prepare_inquiry(version.pk, with_priced=True, **given)

    assert found.lines.count() == 2


def test_suspended_suppliers_are_not_asked(version: RouteVersion) -> None:
    Supplier.objects.filter(name="Second Works").update(status=Supplier.Status.SUSPENDED)

    found = services.prepare_inquiry(version.pk, target_kg=Decimal(1), answer_by=in_days(7), actor=make.chemist())

    assert {each.supplier.name for each in found.addressees.all()} == {"Chemical Works"}
    (result,) = change_rows(
        f"inquiry-asks:{found.pk}", [Change(ADD, values={"line": "Acetic anhydride", "supplier": "Second Works"})], actor=buyer()
    ).results
    assert not result.is_saved


def test_only_research_material_control_and_the_manager_prepare(version: RouteVersion) -> None:
    for role in (Role.QUALITY_ASSURANCE, Role.PRODUCTION, Role.BUSINESS_DEVELOPMENT):
        with pytest.raises(NotAllowed):
            services.prepare_inquiry(version.pk, target_kg=Decimal(1), answer_by=in_days(7), actor=projects.person(role))
    assert not PurchaseInquiry.objects.exists()


def test_a_day_that_is_over_stands_at_its_field(version: RouteVersion) -> None:
    with pytest.raises(BadInput) as bad:
        services.prepare_inquiry(version.pk, target_kg=Decimal(1), answer_by=in_days(-1), actor=make.chemist())

    assert set(bad.value.errors) == {"answer_by"}


def test_a_letter_says_nothing_of_client_product_or_other_suppliers(inquiry: PurchaseInquiry) -> None:
    project = inquiry.project
    paper = papers_of(inquiry)["1-1"]
    said = json.dumps(paper.snapshot, ensure_ascii=False)

    assert "4-Aminophenol" in said
    other = inquiry.addressees.get(number=2).supplier.name
    for secret in (project.client.name, project.title, project.compound.name, project.compound.cas_number, other, "Acetic anhydride"):
        assert secret not in said, secret
    assert project.compound.smiles not in said
    assert paper.document.type is not None
    assert paper.document.type.for_us


def test_the_page_of_a_letter_is_drawn_without_them_too(inquiry: PurchaseInquiry) -> None:
    html = page_of(papers_of(inquiry)["1-1"], Rendition.Kind.REVIEW)

    assert "for the addressee alone" in html
    assert inquiry.project.client.name not in html
    assert inquiry.project.title not in html


def test_two_suppliers_are_asked_or_the_reason_stands_at_the_line(inquiry: PurchaseInquiry) -> None:
    drawn(inquiry)
    assert [each.key for each in services.send_blockers(inquiry)] == ["inquiry.nobody"]

    ask(inquiry, "Acetic anhydride", "Third Works")
    keys = [each.key for each in services.send_blockers(inquiry)]

    assert "inquiry.single" in keys
    assert "inquiry.letter" in keys  # the letter to the new one is not written
    with pytest.raises(Refused):
        services.send_inquiry(inquiry.pk, actor=buyer())
    make_ready_again = inquiry.lines.get(material__name="Acetic anhydride")
    ask(inquiry, "Acetic anhydride", "Chemical Works")
    assert make_ready_again.asks.count() == 2
    services.write_letters(inquiry.pk, actor=buyer())
    drawn(inquiry)
    assert services.send_blockers(inquiry) == []


def test_a_supplier_that_is_asked_no_more_loses_its_letter(inquiry: PurchaseInquiry) -> None:
    gone = inquiry.asks.get(supplier__name="Second Works")
    number = inquiry.addressees.get(supplier=gone.supplier).number
    change_rows(f"inquiry-asks:{inquiry.pk}", [Change(REMOVE, gone.pk)], actor=make.chemist())

    services.write_letters(inquiry.pk, actor=make.chemist())

    paper = Document.objects.get(type_key=TYPE, about_reference=f"1-{number}")
    assert paper.withdrawn_at is not None


def test_research_does_not_send_and_no_letter_takes_effect_by_itself(inquiry: PurchaseInquiry) -> None:
    make_ready(inquiry)

    with pytest.raises(NotAllowed):
        services.send_inquiry(inquiry.pk, actor=make.chemist())

    assert "inquiry.not_sent" in [each.key for each in submission_blockers(papers_of(inquiry)["1-1"])]


def test_what_is_sent_takes_effect_and_waits_for_answers(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)

    found = PurchaseInquiry.objects.get(pk=inquiry.pk)
    assert (found.state, found.sent_by) == (PurchaseInquiry.State.SENT, buyer())
    assert {paper.state for paper in papers_of(found).values()} == {DocumentVersion.State.EFFECTIVE}
    assert {each.to for each in SupplierMail.objects.all()} == {"offers@works.example"}
    open_waits = set(WaitingFor.objects.open().filter(key__startswith="inquiry.").values_list("key", flat=True))
    assert open_waits == {f"inquiry.answers:{inquiry.pk}"}
    with pytest.raises(Refused, match="stays as it is"):
        services.write_letters(inquiry.pk, actor=make.chemist())


def test_a_mail_carries_letter_and_spreadsheet_once(inquiry: PurchaseInquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(inquiry)
    message = SupplierMail.objects.select_related("version").earliest("pk")
    assert not posting.send_mail(message.pk)  # its PDF is not made yet
    values = {"name": "letter.pdf", "media_type": "application/pdf", "sha256": "0" * 64, "size_bytes": 1, "pages": 1}
    kind = Rendition.Kind.EFFECTIVE
    Rendition.objects.create(version=message.version, kind=kind, content_hash=message.version.content_hash, **values)
    monkeypatch.setattr(posting, "open_file", lambda _sha: BytesIO(b"%PDF-1.7"))

    assert posting.send_mail(message.pk)
    assert not posting.send_mail(message.pk)

    (letter,) = mail.outbox
    assert letter.to == ["offers@works.example"]
    assert letter.reply_to == [buyer().email]
    assert [name for name, _content, _kind in letter.attachments] == ["letter.pdf", f"{inquiry}-{message.addressee.number}-answer.xlsx"]
    assert inquiry.project.client.name not in f"{letter.subject}{letter.body}"
    assert SupplierMail.objects.get(pk=message.pk).state == SupplierMail.State.SENT


def test_a_letter_is_mailed_again_when_no_mail_is_on_its_way(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    with pytest.raises(Refused, match="on its way"):
        services.send_again(inquiry.pk, 1, actor=buyer())
    message = SupplierMail.objects.get(addressee__inquiry=inquiry, addressee__number=1)
    message.begin()
    message.fail()
    message.save(update_fields=["state"])

    services.send_again(inquiry.pk, 1, actor=buyer())

    assert SupplierMail.objects.filter(addressee__number=1).count() == 2
    assert "inquiry.sent_again" in [event.kind for event in events_of(inquiry)]


def test_an_answer_is_a_price_beside_its_material(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)

    result = answer(inquiry, "4-Aminophenol", "Second Works", **OFFER, origin="Germany", valid_until=in_days(90).isoformat())

    assert result.is_saved, result.errors
    row = InquiryAnswer.objects.select_related("quote").get(pk=result.pk)
    assert row.quote is not None
    assert (row.quote.price_per_kg, row.quote.pack_kg, row.quote.origin) == (Decimal("6.05"), Decimal(25), "DE")
    assert row.quote.reference == str(inquiry)
    assert row.quote.holds_on(timezone.localdate())
    material = row.line.material
    assert [event.kind for event in events_of(material)][:1] == ["worksheet.row_added"]


def test_a_corrected_answer_corrects_the_price_and_a_withdrawn_one_takes_it_away(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    pk = answer(inquiry, "4-Aminophenol", "Second Works", **OFFER).pk
    address, quote = f"inquiry-answers:{inquiry.pk}", InquiryAnswer.objects.get(pk=pk).quote_id

    change_rows(address, [Change(CHANGE, pk, {"price_per_kg": "5.50"})], actor=buyer(), reason="Misread.")
    assert SupplierQuote.objects.get(pk=quote).price_per_kg == Decimal("5.50")

    none = dict.fromkeys(OFFER, "") | {"no_offer_because": "Sold out"}
    (result,) = change_rows(address, [Change(CHANGE, pk, none)], actor=buyer(), reason="They wrote again.").results

    assert result.is_saved, result.errors
    assert not SupplierQuote.objects.filter(pk=quote).exists()


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({}, "price_per_kg"),
        ({"price_per_kg": "5"}, "currency"),
        (OFFER | {"no_offer_because": "Sold out"}, "no_offer_because"),
        ({"no_offer_because": "Sold out", "lead_time_days": "5"}, "lead_time_days"),
        (OFFER | {"valid_until": "2020-01-01"}, "valid_until"),
        (OFFER | {"quantity_from_kg": "10"}, "quantity_from_kg"),
    ],
)
def test_what_is_wrong_with_an_answer_stands_at_its_column(inquiry: PurchaseInquiry, values: dict[str, str], column: str) -> None:
    sent(inquiry)

    result = answer(inquiry, "4-Aminophenol", "Second Works", **values)

    assert set(result.errors) == {column}
    assert not InquiryAnswer.objects.exists()
    assert not SupplierQuote.objects.filter(reference=str(inquiry)).exists()


def test_who_was_not_asked_has_no_answer(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)

    result = answer(inquiry, "Acetic anhydride", "Second Works", **OFFER)

    assert set(result.errors) == {"supplier"}


def test_the_last_answer_completes_the_inquiry_and_its_loss_opens_it(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", **OFFER)
    answer(inquiry, "4-Aminophenol", "Chemical Works", no_offer_because="Not in our range")
    pk = answer(inquiry, "Acetic anhydride", "Chemical Works", price_per_kg="1.20", currency="EUR").pk

    assert PurchaseInquiry.objects.get(pk=inquiry.pk).state == PurchaseInquiry.State.ANSWERED
    assert not WaitingFor.objects.open().filter(key__startswith="inquiry.").exists()
    assert "inquiry.answered" in [event.kind for event in events_of(inquiry)]

    change_rows(f"inquiry-answers:{inquiry.pk}", [Change(REMOVE, pk)], actor=buyer(), reason="It was for another material.")

    assert PurchaseInquiry.objects.get(pk=inquiry.pk).state == PurchaseInquiry.State.SENT
    assert WaitingFor.objects.open().filter(key=f"inquiry.answers:{inquiry.pk}").exists()


def test_the_spreadsheet_of_a_letter_comes_back_as_answers(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    addressee = inquiry.addressees.select_related("supplier", "inquiry__project").get(supplier__name="Second Works")
    book = load_workbook(BytesIO(answer_sheet(addressee)))
    sheet = book.worksheets[0]
    heads = {str(cell.value).rstrip(" *"): cell.column for cell in sheet[1]}
    assert [cell.value for cell in sheet[2]][:2] == ["4-Aminophenol", "Second Works"]
    assert sheet.max_row == 2 or sheet.cell(3, 1).value is None  # it reads of no other material
    for head, value in {"Price per kg": "6.05", "Currency": "EUR", "Lead time (days)": 30, "Valid until": in_days(60).isoformat()}.items():
        sheet.cell(2, heads[head], value)
    file = BytesIO()
    book.save(file)
    file.seek(0)

    taken = take_import("inquiry-answers", file, "answer.xlsx", actor=buyer(), scope=str(inquiry.pk))
    press_import(taken.pk, actor=buyer())

    row = InquiryAnswer.objects.select_related("quote").get(inquiry=inquiry)
    assert (row.price_per_kg, row.lead_time_days, row.supplier.name) == (Decimal("6.05"), 30, "Second Works")
    assert row.quote is not None


def test_offers_are_compared_with_all_that_has_to_be_bought(inquiry: PurchaseInquiry) -> None:
    """80.2 kg are needed: four packs of 25 kg at 6.05, or a break from 200 kg on that costs more in all."""
    sent(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", **OFFER)
    answer(inquiry, "4-Aminophenol", "Second Works", price_per_kg="4.00", currency="EUR", quantity_from_kg="200")
    answer(inquiry, "4-Aminophenol", "Chemical Works", price_per_kg="6.50", currency="USD", lead_time_days="7")
    ExchangeRate.objects.create(currency="USD", into="EUR", on=in_days(-3), rate=Decimal("0.90"), source="Bank")

    (row,) = [each for each in compared(inquiry, currency="EUR", on=timezone.localdate()) if each.line.material.name == "4-Aminophenol"]

    by_name = {offer.supplier.name: offer for offer in row.offers}
    second, first = by_name["Second Works"], by_name["Chemical Works"]
    assert (second.bought_kg, second.total) == (Decimal(100), Decimal("605.00"))
    needed = row.line.quantity_kg
    assert first.total == (needed * Decimal("5.85")).quantize(Decimal("0.01"))
    assert (first.is_best, second.is_best, first.is_fastest) == (True, False, True)
    assert first.rate is not None
    assert row.spread_pct is not None
    assert row.spread_pct > 0


def test_an_offer_without_a_rate_is_said_to_be_so(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", price_per_kg="900", currency="JPY")

    offers = [offer for row in compared(inquiry, currency="EUR", on=timezone.localdate()) for offer in row.offers]

    assert [offer.lacks_rate for offer in offers].count(True) == 1
    assert not any(offer.is_best for offer in offers)


def test_closing_and_withdrawing_take_a_reason_and_end_the_waits(inquiry: PurchaseInquiry, version: RouteVersion) -> None:
    with pytest.raises(Refused, match="not sent yet"):
        services.close_inquiry(inquiry.pk, reason="Enough.", actor=buyer())
    sent(inquiry)
    with pytest.raises(BadInput):
        services.close_inquiry(inquiry.pk, reason=" ", actor=buyer())
    services.close_inquiry(inquiry.pk, reason="Two offers are enough.", actor=buyer())
    assert not WaitingFor.objects.open().filter(key__startswith="inquiry.").exists()

    other = services.prepare_inquiry(version.pk, target_kg=Decimal(1), answer_by=in_days(3), actor=make.chemist())
    services.withdraw_inquiry(other.pk, reason="The route changes.", actor=make.chemist())

    assert PurchaseInquiry.objects.get(pk=other.pk).state == PurchaseInquiry.State.WITHDRAWN
    assert not Document.objects.filter(type_key=TYPE, about_reference__startswith="2-", withdrawn_at=None).exists()


def test_one_click_on_the_page_of_the_route_prepares(client: Client, version: RouteVersion) -> None:
    client.force_login(make.chemist())
    page = client.get(f"{version.get_absolute_url()}?target=50&currency=EUR").content.decode()
    assert "Ask suppliers for prices" in page
    address = reverse("inquiry-prepare", args=[version.route.project.code, version.route.number, version.number])

    answered = client.post(address, {"inquiry-target_kg": "50", "inquiry-answer_by": in_days(14).isoformat()})

    made = PurchaseInquiry.objects.get()
    assert answered.headers["Location"] == made.get_absolute_url()
    shown = client.get(made.get_absolute_url())
    assert shown.status_code == 200
    assert "4-Aminophenol" in shown.content.decode()
    assert "Inquiries are sent by material control." in shown.content.decode()
    wrong = client.post(address, {"inquiry-target_kg": "0", "inquiry-answer_by": in_days(14).isoformat()})
    assert wrong.status_code == 400


def test_the_page_of_what_was_sent_takes_answers_and_compares(client: Client, inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", **OFFER)
    client.force_login(buyer())

    page = client.get(inquiry.get_absolute_url()).content.decode()

    for words in ("Offers side by side", "605.00", "Not answered yet", "To be bought are whole packs"):
        assert words in page, words
    sheet = client.get(reverse("inquiry-xlsx", args=[inquiry.project.code, inquiry.number, 1]))
    assert sheet.headers["Content-Type"].startswith("application/vnd.openxmlformats")


def test_everybody_of_the_team_reads_and_only_buyers_press(client: Client, inquiry: PurchaseInquiry) -> None:
    client.force_login(make.chemist())
    address = reverse("inquiry-send", args=[inquiry.project.code, inquiry.number])

    assert client.post(address).status_code == 403
    client.force_login(projects.person(Role.CLIENT_APPROVER, client=inquiry.project.client))
    assert client.get(inquiry.get_absolute_url()).status_code == 404
    assert client.post(address).status_code == 404


def test_two_people_who_change_what_is_said_read_one_another(client: Client, inquiry: PurchaseInquiry) -> None:
    client.force_login(buyer())
    address = reverse("inquiry-change", args=[inquiry.project.code, inquiry.number])
    page = client.get(inquiry.get_absolute_url())
    shown = page.context["version"]
    services.change_inquiry(inquiry.pk, {"answer_by": in_days(20), "note": "With a certificate."}, actor=make.chemist())

    answered = client.post(address, {"version": shown, "change-answer_by": in_days(21).isoformat(), "change-note": ""})

    assert answered.status_code == 400
    assert "Somebody has changed this meanwhile" in answered.content.decode()


def test_the_page_costs_the_same_for_two_and_for_four_suppliers(client: Client, inquiry: PurchaseInquiry) -> None:
    client.force_login(buyer())
    client.get(inquiry.get_absolute_url())
    with CaptureQueriesContext(connection) as two:
        client.get(inquiry.get_absolute_url())
    for name in ("Third Works", "Fourth Works"):
        ask(inquiry, "4-Aminophenol", name)
    services.write_letters(inquiry.pk, actor=buyer())
    with CaptureQueriesContext(connection) as four:
        client.get(inquiry.get_absolute_url())

    assert len(four) <= len(two) + 1  # the record has two kinds of lines more to name, and no letter


def test_the_list_costs_the_same_for_one_and_for_three(client: Client, version: RouteVersion, inquiry: PurchaseInquiry) -> None:
    client.force_login(buyer())
    address = reverse("project-inquiries", args=[inquiry.project.code])
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _number in range(2):
        services.prepare_inquiry(version.pk, target_kg=Decimal(1), answer_by=in_days(3), actor=make.chemist())
    with CaptureQueriesContext(connection) as three:
        client.get(address)

    assert len(three) == len(one)
