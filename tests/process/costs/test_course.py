"""The price of a course of treatment: a published one, what is refused, and what must hold for every price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.refusals import BadInput
from process.costs.build_up import markup_of
from process.costs.course import Course, DoseForm, course_of
from projects.money import rounded

D = Decimal
TABLET = DoseForm(formulation_fraction=D("0.40"), packaging_per_month=D("0.35"), markup_fraction=D("0.50"))
SOFOSBUVIR = {"dose_mg_per_day": D(400), "days": 84, "api_price_per_kg": D(2501), "months": D(3)}
PRICES = st.decimals("0.01", "100000", places=2)


def sofosbuvir(form: DoseForm = TABLET, **other: object) -> Course:
    return course_of(**(SOFOSBUVIR | other), form=form)  # type: ignore[arg-type]


def test_a_course_of_sofosbuvir_costs_what_is_published() -> None:
    """QU-01."""
    found = sofosbuvir()

    assert rounded(found.price, "USD") == D("178.05")
    assert (found.api, found.formulation, found.packaging) == (D("84.0336"), D("33.61344"), D("1.05"))


def test_a_markup_of_a_half_is_a_margin_of_a_third() -> None:
    """QU-01: what the study calls 50 % is 33.33 % of the price."""
    found = sofosbuvir()

    assert rounded(100 * found.markup / found.price, "USD") == D("33.33")
    assert abs(markup_of(found.markup / found.price) - TABLET.markup_fraction) < D("1e-20")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("dose_mg_per_day", {"dose_mg_per_day": D(0)}),
        ("days", {"days": 0}),
        ("days", {"days": -1}),
        ("months", {"months": D(0)}),
        ("api_price_per_kg", {"api_price_per_kg": D(-1)}),
        ("api_price_per_kg", {"api_price_per_kg": D("NaN")}),
        ("packaging_per_month", {"form": replace(TABLET, packaging_per_month=D("-0.35"))}),
        ("formulation_fraction", {"form": replace(TABLET, formulation_fraction=D(40))}),
        ("markup_fraction", {"form": replace(TABLET, markup_fraction=D(50))}),
    ],
)
def test_a_course_that_makes_no_sense_is_refused_at_its_field(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(BadInput) as refused:
        sofosbuvir(**changes)  # type: ignore[arg-type]

    assert field in refused.value.errors


def test_an_api_that_costs_nothing_leaves_the_packaging() -> None:
    assert sofosbuvir(api_price_per_kg=D(0)).price == D("1.05") * D("1.50")


@given(PRICES, PRICES)
def test_the_price_rises_evenly_with_that_of_the_api(one: Decimal, other: Decimal) -> None:
    """33.6 g, × 1.40 × 1.50 for a dollar the kilogram more, whatever the price is."""
    low, high = (sofosbuvir(api_price_per_kg=price).price for price in (one, other))

    assert high - low == (other - one) * D("0.0336") * D("1.40") * D("1.50")


@given(PRICES, st.integers(1, 2000))
def test_the_parts_add_up_and_the_dose_counts_as_the_days_do(price: Decimal, days: int) -> None:
    found = sofosbuvir(api_price_per_kg=price, days=days)

    assert found.price == found.api + found.formulation + found.packaging + found.markup
    assert found.api == sofosbuvir(api_price_per_kg=price, dose_mg_per_day=D(days), days=400).api
