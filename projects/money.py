"""Money to the last cent: rounding as an invoice does, a sum shared out into parts that add up to it, prices by quantity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

# ISO 4217 where the minor unit is not a hundredth.
_PLACES = dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0)
_PLACES |= dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
CENT = Decimal("0.01")
WHOLE = Decimal(100)
HALF_STEP = Decimal("0.0005")  # of a percentage typed with three decimals


def is_currency(code: str) -> bool:
    """Three capital letters, as ISO 4217 writes them."""
    return re.fullmatch("[A-Z]{3}", code) is not None


def minor_unit(currency: str) -> Decimal:
    """0.01 of most currencies, 1 of the yen."""
    return Decimal(1).scaleb(-_PLACES.get(currency, 2))


def half_up(number: Decimal, step: Decimal) -> Decimal:
    """To so many decimals as `step` has, half away from zero."""
    return number.quantize(step, ROUND_HALF_UP)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the minor unit of the currency."""
    return half_up(amount, minor_unit(currency))


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
