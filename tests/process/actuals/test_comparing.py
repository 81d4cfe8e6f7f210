"""Quoted beside actual: sums, means, days and errors worked by hand, and what holds of all of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from process.actuals.beside import signed
from process.actuals.comparing import Booked, Compared, Run, Stay, days_of, error_over, mean_of, spent

D = Decimal
DAY = date(2026, 3, 12)
AMOUNT = st.decimals("0.01", "1000000", places=2)
YIELD = st.decimals("0.5", "100", places=1)
RUN = st.builds(Run, YIELD, YIELD, st.integers(1, 20))


@pytest.mark.parametrize(
    ("quoted", "actual", "difference", "percent"),
    [
        (D(200), D(250), D(50), D(25)),
        (D(80), D(70), D(-10), D("-12.5")),
        (D(80), D(80), D(0), D(0)),
        (D(0), D(70), D(70), None),
        (None, D(70), None, None),
        (D(80), None, None, None),
    ],
)
def test_the_difference_and_its_percent_of_what_was_quoted(
    quoted: Decimal | None, actual: Decimal | None, difference: Decimal | None, percent: Decimal | None
) -> None:
    found = Compared(quoted, actual)

    assert (found.difference, found.percent) == (difference, percent)


def test_each_booking_is_converted_by_the_rate_of_its_day_and_what_has_none_is_left_out() -> None:
    """6,000.00 + 7,000.00 × 0.9 + 10.05 × 0.5 (5.025, rounded half up)."""
    pounds = Booked(D(12), "GBP", DAY)
    bookings = [Booked(D(6000), "EUR", DAY), Booked(D(7000), "USD", DAY), Booked(D("10.05"), "USD", date(2026, 4, 1)), pounds]

    found = spent(bookings, "EUR", {("USD", DAY): D("0.9"), ("USD", date(2026, 4, 1)): D("0.5")})

    assert (found.total, found.left_out) == (D("12305.03"), (pounds,))


def test_nothing_booked_is_nothing_spent() -> None:
    assert spent([], "EUR", {}).total == 0


def test_each_batch_counts_once() -> None:
    """(2 × 80 + 1 × 86) ÷ 3 = 82 where 85.5 was quoted: −3.5 points, −4.09 %."""
    found = mean_of([Run(D("85.5"), D(80), 2), Run(D("85.5"), D(86), 1)])

    assert (found.quoted, found.actual) == (D("85.5"), D(82))
    assert (signed(found.difference or D(0)), signed(found.percent or D(0))) == ("−3.5", "−4.1")
    assert mean_of([]) == Compared(None, None)


def test_the_days_of_all_stays_add_up_and_the_last_runs_until_today() -> None:
    """10 days, and, after a return, 4 more."""
    stays = [Stay(date(2026, 1, 1), date(2026, 1, 11)), Stay(date(2026, 3, 1), None)]

    assert days_of(stays, date(2026, 3, 5)) == 14


def test_the_error_of_an_estimate_is_the_mean_over_projects_with_its_ends() -> None:
    """−12 %, −7 % and +1 %: 6 % below. One without an estimate says nothing."""
    projects = [Compared(D(100), D(88)), Compared(D(50), D("46.5")), Compared(D(200), D(202)), Compared(None, D(3))]

    error = error_over(projects)

    assert error is not None and (error.projects, error.mean, error.low, error.high) == (3, -6, -12, 1)
    assert error_over([Compared(None, D(3))]) is None


@pytest.mark.parametrize(("value", "words"), [("8.94", "+8.9"), ("-8.95", "−9"), ("0.04", "0"), ("-0.04", "0"), ("1200", "+1,200")])
def test_a_difference_is_read_with_its_sign(value: str, words: str) -> None:
    assert signed(D(value)) == words


@given(AMOUNT, AMOUNT, st.integers(1, 50))
def test_the_percent_does_not_depend_on_the_unit_and_has_the_sign_of_the_difference(quoted: Decimal, actual: Decimal, factor: int) -> None:
    found, larger = Compared(quoted, actual), Compared(quoted * factor, actual * factor)

    assert found.percent is not None and found.difference is not None and larger.percent is not None
    assert abs(found.percent - larger.percent) < D("1e-12")
    assert (found.percent > 0, found.percent < 0) == (found.difference > 0, found.difference < 0)


@given(st.lists(AMOUNT, min_size=1), st.integers(0, 5))
def test_the_order_and_the_split_of_bookings_change_no_sum(amounts: list[Decimal], cut: int) -> None:
    rows = [Booked(each, "EUR", DAY) for each in amounts]
    parts = [spent(rows[:cut], "EUR", {}).total, spent(rows[cut:], "EUR", {}).total]

    assert spent(reversed(rows), "EUR", {}).total == sum(amounts) == sum(parts)


@given(st.lists(RUN, min_size=1, max_size=8))
def test_a_mean_lies_between_its_runs_and_a_split_run_moves_nothing(runs: list[Run]) -> None:
    found = mean_of(runs)
    split = [Run(each.quoted, each.actual, 1) for each in runs for _batch in range(each.batches)]

    came = [run.actual for run in runs]
    assert found.actual is not None and min(came) - D("1e-9") <= found.actual <= max(came) + D("1e-9")
    assert abs((mean_of(split).actual or D(0)) - found.actual) < D("1e-9")


@given(st.lists(st.builds(Compared, YIELD, YIELD), min_size=1, max_size=8))
def test_the_mean_error_lies_between_its_ends(projects: list[Compared]) -> None:
    error = error_over(projects)

    assert error is not None and error.projects == len(projects)
    assert error.low - D("1e-9") <= error.mean <= error.high + D("1e-9")


@given(st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_stays_that_follow_one_another_are_as_long_as_the_whole(lengths: list[int]) -> None:
    stays, start = [], DAY
    for length in lengths:
        stays.append(Stay(start, start + timedelta(days=length)))
        start += timedelta(days=length)

    assert days_of(stays, DAY) == sum(lengths) == days_of([Stay(DAY, None)], start)
