"""The pages of purchase inquiries: what stands on them, who may press, and what they cost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from process.models import PurchaseInquiry, RouteVersion
from process.purchasing import services
from process.purchasing.letters import papers_of
from tests.process import factories as make
from tests.process.purchasing.steps import OFFER, answer, ask, buyer, in_days, sent
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


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


def test_what_was_withdrawn_before_it_went_is_not_shown_as_sent(client: Client, inquiry: PurchaseInquiry) -> None:
    services.withdraw_inquiry(inquiry.pk, reason="The route changes.", actor=make.chemist())
    client.force_login(buyer())

    page = client.get(inquiry.get_absolute_url())

    assert [sheet.bound.sheet.key for sheet in page.context["sheets"]] == ["inquiry-lines", "inquiry-asks"]
    assert page.context["rows"] == []
    assert "offers@works.example" in page.content.decode()


def test_the_list_counts_lines_asks_and_what_was_answered(client: Client, inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    for price, quantity in (("6.05", "0"), ("5.80", "200")):
        assert answer(inquiry, "4-Aminophenol", "Second Works", price_per_kg=price, currency="EUR", quantity_from_kg=quantity).is_saved
    client.force_login(buyer())

    (found,) = client.get(reverse("project-inquiries", args=[inquiry.project.code])).context["inquiries"]

    assert (found.line_count, found.asked_count, found.answered_count) == (2, 3, 1)


def test_everybody_of_the_team_reads_and_only_buyers_press(client: Client, inquiry: PurchaseInquiry) -> None:
    client.force_login(make.chemist())
    address = reverse("inquiry-send", args=[inquiry.project.code, inquiry.number])

    assert client.post(address).status_code == 403
    client.force_login(projects.person(Role.CLIENT_APPROVER, client=inquiry.project.client))
    assert client.get(inquiry.get_absolute_url()).status_code == 404
    assert client.post(address).status_code == 404


def test_letters_are_written_anew_by_their_button(client: Client, inquiry: PurchaseInquiry) -> None:
    ask(inquiry, "4-Aminophenol", "Third Works")
    client.force_login(make.chemist())

    assert client.post(reverse("inquiry-letters", args=[inquiry.project.code, inquiry.number])).status_code == 302

    assert len(papers_of(inquiry)) == inquiry.addressees.count() == 3


@pytest.mark.parametrize(("act", "state"), [("close", "closed"), ("withdraw", "withdrawn")])
def test_an_inquiry_ends_by_its_button_and_with_a_reason(client: Client, inquiry: PurchaseInquiry, act: str, state: str) -> None:
    sent(inquiry)
    client.force_login(buyer())
    address = reverse(f"inquiry-{act}", args=[inquiry.project.code, inquiry.number])
    assert address in client.get(inquiry.get_absolute_url()).content.decode()

    assert client.post(address, {f"{act}-reason": " "}).status_code == 400
    assert client.post(address, {f"{act}-reason": "One offer is enough."}).status_code == 302

    ended = PurchaseInquiry.objects.get(pk=inquiry.pk)
    assert (ended.state, ended.ended_because) == (state, "One offer is enough.")
    assert client.post(address, {f"{act}-reason": "Again."}).status_code == 409


def test_offers_are_compared_in_the_currency_that_is_chosen(client: Client, inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    answer(inquiry, "4-Aminophenol", "Second Works", **OFFER)
    client.force_login(buyer())

    assert "No rate from EUR to CHF is known." in client.get(inquiry.get_absolute_url(), {"currency": "CHF"}).content.decode()


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
