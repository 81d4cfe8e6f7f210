from dataclasses import replace
from decimal import Decimal

import pytest

from audit.refusals import BadInput
from process.costs.case import Basis
from process.costs.estimate import estimate
from process.costs.materials import Category
from process.costs.offer import Break, Clause, course_price, price_change, quantity_breaks, rate_card, require_falling, rising
from tests.process.costs.cases import chf, line, small

D = Decimal
USAGE, BASE = {"sm": D("2.5"), "thf": D(12)}, {"sm": D(100), "thf": D(4)}


def breaks(*quantities: str) -> tuple[Break, ...]:
    return quantity_breaks(small(), "validation", [D(each) for each in quantities]).known


def test_a_larger_quantity_shares_the_fixed_costs() -> None:
    found = breaks("150", "50", "100")

    assert [each.quantity_kg for each in found] == [50, 100, 150]
    assert found[0].price_per_kg > found[1].price_per_kg > found[2].price_per_kg
    assert {each.fixed for each in found} == {D("82944.00")}  # the dossier, built up
    assert all(abs(each.fixed / each.quantity_kg + each.variable_per_kg - each.price_per_kg) < D("0.01") for each in found)
    assert found[2].total == estimate(small()).known.phases[2].built.price


@pytest.mark.parametrize(("paid", "expected"), [(True, "12142.86"), (False, "5000.00")])
def test_fixed_is_what_is_passed_on_once_and_the_paid_risk(paid: bool, expected: str) -> None:
    freight = replace(line("freight", "pilot", Category.OUTSIDE, "1", "lot", "5000"), at_cost=True)
    case = replace(small(), lines=(*small().lines, freight), terms=replace(small().terms, risk_in_price=paid))

    assert quantity_breaks(case, "pilot", [D(10)]).known[0].fixed == D(expected)


def test_a_price_that_rises_with_the_quantity_must_be_confirmed() -> None:
    plant = line("plant", "validation", Category.OCCUPANCY, "960", "h", "2600", basis=Basis.BATCH)
    case = replace(small(), lines=(*small().lines[:3], plant))
    answer = quantity_breaks(case, "validation", [D(50), D(51)])

    assert answer.warnings == ("From 50 to 51 kg the price per kilogram rises.",)
    assert len(rising(answer.known)) == 1
    with pytest.raises(BadInput):
        require_falling(answer.known, confirmed=False)
    require_falling(answer.known, confirmed=True)


@pytest.mark.parametrize(("phase", "quantity"), [("small_scale", "1"), ("validation", "0"), ("validation", "-5")])
def test_without_a_batch_size_or_a_quantity_there_are_no_breaks(phase: str, quantity: str) -> None:
    found = quantity_breaks(small(), phase, [D(quantity)])

    assert found.value is None and found.reason


@pytest.mark.parametrize(
    ("new", "only_excess", "expected"),
    [
        ({"sm": "104", "thf": "4"}, False, "0"),  # within five per cent
        ({"sm": "105", "thf": "4"}, False, "0"),  # on its edge
        ({"sm": "110", "thf": "4"}, False, "25.0"),
        ({"sm": "110", "thf": "4"}, True, "12.5"),
        ({"sm": "90", "thf": "4"}, True, "-12.5"),
        ({"sm": "110", "thf": "3"}, False, "13.0"),
    ],
)
def test_the_material_clause_counts_what_leaves_the_dead_band(new: dict[str, str], only_excess: bool, expected: str) -> None:
    found = price_change(USAGE, BASE, {key: D(each) for key, each in new.items()}, Clause(D(".05"), only_excess))

    assert found.known == D(expected)


def test_the_material_clause_says_which_price_is_missing_and_refuses_a_percentage() -> None:
    assert price_change(USAGE, BASE, {"sm": D(1)}, Clause(D(0))).reason.endswith(": thf.")
    with pytest.raises(BadInput):
        price_change(USAGE, BASE, BASE, Clause(D(5)))


def test_a_change_order_rate_is_built_up_as_the_price_is() -> None:
    (card,) = rate_card({"Chemist": chf("110", "h")}, small().terms)

    assert (card.label, card.per, card.cost, card.rate, card.currency) == ("Chemist", "h", 110, D("190.08"), "CHF")


def test_a_course_costs_what_the_public_study_says() -> None:
    """Case QU-01: sofosbuvir, 400 mg a day for 84 days, USD 2501 a kilogram."""
    found = course_price(D("0.4"), 84, D(2501), packaging=3 * D("0.35"))

    assert abs(found - D("178.05")) <= D("0.01")
