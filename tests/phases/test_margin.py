"""The price against the costs of the sheets: margins, and money of another currency by a rate that is named."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from catalogue.models import ExchangeRate
from phases.evaluation.margin import CostBand, cost_bands, in_one_currency, margin_percent, price_against_cost
from phases.evaluation.models import DepartmentAssessment
from projects.models import Quotation
from tests.projects import factories

IN_EUR = CostBand("EUR", Decimal("200000.00"), Decimal("240000.00"), Decimal("300000.00"))


@pytest.mark.parametrize(
    ("price", "cost", "percent"),
    [("100.00", "80.00", "20.0"), ("100.00", "120.00", "-20.0"), ("800.00", "799.60", "0.0"), ("0.00", "10.00", None)],
)
def test_margin_is_on_price(price: str, cost: str, percent: str | None) -> None:
    found = margin_percent(Decimal(price), Decimal(cost))

    assert found == (Decimal(percent) if percent is not None else None)


def test_costs_of_different_currencies_are_never_added() -> None:
    def sheet(currency: str, *costs: str | None) -> DepartmentAssessment:
        low, base, high = (Decimal(each) if each else None for each in costs)
        return DepartmentAssessment(currency=currency, cost_low=low, cost_base=base, cost_high=high)

    bands = cost_bands(
        [sheet("USD", "1", "2", "3"), sheet("EUR", "10", "20", "30"), sheet("USD", "4", None, "6"), sheet("", None, None, None)]
    )

    assert bands == [
        CostBand("EUR", Decimal("10"), Decimal("20"), Decimal("30")),
        CostBand("USD", Decimal("5"), None, Decimal("9")),
    ]


def said(quotation: Quotation, *bands: CostBand) -> dict[str, str]:
    return {row["label"]: row["value"].replace("\N{NARROW NO-BREAK SPACE}", " ") for row in price_against_cost(quotation, bands)}


@pytest.fixture
def quotation(db: None) -> Quotation:
    """420 000 EUR."""
    return factories.a_quotation(factories.a_project())


def test_costs_in_another_currency_are_converted_by_a_rate_that_is_named(quotation: Quotation) -> None:
    on = quotation.prepared_at.date() - timedelta(days=3)
    ExchangeRate.objects.create(currency="USD", into="EUR", on=on, rate=Decimal("0.9"), source="ECB")
    ExchangeRate.objects.create(currency="USD", into="EUR", on=on + timedelta(days=30), rate=Decimal("0.5"), source="ECB")

    found = said(quotation, CostBand("USD", Decimal("100.00"), Decimal("100000.00"), None), IN_EUR)

    assert found["Exchange rates"].startswith("1 USD = 0.9 EUR, ") and found["Exchange rates"].endswith(", ECB")
    assert found["Margin on price at low cost"] == "EUR 219 910.00 (52.4 %)"
    assert found["Margin on price at base cost"] == "EUR 90 000.00 (21.4 %)"
    assert found["Margin on price at high cost"] == "not stated: a sheet gives no figure"


def test_without_a_rate_the_margin_says_which_one_is_missing(quotation: Quotation) -> None:
    found = said(quotation, CostBand("CHF", *[Decimal("1.00")] * 3), IN_EUR)

    assert found["Margin on price"].startswith("not stated: No exchange rate from CHF to EUR is known on or before ")
    assert "Exchange rates" not in found


@pytest.mark.parametrize(
    ("base", "high", "words"),
    [
        ("420000.00", "420000.00", None),
        ("420000.00", "420000.01", "The price does not cover the high end of the cost."),
        ("420000.01", "500000.00", "The price is below what the departments expect it to cost."),
    ],
)
def test_a_price_that_does_not_cover_the_cost_is_said(quotation: Quotation, base: str, high: str, words: str | None) -> None:
    found = said(quotation, CostBand("EUR", Decimal("1.00"), Decimal(base), Decimal(high)))

    assert found.get("Attention") == words


def test_nothing_is_converted_without_its_rate() -> None:
    rate = ExchangeRate(currency="JPY", into="EUR", rate=Decimal("0.0061"))
    yen = CostBand("JPY", Decimal(1000), Decimal(2000), Decimal(3000))

    assert in_one_currency([yen, IN_EUR], "EUR", {}) is None
    found = in_one_currency([yen, IN_EUR], "EUR", {"JPY": rate})
    assert found == CostBand("EUR", Decimal("200006.10"), Decimal("240012.20"), Decimal("300018.30"))
