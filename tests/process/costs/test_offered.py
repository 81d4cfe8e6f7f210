"""A scenario that assumes the price of a material says what suppliers offer for it meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from catalogue.models import Supplier, SupplierQuote
from process.costs.offered import Offered, offered_for
from process.models import CostAssessment, MaterialPrice
from tests.process import factories as make
from tests.process.costs.story import change, read

pytestmark = pytest.mark.django_db
TYPED = {"quote": "", "price_per_kg": "9.5"}


def offers(scenario: CostAssessment) -> list[Offered]:
    return offered_for(scenario, scenario.prices.select_related("material"), timezone.localdate())


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


def test_of_each_supplier_the_newest_list_counts_by_its_smallest_quantity(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    today = timezone.localdate()
    for price, days, kg in (("5.00", 9, 0), ("8.00", 2, 0), ("6.00", 2, 100)):
        make.a_price(assumed.material, price, quoted_on=today - timedelta(days=days), quantity_from_kg=Decimal(kg), reference=f"{days}")
    make.a_price(assumed.material, "7.00", supplier="Alpha Chemicals")

    assert [(each.quote.supplier.name, each.now) for each in offers(scenario)] == [
        ("Alpha Chemicals", "7.00 EUR/kg"),
        ("Chemical Works", "8.00 EUR/kg"),
    ]


def test_what_nobody_may_order_by_is_no_offer(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    today = timezone.localdate()
    make.a_price(assumed.material, "7.00", supplier="Expired", valid_until=today - timedelta(days=1))
    make.a_price(assumed.material, "7.00", supplier="Not yet", quoted_on=today + timedelta(days=1))
    make.a_price(assumed.material, "7.00", supplier="Barred")
    Supplier.objects.filter(name="Barred").update(status=Supplier.Status.SUSPENDED)

    assert offers(scenario) == []


@pytest.mark.parametrize("source", ["quote", "price_book", "analogue"])
def test_what_rests_on_more_than_an_assumption_is_left_alone(scenario: CostAssessment, assumed: MaterialPrice, source: str) -> None:
    make.a_price(assumed.material, "7.25")
    MaterialPrice.objects.filter(pk=assumed.pk).update(source=source)

    assert offers(scenario) == []


def test_a_row_without_a_price_and_a_fixed_scenario_say_nothing(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    quote = make.a_price(assumed.material, "7.25")

    fixed = CostAssessment(state=CostAssessment.State.FIXED)
    assert offered_for(fixed, [assumed], timezone.localdate()) == []
    assumed.price_per_kg, assumed.currency = None, ""
    assert offered_for(scenario, [assumed], quote.quoted_on) == []


def test_three_assumed_prices_cost_the_query_of_one(scenario: CostAssessment, django_assert_num_queries: Any) -> None:
    rows = list(scenario.prices.select_related("material"))
    with django_assert_num_queries(0):
        assert offered_for(scenario, rows, timezone.localdate()) == []
    for row in rows:
        assert not change(scenario, row, TYPED).errors
    rows = list(scenario.prices.select_related("material"))

    for some in (rows[:1], rows):
        with django_assert_num_queries(1):
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
