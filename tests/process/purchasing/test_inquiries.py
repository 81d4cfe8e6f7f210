"""Purchase inquiries: prepared from a route, sent to suppliers, ended."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from accounts.models import Role
from audit.events import events_of
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Supplier, SupplierQuote
from documents.content import day
from documents.models import Document, DocumentVersion, Rendition
from documents.services import submission_blockers
from documents.services.queue import page_of
from process.models import PurchaseInquiry, RouteVersion, SupplierMail
from process.purchasing import services
from process.purchasing.letters import TYPE, papers_of
from process.purchasing.paper import inquiries_on_paper
from process.purchasing.proposing import as_asked
from projects.models import WaitingFor
from tests.process import factories as make
from tests.process.purchasing.steps import answer, ask, buyer, drawn, in_days, make_ready, prepared, sent
from tests.projects import factories as projects
from worksheets.changing import ADD, REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db


def test_an_inquiry_asks_for_what_has_no_price_that_holds(version: RouteVersion) -> None:
    inquiry = prepared(version)
    lines = {line.material.name: line for line in inquiry.lines.select_related("material")}

    assert set(lines) == {"4-Aminophenol", "Acetic anhydride"}
    # 100 kg ÷ 151.165 × 109.128 ÷ 0.9 yield
    assert lines["4-Aminophenol"].quantity_kg == as_asked(100 / 151.165 * 109.128 / 0.9)
    assert {ask.supplier.name for ask in lines["4-Aminophenol"].asks.all()} == {"Chemical Works", "Second Works"}
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

    with pytest.raises(BadInput, match="Tick this"):
        services.prepare_inquiry(version.pk, **given)
    found = services.prepare_inquiry(version.pk, with_priced=True, **given)

    assert found.lines.count() == 2


def test_suspended_suppliers_are_not_asked(version: RouteVersion) -> None:
    Supplier.objects.filter(name="Second Works").update(status=Supplier.Status.SUSPENDED)
    make.a_price(make.a_material("Acetic anhydride"), "1.15", supplier="Second Works")  # nobody can order by it

    found = services.prepare_inquiry(version.pk, target_kg=Decimal(1), answer_by=in_days(7), actor=make.chemist())

    assert {each.supplier.name for each in found.addressees.all()} == {"Chemical Works"}
    assert {line.material.name for line in found.lines.all()} == {"4-Aminophenol", "Acetic anhydride"}
    (result,) = change_rows(
        f"inquiry-asks:{found.pk}", [Change(ADD, values={"line": "Acetic anhydride", "supplier": "Second Works"})], actor=buyer()
    ).results
    assert set(result.errors) == {"supplier"}


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

    assert "4-Aminophenol" in said and "The safety data sheet of each material" in said
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
    found = services.send_blockers(inquiry)
    keys = [each.key for each in found]

    assert "inquiry.single" in keys
    assert all(each.link for each in found)
    row = inquiry.lines.get(material__name="Acetic anhydride").pk
    assert next(each.link for each in found if each.key == "inquiry.single").endswith(f"inquiry-lines:{inquiry.pk}/rows/{row}/")
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


def test_a_report_prints_whom_an_inquiry_went_to_and_how_much_is_answered(inquiry: PurchaseInquiry) -> None:
    before = inquiries_on_paper(inquiry.project)
    sent(inquiry)
    answer(inquiry, "Acetic anhydride", "Chemical Works", price_per_kg="1.20", currency="EUR")

    after = inquiries_on_paper(inquiry.project)

    assert before and after
    assert before["rows"][0][:3] == [str(inquiry), "Prepared", "not yet"]
    assert after["rows"][0][1:] == ["Sent", day(inquiry.project.today), "Chemical Works\nSecond Works", "2", "1 of 3"]
