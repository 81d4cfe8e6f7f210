"""A scenario that assumes the price of a material says what suppliers offer for it meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from catalogue.models import ExchangeRate, Material, Supplier, SupplierQualification, SupplierQuote
from process.assumptions.models import Assumption
from process.assumptions.prompting import look_again, prompt, prompt_after
from process.assumptions.taking_offers import take_offer
from process.costs.building import assessed
from process.costs.offered import Offered, offered_for, offered_in
from process.costs.services import copy_scenario
from process.models import CostAssessment, MaterialPrice
from projects.models import WaitingFor
from tests.process import factories as make
from tests.process.costs.story import change, read
from tests.projects import factories as projects
from worksheets.changing import ADD, CHANGE, Change, change_rows

pytestmark = pytest.mark.django_db
TYPED = {"quote": "", "price_per_kg": "9.5"}


def offers(scenario: CostAssessment) -> list[Offered]:
    return offered_in(assessed(read(scenario)), timezone.localdate())


def page_of(scenario: CostAssessment, client: Client) -> str:
    client.force_login(make.estimator())
    return " ".join(client.get(scenario.get_absolute_url()).content.decode().split())


@pytest.fixture
def assumed(scenario: CostAssessment) -> MaterialPrice:
    """The price of 4-aminophenol is typed, and nobody has quoted it any more."""
    row = scenario.prices.get(material__name="4-Aminophenol")
    assert not change(scenario, row, TYPED).errors
    SupplierQuote.objects.filter(material=row.material).delete()
    return MaterialPrice.objects.select_related("material").get(pk=row.pk)


def test_an_offer_for_what_is_assumed_is_said_with_both_prices(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    assert offers(scenario) == []
    make.a_price(assumed.material, "7.25", "CHF", quantity_from_kg=Decimal(25))

    (found,) = offers(scenario)

    assert (str(found.quote.supplier), found.now, found.was) == ("Chemical Works", "7.25 CHF/kg from 25 kg", "9.50 EUR/kg")


def test_prices_in_two_currencies_are_compared_in_that_of_the_scenario(
    client: Client, scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    make.a_price(assumed.material, "7.25", "CHF", quantity_from_kg=Decimal(25))
    rate = {"currency": "CHF", "into": scenario.currency, "on": scenario.priced_on, "source": "ECB"}

    assert "That is " not in page_of(scenario, client)
    ExchangeRate.objects.create(rate=Decimal("1.06"), **rate)

    page = page_of(scenario, client)
    assert "the scenario assumes 9.50 EUR/kg. That is 7.69 EUR/kg against 9.50 EUR/kg for 120.319 kg, whole packs" in page


def test_of_each_supplier_the_newest_list_counts_for_what_is_needed(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    today = timezone.localdate()
    for price, days, kg in (("5.00", 9, 0), ("8.00", 2, 0), ("6.00", 2, 100), ("4.00", 2, 500)):
        make.a_price(assumed.material, price, quoted_on=today - timedelta(days=days), quantity_from_kg=Decimal(kg), reference=f"{days}")
    make.a_price(assumed.material, "7.00", supplier="Alpha Chemicals")

    assert [(each.quote.supplier.name, each.now) for each in offers(scenario)] == [
        ("Alpha Chemicals", "7.00 EUR/kg"),
        ("Chemical Works", "6.00 EUR/kg from 100 kg"),
    ]
    scenario.phases.all().delete()
    assert offers(scenario)[1].now == "8.00 EUR/kg"


def test_what_nobody_may_order_by_is_no_offer(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    today = timezone.localdate()
    make.a_price(assumed.material, "7.00", supplier="Expired", valid_until=today - timedelta(days=1))
    make.a_price(assumed.material, "7.00", supplier="Not yet", quoted_on=today + timedelta(days=1))
    make.a_price(assumed.material, "7.00", supplier="Barred")
    Supplier.objects.filter(name="Barred").update(status=Supplier.Status.SUSPENDED)

    assert offers(scenario) == []


def test_of_a_list_whose_smallest_break_has_ended_nothing_is_offered(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    today = timezone.localdate()
    for price, kg, days in (("8.00", 1, -1), ("6.00", 25, 30)):
        until = today + timedelta(days=days)
        make.a_price(assumed.material, price, quantity_from_kg=Decimal(kg), reference="Q-9", valid_until=until)

    assert offers(scenario) == []


@pytest.mark.parametrize("source", ["quote", "price_book", "analogue"])
def test_what_rests_on_more_than_an_assumption_is_left_alone(scenario: CostAssessment, assumed: MaterialPrice, source: str) -> None:
    make.a_price(assumed.material, "7.25")
    MaterialPrice.objects.filter(pk=assumed.pk).update(source=source)

    assert offers(scenario) == []


def test_what_was_quoted_is_set_against_what_is_newer_and_costs_less(scenario: CostAssessment, client: Client) -> None:
    row, today = scenario.prices.get(material__name="4-Aminophenol"), timezone.localdate()
    assert row.quote is not None
    SupplierQuote.objects.filter(material=row.material).update(quoted_on=today - timedelta(days=9))
    for supplier, price, days in (("Older", "5.00", 10), ("As dear", "6.20", 2), ("Dearer", "7.00", 2), ("Newer", "5.50", 2)):
        make.a_price(row.material, price, supplier=supplier, quoted_on=today - timedelta(days=days), quantity_from_kg=Decimal(25))

    (found,) = offers(scenario)

    assert (found.quote.supplier.name, found.now, found.was) == ("Newer", "5.50 EUR/kg from 25 kg", "Chemical Works, 6.20 EUR/kg")
    page = page_of(scenario, client)
    assert "Suppliers offer anew what was quoted before:" in page
    assert f"the scenario counts with Chemical Works, 6.20 EUR/kg of {date_format(today - timedelta(days=9), 'j M Y')}." in page
    assert not prompt(scenario)  # somebody has decided for the quote
    take_offer(scenario.pk, found.quote.pk, actor=make.estimator())
    assert scenario.prices.get(pk=row.pk).quote_id == found.quote.pk
    assert offers(scenario) == []
    with pytest.raises(Refused, match="counts with this price already"):
        take_offer(scenario.pk, found.quote.pk, actor=make.estimator())


@pytest.fixture
def by_quantity(scenario: CostAssessment) -> MaterialPrice:
    """4-Aminophenol counts with 100.00 EUR/kg, and 60.00 from 50 kg, quoted nine days ago; 120.319 kg are needed."""
    row, earlier = scenario.prices.get(material__name="4-Aminophenol"), timezone.localdate() - timedelta(days=9)
    SupplierQuote.objects.filter(pk=row.quote_id).update(quoted_on=earlier, price_per_kg=Decimal(100), reference="Q-1")
    make.a_price(row.material, "60.00", quantity_from_kg=Decimal(50), quoted_on=earlier, reference="Q-1")
    return MaterialPrice.objects.select_related("material").get(pk=row.pk)


def test_lists_are_compared_for_what_is_needed_as_the_scenario_counts_them(
    client: Client, scenario: CostAssessment, by_quantity: MaterialPrice
) -> None:
    new: dict[str, Any] = {"quoted_on": timezone.localdate()}
    make.a_price(by_quantity.material, "95.00", supplier="Flat and dearer", **new)
    make.a_price(by_quantity.material, "55.00", supplier="By the ton", minimum_order_kg=Decimal(1000), **new)
    for price, kg in (("110.00", 0), ("55.00", 100)):
        make.a_price(by_quantity.material, price, supplier="Cheaper", quantity_from_kg=Decimal(kg), pack_kg=Decimal(25), **new)

    (found,) = offers(scenario)

    assert (found.quote.supplier.name, found.now) == ("Cheaper", "55.00 EUR/kg from 100 kg")
    assert found.was == "Chemical Works, 60.00 EUR/kg from 50 kg"
    said = "That is 57.14 EUR/kg against 60.00 EUR/kg for 120.319 kg, whole packs and smallest orders counted."
    assert said in page_of(scenario, client)


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ({}, "60.00"),
        ({}, "58.00"),
        ({"pack_kg": Decimal(25)}, "60.00"),
        ({"minimum_order_kg": Decimal(10)}, "60.00"),
        ({"valid_until": timezone.localdate() + timedelta(days=90)}, "60.00"),
    ],
)
def test_of_the_supplier_s_own_lists_every_newer_one_is_said(
    scenario: CostAssessment, by_quantity: MaterialPrice, first: dict[str, Any], later: str
) -> None:
    again: dict[str, Any] = {"quoted_on": timezone.localdate(), "reference": "Q-2"}
    quote = make.a_price(by_quantity.material, "100.00", **again, **first)
    make.a_price(by_quantity.material, later, quantity_from_kg=Decimal(50), **again)

    assert [each.quote.pk for each in offers(scenario)] == [quote.pk]
    take_offer(scenario.pk, quote.pk, actor=make.estimator())
    assert offers(scenario) == []


def test_the_renewal_of_a_quote_that_has_ended_is_said_with_its_last_day(
    client: Client, scenario: CostAssessment, by_quantity: MaterialPrice
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    SupplierQuote.objects.filter(pk=by_quantity.quote_id).update(valid_until=yesterday)
    make.a_price(by_quantity.material, "60.00", quoted_on=timezone.localdate())

    page = page_of(scenario, client)

    assert "Suppliers offer anew what was quoted before:" in page
    assert f"What the scenario counts with was valid until {date_format(yesterday, 'j M Y')}." in page


def test_dearer_offers_in_another_currency_are_no_offers_while_a_material_lacks_its_price(
    client: Client, scenario: CostAssessment, by_quantity: MaterialPrice
) -> None:
    rate = {"currency": "CHF", "into": scenario.currency, "on": scenario.priced_on, "source": "ECB"}
    ExchangeRate.objects.create(rate=Decimal("1.06"), **rate)
    dearer = make.a_price(by_quantity.material, "59.00", "CHF", supplier="Dearer", quoted_on=timezone.localdate())
    scenario.prices.filter(material__name="Acetic anhydride").update(quote=None, source="assumption")
    assert assessed(read(scenario)).case is None

    assert "Suppliers offer" not in page_of(scenario, client)
    with pytest.raises(Refused, match="not offered for the scenario any more"):
        take_offer(scenario.pk, dearer.pk, actor=make.estimator())


def test_the_supplier_s_own_new_price_is_said_also_where_it_is_dearer(scenario: CostAssessment) -> None:
    row, today = scenario.prices.get(material__name="4-Aminophenol"), timezone.localdate()
    SupplierQuote.objects.filter(material=row.material).update(quoted_on=today - timedelta(days=9))
    make.a_price(row.material, "7.00", reference="Anew", quoted_on=today)
    make.a_price(row.material, "1.00", "CHF", supplier="Of unknown rate", quoted_on=today)

    assert [(each.quote.supplier.name, each.now) for each in offers(scenario)] == [
        ("Chemical Works", "7.00 EUR/kg"),
        ("Of unknown rate", "1.00 CHF/kg"),
    ]


def test_a_row_without_a_price_and_a_fixed_scenario_say_nothing(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    quote = make.a_price(assumed.material, "7.25")

    fixed = CostAssessment(state=CostAssessment.State.FIXED)
    assert offered_for(fixed, [assumed], timezone.localdate()) == []
    assumed.price_per_kg, assumed.currency = None, ""
    assert offered_for(scenario, [assumed], quote.quoted_on) == []


def test_three_assumed_prices_cost_the_queries_of_one(scenario: CostAssessment, django_assert_num_queries: Any) -> None:
    rows = list(scenario.prices.select_related("material", "quote__supplier"))
    for some in (rows[:1], rows):
        with django_assert_num_queries(1):
            assert offered_for(scenario, some, timezone.localdate()) == []  # each has the newest
    for row in rows:
        assert not change(scenario, row, TYPED).errors
    rows = list(scenario.prices.select_related("material"))

    for some in (rows[:1], rows):
        with django_assert_num_queries(2):
            assert [each.was for each in offered_for(scenario, some, timezone.localdate())] == ["9.50 EUR/kg"] * len(some)


def test_the_page_leads_to_the_row_in_which_the_offer_is_chosen(client: Client, scenario: CostAssessment, assumed: MaterialPrice) -> None:
    quote = make.a_price(assumed.material, "7.25")
    client.force_login(make.estimator())
    link = reverse("worksheet-row", args=[f"cost-materials:{scenario.pk}", assumed.pk])

    page = client.get(scenario.get_absolute_url()).content.decode()

    said = page[page.index("Suppliers offer what is only assumed here") :]
    assert f'Chemical Works offers <a href="{link}">{escape(str(assumed.material))}</a> at <strong>7.25 EUR/kg</strong> since' in said
    assert "the scenario assumes 9.50 EUR/kg." in said
    assert client.get(link).status_code == 200
    MaterialPrice.objects.filter(pk=assumed.pk).update(price_per_kg=None, currency="", dated=None, quote=quote.pk, source="quote")
    assert "Suppliers offer" not in client.get(read(scenario).get_absolute_url()).content.decode()


def test_one_press_takes_the_price_and_settles_what_the_ledger_assumed_of_it(
    client: Client, scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    quote = make.a_price(assumed.material, "7.25", quantity_from_kg=Decimal(25), reference="Q-7")
    make.a_price(assumed.material, "6.50", quantity_from_kg=Decimal(500), reference="Q-7")
    told = {"unit": "EUR/kg", "figure": Decimal("9.5")}
    ours = Assumption.objects.create(project=scenario.project, words="4-aminophenol is to be had for this", **told)
    others = [
        Assumption.objects.create(project=scenario.project, words="Acetic anhydride is to be had for this", **told),
        Assumption.objects.create(project=scenario.project, words="4-Aminophenol of one lot", figure=Decimal(3), unit="kg"),
        Assumption.objects.create(project=scenario.project, words="4-Aminophenol in ten volumes", figure=Decimal(10), unit="L/kg"),
        Assumption.objects.create(project=scenario.project, words="Poly-4-aminophenol", figure=Decimal(3), unit="EUR/kg"),
    ]
    client.force_login(make.estimator())
    address = reverse("cost-offer", args=[scenario.project.code, scenario.number, quote.pk])
    assert address in client.get(scenario.get_absolute_url()).content.decode()

    page = client.post(address, follow=True).content.decode()

    row = MaterialPrice.objects.get(pk=assumed.pk)
    assert (row.quote_id, row.price_per_kg, row.source, row.currency, row.dated) == (quote.pk, None, "quote", "", None)
    ours.refresh_from_db()
    assert (ours.real_figure, ours.real_words, ours.state) == (Decimal("7.25"), "Chemical Works: 7.25 EUR/kg from 25 kg", "replaced")
    assert all(each.is_open for each in Assumption.objects.filter(pk__in=[each.pk for each in others]))
    event = Event.objects.get(kind="cost.offer_taken")
    assert event.words == (
        f"Cost scenario As asked counts {assumed.material} at the price of Chemical Works: 7.25 EUR/kg from 25 kg (before: 9.50 EUR/kg)."
    )
    assert Event.objects.filter(kind="assumption.settled").count() == 1
    assert "Suppliers offer" not in page
    assert "what the ledger assumed of it is settled" in page


def test_where_the_ledger_assumed_nothing_of_a_price_nothing_is_said_of_it(
    client: Client, scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    quote = make.a_price(assumed.material, "7.25")
    client.force_login(make.estimator())

    page = client.post(reverse("cost-offer", args=[scenario.project.code, scenario.number, quote.pk]), follow=True).content.decode()

    assert "The scenario counts with the supplier&#x27;s price." in page
    assert "what the ledger assumed" not in page


def test_what_is_settled_says_the_price_that_the_scenario_counts_with(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    row = Assumption.objects.create(project=scenario.project, words="4-Aminophenol", unit="EUR/kg", figure=Decimal("9.5"))
    quote = make.a_price(assumed.material, "9.50", reference="Q-7")
    make.a_price(assumed.material, "6.00", quantity_from_kg=Decimal(100), reference="Q-7")

    assert take_offer(scenario.pk, quote.pk, actor=make.estimator()) == 1

    row.refresh_from_db()
    assert (row.real_figure, row.real_words) == (Decimal(6), "Chemical Works: 6.00 EUR/kg from 100 kg")


def test_a_list_that_begins_at_what_is_assumed_and_goes_below_it_is_asked_about(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    make.a_price(assumed.material, "9.50", reference="Q-7")
    assert not prompt(scenario)

    make.a_price(assumed.material, "6.00", quantity_from_kg=Decimal(100), reference="Q-7")

    with acting(channel="worker"):
        assert prompt(scenario)


def test_in_another_currency_the_ledger_says_the_price_in_words(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    quote = make.a_price(assumed.material, "7.25", "CHF")
    row = Assumption.objects.create(project=scenario.project, words="4-Aminophenol", unit="EUR/kg", figure=Decimal("9.5"))

    take_offer(scenario.pk, quote.pk, actor=make.estimator())

    row.refresh_from_db()
    assert (row.real_figure, row.real_words) == (None, "Chemical Works: 7.25 CHF/kg")


def test_a_price_is_taken_once_by_who_keeps_costs_and_while_it_is_offered(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    quote = make.a_price(assumed.material, "7.25")
    with pytest.raises(NotAllowed):
        take_offer(scenario.pk, quote.pk, actor=projects.person(Role.QUALITY_ASSURANCE))
    Supplier.objects.update(status=Supplier.Status.SUSPENDED)
    with pytest.raises(Refused, match="not offered for the scenario any more"):
        take_offer(scenario.pk, quote.pk, actor=make.estimator())
    Supplier.objects.update(status=Supplier.Status.APPROVED)

    take_offer(scenario.pk, quote.pk, actor=make.estimator())

    with pytest.raises(Refused, match="counts with this price already"):
        take_offer(scenario.pk, quote.pk, actor=make.estimator())


def told_of(act: Any) -> int:
    """What an act recorded is read as the outbox reads it; how many messages that made."""
    last, before = Event.objects.latest("pk").pk, Event.objects.filter(kind="cost.offered").count()
    act()
    with acting(channel="worker"):
        prompt_after(list(Event.objects.filter(pk__gt=last).order_by("pk")))
    return Event.objects.filter(kind="cost.offered").count() - before


def file_price(material: Material, price: str, supplier: str) -> None:
    values = {"supplier": supplier, "price_per_kg": price, "currency": "EUR", "quoted_on": timezone.localdate().isoformat()}
    make.one(f"material-prices:{material.code}", ADD, values=values, by=projects.person(Role.MATERIAL_CONTROL))


def test_whoever_opened_the_scenario_is_asked_once_for_all_quotes_that_differ(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    Supplier.objects.get_or_create(name="Alpha Chemicals")
    waits = WaitingFor.objects.open().filter(key=f"cost.offers:{scenario.pk}")

    as_assumed = told_of(lambda: file_price(assumed.material, "9.5", "Chemical Works"))
    assert (as_assumed, waits.exists()) == (0, False)
    first = told_of(lambda: file_price(assumed.material, "7.25", "Alpha Chemicals"))
    SupplierQuote.objects.filter(supplier__name="Chemical Works", material=assumed.material).delete()
    second = told_of(lambda: file_price(assumed.material, "6.00", "Chemical Works"))

    assert (first, second) == (1, 0)
    assert (waits.get().user, waits.get().link) == (make.estimator(), scenario.get_absolute_url())
    quote = SupplierQuote.objects.get(material=assumed.material, supplier__name="Alpha Chemicals")
    take_offer(scenario.pk, quote.pk, actor=make.estimator())
    assert not waits.exists()


def test_nobody_is_asked_any_more_when_the_offer_has_ended_or_the_supplier_is_barred(
    scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    seller, _new = Supplier.objects.get_or_create(name="Alpha Chemicals")
    waits = WaitingFor.objects.open().filter(key=f"cost.offers:{scenario.pk}")
    told_of(lambda: file_price(assumed.material, "7.25", seller.name))
    assert (waits.exists(), look_again()) == (True, 0)

    yesterday = timezone.localdate() - timedelta(days=1)
    SupplierQuote.objects.filter(supplier=seller).update(quoted_on=yesterday, valid_until=yesterday)
    assert (look_again(), waits.exists()) == (1, False)

    SupplierQuote.objects.filter(supplier=seller).update(valid_until=None)
    buyer = projects.person(Role.MATERIAL_CONTROL)
    told_of(lambda: make.one("suppliers", CHANGE, seller.pk, values={"note": "By the ton"}, by=buyer))
    assert waits.exists()
    suspended = Change(CHANGE, seller.pk, {"status": "suspended"})
    told_of(lambda: change_rows("suppliers", [suspended], actor=buyer, reason="Audit"))
    assert not waits.exists()


def test_of_a_copy_somebody_is_asked_too(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    make.a_price(assumed.material, "7.25")

    assert told_of(lambda: copy_scenario(scenario.pk, "Another", actor=make.estimator())) == 1


def test_a_price_of_another_material_or_typed_over_asks_nobody(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    other = scenario.prices.get(material__name="Water").material
    Supplier.objects.get_or_create(name="Alpha Chemicals")
    waits = WaitingFor.objects.open().filter(key=f"cost.offers:{scenario.pk}")

    assert told_of(lambda: file_price(other, "0.01", "Alpha Chemicals")) == 0
    assert told_of(lambda: file_price(assumed.material, "7.25", "Alpha Chemicals")) == 1
    assert told_of(lambda: change(scenario, assumed, {"price_per_kg": "7.25"})) == 0

    assert not waits.exists()


def test_an_offer_says_what_quality_assurance_has_against_its_supplier(
    client: Client, scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    quote, last = make.a_price(assumed.material, "7.25"), timezone.localdate() - timedelta(days=1)
    assert offers(scenario)[0].note == "not qualified for this material"
    days = {"examined_on": last - timedelta(days=99), "decided_on": last - timedelta(days=90), "valid_until": last}
    decided = {"decision": "approved", "decided_by": make.estimator(), "basis": "paper", "criticality": "major", "evidence": "SQ-1"}
    SupplierQualification.objects.create(supplier=quote.supplier, material=assumed.material, **decided, **days)
    client.force_login(make.estimator())

    page = client.get(scenario.get_absolute_url()).content.decode()

    assert f"Supplier: qualification lapsed on {date_format(last, 'j M Y')}." in page
    take_offer(scenario.pk, quote.pk, actor=make.estimator())
    assert scenario.prices.get(pk=assumed.pk).quote_id == quote.pk
