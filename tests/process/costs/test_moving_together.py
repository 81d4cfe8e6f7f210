"""What one row of a plan says by one low and high of all its costs moves them together: in the band, the tornado and the simulation."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from process.costs.band import price_band
from process.costs.case import Case, Line, Scale
from process.costs.figures import quantity
from process.costs.materials import Category
from process.costs.rates import Rate
from process.costs.simulation import Settings, simulate
from process.costs.stored import plain, restored
from process.costs.tornado import tornado
from process.costs.variables import variables
from process.models import CostAssessment, CostLine
from tests.process.costs.cases import TODAY, chf, small
from tests.process.costs.story import LABOUR, change, enter

D = Decimal
NAMES = ("Vessel", "Cleaning", "Operators", "Waste")


def four(spread: str) -> Case:
    """Of 2,500 each, which may become 3,750."""
    rate = chf("250", "h", low="225", high="375")
    lines = tuple(Line(name, name, "pilot", Category.OCCUPANCY, quantity("10", "h"), rate, spread=spread) for name in NAMES)
    return Case("CHF", TODAY, (Scale("pilot", "Pilot"),), lines=lines)


def test_the_band_is_as_wide_as_the_row_says() -> None:
    together, apart = price_band(four("operation 1")).known, price_band(four("")).known

    assert (together.low, together.base, together.high) == (9000, 10000, 15000)
    assert (apart.low, apart.high) == (9500, 12500)
    assert (together.lowest, together.highest) == (apart.lowest, apart.highest) == (9000, 15000)


def test_the_tornado_has_one_bar_of_the_row() -> None:
    (bar,) = tornado(four("operation 1")).known.bars

    assert (bar.variable.label, bar.swing) == ("Rates of Vessel, Cleaning, Operators … together", 6000)
    assert (bar.variable.low, bar.variable.high, bar.variable.unit) == (D("0.9"), D("1.5"), "1")


def test_a_row_of_one_cost_is_named_by_it_and_two_rows_move_apart() -> None:
    case = four("operation 1")
    others = replace(case, lines=(*case.lines[:3], replace(case.lines[3], spread="operation 2")))

    assert [str(each.label) for each in variables(others)] == ["Rates of Vessel, Cleaning, Operators together", "Rate of Waste"]


def test_the_costs_of_an_operation_are_named_by_it() -> None:
    case = four("operation 1")
    lines = tuple(replace(line, label=f"Step 1: coupling: {line.label}") for line in case.lines)

    assert [str(each.label) for each in variables(replace(case, lines=lines))] == ["All rates of Step 1: coupling"]


def test_every_draw_moves_them_together() -> None:
    together, apart = (simulate(four(spread), Settings(seed=7)) for spread in ("operation 1", ""))

    assert together.known.quantiles[95] - together.known.quantiles[5] > 1.9 * float(apart.known.quantiles[95] - apart.known.quantiles[5])
    words = "The rates of what one row of a sheet says by one low and high move together."
    assert [words in {fault.words for fault in found.warnings} for found in (together, apart)] == [True, False]


def test_lines_in_another_currency_move_by_the_same_share() -> None:
    case = four("operation 1")
    euros = replace(case.lines[0], price=replace(case.lines[0].price, currency="EUR"))
    converted = replace(case, lines=(euros, *case.lines[1:]), rates=(Rate("EUR", "CHF", D(2), TODAY, "bank"),))

    assert price_band(converted).known.high == D("1.5") * (2 * 2500 + 3 * 2500)


def test_a_line_that_moves_alone_is_hashed_as_before_there_was_anything_to_move_with() -> None:
    assert "spread" not in plain(small(), hashed=True)["lines"][0]
    case = four("operation 1")
    assert restored(Case, plain(case)) == case


@pytest.mark.django_db
@pytest.mark.parametrize(("said", "spread"), [({"price_high": "130"}, ""), ({"price": "110"}, ""), ({"note": "Seen."}, "operation 1")])
def test_a_rate_that_is_typed_over_moves_alone_from_then_on(scenario: CostAssessment, said: dict[str, str], spread: str) -> None:
    assert not enter(scenario, LABOUR | {"price_high": "180"}).errors
    CostLine.objects.update(spread="operation 1", planned_by="production", source="sheet")
    row = scenario.lines.get()

    assert not change(scenario, row, said, "cost-lines").errors

    assert CostLine.objects.get().spread == spread
