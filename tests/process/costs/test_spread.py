"""Band, tornado, simulation: how far the price may be from what was estimated."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from audit.refusals import BadInput
from process.costs.band import price_band
from process.costs.case import Case, Inclusion, Scale, Terms
from process.costs.demand import Demand, Intake, base_value
from process.costs.materials import Material
from process.costs.pictures import price_tornado
from process.costs.roll_up import total_price
from process.costs.simulation import Settings, below_pct, drawn, simulate
from process.costs.tornado import tornado
from process.costs.variables import variables
from tests.process.costs.cases import TODAY, chf, co_01, large, small, step, with_price

D = Decimal
FEW = Settings(seed=7, draws=500)
ENDS = st.tuples(st.decimals("0.5", "1", places=2), st.decimals("1", "2", places=2))


def spread(case: Case, key: str, low: Decimal, high: Decimal) -> Case:
    materials = (
        replace(each, price=chf(each.price.base, low=each.price.base * low, high=each.price.base * high)) if each.key == key else each
        for each in case.materials
    )
    return replace(case, materials=tuple(materials))


def test_the_tornado_is_ranked_by_swing_and_names_the_three_that_matter() -> None:
    found = tornado(small()).known
    swings = [bar.swing for bar in found.bars]

    assert swings == sorted(swings, reverse=True) and swings[-1] >= 0
    assert [bar.variable.key for bar in found.matter] == ["price/sm", "quantity/labour", "yield/r1/one"]
    assert len(found.bars) == len(variables(small())) == 8


def test_each_bar_is_the_price_of_the_case_recomputed() -> None:
    case = small()
    bar = next(bar for bar in tornado(case).known.bars if bar.variable.key == "price/sm")

    again = [total_price(with_price(case, "sm", each), base_value) for each in (D(95), D(160))]

    assert [bar.at_low, bar.at_high] == [each.quantize(D("0.01")) for each in again]


def test_a_lower_yield_is_the_dear_end() -> None:
    bar = next(bar for bar in tornado(small()).known.bars if bar.variable.key == "yield/r1/one")

    assert bar.at_low > tornado(small()).known.base > bar.at_high


def test_the_band_holds_the_base_and_its_extremes_hold_the_band() -> None:
    band = price_band(small()).known

    assert band.lowest < band.low < band.base < band.high < band.highest
    assert band.base == tornado(small()).known.base


def test_figures_that_multiply_do_not_carry_the_band_beyond_its_extremes() -> None:
    """Four times at most a half taken off: a sixteenth is left, not nothing."""
    halved = Intake("x", D(1), low=D(".5"))
    route = Demand("r", (step("a", ".5", halved, high="1"),))
    scales = (Scale("pilot", "Pilot", D(1), 1, "r", low=D(".5")),)
    case = Case("CHF", TODAY, scales, demands=(route,), materials=(Material("x", "X", chf("100", low="50")),))

    band = price_band(case).known

    assert (band.lowest, band.low, band.base, band.high) == (D("6.25"), D("6.25"), 100, 100)


def test_what_moves_nothing_does_not_matter() -> None:
    case = small()
    nothing = replace(case, scales=tuple(replace(each, batches=0) for each in case.scales), lines=case.lines[1:])
    found = tornado(nothing).known

    assert len(found.bars) > 3 and found.matter == ()
    assert price_tornado(found, "CHF", price=found.base).rows == ()


def test_an_optional_line_does_not_move_the_price() -> None:
    case = small()
    optional = replace(case, lines=tuple(replace(each, inclusion=Inclusion.OPTIONAL) for each in case.lines))

    assert {each.key.split("/")[0] for each in variables(optional)} == {"yield", "price", "use"}


def test_what_is_done_once_does_not_grow_with_the_output() -> None:
    case = small()
    unsure = replace(case, scales=(replace(case.scales[0], low=D(".5"), high=D(2)), *case.scales[1:]))

    assert price_band(unsure).known == price_band(case).known


@pytest.mark.parametrize("compute", [tornado, lambda case: simulate(case, FEW)])
def test_where_nothing_is_uncertain_there_is_no_answer_but_a_reason(compute: object) -> None:
    answer = compute(co_01())  # type: ignore[operator]

    assert answer.value is None and answer.reason and answer.algorithm.startswith("cost.")


def test_a_certain_price_has_a_band_of_no_width() -> None:
    band = price_band(co_01()).known

    assert band.width == 0 and band.lowest == band.base == band.highest


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    first, again, other = (simulate(small(), settings).known for settings in (FEW, FEW, Settings(seed=8, draws=500)))

    assert first == again
    assert other.quantiles != first.quantiles


def test_draws_have_the_mean_of_their_triangle_and_stay_within_its_ends() -> None:
    case = spread(small(), "sm", D(".8"), D("1.5"))
    (variable,) = [each for each in variables(case) if each.key == "price/sm"]

    values = drawn([variable], Settings(1, 100_000))["price/sm"]

    assert values.mean() == pytest.approx((96 + 120 + 180) / 3, rel=2e-3)
    assert 96 <= values.min() < values.max() <= 180


def test_a_simulation_says_what_it_assumes() -> None:
    found = simulate(small(), FEW)
    value, stated = found.known, [str(each) for each in found.warnings]

    assert sum(each.count for each in value.bins) == 500
    assert value.quantiles[5] < value.quantiles[50] < value.quantiles[95]
    assert stated[0].startswith("500 draws of 8 figures with the seed 7, each triangular")
    assert "independently" in stated[1] and stated[2].startswith("Risks count")


def test_the_price_lies_where_so_many_draws_are_below_it() -> None:
    assert below_pct(np.array([90.0, 99.999, 100.001, 110.0]), 100) == 25  # what differs by less than a cent is the same price
    assert below_pct(np.broadcast_to(np.array(100.0), 10), 100.0000001) == 0


def test_the_price_of_the_scenario_is_placed_among_the_draws() -> None:
    dearer, cheaper = (simulate(spread(small(), "sm", *ends), FEW).known for ends in ((D(1), D(9)), (D(".1"), D(1))))

    assert dearer.base == cheaper.base == tornado(small()).known.base
    assert dearer.below_pct < 10 < 50 < cheaper.below_pct
    found = simulate(small(), FEW).known
    assert [found.base > price for price in found.quantiles.values()] == [found.below_pct > percent for percent in found.quantiles]


def test_the_median_of_many_draws_lies_in_the_band() -> None:
    case = large(6, 20)
    band, found = price_band(case).known, simulate(case, Settings(1, 2000)).known

    assert band.low < found.quantiles[50] < band.highest


@pytest.mark.parametrize("draws", [0, 1, 2_000_000])
def test_too_few_or_too_many_draws_are_refused(draws: int) -> None:
    with pytest.raises(BadInput):
        simulate(small(), Settings(1, draws))


def test_money_and_draws_come_to_the_same_price() -> None:
    """One formula serves both: at the base of every figure the columns of the tornado hold the exact price."""
    case = replace(small(), terms=Terms(D(".1"), D(".2"), D(".3")))
    exact, base = total_price(case, base_value), tornado(case).known.base

    assert np.isclose(float(exact), float(base), atol=0.006)


@hypothesis_settings(max_examples=40)
@given(ENDS, ENDS, st.decimals("0", "0.95", places=2))
def test_a_swing_is_never_negative_and_the_band_always_holds_the_base(one: tuple, other: tuple, margin: Decimal) -> None:
    case = spread(spread(small(), "sm", *one), "thf", *other)
    case = replace(case, terms=Terms(margin_fraction=margin))
    band = price_band(case).known

    assert all(bar.swing >= 0 for bar in tornado(case).known.bars)
    assert band.lowest <= band.low <= band.base <= band.high <= band.highest


@hypothesis_settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_no_draw_leaves_the_extremes_of_the_band(seed: int) -> None:
    band, found = price_band(small()).known, simulate(small(), Settings(seed, 200)).known

    assert band.lowest <= found.bins[0].low <= found.bins[-1].high <= band.highest


def test_an_output_that_is_not_agreed_moves_the_price() -> None:
    case = small()
    scales = tuple(replace(each, low=D(".5"), high=D(2)) if each.phase == "validation" else each for each in case.scales)

    assert price_band(replace(case, scales=scales)).known.width > price_band(case).known.width
