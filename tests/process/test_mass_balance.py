"""From kilograms of the product back to every input: published numbers, refusals, and what must hold for every route."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from process.routes.amounts import per_kg
from process.routes.checks import faults_of
from process.routes.mass_balance import Waste, mass_balance
from process.routes.plain import Basis, Role, Route
from process.routes.yields import overall_yield
from tests.process.routes import PUBLISHED_KG, charge, from_step, published_route, routes, step, usage_per_kg

ONE_STEP = step("1", charge("l", "start", is_limiting=True), charge("r", "reagent", 80.0, 1.2, role=Role.REAGENT))


def test_published_linear_route_uses_what_is_published() -> None:
    """CO-01: kg per kg of product."""
    assert usage_per_kg(published_route()) == pytest.approx(PUBLISHED_KG, rel=1e-6)


def test_overall_yield_of_a_linear_route_is_the_product() -> None:
    found = overall_yield(published_route()).value

    assert found is not None
    assert (found.yield_fraction, found.is_linear) == (pytest.approx(0.75 * 0.55 * 0.92), True)


def test_overall_yield_of_a_convergent_route_names_its_longest_sequence() -> None:
    first = step("1", charge("l", "start", is_limiting=True), y=0.5)
    second = step("2", from_step("l", first, is_limiting=True), y=0.6)
    branch = step("3", charge("l", "other", is_limiting=True), y=0.1)
    last = step("4", from_step("l", second, is_limiting=True), from_step("b", branch), y=0.9)

    found = overall_yield(Route((branch, first, second, last))).value

    assert found is not None
    assert (found.yield_fraction, [each.key for each in found.sequence]) == (pytest.approx(0.27), ["1", "2", "4"])
    assert not found.is_linear


def test_a_kilogram_per_kilogram_is_counted_on_the_line_it_names() -> None:
    made = step(
        "1",
        charge("l", "start", is_limiting=True),
        charge("h", "heavy", 200.0, 1.0),
        charge("a", "carbon", None, 0.1, role=Role.AUXILIARY, basis=Basis.KG_PER_KG, reference="h"),
    )

    masses = {line.charge.key: line.charged for line in per_kg(made)}

    assert masses["a"] == pytest.approx(0.1 * masses["h"])


def test_assay_and_recycling_of_the_limiting_input() -> None:
    """The solvent is counted on what is physically charged, before recycling."""
    made = step(
        "1",
        charge("l", "start", 100.0, is_limiting=True, assay_fraction=0.5, recycle_fraction=0.2),
        charge("s", "solvent", None, 2.0, role=Role.SOLVENT, basis=Basis.L_PER_KG, density=0.8),
        product=100.0,
        y=1.0,
    )

    masses = {line.charge.key: (line.charged, line.fresh) for line in per_kg(made)}

    assert masses == {"l": (2.0, pytest.approx(1.6)), "s": (pytest.approx(3.2), pytest.approx(3.2))}


def test_waste_stands_in_its_class() -> None:
    wet = replace(ONE_STEP, charges=(*ONE_STEP.charges, charge("w", "water", None, 3.0, role=Role.WATER, basis=Basis.KG_PER_KG)))
    start, reagent = 100 / 150 / 0.8, 1.2 * 80 / 150 / 0.8

    dry, with_water = (mass_balance(Route((each,)), 2.0).value for each in (ONE_STEP, wet))

    assert dry is not None
    assert dry.waste == Waste(other=pytest.approx(2 * (start + reagent - 1)))
    assert with_water is not None
    assert with_water.waste == Waste(water=pytest.approx(2 * 3 * start), aqueous=pytest.approx(2 * (start + reagent - 1)))


def test_a_product_that_takes_up_water_is_said() -> None:
    made = step(
        "1",
        charge("l", "start", 100.0, is_limiting=True),
        charge("w", "water", None, 1.0, role=Role.WATER, basis=Basis.KG_PER_KG),
        product=118.0,
        y=1.0,
    )

    found = mass_balance(Route((made,)), 1.0)

    assert [warning.kind for warning in found.warnings] == ["step.light"]
    assert found.value is not None
    assert found.value.waste.total == pytest.approx(found.value.steps[0].fresh_kg - 1)


def test_a_product_heavier_than_all_that_goes_in_is_refused() -> None:
    found = mass_balance(Route((step("1", charge("l", "start", 100.0, is_limiting=True), y=1.0),)), 1.0)

    assert (found.value, [fault.kind for fault in found.faults]) == (None, ["step.mass"])


def test_a_target_of_nothing_is_refused() -> None:
    assert "more than nothing" in mass_balance(Route((ONE_STEP,)), 0).reason


LIMITING = charge("l", "start", is_limiting=True)
REFUSED = {
    "route.empty": (),
    "product.molar_mass": (step("1", LIMITING, product=None),),
    "input.molar_mass": (step("1", LIMITING, charge("r", "Base", None)),),
    "input.density": (step("1", LIMITING, charge("r", "Base", None, basis=Basis.L_PER_KG)),),
    "material.twice": (step("1", LIMITING, charge("r", "Base"), charge("r2", "Base", 101.0)),),
    "input.recycle": (step("1", LIMITING, charge("r", "Base", recycle_fraction=90)),),
    "input.assay": (step("1", LIMITING, charge("r", "Base", assay_fraction=98)),),
    "input.amount": (step("1", LIMITING, charge("r", "Base", amount=0)),),
    "input.reference": (step("1", LIMITING, charge("r", "Base", basis=Basis.KG_PER_KG, reference="r")),),
    "input.unknown_step": (step("1", LIMITING, charge("r", "Base", from_step="9")),),
    "step.yield": (step("1", LIMITING, y=92),),
    "step.limiting": (step("1", charge("r", "Base")),),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_computed_names_step_and_material(kind: str) -> None:
    """CO-08 and its neighbours."""
    faults = faults_of(Route(REFUSED[kind]))

    assert [fault.kind for fault in faults] == [kind]
    if kind.startswith(("input.", "material.")):
        assert "Step 1" in faults[0].words
        assert "Base" in faults[0].words


@pytest.mark.parametrize("density", [880.0, 0.00088])
def test_a_density_of_another_unit_is_refused(density: float) -> None:
    faults = faults_of(Route((step("1", LIMITING, charge("r", "Base", None, basis=Basis.L_PER_KG, density=density)),)))

    assert [fault.kind for fault in faults] == ["input.density"]


def test_a_circle_names_its_members() -> None:
    first, second = step("1"), step("2")
    first = replace(first, charges=(from_step("l", second, is_limiting=True),))
    second = replace(second, charges=(from_step("l", first, is_limiting=True),))

    faults = faults_of(Route((first, second)))

    assert [fault.kind for fault in faults] == ["route.cycle"]
    assert "Step 1, Step 2" in faults[0].words


def test_two_products_and_two_ways_to_one_are_refused() -> None:
    other = replace(ONE_STEP, key="2", name="Step 2")

    assert {fault.kind for fault in faults_of(Route((ONE_STEP, other)))} == {"route.alternatives", "route.products"}


def test_a_purification_is_no_alternative() -> None:
    pure = step("2", from_step("l", ONE_STEP, is_limiting=True), charge("w", "water", 18.0, 20.0, role=Role.WATER), y=0.9)

    assert faults_of(Route((ONE_STEP, replace(pure, product=ONE_STEP.product)))) == ()


@given(routes(), st.floats(0.1, 1000))
def test_mass_is_conserved_in_every_step(route: Route, target: float) -> None:
    balance = mass_balance(route, target).value

    assert balance is not None
    for each in balance.steps:
        assert each.fresh_kg == pytest.approx(each.product_kg + each.waste.total, rel=1e-9)
    assert sum(each.fresh_kg for each in balance.bought) == pytest.approx(target + balance.waste.total, rel=1e-9)


@given(routes(), st.floats(0.1, 1000))
def test_doubling_the_target_doubles_every_input(route: Route, target: float) -> None:
    once, twice = (mass_balance(route, factor * target).value for factor in (1, 2))

    assert once is not None
    assert twice is not None
    for one, two in zip(once.bought, twice.bought, strict=True):
        assert (two.fresh_kg, two.charged_kg) == (pytest.approx(2 * one.fresh_kg), pytest.approx(2 * one.charged_kg))


@given(routes(), st.floats(0.05, 0.95), st.booleans())
def test_splitting_a_line_changes_nothing(route: Route, part: float, limiting: bool) -> None:
    first = route.steps[0]
    line = next(each for each in first.charges if each.is_limiting == limiting) if len(first.charges) > 1 else first.charges[0]
    halves = (replace(line, amount=part * line.amount), replace(line, key="half", amount=(1 - part) * line.amount))
    split = replace(first, charges=(*halves, *(each for each in first.charges if each is not line)))

    assert usage_per_kg(Route((split, *route.steps[1:]))) == pytest.approx(usage_per_kg(route), rel=1e-9)


@given(routes())
def test_equivalents_come_back_from_masses(route: Route) -> None:
    for made in route.steps:
        for line in per_kg(made):
            if line.charge.basis == Basis.EQUIVALENTS:
                product = made.yield_fraction * made.product.molar_mass_g_per_mol
                back = line.charged * line.charge.assay_fraction * product / line.charge.substance.molar_mass_g_per_mol
                assert back == pytest.approx(line.charge.amount, rel=1e-9)
