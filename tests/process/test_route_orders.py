"""What the materials of a route cost for a target: all that has to be bought for it, so that a better yield costs no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.models import SupplierQuote
from process.routes.building import Prices, prices_among
from process.routes.figures import TARGET_KG, Balanced
from process.routes.mass_balance import mass_balance
from process.routes.plain import Charge, Role, Route, Step, Substance
from process.routes.unit_cost import unit_cost

D = Decimal
TODAY = date(2026, 3, 2)


def quoted(
    supplier: int, start: str | Decimal, price: str | Decimal, pack: Decimal | None = None, least: Decimal | None = None
) -> SupplierQuote:
    given = {"quantity_from_kg": D(start), "price_per_kg": D(price), "pack_kg": pack, "minimum_order_kg": least}
    return SupplierQuote(material_id=1, supplier_id=supplier, currency="EUR", quoted_on=TODAY, note="a sample", **given)


def for_kg(quotes: list[SupplierQuote], kg: float) -> Prices:
    return prices_among(quotes, currency="EUR", on=TODAY, needed_kg={1: kg}, rates={})


def one_step(yield_fraction: float) -> Route:
    """As many kilograms of the material as of its product, divided by the yield."""
    taken = Charge("1", Substance("material 1", "Start", 100.0), Role.REACTANT, 1.0, is_limiting=True)
    return Route((Step("a", "Step", Substance("product", "Product", 100.0), yield_fraction, (taken,)),))


def cost_of(route: Route, target_kg: float, quotes: list[SupplierQuote]) -> Decimal:
    """Of a kilogram of its product."""
    whole = Balanced((), route, (), mass_balance(route, TARGET_KG))
    prices = prices_among(quotes, currency="EUR", on=TODAY, needed_kg=whole.ordered_for(target_kg), rates={})
    return unit_cost(route, [each.counted for each in prices.found.values()]).known.cost_per_kg


PACKS_OF_FIVE = [quoted(1, "0", "100", D(5)), quoted(1, "15", "60", D(5))]


@pytest.mark.parametrize("needed", [10.0, 10.1, 14.9, 15.0])
def test_all_that_is_bought_counts_whether_it_is_bought_for_packs_or_for_a_break(needed: float) -> None:
    (found,) = for_kg(PACKS_OF_FIVE, needed).found.values()

    assert (found.bought_kg, found.total) == (15, 900)
    assert float(found.counted.amount_per_kg) * needed == pytest.approx(900)


def test_who_sells_a_larger_order_for_less_is_bought_from() -> None:
    quotes = [quoted(1, "0", "7"), quoted(2, "100", "5")]

    found = [for_kg(quotes, each).found[1] for each in (70.0, 72.0, 99.0, 100.0)]

    assert [(each.bought_kg, each.total) for each in found] == [(70, 490), (100, 500), (100, 500), (100, 500)]


def test_the_kilogram_by_which_routes_are_measured_is_not_ordered() -> None:
    """It counts as it is quoted; for 2 kg a pack of 5 is paid for."""
    assert [cost_of(one_step(0.5), target, PACKS_OF_FIVE) for target in (1.0, 2.0)] == [200, 250]


@st.composite
def lists(draw: st.DrawFn) -> list[SupplierQuote]:
    """Of one to three suppliers, each with any breaks in any packs."""
    kg, price = st.decimals("0", "60", places=2), st.decimals("0.01", "200", places=2)
    packs, least = st.none() | st.sampled_from([D(".35"), D(1), D("2.5"), D(25)]), st.none() | st.sampled_from([D(3), D(12)])
    found = []
    for supplier in range(1, draw(st.integers(2, 4))):
        for start in sorted(draw(st.lists(kg, min_size=1, max_size=4, unique=True))):
            found.append(quoted(supplier, start, draw(price), draw(packs), draw(least)))
    return found


@given(lists(), st.floats(0.5, 80), st.tuples(st.floats(0.05, 1), st.floats(0.05, 1)))
def test_raising_the_yield_never_raises_the_material_cost_of_a_route(
    quotes: list[SupplierQuote], target_kg: float, yields: tuple[float, float]
) -> None:
    low, high = (cost_of(one_step(each), target_kg, quotes) for each in sorted(yields))

    assert high <= low * (1 + D("1e-9"))


@given(lists(), st.floats(2, 40), st.floats(0.05, 1))
def test_a_larger_target_is_never_less_to_pay(quotes: list[SupplierQuote], target_kg: float, yield_fraction: float) -> None:
    once, twice = (cost_of(one_step(yield_fraction), each, quotes) * D(each) for each in (target_kg, 2 * target_kg))

    assert once <= twice * (1 + D("1e-9"))
