"""Which exchange rate holds on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from catalogue.models import ExchangeRate

pytestmark = pytest.mark.django_db

BEFORE, ON, AFTER = date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 11)


def rate(worth: str, on: date, currency: str = "USD", into: str = "EUR") -> ExchangeRate:
    return ExchangeRate.objects.create(currency=currency, into=into, on=on, rate=Decimal(worth), source="ECB")


def test_of_each_pair_the_newest_rate_of_the_day_or_before_holds() -> None:
    rate("0.90", BEFORE)
    newest, other_way = rate("0.91", ON), rate("1.10", BEFORE, "EUR", "USD")
    rate("0.95", AFTER)

    assert set(ExchangeRate.objects.holding(ON)) == {newest, other_way}
    assert ExchangeRate.objects.holding(ON).filter(into="EUR").get() == newest


def test_several_days_are_answered_by_one_query(django_assert_num_queries: Any) -> None:
    early, late, francs = rate("0.90", BEFORE), rate("0.91", ON), rate("1.05", BEFORE, "CHF")

    with django_assert_num_queries(1):
        found = ExchangeRate.objects.holding_for([("EUR", BEFORE), ("EUR", ON), ("SEK", ON)])

    assert found == {("EUR", BEFORE): {"USD": early, "CHF": francs}, ("EUR", ON): {"USD": late, "CHF": francs}, ("SEK", ON): {}}


def test_a_rate_of_the_other_direction_is_turned_round_and_says_so() -> None:
    rate("1.25", BEFORE, "EUR", "USD")

    (found,) = ExchangeRate.objects.into("EUR", ON).values()

    assert (found.currency, found.into, found.rate, found.on) == ("USD", "EUR", Decimal("0.8"), BEFORE)
    assert (found.source, found.pk) == ("1 ÷ EUR/USD 1.25, ECB", None)


@pytest.mark.parametrize(("direct_on", "other_on", "worth"), [(BEFORE, ON, "0.8"), (ON, BEFORE, "0.91"), (ON, ON, "0.91")])
def test_of_both_directions_the_newer_counts_and_of_one_day_the_direct_one(direct_on: date, other_on: date, worth: str) -> None:
    rate("0.91", direct_on)
    rate("1.25", other_on, "EUR", "USD")

    assert ExchangeRate.objects.into("EUR", ON)["USD"].rate == Decimal(worth)


def test_nothing_asked_is_nothing_found() -> None:
    assert ExchangeRate.objects.holding_for([]) == {}
