from dataclasses import replace
from decimal import Decimal

import pytest

from audit.refusals import BadInput
from process.costs.demand import Demand, Intake, Step, base_value, needs
from process.costs.figures import fraction
from tests.process.costs.cases import co_01, step

D = Decimal


def test_a_linear_route_needs_what_the_reference_says() -> None:
    """Case CO-01, kilograms per kilogram of product."""
    expected = {"sm": 2.174273, "br2": 3.451478, "dcm": 7.229458, "naoh": 1.727899, "water": 17.455021, "c": 1.582324, "thf": 1.228991}

    found = needs(co_01().demands[0], base_value)

    assert {key: float(kg) for key, kg in found.items()} == pytest.approx(expected, abs=1e-6)


def test_a_branch_taken_twice_and_a_material_charged_twice_count_twice() -> None:
    route = Demand(
        "r",
        (
            step("a", "1", Intake("x", D(2))),
            step("b", "1", Intake("a", D(3))),
            step("c", "1", Intake("a", D(1)), Intake("b", D(1)), Intake("y", D(1)), Intake("y", D(2))),
        ),
    )

    assert needs(route, base_value) == {"y": 3, "x": 8}
    assert route.bought == {"x", "y"}


def test_a_lower_yield_takes_more_at_its_step_and_before_it() -> None:
    route = co_01().demands[0]
    before = needs(route, base_value)

    found = needs(route, lambda base, key: base / 2 if key == "yield/route/B" else base)

    ratio = {key: round(kg / before[key], 9) for key, kg in found.items()}
    assert ratio == {"sm": 2, "br2": 2, "dcm": 2, "naoh": 2, "water": 2, "c": 1, "thf": 1}


def test_a_route_at_other_yields_takes_what_a_draw_of_those_yields_takes() -> None:
    route = co_01().demands[0]

    moved = needs(route.at_yields(D("0.5")), base_value)
    drawn = needs(route, lambda base, key: base / 2 if key.startswith("yield/") else base)

    assert {key: round(kg, 20) for key, kg in moved.items()} == {key: round(kg, 20) for key, kg in drawn.items()}


def test_yields_are_moved_up_to_what_the_equation_gives() -> None:
    twofold = Step("a", "Dimer", fraction("0.4", low="0.3", high="0.45", most=D(".5")), (), most=D(".5"))
    route = Demand("r", (twofold,))

    assert route.at_yields(D("1.2")).steps[0].yield_fraction.high == D(".5")
    with pytest.raises(BadInput, match="Dimer would yield 104 %, more than the equation gives"):
        route.at_yields(D("1.3"))


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        ("circle", (step("a", "1", Intake("b", D(1))), step("b", "1", Intake("a", D(1))), step("c", "1", Intake("b", D(1))))),
        ("a, b", (step("a", "1", Intake("x", D(1))), step("b", "1", Intake("x", D(1))))),
        ("called a", (step("a", "1"), step("a", "1"))),
        ("Exactly one", ()),
    ],
)
def test_a_route_that_makes_not_one_product_is_refused(words: str, steps: tuple[Step, ...]) -> None:
    with pytest.raises(BadInput, match=words):
        Demand("r", steps)


@pytest.mark.parametrize(
    "changes",
    [
        {"kg_per_kg": D(-1)},
        {"kg_per_kg": D("NaN")},
        {"recycled_fraction": D(90)},
        {"recycled_fraction": D(1)},
        {"recycled_fraction": D("-.1")},
        {"low": D("1.1")},
        {"high": D(".9")},
    ],
)
def test_an_input_that_makes_no_sense_is_refused(changes: dict[str, Decimal]) -> None:
    with pytest.raises(BadInput):
        Demand("r", (step("a", "1", replace(Intake("x", D(1)), **changes)),))


def test_a_yield_of_more_than_the_stoichiometry_gives_is_refused() -> None:
    twofold = Step("a", "A", fraction("1.8", most=D(2)), (), most=D(2))

    assert Demand("r", (twofold,)).steps == (twofold,)
    with pytest.raises(BadInput):
        Demand("r", (replace(twofold, most=D(1)),))
    with pytest.raises(BadInput, match="above zero"):
        Demand("r", (step("a", ".5", low="0"),))
