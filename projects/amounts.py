"""Money shared out to the last cent, and prices that fall with the quantity. Pure: Decimal in, Decimal out (science.md §3)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")
WITHOUT_MINOR_UNIT = frozenset({"JPY"})  # ISO 4217: no decimals
WHOLE = Decimal(100)
HALF_STEP = Decimal("0.0005")  # of a percentage typed with three decimals


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of this currency that is paid: 0.01, or 1 where there are no decimals."""
    return Decimal(1) if currency in WITHOUT_MINOR_UNIT else CENT


def split(total: Decimal, percents: Sequence[Decimal], *, step: Decimal = CENT) -> list[Decimal]:
    """Parts of `total` by percentage that add up to exactly it: each is rounded down to `step`, the largest remainders get the spare steps.

    100.00 by 33.333 % three times is 33.34, 33.33, 33.33. Of equal remainders the first gets it. What of the total is finer than `step`
    goes to the first part. Percentages that add up to nothing share nothing: an empty list.
    """
    whole = sum(percents, Decimal(0))
    if not percents or whole <= 0:
        return []
    exact = [total * percent / whole for percent in percents]
    parts = [(part / step).to_integral_value(rounding=ROUND_DOWN) * step for part in exact]
    spare = int((total - sum(parts)) / step)
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[:spare]:
        parts[place] += step
    parts[0] += total - sum(parts)
    return parts


def is_whole(percents: Sequence[Decimal]) -> bool:
    """Whether they add up to 100, thirds typed as 33.333 included."""
    return abs(sum(percents, Decimal(0)) - WHOLE) <= HALF_STEP * len(percents)


def first_rise(prices: Sequence[tuple[Decimal, Decimal]]) -> int | None:
    """Of (quantity, price per unit) in the order of quantity: the place of the first price above the one before it; None where none is."""
    return next((place for place in range(1, len(prices)) if prices[place][1] > prices[place - 1][1]), None)
