"""Answers to purchase inquiries: filed into the price lists, imported, compared."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from audit.events import events_of
from catalogue.models import ExchangeRate, Supplier, SupplierQuote
from process.models import InquiryAnswer, PurchaseInquiry
from process.purchasing.comparing import compared, usual_currency
from process.purchasing.spreadsheet import answer_sheet
from projects.models import WaitingFor
from tests.process.purchasing.steps import OFFER, answer, buyer, decide, in_days, sent
from tests.projects.people import as_person
from worksheets.bound import bind
from worksheets.changing import CHANGE, REMOVE, Change, change_rows
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db


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


def test_an_answer_is_of_the_day_on_which_its_writer_files_it(inquiry: PurchaseInquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The grid writes by the API, whose clock is UTC: at two in the morning in Shanghai its answers were of the day before."""
    sent(inquiry)
    User.objects.filter(pk=buyer().pk).update(time_zone="Asia/Shanghai")
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 27, 18, 11, tzinfo=UTC))

    pk = answer(inquiry, "4-Aminophenol", "Second Works", **OFFER).pk

    assert InquiryAnswer.objects.get(pk=pk).quoted_on == date(2026, 11, 28)


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
    assert "inquiry.reopened" in [event.kind for event in events_of(inquiry)]


HEADS = {
    "en": ("Price per kg", "Currency", "Lead time (days)", "Valid until", "Country of origin"),
    "zh-hans": ("每千克价格", "货币", "交货期（天）", "有效期至", "原产国"),
}


@pytest.mark.parametrize("language", HEADS)
def test_the_spreadsheet_of_a_letter_is_in_its_language_and_comes_back_as_answers(inquiry: PurchaseInquiry, language: str) -> None:
    wanted = {"pack_kg": Decimal(120), "wanted_on": in_days(40), "specification": "98 %"}
    inquiry.lines.filter(material__name="4-Aminophenol").update(**wanted)
    sent(inquiry)
    Supplier.objects.filter(name="Second Works").update(language=language)
    addressee = inquiry.addressees.select_related("supplier", "inquiry__project").get(supplier__name="Second Works")
    book = load_workbook(BytesIO(answer_sheet(addressee)))
    sheet = book.worksheets[0]
    told = [cell.value for cell in sheet[2]][2:6]
    asked = inquiry.lines.get(material__name="4-Aminophenol")
    assert [str(each) for each in told] == [str(asked.quantity_kg), "98 %", "120", f"{in_days(40)} 00:00:00"]
    heads = {str(cell.value).rstrip(" *"): cell.column for cell in sheet[1]}
    assert [cell.value for cell in sheet[2]][:2] == ["4-Aminophenol", "Second Works"]
    assert sheet.max_row == 2 or sheet.cell(3, 1).value is None  # it reads of no other material
    until = in_days(60).isoformat() if language == "en" else f"{in_days(60):%Y年%m月%d日}"
    land = "China" if language == "en" else "中国"
    for head, value in zip(HEADS[language], ("6.05", "EUR", 30, until, land), strict=True):
        sheet.cell(2, heads[head], value)
    notes = [[cell.value or "" for cell in row] for row in book.worksheets[1].iter_rows()]
    lands = next(found for found in book.worksheets[2].iter_cols(values_only=True) if land in found)
    assert language == "en" or all(re.search("[一-鿿]", words) for row in notes for words in row[:3] if words)
    values = " ".join((*lands, *(words for row in notes for words in row[3:]))).replace("Demo Chemicals", "")
    assert language == "en" or not re.search("[A-Za-z]{4}", values)  # codes stay: EUR
    file = BytesIO()
    book.save(file)
    file.seek(0)

    taken = take_import("inquiry-answers", file, "answer.xlsx", actor=buyer(), scope=str(inquiry.pk))
    press_import(taken.pk, actor=buyer())

    row = InquiryAnswer.objects.select_related("quote").get(inquiry=inquiry)
    assert (row.price_per_kg, row.lead_time_days, row.valid_until, row.origin) == (Decimal("6.05"), 30, in_days(60), "CN")
    assert row.supplier.name == "Second Works"
    assert row.quote is not None


