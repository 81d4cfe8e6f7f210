"""What comes back of a material that is bought: taken off its cost, or recycled by the route, one of the two."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.refusals import BadInput
from process.costs.band import price_band
from process.costs.case import Case
from process.costs.control import firm_percent
from process.costs.demand import base_value
from process.costs.estimate import Estimate, estimate
from process.costs.figures import Figure, Source, price
from process.costs.keys import recovered_key
from process.costs.materials import Category, Tier
from process.costs.pictures import price_waterfall
from process.costs.results import by_source
from process.costs.roll_up import total_price
from process.costs.simulation import Settings, simulate
from process.costs.stored import plain, restored
from process.costs.tornado import tornado
from process.costs.variables import variables
from process.costs.waste import disposed, taken_off, without_sold
from process.routes.mass_balance import mass_balance
from process.routes.plain import Basis, Charge, Role, Route, Substance
from process.routes.plain import Step as RouteStep
from tests.process.costs.cases import TODAY, chf, small

D = Decimal
PRICE = D(120)  # of the starting material of the small case, up to 160
WORTH = st.decimals("0.01", PRICE, places=2)
STARTING = "Recovered value of Starting material"


def recovering(value: Figure, case: Case | None = None) -> Case:
    """Of the starting material."""
    case = case or small()
    return replace(case, materials=tuple(replace(each, recovered=value) if each.key == "sm" else each for each in case.materials))


def without_it() -> Case:
    """The small case by a route that needs no starting material."""
    (route,) = small().demands
    steps = (replace(each, intakes=tuple(one for one in each.intakes if one.of != "sm")) for each in route.steps)
    return replace(small(), demands=(replace(route, steps=tuple(steps)),), materials=small().materials[1:])


def unrounded(case: Case) -> Decimal:
    return total_price(case, base_value)


def credit_of(case: Case, phase: str = "pilot") -> Any:
    return next(each for each in estimate(case).known.lines if each.category == Category.RECOVERED and each.phase == phase)


def test_what_comes_back_is_taken_off_for_each_kilogram_that_is_charged() -> None:
    """20 kg by 1.4 × 2.5 kg/kg, 30 francs a kilogram; the overhead, contingency and margin of the material go with it."""
    found = credit_of(recovering(chf("30")))

    assert (found.label, found.quantity, found.unit, found.amount) == (STARTING, 70, "kg", D("-2100.00"))
    less = unrounded(small()) - unrounded(recovering(chf("30")))
    assert abs(less - 170 * D("3.5") * 30 * D("1.12") * D("1.08") / D(".7")) < D("1e-15")


def test_what_is_lost_before_the_vessel_or_left_in_the_pack_brings_nothing() -> None:
    case = small()
    packed = replace(case.materials[0], pack_kg=D(25), handling_loss_fraction=D(".2"))
    found = estimate(recovering(chf("30"), case=replace(case, materials=(packed, *case.materials[1:])))).known

    pilot = {each.category: each.quantity for each in found.lines if each.key.endswith("sm") and each.phase == "pilot"}
    assert pilot == {Category.MATERIALS: 100, Category.RECOVERED: 70}  # 87.5 kg are needed


def test_it_is_converted_once_by_the_rate_of_the_day() -> None:
    euros = price("30", "EUR", "kg", source=Source.QUOTE, on=TODAY)

    assert (credit_of(recovering(euros)).amount, credit_of(recovering(euros)).rate) == (D("-1974.00"), small().rates[0])


@given(WORTH, st.decimals("0.1", "500", places=3), st.integers(1, 9))
def test_contributions_sum_to_the_total_to_the_cent(worth: Decimal, batch_kg: Decimal, batches: int) -> None:
    found = estimate(recovering(chf(worth)).at("pilot", batch_kg=batch_kg, batches=batches)).known

    back = found.by_category[Category.RECOVERED]
    sums = [sum(each.amount for each in found.lines), sum(found.by_category.values()), sum(found.by_source.values()) + back]
    assert sums == [found.built.direct] * 3
    assert found.recovered == back < 0
    assert abs(sum(each.share or 0 for each in found.lines) - 1) < D("1e-20")


@given(WORTH, st.integers(1, 9))
def test_twice_the_kilograms_bring_twice_as_much(worth: Decimal, batches: int) -> None:
    cases = (small().at("validation", batches=0).at("pilot", batches=number) for number in (batches, 2 * batches))
    once, twice = (unrounded(case) - unrounded(recovering(chf(worth), case=case)) for case in cases)

    assert once > 0 and abs(twice - 2 * once) < D("1e-15")


@given(WORTH, WORTH)
def test_more_that_comes_back_never_raises_the_price(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))

    assert estimate(recovering(chf(high))).known.price <= estimate(recovering(chf(low))).known.price < estimate(small()).known.price


@given(WORTH, st.decimals("0.05", "0.95", places=2))
def test_splitting_an_input_in_two_changes_nothing(worth: Decimal, share: Decimal) -> None:
    case = recovering(chf(worth))
    (route,) = case.demands
    first, *others = route.steps
    halves = [replace(each, kg_per_kg=each.kg_per_kg * part) for each in first.intakes for part in (share, 1 - share)]

    split = replace(case, demands=(replace(route, steps=(replace(first, intakes=tuple(halves)), *others)),))

    assert abs(unrounded(split) - unrounded(case)) < D("1e-15")


def test_a_case_in_which_nothing_comes_back_is_hashed_and_read_as_before() -> None:
    case, kept = small(), plain(small())
    for each in kept["materials"]:
        del each["recovered"]  # as it was stored before

    assert restored(Case, kept) == case
    assert "recovered" not in json.dumps(plain(case, hashed=True))
    assert plain(recovering(chf("30")), hashed=True)["materials"][0]["recovered"]["base"] == "30"


def test_what_is_stored_is_read_back_as_it_was() -> None:
    answer = estimate(recovering(chf("30", low="20", high="40")))
    stored = json.loads(json.dumps(plain(answer)))

    assert restored(Case, stored["inputs"]["case"]) == answer.inputs["case"]
    assert restored(Estimate, stored["value"]) == answer.known


def test_where_it_has_a_range_it_moves_the_price_the_other_way() -> None:
    case = recovering(chf("60", low="20", high="100"))
    bar = next(each for each in tornado(case).known.bars if each.variable.key == recovered_key("sm"))
    settings = Settings(seed=7, draws=500)

    assert (bar.variable.label, bar.variable.unit) == (STARTING, "CHF/kg")
    ends = [unrounded(recovering(chf(each))).quantize(D("0.01")) for each in ("20", "100")]
    assert [bar.at_low, bar.at_high] == ends == sorted(ends, reverse=True)
    assert price_band(case).known.width > price_band(recovering(chf("60"))).known.width
    assert simulate(case, settings).known != simulate(recovering(chf("60")), settings).known
    assert variables(recovering(chf("60"))) == variables(small())


def test_however_its_price_falls_no_more_comes_back_of_a_material_than_it_costs() -> None:
    """95 to 160 francs a kilogram, of which up to 160 come back: at best it costs nothing, in the extremes of the band and in each draw."""
    case = recovering(chf("110", low="60", high="160"))
    free, settings = price_band(without_it()).known, Settings(seed=7, draws=500)

    assert price_band(case).known.lowest == free.lowest
    assert simulate(case, settings).known.bins[0].low >= free.lowest
    bar = next(each for each in tornado(case).known.bars if each.variable.key == recovered_key("sm"))
    assert bar.at_high == unrounded(without_it()).quantize(D("0.01"))


def test_the_draws_say_what_is_too_wide_in_them() -> None:
    def stated(case: Case) -> list[bool]:
        return ["the spread is too wide instead" in str(each) for each in simulate(case, Settings(seed=7, draws=500)).warnings]

    assert (any(stated(recovering(chf("30")))), any(stated(small()))) == (True, False)


def test_it_has_no_share_of_what_is_paid_and_a_row_of_its_own() -> None:
    """Everything is quoted, and what comes back is assumed: 17,850 of it."""
    case = recovering(price("30", "CHF", "kg", on=TODAY))
    found = estimate(case).known

    rows = list(by_source(found))

    assert firm_percent(found.by_source) == 100
    assert [row[2] for row in rows] == [100, None]
    assert rows[-1][:2] == ("Recovered value, taken off", D("-17850.00"))
    assert [row[0] for row in by_source(estimate(small()).known)] == ["Quote"]


def test_the_waterfall_takes_it_off_the_materials() -> None:
    case = recovering(chf("30"))
    rows = price_waterfall(estimate(case).known, case.terms).rows

    assert [row[0] for row in rows[:3]] == ["Raw materials", "Solvents", "Recovered value"]
    assert rows[2][1] == "−CHF 17,850"


@pytest.mark.parametrize(
    ("worth", "words"),
    [
        ({"base": "120"}, ""),
        ({"base": "120.01"}, "120 CHF"),
        ({"base": "100", "high": "160"}, ""),
        ({"base": "100", "high": "161"}, "160 CHF"),
    ],
)
def test_no_more_comes_back_than_it_costs(worth: dict[str, str], words: str) -> None:
    """Base against base, highest against highest."""
    case = recovering(chf(**worth))

    if words:
        with pytest.raises(BadInput, match=f"Starting material: more would be recovered of a kilogram than it costs, {words}"):
            estimate(case)
    else:
        assert estimate(case).known.price > 0


def test_the_price_at_which_it_is_ordered_is_what_counts() -> None:
    case = small()
    cheaper = replace(case.materials[0], tiers=(Tier(D(200), chf("50")),), recovered=chf("60"))
    case = replace(case, materials=(cheaper, *case.materials[1:]))

    assert estimate(case.at("validation", batches=0)).known.price > 0
    with pytest.raises(BadInput, match="than it costs, 50 CHF"):
        estimate(case)


def test_what_the_route_recycles_has_no_recovered_value() -> None:
    (route,) = small().demands
    recycling = [replace(each, intakes=tuple(replace(one, recycled_fraction=D(".5")) for one in each.intakes)) for each in route.steps]
    case = replace(small(), demands=(replace(route, steps=tuple(recycling)),))

    assert estimate(case).known.price > 0
    with pytest.raises(BadInput, match="Step one takes part of Starting material from recycling"):
        recovering(chf("30"), case=case)


def a_route() -> Route:
    """A hydrogenation in a solvent over a catalyst, which weighs less than its product without the hydrogen."""
    start = Charge("1", Substance("start", "Start", 100.0), Role.REACTANT, 1.0, is_limiting=True)
    solvent = Charge("2", Substance("thf", "Tetrahydrofuran"), Role.SOLVENT, 10.0, Basis.KG_PER_KG)
    catalyst = Charge("3", Substance("pd", "Palladium on carbon"), Role.CATALYST, 0.05, Basis.KG_PER_KG)
    return Route((RouteStep("a", "Hydrogenation", Substance("api", "API", 100.0), 0.8, (start, solvent, catalyst)),))


def test_what_is_sold_is_no_waste_and_what_is_left_of_a_reactant_stays_some() -> None:
    balance = mass_balance(a_route(), 80.0).known

    found = {key: without_sold(balance, {key}) for key in ("thf", "pd", "start", "nothing")}

    assert found["nothing"] == found["start"] == balance.waste
    assert taken_off(balance, {"pd", "start", "thf", "nothing"}) == ("Tetrahydrofuran", "Palladium on carbon")
    assert (found["thf"].solvent, found["thf"].other) == (0.0, balance.waste.other)
    assert (found["pd"].solvent, found["pd"].other) == (balance.waste.solvent, pytest.approx(balance.waste.other - 5))


@given(st.lists(st.floats(0.1, 20), min_size=2, max_size=5))
def test_of_a_class_that_is_all_sold_nothing_is_left(amounts: list[float]) -> None:
    solvents = [
        Charge(f"s{place}", Substance(f"s{place}", "Solvent"), Role.SOLVENT, each, Basis.KG_PER_KG) for place, each in enumerate(amounts)
    ]
    route = a_route()
    (step,) = route.steps
    balance = mass_balance(replace(route, steps=(replace(step, charges=(step.charges[0], *solvents)),)), 7.0).known

    left = without_sold(balance, {each.substance.key for each in solvents})

    assert [each.waste for each in disposed(left, {})] == ["other"]
