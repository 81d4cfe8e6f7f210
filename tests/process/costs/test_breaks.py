"""Suppliers' price lists: of what is needed, or up to a break above it, a phase orders what costs least in all."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.refusals import BadInput
from process.costs.band import price_band
from process.costs.case import Case, Scale
from process.costs.demand import Demand, Intake, base_value
from process.costs.estimate import estimate
from process.costs.figures import fraction
from process.costs.keys import output_key, yield_key
from process.costs.materials import Category, Material, Tier, cheapest_order
from process.costs.purchases import orders
from process.costs.roll_up import total_price
from process.costs.simulation import Settings, simulate
from process.costs.stored import plain, restored
from process.costs.tornado import tornado
from process.costs.variables import drawn_value, variables
from tests.process.costs.cases import TODAY, chf, step

D = Decimal
PRICES = [D(100), D(80), D(60)]
TIERS = (Tier(D(5), chf("80", low="70", high="90")), Tier(D(10), chf("60")))
YIELD = st.decimals("0.05", "1", places=3)
HAIR = D("1e-12")  # what a division of 28 digits leaves


def listed(**material: object) -> Material:
    """CHF 100 for a kilogram, 80 from 5 kg on, 60 from 10 kg on."""
    return Material("x", "X", chf("100"), **({"tiers": TIERS, "up_to_breaks": True} | material))  # type: ignore[arg-type]


def in_drums(**drum: Decimal) -> Material:
    """CHF 100 for a kilogram in packs of 1 kg, 60 from 10 kg on in drums of 25."""
    return listed(pack_kg=D(1), tiers=(Tier(D(10), chf("60"), **({"pack_kg": D(25)} | drum)),))


def a_pilot(*materials: Material, kg: Decimal | str = "1", y: Decimal | str = "1", other: Decimal | str = "1") -> Case:
    """One batch in two steps; the first takes in the first material, the second the others."""
    first, *rest = materials
    one = replace(step("one", "1", Intake(first.key, 1 / D(y))), yield_fraction=fraction(D(y)))
    two = [Intake("one", 1 / D(other)), *(Intake(each.key, D(".8") / D(other)) for each in rest)]
    route = Demand("r", (one, replace(step("two", "1", *two), yield_fraction=fraction(D(other)))))
    return Case("CHF", TODAY, (Scale("pilot", "Pilot", D(kg), 1, "r"),), demands=(route,), materials=materials)


def unrounded(case: Case) -> Decimal:
    return total_price(case, base_value)


@pytest.mark.parametrize(
    ("needed", "bought", "price"),
    [("3", "3", 300), ("4", "4", 400), ("4.5", "5", 400), ("5", "5", 400), ("7.5", "7.5", 600), ("9.9", "10", 600), ("11", "11", 660)],
)
def test_a_phase_buys_up_to_a_break_where_that_costs_less(needed: str, bought: str, price: int) -> None:
    (line,) = estimate(a_pilot(listed(), kg=needed)).known.lines

    assert (line.quantity, line.amount) == (D(bought), price)
    assert total_price(a_pilot(listed(), kg=needed), drawn_value({})) == pytest.approx(price)


@pytest.mark.parametrize(
    ("needed", "pack", "least", "bought"),
    [
        ("7.5", "2", "0", "10"),
        ("6", "4", "0", "8"),
        ("2", "4", "0", "4"),
        ("2", "0", "8", "10"),
        ("9", "0", "12", "12"),
        ("0", "4", "8", "0"),
    ],
)
def test_up_to_a_break_packs_and_smallest_orders_count_too(needed: str, pack: str, least: str, bought: str) -> None:
    material = listed(pack_kg=D(pack), minimum_kg=D(least))

    found, price = cheapest_order(D(needed), material, PRICES)
    drawn, drawn_price = (np.broadcast_to(each, 1) for each in cheapest_order(np.array([float(needed)]), material, PRICES))

    assert found == D(bought)
    assert (float(found), float(price)) == (drawn[0], drawn_price[0])


@pytest.mark.parametrize(
    ("needed", "bought", "price"),
    [
        ("9", "9", 900),
        ("12", "12", 1200),
        ("15", "15", 1500),
        ("15.1", "25", 1500),
        ("24", "25", 1500),
        ("26", "26", 2600),
        ("45", "50", 3000),
    ],
)
def test_a_break_is_sold_in_its_own_packs_and_the_small_pack_beside_it(needed: str, bought: str, price: int) -> None:
    (line,) = estimate(a_pilot(in_drums(), kg=needed)).known.lines

    assert (line.quantity, line.amount) == (D(bought), price)
    assert total_price(a_pilot(in_drums(), kg=needed), drawn_value({})) == pytest.approx(price)


def test_a_break_has_its_own_smallest_order() -> None:
    """From 10 kg on, and at least 20 of it: 12 kg are bought by the kilogram."""
    listing = listed(tiers=(Tier(D(10), chf("60"), minimum_kg=D(20)),))

    assert [estimate(a_pilot(listing, kg=each)).known.price for each in ("11", "12", "13")] == [1100, 1200, 1200]


def test_what_is_said_of_an_order_is_of_the_break_by_which_it_is_bought() -> None:
    case = a_pilot(in_drums(), kg="16")

    (order,) = orders(case)
    assert order.break_words == "25 kg for 1,500.00 CHF instead of 16 kg for 1,600.00 CHF"
    assert [each.price.base for each in estimate(a_pilot(in_drums(), kg="12")).known.lines] == [100]


def test_packs_that_no_float_holds_reach_a_dearer_break_in_each_draw_too() -> None:
    """24 packs of 0.35 kg are 8.40 kg, and from there on a kilogram costs 2.26: two more packs come at 1.74."""
    material = listed(tiers=(Tier(D("8.40"), chf("2.26")), Tier(D("10.15"), chf("1.74")), Tier(D("12.25"), chf("3"))), pack_kg=D(".35"))
    prices = [D("1.10"), D("2.26"), D("1.74"), D(3)]

    kg, price = cheapest_order(np.array([1.0, 8.4]), material, prices)

    assert cheapest_order(D("8.40"), material, prices) == (D("10.15"), D("1.74"))
    assert kg * price == pytest.approx([1.155, 17.661])


def test_an_order_that_reaches_a_dearer_break_has_its_price() -> None:
    rising = listed(tiers=(Tier(D(10), chf("110")),))

    assert [estimate(a_pilot(rising, kg=each)).known.price for each in ("9", "10")] == [900, 1100]


@pytest.mark.parametrize(
    ("needed", "pack", "words"),
    [
        ("9.9", "0", "Pilot: X is bought up to a price break, 10 kg for 600.00 CHF instead of 9.9 kg for 792.00 CHF."),
        ("7.5", "2", "Pilot: X is bought up to a price break, 10 kg for 600.00 CHF instead of 8 kg for 640.00 CHF; 7.5 kg are needed."),
        ("7", "3", "Pilot: 9 kg of X must be bought, 7 kg are needed."),
    ],
)
def test_what_is_bought_up_to_a_break_says_instead_of_what(needed: str, pack: str, words: str) -> None:
    assert words in [str(each) for each in estimate(a_pilot(listed(pack_kg=D(pack)), kg=needed)).warnings]


def test_the_price_by_which_is_ordered_is_the_one_that_varies() -> None:
    by_size = {each: [found.key for found in variables(a_pilot(listed(), kg=each))] for each in ("3", "4.5", "7.4", "7.6")}

    assert by_size == {"3": [], "4.5": ["price/x/5"], "7.4": ["price/x/5"], "7.6": []}


def test_the_prices_of_a_list_move_together() -> None:
    """For 7 kg the break from 5 kg on is ordered by; a half dearer, that from 10 kg on is dearer too, and stays the dearer order."""
    wide = listed(tiers=(Tier(D(5), chf("80", high="120")), TIERS[1]))
    (bar,) = tornado(a_pilot(wide, kg="7")).known.bars

    assert (bar.at_low, bar.at_high) == (560, 840)


def test_each_draw_orders_what_costs_least_for_what_it_needs() -> None:
    """A tornado, a band and a draw say what the estimate says of the same case."""
    scales = (Scale("pilot", "Pilot", D("9.9"), 1, "r", low=D(".5"), high=D(2)),)
    case = replace(a_pilot(listed()), scales=scales)
    sizes = ("4.95", "7.425", "9.9", "9.99", "19.8")

    drawn = total_price(case, drawn_value({output_key("pilot"): np.array([float(each) / 9.9 for each in sizes])}))

    assert drawn == pytest.approx([float(unrounded(a_pilot(listed(), kg=each))) for each in sizes])
    (bar,) = tornado(case).known.bars
    assert (bar.at_low, bar.at_high) == (400, 1188)
    assert (price_band(case).known.lowest, price_band(case).known.highest) == (400, 1188)
    answer = simulate(case, Settings(seed=7, draws=500))
    assert answer == simulate(case, Settings(seed=7, draws=500))
    assert 400 <= answer.known.bins[0].low < answer.known.bins[-1].high <= 1188
    assert any("buys by it what costs least" in str(each) for each in answer.warnings)


def test_what_was_fixed_before_breaks_were_bought_up_to_stays_as_it_was() -> None:
    case = a_pilot(listed(), kg="9.9")
    kept = json.loads(json.dumps(plain(case)))
    del kept["materials"][0]["up_to_breaks"]  # as it was stored before

    before = restored(Case, kept)

    assert (estimate(before).known.price, estimate(case).known.price) == (792, 600)
    assert [str(each) for each in estimate(before).warnings if "break" in str(each)] == []
    assert total_price(before, drawn_value({})) == pytest.approx(792)
    assert "up_to_breaks" not in json.dumps(plain(before, hashed=True))
    assert plain(before, hashed=True)["materials"][0]["tiers"][1].keys() == {"from_kg", "price"}


def test_no_more_comes_back_than_a_charged_kilogram_costs_with_all_that_is_bought() -> None:
    """6.5 kg are charged and 10 bought for 600: of each kilogram that is charged up to 92.30 can come back."""
    tiers = (Tier(D(10), chf("60")),)

    prices = [estimate(a_pilot(listed(recovered=chf(each), tiers=tiers), kg="6.5")).known.price for each in ("50", "70", "92.30")]

    assert prices == [D("275.00"), D("145.00"), D("0.05")]
    with pytest.raises(BadInput, match=r"more would be recovered of a kilogram than it costs, 92\.31 CHF"):
        estimate(a_pilot(listed(recovered=chf("92.31"), tiers=tiers), kg="6.5"))


def test_in_no_draw_more_comes_back_than_is_paid() -> None:
    """600 francs are paid; of 6.5 kg come back up to 90 francs a kilogram; at 300 nothing is left to pay."""
    wide = replace(a_pilot(listed(recovered=chf("70", high="90"), tiers=(Tier(D(10), chf("60", low="30", high="90")),)), kg="6.5"))

    drawn = total_price(wide, drawn_value({"recovered/x": np.array([70.0, 90.0, 90.0]), "price/x/10": np.array([60.0, 60.0, 30.0])}))

    assert drawn == pytest.approx([145, 15, 0])


def test_a_better_yield_pays_no_more_for_a_material_but_less_of_it_comes_back() -> None:
    """10 kg are bought for 600 either way: of 10 that are charged 500 come back, of 9 only 450; the tenth stays in the pack."""
    found = [estimate(a_pilot(listed(recovered=chf("50")), kg=each)).known for each in ("10", "9")]

    assert [(each.by_category[Category.MATERIALS], each.recovered, each.price) for each in found] == [(600, -500, 100), (600, -450, 150)]


@st.composite
def materials(draw: st.DrawFn, key: str = "x") -> Material:
    """With any price list, falling or not, in any packs."""
    kg, price = st.decimals("0.5", "60", places=2), st.decimals("0.01", "200", places=2)
    packs = st.sampled_from([D(0), D(".35"), D(".57"), D(1), D("2.5"), D(25)])
    own_packs, own_minimum = st.none() | packs, st.none() | st.sampled_from([D(5), D(20)])
    tiers = {each: draw(price) for each in draw(st.lists(kg, max_size=4, unique=True))}
    return Material(
        key,
        key,
        chf(draw(price)),
        tiers=tuple(Tier(start, chf(each), draw(own_packs), draw(own_minimum)) for start, each in tiers.items()),
        pack_kg=draw(packs),
        minimum_kg=draw(st.sampled_from([D(0), D(3), D(12)])),
        handling_loss_fraction=draw(st.sampled_from([D(0), D(".03")])),
        up_to_breaks=True,
    )


SIZES = st.decimals("0.1", "80", places=2)


@given(materials("x"), materials("z"), SIZES, st.tuples(YIELD, YIELD), st.sampled_from(["one", "two"]))
def test_raising_any_yield_never_raises_the_cost(
    one: Material, two: Material, kg: Decimal, yields: tuple[Decimal, Decimal], key: str
) -> None:
    low, high = sorted(yields)
    name = {"one": "y", "two": "other"}[key]
    cases = [a_pilot(one, two, kg=kg, **{name: each}) for each in (low, high)]

    costs = [unrounded(case) for case in cases]
    drawn = total_price(cases[0], drawn_value({yield_key("r", key): np.array([float(low), float(high)])}))

    assert costs[1] <= costs[0] + HAIR
    assert drawn[1] <= drawn[0] * (1 + 1e-9)


@given(materials("x"), materials("z"), SIZES, YIELD)
def test_doubling_the_target_never_lowers_the_cost(one: Material, two: Material, kg: Decimal, y: Decimal) -> None:
    case = a_pilot(one, two, kg=kg, y=y)

    once, larger, more = (unrounded(each) for each in (case, case.at("pilot", batch_kg=2 * kg), case.at("pilot", batches=2)))

    assert once <= larger + HAIR and larger == more


@given(materials(), st.lists(SIZES, min_size=2, max_size=9))
def test_many_draws_at_once_order_as_one_by_one(material: Material, sizes: list[Decimal]) -> None:
    prices = [each.base for each in material.prices]

    kg, price = cheapest_order(np.array([float(each) for each in sizes]), material, prices)

    singly = [cheapest_order(each, material, prices) for each in sizes]
    assert kg * price == pytest.approx([float(each * cost) for each, cost in singly])


@given(materials(), SIZES)
def test_no_order_that_would_do_costs_less(material: Material, kg: Decimal) -> None:
    """Against every order of a hundred grams, or of a pack, up to far beyond the last break, by each line of the list."""
    case = a_pilot(material, kg=kg)
    (order,) = orders(case)
    sold = list(zip(material.breaks, material.prices, strict=True))
    others = []
    for place, (each, price) in enumerate(sold):
        later = [one for one, _price in sold[place + 1 :] if one.pack_kg == each.pack_kg]
        grain = each.pack_kg or D(".1")
        sizes = [grain * number for number in range(1, 1200)]
        enough = [size for size in sizes if size >= max(order.needed_kg, each.least_kg)]
        others += [size * price.base for size in enough if not any(one.least_kg <= size for one in later)]

    assert unrounded(case) <= min(others) + HAIR
