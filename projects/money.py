"""Money to the last minor unit of its currency: rounding as an invoice does, and a sum split into parts that add up to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from accounts.currencies import is_too_fine, minor_unit

CENT = Decimal("0.01")
WHOLE = Decimal(100)
HALF_STEP = Decimal("0.0005")  # of a percentage typed with three decimals


def is_currency(code: str) -> bool:
    """Three capital letters, as ISO 4217 writes them."""
    return re.fullmatch("[A-Z]{3}", code) is not None


def half_up(number: Decimal, step: Decimal) -> Decimal:
    """To so many decimals as `step` has, half away from zero."""
    return number.quantize(step, ROUND_HALF_UP)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the minor unit of the currency."""
    return half_up(amount, minor_unit(currency))


def fitted(amount: Decimal, currency: str) -> Decimal:
    """With as many decimals as its currency has (150000.00 yen → 150000); what is finer keeps its own."""
    return amount if is_too_fine(amount, currency) else amount.quantize(minor_unit(currency))


def split(total: Decimal, percents: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Parts of `total` by percentage that add up to exactly it (science.md §3).

    Each is rounded down to the minor unit; of what that leaves over, the parts that lost most get a unit each, of equals the earlier.
    A total that is finer than its currency is shared out to the cent, and what is finer still goes to the first part. Percentages
    that add up to nothing share nothing: an empty list.
    """
    whole = sum(percents, Decimal(0))
    if not percents or whole <= 0:
        return []
    step = min(CENT, minor_unit(currency)) if is_too_fine(total, currency) else minor_unit(currency)
    exact = [total * percent / whole for percent in percents]
    parts = [part.quantize(step, ROUND_DOWN) for part in exact]
    spare = int((total - sum(parts)) / step)
    for place in sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))[:spare]:
        parts[place] += step
    parts[0] += total - sum(parts)
    return parts


def is_whole(percents: Sequence[Decimal]) -> bool:
    """Whether they add up to 100, thirds typed as 33.333 included."""
    return abs(sum(percents, Decimal(0)) - WHOLE) <= HALF_STEP * len(percents)


def shares(price: Decimal, percents: Sequence[Decimal], currency: str) -> list[Decimal]:
    """What of the price each percentage comes to: to the cent where they add up to 100; while they do not, each by itself."""
    if is_whole(percents):
        return split(price, percents, currency)
    return [rounded(price * percent / WHOLE, currency) for percent in percents]


def first_rise(prices: Sequence[tuple[Decimal, Decimal]]) -> int | None:
    """Of (quantity, price per unit) in the order of quantity: the place of the first price above the one before it; None where none is."""
    return next((place for place in range(1, len(prices)) if prices[place][1] > prices[place - 1][1]), None)
