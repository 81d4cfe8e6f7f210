"""Test plan and production plan as pure figures: worked examples, and what must hold whatever is planned."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.evaluation.analytical_plan import SampleCost, SamplePrice, added, cost_of
from phases.evaluation.production_plan import Work, cost_of_all
from process.costs.campaigns import Campaign, PlannedVessel, campaign_of, misfits
from process.costs.filling import Filling, Fit, filling_of

D = Decimal
OURS = SamplePrice(hours=D("1.5"), rate_per_hour=D(95), consumables=D(18))
THEIRS = SamplePrice(price=D(185), consumables=D(12), outside=True)
WORK = Work(
    batch_kg=D(120),
    batches=3,
    hours=D(36),
    cleaning_hours=D(8),
    vessel_rate=D(410),
    operators=D(2),
    operator_rate=D(68),
    utilities_per_kg=D("3.20"),
    waste_kg_per_kg=D(18),
    waste_price_per_kg=D("0.42"),
)
amounts = st.decimals(min_value=0, max_value=10_000, places=2)
counts = st.integers(min_value=1, max_value=50)


def test_our_own_work_costs_hours_and_consumables() -> None:
    assert cost_of(OURS, batches=3, samples_per_batch=2) == SampleCost(6, D(9), work=D(855), consumables=D(108))


def test_another_laboratory_costs_its_price_and_none_of_our_hours() -> None:
    assert cost_of(THEIRS, batches=2, samples_per_batch=1) == SampleCost(2, consumables=D(24), outside=D(370))


def test_a_price_of_ours_stands_for_the_hours() -> None:
    assert cost_of(SamplePrice(price=D(60)), batches=1, samples_per_batch=4).work == D(240)


def test_a_cost_in_another_currency_keeps_its_samples_and_hours() -> None:
    assert cost_of(OURS, batches=1, samples_per_batch=1).times(D("1.1")) == SampleCost(1, D("1.5"), D("156.75"), D("19.8"))


@given(amounts, amounts, amounts, counts, counts)
def test_twice_the_batches_cost_twice(hours: D, rate: D, consumables: D, batches: int, samples: int) -> None:
    price = SamplePrice(None, hours, rate, consumables)

    once, twice = (cost_of(price, batches=times * batches, samples_per_batch=samples) for times in (1, 2))

    assert (twice.total, twice.hours, twice.samples) == (2 * once.total, 2 * once.hours, 2 * once.samples)


@given(amounts, amounts, counts, counts, counts)
def test_a_row_in_two_parts_costs_the_same(price: D, consumables: D, first: int, second: int, samples: int) -> None:
    of = SamplePrice(price=price, consumables=consumables)

    parts = added(cost_of(of, batches=batches, samples_per_batch=samples) for batches in (first, second))

    assert parts == cost_of(of, batches=first + second, samples_per_batch=samples)


@pytest.mark.parametrize(
    ("kg", "litres_per_kg", "expected"),
    [
        ("120", "12", Filling(Fit.FITS, D(1440), D(48))),
        ("37.5", "12", Filling(Fit.FITS, D(450), D(15))),
        ("250", "12", Filling(Fit.FITS, D(3000), D(100))),
        ("30", "12", Filling(Fit.TOO_LITTLE, D(360), D(12), D(90))),
        ("260", "12", Filling(Fit.TOO_MUCH, D(3120), D(104), D(120))),
    ],
)
def test_a_batch_suits_a_vessel_between_its_working_volumes(kg: str, litres_per_kg: str, expected: Filling) -> None:
    found = filling_of(D(kg), D(litres_per_kg), D(450), D(3000))

    assert (found.fit, found.litres, found.percent, found.misses_by) == (
        expected.fit,
        expected.litres,
        expected.percent,
        expected.misses_by,
    )


def test_operations_grow_with_the_batch_of_api_that_the_last_of_them_makes() -> None:
    intermediate = PlannedVessel("Step 1", "R-301", 3, D(200), D(10), D(450), D(3000))
    api = PlannedVessel("Step 2", "R-302", 3, D(120), D(12), D(450), D(3000))
    blend = PlannedVessel("Blending", "B-1", 1, D(360), D(2), D(100), D(2000))

    assert list(misfits((intermediate, api, blend), 3, D(120))) == []
    assert list(misfits((intermediate, api, blend), 3, D(192))) == [
        "Step 1: a batch of 320 kg does not suit R-301: 200 L above the greatest working volume (3,000 L)."
    ]
    assert len(list(misfits((intermediate, api), 4, D(12)))) == 2


def test_a_plan_is_for_its_own_batches_where_all_operations_have_one_number_of_them() -> None:
    phase = Campaign(4, D(50))
    one, other = (PlannedVessel("Step", "R-301", batches, D(120)) for batches in (3, 5))

    assert campaign_of((one, one), phase) == Campaign(3, D(120))
    assert campaign_of((one, other), phase) == phase


def test_without_volumes_nothing_is_said_of_the_fit() -> None:
    assert filling_of(D(10), None, D(450), D(3000)) == Filling(Fit.UNKNOWN)
    assert filling_of(D(10), D(5), None, None) == Filling(Fit.UNKNOWN, D(50))


@pytest.mark.parametrize(("shifts", "batches", "days"), [(3, 3, 6), (2, 3, 9), (1, 3, 17), (3, 1, 2)])
def test_a_vessel_is_taken_for_whole_days(shifts: int, batches: int, days: int) -> None:
    assert replace(WORK, shifts_per_day=shifts, batches=batches).days == days


def test_production_costs_its_hours_and_its_kilograms() -> None:
    assert WORK.occupied_hours == D(132)
    assert WORK.waste_kg == D(6480)
    assert WORK.cost == D(132) * D(546) + D(360) * D("3.20") + D(6480) * D("0.42")


@given(amounts, amounts, counts)
def test_another_batch_size_prices_what_goes_by_the_kilogram(utilities: D, waste: D, batches: int) -> None:
    work = replace(WORK, utilities_per_kg=utilities, waste_price_per_kg=waste, batches=batches, vessel_rate=D(0), operators=D(0))

    assert replace(work, batch_kg=work.batch_kg * 2).cost == 2 * work.cost


@given(counts, counts)
def test_operations_in_two_parts_cost_the_same(first: int, second: int) -> None:
    parts = [replace(WORK, batches=batches) for batches in (first, second)]

    assert cost_of_all(parts) == replace(WORK, batches=first + second).cost
