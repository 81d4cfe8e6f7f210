"""Suppliers that are asked for many lines at once: who may, what it writes, and why it is refused."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.events import events_of
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Supplier
from process.models import PurchaseInquiry
from process.purchasing import asking, services
from process.purchasing.asking import ask_suppliers
from process.purchasing.letters import papers_of
from tests.process import factories as make
from tests.process.purchasing.steps import buyer, drawn, qualify, sent
from tests.projects import factories as projects
from worksheets.changing import CHANGE, REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db


def keys(*names: str) -> list[int]:
    return [Supplier.objects.get_or_create(name=name)[0].pk for name in names]


def asked(inquiry: PurchaseInquiry) -> set[str]:
    return {str(ask) for ask in inquiry.asks.select_related("line__material", "supplier")}


BEFORE = {"4-Aminophenol: Chemical Works", "4-Aminophenol: Second Works"}


def test_chosen_suppliers_are_asked_for_the_lines_that_lack_one_and_have_their_letters(inquiry: PurchaseInquiry) -> None:
    ask_suppliers(inquiry.pk, suppliers=keys("Second Works", "Third Works"), actor=make.chemist())

    assert asked(inquiry) == BEFORE | {"Acetic anhydride: Second Works", "Acetic anhydride: Third Works"}
    assert len(papers_of(inquiry)) == 3
    drawn(inquiry)
    assert services.send_blockers(inquiry) == []
    newest = events_of(inquiry)[0]
    assert (newest.kind, newest.data["suppliers"]) == ("inquiry.suppliers_asked", "Second Works, Third Works")


def test_for_every_line_where_that_is_wanted_and_nobody_twice(inquiry: PurchaseInquiry) -> None:
    ask_suppliers(inquiry.pk, suppliers=keys("Second Works", "Third Works"), every_line=True, actor=buyer())

    third = {"4-Aminophenol: Third Works", "Acetic anhydride: Third Works"}
    assert asked(inquiry) == BEFORE | third | {"Acetic anhydride: Second Works"}
    assert set(inquiry.asks.filter(supplier__name="Third Works").values_list("because", flat=True)) == {""}  # a person chose it


def test_a_line_that_says_why_one_is_enough_lacks_none(inquiry: PurchaseInquiry) -> None:
    ask_suppliers(inquiry.pk, suppliers=keys("Second Works"), actor=make.chemist())
    line = inquiry.lines.get(material__name="Acetic anhydride")
    change_rows(f"inquiry-lines:{inquiry.pk}", [Change(CHANGE, line.pk, {"single_because": "Only one makes it."})], actor=make.chemist())

    with pytest.raises(BadInput) as bad:
        ask_suppliers(inquiry.pk, suppliers=keys("Third Works"), actor=make.chemist())

    assert set(bad.value.errors) == {"every_line"}


def test_what_changes_nothing_is_refused_at_its_field(inquiry: PurchaseInquiry) -> None:
    ask_suppliers(inquiry.pk, suppliers=keys("Second Works"), actor=make.chemist())
    before = asked(inquiry)
    suspended = Supplier.objects.create(name="Barred Works", status=Supplier.Status.SUSPENDED).pk

    for chosen in (keys("Second Works"), [], [suspended]):
        with pytest.raises(BadInput) as bad:
            ask_suppliers(inquiry.pk, suppliers=chosen, actor=make.chemist())
        assert set(bad.value.errors) == {"suppliers"}
    assert asked(inquiry) == before


def test_it_is_refused_where_there_is_nobody_and_nothing_to_ask_for(inquiry: PurchaseInquiry) -> None:
    rows = list(inquiry.lines.values_list("pk", flat=True))
    change_rows(f"inquiry-lines:{inquiry.pk}", [Change(REMOVE, pk) for pk in rows], actor=make.chemist())
    Supplier.objects.update(status=Supplier.Status.SUSPENDED)

    with pytest.raises(Refused) as refused:
        ask_suppliers(inquiry.pk, suppliers=[], actor=make.chemist())

    assert [blocker.key for blocker in refused.value.blockers] == ["inquiry.empty", "inquiry.no_supplier"]


def test_what_was_sent_stays_as_it_is(inquiry: PurchaseInquiry) -> None:
    sent(inquiry)

    with pytest.raises(Refused, match="stays as it is"):
        ask_suppliers(inquiry.pk, suppliers=keys("Third Works"), every_line=True, actor=make.chemist())


@pytest.mark.parametrize("role", [Role.QUALITY_ASSURANCE, Role.PRODUCTION, Role.BUSINESS_DEVELOPMENT])
def test_only_who_prepares_asks(inquiry: PurchaseInquiry, role: Role) -> None:
    with pytest.raises(NotAllowed):
        ask_suppliers(inquiry.pk, suppliers=keys("Third Works"), actor=projects.person(role))

    assert asked(inquiry) == BEFORE


def choices(page: object) -> Collection[str]:
    return [words for _pk, words in page.context["asking"]["form"].fields["suppliers"].choices]  # type: ignore[attr-defined]


def test_the_page_offers_who_could_be_asked_and_says_why(client: Client, inquiry: PurchaseInquiry) -> None:
    make.a_price(make.a_material("Another acid"), "5", supplier="Third Works")
    Supplier.objects.create(name="Another Works")
    Supplier.objects.create(name="Barred Works", status=Supplier.Status.DISQUALIFIED)
    client.force_login(make.chemist())

    page = client.get(inquiry.get_absolute_url())

    first, second, third, last = choices(page)
    assert (first, second) == ("Chemical Works · asked for 1 line of 2", "Second Works · asked for 1 line of 2")
    assert third.startswith("Third Works · quoted another reagent on ")
    assert last == "Another Works"
    assert page.context["asking"]["form"]["suppliers"].value() == keys("Chemical Works", "Second Works")  # ticked
    assert "For 1 line fewer than two suppliers are asked." in page.content.decode()


def test_one_press_on_the_page_asks_them(client: Client, inquiry: PurchaseInquiry) -> None:
    client.force_login(make.chemist())
    address = reverse("inquiry-ask", args=[inquiry.project.code, inquiry.number])

    assert client.post(address, {}).status_code == 400
    answered = client.post(address, {"ask-suppliers": keys("Chemical Works", "Second Works")})

    assert answered.headers["Location"] == inquiry.get_absolute_url()
    assert asked(inquiry) == BEFORE | {"Acetic anhydride: Chemical Works", "Acetic anhydride: Second Works"}
    again = client.post(address, {"ask-suppliers": keys("Chemical Works")})
    assert again.status_code == 400
    assert "Two suppliers are asked for every line already." in again.content.decode()


def test_who_may_not_change_it_is_not_offered_it(client: Client, inquiry: PurchaseInquiry) -> None:
    client.force_login(projects.person(Role.QUALITY_ASSURANCE))

    page = client.get(inquiry.get_absolute_url())

    assert page.context["asking"] is None
    assert reverse("inquiry-ask", args=[inquiry.project.code, inquiry.number]) not in page.content.decode()


def test_nobody_is_asked_for_what_quality_shut_them_out_of(inquiry: PurchaseInquiry) -> None:
    qualify(inquiry.lines.get(material__name="Acetic anhydride").material, "Second Works", decision="disqualified", conditions="Mixed up.")

    with pytest.raises(BadInput, match="their newest qualification says so"):
        ask_suppliers(inquiry.pk, suppliers=keys("Second Works"), actor=make.chemist())
    ask_suppliers(inquiry.pk, suppliers=keys("Second Works", "Third Works"), actor=make.chemist())

    assert asked(inquiry) == BEFORE | {"Acetic anhydride: Third Works"}


def test_the_page_says_who_of_the_ticked_is_shut_out(client: Client, inquiry: PurchaseInquiry) -> None:
    qualify(inquiry.lines.get(material__name="Acetic anhydride").material, "Second Works", decision="disqualified", conditions="Mixed up.")
    client.force_login(make.chemist())
    address = reverse("inquiry-ask", args=[inquiry.project.code, inquiry.number])

    page = client.post(address, {"ask-suppliers": keys("Second Works", "Third Works")}, follow=True).content.decode()

    assert "Not asked, as quality has shut them out: Acetic anhydride: Second Works." in page


def test_who_is_asked_already_takes_nobody_s_place_in_the_list(inquiry: PurchaseInquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_OFFERED", 1)
    keys("Another Works", "Third Works")

    offered = [each.supplier.name for each in asking.offered_for(inquiry, services.lines_of(inquiry), services.addressees_of(inquiry))]

    assert offered == ["Chemical Works", "Second Works", "Another Works"]


def test_who_was_offered_before_may_still_be_ticked(client: Client, inquiry: PurchaseInquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_OFFERED", 0)
    client.force_login(make.chemist())
    address = reverse("inquiry-ask", args=[inquiry.project.code, inquiry.number])

    assert client.post(address, {"ask-suppliers": keys("Third Works")}).status_code == 302
    Supplier.objects.filter(name="Second Works").update(status=Supplier.Status.SUSPENDED)
    refused = client.post(address, {"ask-suppliers": keys("Second Works"), "ask-every_line": "on"})

    assert "One of them can no longer be asked" in refused.content.decode()
    assert asked(inquiry) == BEFORE | {"Acetic anhydride: Third Works"}


def test_what_went_out_meanwhile_says_so_also_where_nobody_is_ticked(client: Client, inquiry: PurchaseInquiry) -> None:
    sent(inquiry)
    client.force_login(make.chemist())

    refused = client.post(reverse("inquiry-ask", args=[inquiry.project.code, inquiry.number]), {})

    assert "stays as it is" in refused.content.decode()
