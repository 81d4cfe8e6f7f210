"""Which currencies there are, how fine each is, and that the database does not know their list."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.currencies import CODES, FAVOURITES, OFFERED, CurrencyField, minor_unit
from accounts.currency_names import NAMES
from catalogue.models import AnalyticalPrice, SupplierQuote
from catalogue.worksheets import ANALYTICAL_PRICES
from projects.models import Quotation


@pytest.mark.parametrize(
    ("currency", "unit"), [("KRW", "1"), ("SEK", "0.01"), ("HUF", "0.01"), ("KWD", "0.001"), ("ISK", "1"), ("USD", "0.01")]
)
def test_an_amount_is_as_fine_as_iso_4217_says(currency: str, unit: str) -> None:
    assert currency in CODES
    assert minor_unit(currency) == Decimal(unit)


def test_the_usual_ones_stand_first_and_each_once_after_them_by_code() -> None:
    assert CODES[: len(FAVOURITES)] == FAVOURITES
    assert list(CODES[len(FAVOURITES) :]) == sorted(set(CODES) - set(FAVOURITES))
    assert len(CODES) == len(set(CODES)) == 155


def test_none_that_ended_and_no_metal_is_among_them() -> None:
    assert not {"ANG", "BGN", "CUC", "DEM", "HRK", "SLL", "XAU", "XDR", "XXX", "ZWL"} & set(CODES)


def test_we_quote_in_those_that_our_amounts_can_hold() -> None:
    assert {code for code, _words in OFFERED} == {code for code in CODES if minor_unit(code) >= Decimal("0.01")}
    assert list(Quotation._meta.get_field("currency").choices or ()) == OFFERED
    assert ("KWD", "KWD") in (SupplierQuote._meta.get_field("currency").choices or ())


def test_every_currency_has_a_name_of_its_own() -> None:
    assert NAMES.keys() == set(CODES)
    assert len(set(NAMES.values())) == len(NAMES)


def test_a_new_currency_takes_no_migration() -> None:
    _name, path, _args, kwargs = CurrencyField("currency").deconstruct()

    assert (path, kwargs) == ("django.db.models.CharField", {"max_length": 3, "verbose_name": "currency"})


@pytest.mark.parametrize(("currency", "cost"), [("EUR", "50.03"), ("JPY", "50"), ("KWD", "50.025")])
def test_what_a_test_costs_is_rounded_as_its_currency_is(currency: str, cost: str) -> None:
    column = ANALYTICAL_PRICES.column("cost_per_sample")
    price = AnalyticalPrice(hours_per_sample=Decimal("1.5"), hourly_rate=Decimal("33.35"), currency=currency)

    assert column.compute is not None
    assert str(column.compute(price)) == cost
