"""How far the rows of a plan say that its total may fall or rise. Swings are of one figure of a row each, down and up, never below zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from phases.evaluation.planned import utility_of, work_of

if TYPE_CHECKING:
    from phases.evaluation.cost_tables import PlannedUtility, SheetCost
    from phases.evaluation.planned import PricedTest
    from phases.evaluation.tables import PlannedOperation, Spread

ZERO, ONE = Decimal(0), Decimal(1)
End = Decimal | None
Swing = tuple[Decimal, Decimal]


def reach_of(total: Decimal, swings: Iterable[Swing]) -> tuple[End, End]:
    """Low and high of the total, added up as the band of a scenario is: by squares. None where no row says less or more."""
    found = list(swings)
    down, up = (sum((swing[side] ** 2 for swing in found), ZERO).sqrt() for side in (0, 1))
    return (max(total - down, ZERO), total + up) if down or up else (None, None)


def swings_of_tests(tests: Iterable[PricedTest]) -> Iterator[Swing]:
    return (_of_share(each.row, each.cost.total) for each in tests if each.cost is not None)


def swings_of_operations(rows: Iterable[PlannedOperation]) -> Iterator[Swing]:
    return (_of_share(row, work_of(row).cost) for row in rows)


def swings_of_utilities(rows: Iterable[PlannedUtility]) -> Iterator[Swing]:
    for row in rows:
        times = utility_of(row).times
        yield _swing(row.amount, row.amount_low, row.amount_high, row.rate * times)
        yield _swing(row.rate, row.rate_low, row.rate_high, row.amount * times)


def swings_of_costs(rows: Iterable[SheetCost]) -> Iterator[Swing]:
    for row in rows:
        yield _swing(row.amount, row.amount_low, row.amount_high, row.unit_price)
        yield _swing(row.unit_price, row.unit_price_low, row.unit_price_high, row.amount)


def _of_share(row: Spread, cost: Decimal) -> Swing:
    return _swing(cost, *row.ends(cost), ONE)


def _swing(base: Decimal, low: End, high: End, times: Decimal) -> Swing:
    return (base - (base if low is None else low)) * times, ((base if high is None else high) - base) * times
