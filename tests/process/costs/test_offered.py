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

from audit.refusals import Refused
from catalogue.models import ExchangeRate, Supplier, SupplierQualification, SupplierQuote
from process.assumptions.prompting import prompt
from process.assumptions.taking_offers import take_offer
from process.costs.building import assessed
from process.costs.offered import Offered, offered_for, offered_in
from process.models import CostAssessment, MaterialPrice
from tests.process import factories as make
from tests.process.costs.story import TYPED, change, read

pytestmark = pytest.mark.django_db


def offers(scenario: CostAssessment) -> list[Offered]:
    return offered_in(assessed(read(scenario)), timezone.localdate())


def page_of(scenario: CostAssessment, client: Client) -> str:
    client.force_login(make.estimator())
    return " ".join(client.get(scenario.get_absolute_url()).content.decode().split())


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
        ("Chemical Works", "6.00 EUR/kg from 100 kg"),
        ("Alpha Chemicals", "7.00 EUR/kg"),
    ]
    scenario.phases.all().delete()
    assert offers(scenario)[1].now == "8.00 EUR/kg"


def test_the_cheapest_offer_stands_first_and_each_says_by_how_much_it_differs(
    client: Client, scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    """Of two materials that of which more is saved first; of a currency without a rate nothing can be said."""
    other = scenario.prices.get(material__name="Water")
    assert not change(scenario, other, TYPED).errors
    SupplierQuote.objects.filter(material=other.material).delete()
    ExchangeRate.objects.create(currency="CHF", into="EUR", on=scenario.priced_on, rate=Decimal("1.06"), source="ECB")
    for price, currency, supplier in (
        ("1.00", "USD", "A"),
        ("12.00", "EUR", "B"),
        ("7.25", "CHF", "C"),
        ("8.00", "EUR", "D"),
        ("9.50", "EUR", "E"),
    ):
        make.a_price(assumed.material, price, currency, supplier=supplier)
    make.a_price(other.material, "0.95", supplier="F")

    assert [(each.quote.supplier.name, each.standing) for each in offers(scenario)] == [
        ("F", "90 % cheaper"),
        ("C", "19.1 % cheaper"),
        ("D", "15.8 % cheaper"),
        ("E", "the same price"),
        ("B", "26.3 % dearer"),
        ("A", ""),
    ]
    page = page_of(scenario, client)
    assert page.index("90 % cheaper") < page.index("F offers") < page.index("19.1 % cheaper") < page.index("C offers")


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
        with django_assert_num_queries(1):
            assert [(each.was, each.note) for each in offered_for(scenario, some, timezone.localdate())] == [
                ("9.50 EUR/kg", "not qualified for this material")
            ] * len(some)


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