def test_an_offer_that_goes_up_to_a_break_says_instead_of_what(inquiry: PurchaseInquiry) -> None:
    """80.2 kg are needed: 100 kg at 6.05, or 125 kg at 4.00."""
    sent(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", **OFFER)
    answer(inquiry, "4-Aminophenol", "Second Works", price_per_kg="4.00", currency="EUR", quantity_from_kg="125")

    (row,) = [each for each in compared(inquiry, currency="EUR", on=timezone.localdate()) if each.line.material.name == "4-Aminophenol"]

    (offer,) = [each for each in row.offers if each.is_answered]
    assert (offer.bought_kg, offer.total, offer.is_best) == (Decimal(125), Decimal("500.00"), True)
    assert offer.instead is not None
    assert (offer.instead.bought_kg, offer.instead.total) == (Decimal(100), Decimal("605.00"))


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
    assert (second.bought_kg, second.total, second.instead) == (Decimal(100), Decimal("605.00"), None)
    needed = row.line.quantity_kg
    assert first.total == (needed * Decimal("5.85")).quantize(Decimal("0.01"))
    assert (first.is_best, second.is_best, first.is_fastest) == (True, False, True)
    assert first.rate is not None
    assert row.spread_pct is not None
    assert row.spread_pct > 0

    InquiryAnswer.objects.filter(price_per_kg=Decimal("6.50")).update(quoted_on=in_days(-9), valid_until=in_days(-1))
    (over,) = [each for each in compared(inquiry, currency="EUR", on=timezone.localdate()) if each.line.pk == row.line.pk]
    sheet = bind(f"inquiry-answers:{inquiry.pk}", buyer())
    standings = [(each["values"]["price_per_kg"], each["values"]["standing"]) for each in sheet.table(list(sheet.query()))]
    assert ("6.5", "expired") in standings
    assert ("6.05", "valid") in standings
    marks = {offer.supplier.name: (offer.has_expired, offer.is_best, offer.is_fastest) for offer in over.offers}
    assert marks == {"Chemical Works": (True, False, False), "Second Works": (False, True, False)}
    assert over.spread_pct is None


def test_offers_are_compared_in_the_currency_of_most_of_them_until_a_scenario_has_one(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    before = usual_currency(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", price_per_kg="900", currency="JPY")

    assert (before, usual_currency(inquiry)) == ("EUR", "JPY")


def test_offers_say_how_their_suppliers_are_qualified_and_the_cheapest_stays_so(
    inquiry: PurchaseInquiry, django_assert_num_queries: Any
) -> None:
    sent(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", **OFFER)
    line = inquiry.lines.get(material__name="4-Aminophenol")
    Supplier.objects.filter(name="Second Works").update(status=Supplier.Status.SUSPENDED)

    with django_assert_num_queries(4):
        rows = compared(inquiry, currency="EUR", on=timezone.localdate())

    (row,) = [each for each in rows if each.line == line]
    said = {offer.supplier.name: offer.qualification.words for offer in row.offers if offer.qualification}
    assert said == {"Chemical Works": "not qualified for this material", "Second Works": "suspended"}
    assert row.best is not None and row.best.supplier.name == "Second Works"
    page = as_person(buyer()).get(inquiry.get_absolute_url()).content.decode()
    assert "not qualified for this material" in page.partition('id="offers"')[2].partition("</section>")[0]
    for name in ("Second Works", "Chemical Works"):
        decide(inquiry, name)
        with django_assert_num_queries(4):
            rows = compared(inquiry, currency="EUR", on=timezone.localdate())
    assert {offer.qualification.words for row in rows for offer in row.offers if offer.qualification} == {"suspended", "approved"}


def test_a_line_says_who_is_qualified_for_its_material_without_a_question_for_each(
    inquiry: PurchaseInquiry, django_assert_num_queries: Any
) -> None:
    sheet = bind(f"inquiry-lines:{inquiry.pk}", buyer())
    assert len(list(sheet.query())) > 1

    with django_assert_num_queries(2):  # the rows, and the decisions on their materials: there is none, so no supplier is read
        rows = sheet.table(list(sheet.query()))

    assert {row["values"]["sources"] for row in rows} == {"none"}
    for added, said in ((["One"], "single source: One"), (["Three", "Two"], "One, Three, Two")):
        decide(inquiry, *added)
        with django_assert_num_queries(3):
            rows = sheet.table(list(sheet.query()))
        assert {row["values"]["sources"] for row in rows} == {said}


def test_an_offer_without_a_rate_is_said_to_be_so(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", price_per_kg="900", currency="JPY")

    offers = [offer for row in compared(inquiry, currency="EUR", on=timezone.localdate()) for offer in row.offers]

    assert [offer.lacks_rate for offer in offers].count(True) == 1
    assert not any(offer.is_best for offer in offers)
