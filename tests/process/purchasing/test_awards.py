"""A line of an inquiry goes to a supplier: who may say so, when a reason is asked, what counts with it, and when it holds no more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Role
from audit.events import events_of
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Supplier, SupplierQualification, SupplierQuote
from process.assumptions.taking_offers import take_award
from process.costs.awarded import awarded_in
from process.costs.building import assessed
from process.costs.figures import Source
from process.costs.services import fix_scenario
from process.models import CostAssessment, InquiryAnswer, InquiryAward, InquiryLine, MaterialPrice, PurchaseInquiry, RouteVersion
from process.purchasing import services
from process.purchasing.awarding import award_line, revoke_award, rows_of
from process.purchasing.paper import awards_on_paper
from process.routes.building import Priced, material_key
from process.routes.figures import worked_out
from process.routes.paper import offers_on_paper
from process.routes.services import fix_version
from tests.process import factories as make
from tests.process.purchasing.steps import answer, buyer, decide, in_days, sent
from tests.projects import factories as projects
from worksheets.changing import CHANGE, REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db
BECAUSE = "Delivers four weeks sooner."


@pytest.fixture
def line(inquiry: PurchaseInquiry) -> InquiryLine:
    """Two suppliers that are qualified have answered: the dear one sooner."""
    sent(inquiry)
    decide(inquiry, "Chemical Works", "Second Works")
    for name, price, days in (("Chemical Works", "5.10", "56"), ("Second Works", "6.05", "21")):
        told = {"price_per_kg": price, "currency": "EUR", "lead_time_days": days, "valid_until": in_days(60).isoformat()}
        assert answer(inquiry, "4-Aminophenol", name, **told).is_saved
    make.a_price(make.a_material("Acetic anhydride"), "1.15")
    return inquiry.lines.get(material__name="4-Aminophenol")


def supplier(name: str) -> int:
    return Supplier.objects.get(name=name).pk


def given(line: InquiryLine, name: str = "Second Works", reason: str = BECAUSE) -> InquiryAward:
    return award_line(line.inquiry_id, line.pk, supplier=supplier(name), reason=reason, actor=buyer())


def broken(line: InquiryLine, on: Any = None) -> str:
    return InquiryAward.objects.standing().get(line=line).broken_because(on or timezone.localdate())


def a_draft(line: InquiryLine, **values: Any) -> CostAssessment:
    return make.a_scenario(line.inquiry.project, line.inquiry.route_version, **values)


def counted(scenario: CostAssessment, line: InquiryLine) -> tuple[str | None, Source]:
    found = assessed(CostAssessment.objects.select_related("project", "route_version__route__project").get(pk=scenario.pk))
    row = scenario.prices.select_related("quote__supplier").get(material=line.material)
    case = found.case or pytest.fail(str(found.missing))
    (material,) = [each for each in case.materials if each.label == str(line.material)]
    return row.quote.supplier.name if row.quote else None, material.price.source


def test_the_cheapest_needs_no_reason_and_any_other_does(line: InquiryLine) -> None:
    with pytest.raises(BadInput, match="not the cheapest offer"):
        given(line, reason=" ")
    assert not InquiryAward.objects.exists()

    award = given(line, "Chemical Works", reason="")

    assert (award.is_cheapest, award.reason_words, award.price_words) == (True, "the cheapest offer", "5.10 EUR/kg")
    (event,) = events_of(line.inquiry).filter(kind="inquiry.awarded")
    assert event.words.endswith("4-Aminophenol of purchase inquiry " + str(line.inquiry) + " goes to Chemical Works at 5.10 EUR/kg.")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (None, "not qualified for this material"),
        ({"valid_until": in_days(-1)}, "qualification lapsed on"),
        ({"decision": "disqualified", "conditions": "Found wanting."}, "disqualified for this material"),
    ],
)
def test_one_that_is_not_qualified_for_the_material_is_chosen_with_a_reason(
    line: InquiryLine, values: dict[str, Any] | None, status: str
) -> None:
    decided = SupplierQualification.objects.filter(material=line.material, supplier__name="Chemical Works")
    decided.delete() if values is None else decided.update(**values)

    with pytest.raises(BadInput, match=f"Chemical Works: {status}") as caught:
        given(line, "Chemical Works", reason=" ")
    assert list(caught.value.errors) == ["reason"]
    award = given(line, "Chemical Works", reason="A lot was tested in full.")

    assert (award.is_cheapest, award.reason_words) == (True, "A lot was tested in full.")
    (event,) = events_of(line.inquiry).filter(kind="inquiry.awarded")
    assert event.data["unqualified"].startswith(status)
    assert event.reason == "A lot was tested in full."


def test_the_page_says_at_the_field_what_stands_against_a_supplier(client: Client, line: InquiryLine) -> None:
    SupplierQualification.objects.all().delete()
    client.force_login(buyer())

    posted = {"award-supplier": supplier("Chemical Works"), "award-reason": ""}
    refused = client.post(reverse("inquiry-award", args=[line.inquiry.project.code, line.inquiry.number, line.pk]), posted)

    assert refused.status_code == 400
    assert list(refused.context["form"].errors) == ["reason"]
    assert "Chemical Works: not qualified for this material. Say why the line goes there" in refused.content.decode()
    assert "cheapest, not qualified for this material" in refused.content.decode()


def test_a_line_goes_to_one_and_is_revoked_with_a_reason(line: InquiryLine) -> None:
    given(line)
    with pytest.raises(Refused, match="goes to Second Works already"):
        given(line, "Chemical Works")
    with pytest.raises(BadInput, match="A reason is needed"):
        revoke_award(line.inquiry_id, line.pk, reason="", actor=buyer())

    gone = revoke_award(line.inquiry_id, line.pk, reason="They were sold.", actor=buyer())

    assert (gone.revoked_because, gone.revoked_by) == ("They were sold.", buyer())
    assert events_of(line.inquiry)[0].kind == "inquiry.award_revoked"
    assert given(line, "Chemical Works").is_cheapest
    assert InquiryAward.objects.filter(line=line).count() == 2


def test_only_whoever_files_answers_awards(line: InquiryLine) -> None:
    for actor in (make.chemist(), projects.person(Role.PROJECT_MANAGER)):
        with pytest.raises(NotAllowed):
            award_line(line.inquiry_id, line.pk, supplier=supplier("Chemical Works"), actor=actor)
    stranger = projects.person(Role.CLIENT_APPROVER, client=line.inquiry.project.client)
    with pytest.raises(PurchaseInquiry.DoesNotExist):
        award_line(line.inquiry_id, line.pk, supplier=supplier("Chemical Works"), actor=stranger)
    assert not InquiryAward.objects.exists()


def test_only_an_offer_by_which_somebody_can_order_is_awarded(line: InquiryLine) -> None:
    SupplierQuote.objects.filter(price_per_kg=Decimal("6.05")).update(valid_until=in_days(-1), quoted_on=in_days(-9))
    InquiryAnswer.objects.filter(price_per_kg=Decimal("6.05")).update(valid_until=in_days(-1), quoted_on=in_days(-9))

    with pytest.raises(BadInput, match="no offer of this supplier"):
        given(line)
    Supplier.objects.filter(name="Chemical Works").update(status=Supplier.Status.SUSPENDED)
    with pytest.raises(BadInput, match="no offer of this supplier"):
        given(line, "Chemical Works")


def test_nothing_is_awarded_before_it_is_sent(inquiry: PurchaseInquiry) -> None:
    with pytest.raises(Refused, match="not sent yet"):
        award_line(inquiry.pk, inquiry.lines.all()[0].pk, supplier=supplier("Chemical Works"), actor=buyer())


def _taken_back(inquiry: PurchaseInquiry, row: InquiryAnswer) -> None:
    change_rows(f"inquiry-answers:{inquiry.pk}", [Change(REMOVE, row.pk)], actor=buyer(), reason="Wrong line.", all_or_none=True)


def _written(inquiry: PurchaseInquiry, row: InquiryAnswer, **values: str) -> None:
    change = Change(CHANGE, row.pk, values)
    change_rows(f"inquiry-answers:{inquiry.pk}", [change], actor=buyer(), reason="They wrote again.", all_or_none=True)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (_taken_back, "The offer was taken back."),
        (lambda inquiry, row: _written(inquiry, row, price_per_kg="7.20"), "The offer says 7.20 EUR/kg since, and said 6.05 EUR/kg."),
        (lambda _inquiry, row: Supplier.objects.filter(pk=row.supplier_id).update(status="suspended"), "Second Works is suspended."),
        (lambda inquiry, _row: services.withdraw_inquiry(inquiry.pk, reason="No more.", actor=buyer()), "The inquiry was withdrawn."),
    ],
)
def test_an_award_says_why_it_holds_no_more(line: InquiryLine, happens: Any, why: str) -> None:
    given(line)
    assert broken(line) == ""

    happens(line.inquiry, InquiryAnswer.objects.get(line=line, supplier__name="Second Works"))

    assert broken(line) == why


def test_an_award_ends_with_its_offer(line: InquiryLine) -> None:
    given(line)

    assert (broken(line, in_days(60)), broken(line, in_days(61)).startswith("The offer was valid until ")) == ("", True)


def test_a_scenario_counts_with_what_was_awarded_before_the_cheapest(line: InquiryLine) -> None:
    before = a_draft(line)
    assert counted(before, line) == ("Chemical Works", Source.QUOTE)
    award = given(line)

    after = a_draft(line, name="Anew")

    assert counted(after, line) == ("Second Works", Source.AWARDED)
    (said,) = awarded_in(assessed(before), in_days(0))
    assert (said.award, said.counts, said.was) == (award, False, "Chemical Works, 5.10 EUR/kg")
    take_award(before.pk, award.pk, actor=make.estimator())
    assert counted(before, line) == ("Second Works", Source.AWARDED)
    assert events_of(before)[0].words.endswith("awarded to Second Works: 6.05 EUR/kg (before: Chemical Works, 5.10 EUR/kg).")
    with pytest.raises(Refused, match="counts with it already"):
        take_award(before.pk, award.pk, actor=make.estimator())


def test_a_cheaper_price_that_comes_later_is_said_and_displaces_nothing(client: Client, line: InquiryLine) -> None:
    given(line)
    scenario = a_draft(line)
    make.a_price(line.material, "3.90", supplier="Third Works", quoted_on=in_days(0))
    client.force_login(make.estimator())

    page = client.get(scenario.get_absolute_url()).content.decode()

    assert "Third Works has offered it for less since" in page
    assert "3.90 EUR/kg for 120.319 kg against 6.05 EUR/kg, whole packs" in page
    assert "Quote, awarded" in page
    assert counted(scenario, line) == ("Second Works", Source.AWARDED)
    assert counted(a_draft(line, name="Later"), line) == ("Second Works", Source.AWARDED)


def test_an_offer_is_taken_only_after_the_award_was_revoked(client: Client, line: InquiryLine) -> None:
    given(line)
    scenario = a_draft(line)
    SupplierQuote.objects.filter(material=line.material).update(quoted_on=in_days(-9))
    cheaper = make.a_price(line.material, "3.90", supplier="Third Works", quoted_on=in_days(0))
    address = reverse("cost-offer", args=[scenario.project.code, scenario.number, cheaper.pk])
    client.force_login(make.estimator())
    assert address not in client.get(scenario.get_absolute_url()).content.decode()

    refused = client.post(address)

    assert refused.status_code == 409
    words = "4-Aminophenol goes to Second Works at 6.05 EUR/kg: before another price is taken, that award is revoked."
    assert words in refused.content.decode()
    assert counted(scenario, line) == ("Second Works", Source.AWARDED)
    revoke_award(line.inquiry_id, line.pk, reason="Third Works is cheaper.", actor=buyer())
    assert client.post(address).status_code == 302
    assert counted(scenario, line) == ("Third Works", Source.QUOTE)


def test_one_that_is_cheaper_by_the_kilogram_and_dearer_by_the_pack_is_not_said(line: InquiryLine) -> None:
    given(line)
    scenario = a_draft(line)
    SupplierQuote.objects.filter(supplier__name="Chemical Works", material=line.material).update(pack_kg=Decimal(1000))

    (said,) = awarded_in(assessed(scenario), in_days(0))

    assert (said.counts, said.cheaper) == (True, None)


def test_a_broken_award_counts_as_the_quote_that_it_is_and_the_page_says_why(client: Client, line: InquiryLine) -> None:
    given(line)
    scenario = a_draft(line)
    _written(line.inquiry, InquiryAnswer.objects.get(line=line, supplier__name="Second Works"), price_per_kg="7.20")
    client.force_login(make.estimator())

    page = client.get(scenario.get_absolute_url()).content.decode()

    assert "That no longer holds. The offer says 7.20 EUR/kg since, and said 6.05 EUR/kg." in page
    assert counted(scenario, line) == ("Second Works", Source.QUOTE)
    assert counted(a_draft(line, name="Anew"), line) == ("Chemical Works", Source.QUOTE)


def test_a_scenario_that_counts_with_a_revoked_award_says_so(line: InquiryLine) -> None:
    given(line)
    scenario, other = a_draft(line), a_draft(line, name="Unpriced")
    MaterialPrice.objects.filter(assessment=other).update(quote=None, source=Source.ASSUMPTION)
    revoke_award(line.inquiry_id, line.pk, reason="They lost their licence.", actor=buyer())

    (said,) = awarded_in(assessed(CostAssessment.objects.get(pk=scenario.pk)), in_days(0))

    assert (said.counts, said.broken) == (True, "It was revoked: They lost their licence.")
    assert counted(scenario, line) == ("Second Works", Source.QUOTE)
    assert awarded_in(assessed(CostAssessment.objects.get(pk=other.pk)), in_days(0)) == []


def test_an_award_that_a_fixed_price_rests_on_stays_while_it_holds(line: InquiryLine) -> None:
    given(line)
    scenario = a_draft(line)
    fix_version(line.inquiry.route_version_id, reason="Agreed.", actor=make.chemist())
    fix_scenario(scenario.pk, reason="Quoted by.", actor=make.estimator())

    with pytest.raises(Refused, match="was fixed with it") as refused:
        revoke_award(line.inquiry_id, line.pk, reason="Another one.", actor=buyer())
    assert refused.value.blockers[0].link == scenario.get_absolute_url()
    Supplier.objects.filter(name="Second Works").update(status="disqualified")
    assert revoke_award(line.inquiry_id, line.pk, reason="They were barred.", actor=buyer()).revoked_at is not None


def test_another_project_counts_with_none_of_it(line: InquiryLine) -> None:
    given(line)
    other = projects.a_project()
    version = make.draft_of(make.a_route(other))
    make.an_input(make.a_step(version), line.material, is_limiting="yes")
    scenario = make.a_scenario(other, version)

    assert counted(scenario, line) == ("Chemical Works", Source.QUOTE)


def test_the_pages_award_and_revoke(client: Client, line: InquiryLine) -> None:
    code, number = line.inquiry.project.code, line.inquiry.number
    address = reverse("inquiry-award", args=[code, number, line.pk])
    client.force_login(buyer())
    assert address in client.get(line.inquiry.get_absolute_url()).content.decode()

    refused = client.post(address, {"award-supplier": supplier("Second Works"), "award-reason": ""})
    assert (refused.status_code, "It is not the cheapest offer" in refused.content.decode()) == (400, True)
    assert client.post(address, {"award-supplier": supplier("Second Works"), "award-reason": BECAUSE}).status_code == 302

    page = client.get(line.inquiry.get_absolute_url()).content.decode()
    assert ("Goes to Second Works at 6.05 EUR/kg" in page, BECAUSE in page) == (True, True)
    client.force_login(make.chemist())
    assert "Answers are filed by material control." in client.get(address).content.decode()
    client.force_login(buyer())
    revoke = reverse("inquiry-award-revoke", args=[code, number, line.pk])
    assert client.post(revoke, {"revoke-reason": "They were sold."}).status_code == 302
    assert "They were sold." in client.get(address).content.decode()
    assert client.post(revoke, {"revoke-reason": "Again."}).status_code == 404
    assert client.get(reverse("inquiry-award", args=[code, number, 987654])).status_code == 404


def test_api_and_paper_say_who_gets_it(line: InquiryLine) -> None:
    given(line)
    client = APIClient()
    client.force_authenticate(make.chemist())

    found = client.get(f"/api/v1/projects/{line.inquiry.project.code}/inquiries/{line.inquiry.number}/").json()

    said = {each["name"]: each["award"] for each in found["lines"]}
    assert said["Acetic anhydride"] is None
    kept = ("supplier", "price_per_kg", "currency", "is_cheapest", "reason", "awarded_by", "holds", "broken_because")
    told = ["Second Works", "6.0500", "EUR", False, BECAUSE, buyer().full_name, True, ""]
    assert [said["4-Aminophenol"][name] for name in kept] == told
    table = awards_on_paper(line.inquiry.project) or pytest.fail("nothing is printed")
    assert BECAUSE in str(table)


def test_the_comparison_costs_one_query_for_all_its_awards(line: InquiryLine, django_assert_num_queries: Any) -> None:
    given(line)

    with django_assert_num_queries(5):
        rows = rows_of(line.inquiry, currency="EUR", on=timezone.localdate())

    assert [row.winner is not None for row in rows].count(True) == 1


def price_in_route(line: InquiryLine) -> Priced:
    """Of the material of the line, for the quantity that was asked."""
    version = RouteVersion.objects.select_related("route__project__site").get(pk=line.inquiry.route_version_id)
    version.target_kg = float(line.inquiry.target_kg)
    return worked_out(version).prices[material_key(line.material_id)]


def test_a_route_is_priced_by_the_award_as_long_as_it_holds(line: InquiryLine) -> None:
    before = price_in_route(line)
    given(line)
    after = price_in_route(line)
    Supplier.objects.filter(name="Second Works").update(status=Supplier.Status.SUSPENDED)

    assert (before.quote.supplier.name, before.is_awarded) == ("Chemical Works", False)
    assert (after.quote.supplier.name, after.is_awarded, after.price.amount_per_kg) == ("Second Works", True, Decimal("6.05"))
    assert price_in_route(line).quote.supplier.name == "Chemical Works"


def test_page_list_and_paper_of_a_route_follow_the_award(line: InquiryLine, client: Client) -> None:
    version, project = line.inquiry.route_version, line.inquiry.project
    client.force_login(make.chemist())
    cheap = client.get(reverse("project-routes", args=[project.code])).context["rows"][0][2].cost.value.cost_per_kg

    given(line)

    rows = client.get(reverse("project-routes", args=[project.code])).context["rows"]
    assert rows[0][2].cost.value.cost_per_kg > cheap
    assert "Second Works, awarded" in client.get(version.get_absolute_url()).content.decode()
    printed = offers_on_paper(version, project.today) or pytest.fail("no offers")
    sellers = [row[1] for row in printed["table"]["rows"]]
    assert "Second Works (awarded)" in sellers and "Chemical Works" in sellers
