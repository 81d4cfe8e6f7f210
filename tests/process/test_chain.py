"""The yield chain: what goes in and comes out of each step, and that it multiplies up to what a kilogram of the API asks for."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given

from process.routes.chain import at_yields, yield_chain
from process.routes.checks import faults_of
from process.routes.plain import Route
from tests.process.routes import charge, from_step, published_route, routes, step, usage_per_kg


def test_the_published_route_multiplies_up() -> None:
    """CO-01: the input of step n for a kilogram of API is the product of the inverse weight yields from that step on."""
    chain = yield_chain(published_route()).known

    inverse = [1 / link.weight_yield for link in chain.links]
    assert [link.input_kg for link in chain.links] == pytest.approx([prod(inverse[place:]) for place in range(len(inverse))])
    assert chain.links[0].input_kg == pytest.approx(usage_per_kg(published_route())["Starting Material"])
    assert chain.links[-1].output_kg == 1
    assert chain.molar_yield_fraction == pytest.approx(prod(link.molar_yield_fraction for link in chain.links))
    assert chain.weight_yield == pytest.approx(1 / chain.links[0].input_kg)


def test_an_assay_below_all_lowers_the_weight_yield_and_not_the_molar_one() -> None:
    whole, half = (Route((step("1", charge("l", "start", assay_fraction=assay, is_limiting=True)),)) for assay in (0.5, 0.25))

    (one,), (other,) = yield_chain(whole).known.links, yield_chain(half).known.links

    assert (other.weight_yield, other.molar_yield_fraction) == (pytest.approx(one.weight_yield / 2), one.molar_yield_fraction)
    assert (one.assay_fraction, other.assay_fraction) == (0.5, 0.25)


def test_the_overall_yields_of_a_convergent_route_are_those_of_its_longest_line() -> None:
    first = step("1", charge("l", "start", is_limiting=True), y=0.5)
    second = step("2", from_step("l", first, is_limiting=True), y=0.6)
    branch = step("3", charge("l", "other", is_limiting=True), y=0.1)
    last = step("4", from_step("l", second, is_limiting=True), from_step("b", branch), y=0.9)

    chain = yield_chain(Route((branch, first, second, last))).known

    assert (chain.sequence, chain.molar_yield_fraction) == (("1", "2", "4"), pytest.approx(0.27))
    on = [link for link in chain.links if link.step.key in chain.sequence]
    assert chain.weight_yield == pytest.approx(prod(link.weight_yield for link in on))


def test_an_intermediate_that_does_not_limit_the_next_step_counts_with_what_is_charged_of_it() -> None:
    first = step("1", charge("l", "start", is_limiting=True), y=0.5)
    second = step("2", from_step("l", first, is_limiting=True), y=0.6)
    last = step("4", charge("l", "other", is_limiting=True), from_step("b", second, amount=1.2), y=0.9)

    chain = yield_chain(Route((first, second, last))).known

    assert chain.sequence == ("1", "2", "4")
    assert chain.weight_yield == pytest.approx(1 / chain.links[0].input_kg)


def test_lower_yields_ask_for_more() -> None:
    chain, lower = yield_chain(published_route()).known, yield_chain(at_yields(published_route(), 0.5)).known

    assert lower.links[-1].input_kg == pytest.approx(2 * chain.links[-1].input_kg)
    assert lower.molar_yield_fraction == pytest.approx(chain.molar_yield_fraction / 8)


@given(routes())
def test_every_route_that_has_a_balance_has_a_chain(route: Route) -> None:
    found = yield_chain(route, faults=faults_of(route))

    assert (found.value is None) == bool(found.faults)
    assert all(link.weight_yield > 0 for link in (found.value.links if found.value else ()))
