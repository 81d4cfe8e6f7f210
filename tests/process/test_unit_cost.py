"""What a kilogram costs: published numbers, prices that are refused, and what must hold for every route."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from process.routes.green import green_metrics
from process.routes.plain import Basis, Price, Role, Route
from process.routes.unit_cost import UnitCost, unit_cost
from tests.process.routes import charge, from_step, prices_of, published_prices, published_route, routes, step

ONE_STEP = Route((step("1", charge("l", "start", is_limiting=True), charge("r", "Base", role=Role.REAGENT)),))


def cost_of(route: Route, prices: list[Price]) -> UnitCost:
    found = unit_cost(route, prices)
    assert found.value is not None, found.reason
    return found.value


def test_published_linear_route_costs_what_is_published() -> None:
    """CO-01."""
    found = cost_of(published_route(), published_prices())

    assert [float(found.by_step[key]) for key in "123"] == pytest.approx(
        [18.746787931283382, 44.56728182874602, 66.40818831355247], rel=1e-9
    )


def test_worked_two_step_example() -> None:
    """CO-02; the masses and prices of the sheet are those of CO-01 where the case does not name another."""
    first = step(
        "1",
        charge("l", "SM", 151.0, is_limiting=True),
        charge("b", "Br2", 159.81, 2.5),
        charge("d", "DCM", None, 10.0, role=Role.SOLVENT, basis=Basis.L_PER_KG, density=1.325, recycle_fraction=0.75),
        product=230.9,
        y=0.75,
    )
    second = step(
        "2",
        from_step("l", first, is_limiting=True),
        charge("c", "Reagent C", 222.0),
        charge("t", "THF", None, 5.0, role=Role.SOLVENT, basis=Basis.L_PER_KG, density=0.889, recycle_fraction=0.75),
        product=183.0,
        y=0.92,
    )
    prices = {"SM": "15", "Br2": "5", "DCM": "1.5", "Reagent C": "10", "THF": "1"}
    route = Route((second, first))

    found = cost_of(route, [Price(name, Decimal(price), "USD") for name, price in prices.items()])
    green = green_metrics(route).value

    assert float(found.by_step["1"]) == pytest.approx(28.947055, rel=1e-6)
    assert float(found.cost_per_kg) == pytest.approx(54.409970, rel=1e-6)
    assert green is not None
    assert green.net.pmi == pytest.approx(11.163802, rel=1e-6)


@pytest.mark.parametrize(
    ("prices", "kind"),
    [
        ([Price("start", Decimal(5), "EUR")], "input.price"),
        ([Price("start", Decimal(5), "EUR"), Price("Base", Decimal(0), "EUR")], "price.zero"),
        ([Price("start", Decimal(5), "EUR"), Price("Base", Decimal(5), "USD")], "price.currencies"),
        ([Price("start", Decimal(5), "EUR"), Price("Base", Decimal(5), "EUR"), Price("Base", Decimal(6), "EUR")], "price.twice"),
        ([Price("start", Decimal(5), "EUR"), Price("Base", Decimal(-1), "EUR")], "price.negative"),
        ([Price("start", Decimal(5), ""), Price("Base", Decimal(1), "")], "price.currency"),
    ],
)
def test_prices_that_are_refused(prices: list[Price], kind: str) -> None:
    found = unit_cost(ONE_STEP, prices)

    assert found.value is None
    assert {fault.kind for fault in found.faults} == {kind}
    assert kind == "price.currencies" or "Base" in found.reason


def test_a_price_of_nothing_with_a_note_is_taken() -> None:
    prices = [Price("start", Decimal(5), "EUR"), Price("Base", Decimal(0), "EUR", "The client supplies it.")]

    assert cost_of(ONE_STEP, prices).cost_per_kg > 0


@given(routes())
def test_contributions_add_up_to_the_total(route: Route) -> None:
    priced = Route(tuple(replace(made, operating_cost_per_kg=Decimal("3.25")) for made in route.steps))

    found = cost_of(priced, prices_of(priced))

    assert float(sum(each.cost_per_kg for each in found.contributions)) == pytest.approx(float(found.cost_per_kg), rel=1e-9)


@given(routes(), st.integers(0, 5), st.floats(0, 1))
def test_raising_a_yield_never_raises_the_cost(route: Route, place: int, towards: float) -> None:
    made = route.steps[place % len(route.steps)]
    better = replace(made, yield_fraction=made.yield_fraction + towards * (1 - made.yield_fraction))
    raised = Route(tuple(better if each is made else each for each in route.steps))

    before, after = (cost_of(each, prices_of(route)).cost_per_kg for each in (route, raised))

    assert after <= before * Decimal("1.000000001")


@given(routes(), st.integers(2, 9))
def test_scaling_every_price_scales_the_cost(route: Route, factor: int) -> None:
    prices = prices_of(route)

    before = cost_of(route, prices).cost_per_kg
    after = cost_of(route, [replace(price, amount_per_kg=factor * price.amount_per_kg) for price in prices]).cost_per_kg

    assert float(after) == pytest.approx(float(factor * before), rel=1e-9)
