"""The price band: how low and how high the price can come out, from the low and high of every figure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal

from process.costs.case import Case
from process.costs.materials import ZERO
from process.costs.roll_up import total_price
from process.costs.tornado import Bar, Tornado, moved
from process.routes.plain import Computed
from projects.money import rounded

ALGORITHM, VERSION = "cost.price_band", "1"


@dataclass(frozen=True)
class Band:
    """low, high: independent figures rarely go wrong together, so their swings add up by squares around the base.

    Not beyond lowest and highest: all figures at once at the end that makes the price low, or high.
    """

    lowest: Decimal
    low: Decimal
    base: Decimal
    high: Decimal
    highest: Decimal

    @property
    def width(self) -> Decimal:
        return self.high - self.low

    def around(self, price: Decimal) -> Band:
        """As wide, about a price whose parts were rounded one by one, so that it does not stand some cents outside its own band."""
        return Band(*(each + price - self.base for each in astuple(self)))


def price_band(case: Case) -> Computed[Band]:
    """Of the price of all phases, to the minor unit. A case without ranges has a band of no width."""
    base, bars = moved(case)
    cheap = {bar.variable.key: _end(bar, cheap=True) for bar in bars}
    dear = {bar.variable.key: _end(bar, cheap=False) for bar in bars}
    down, up = _swings(base, bars)
    lowest, highest = (rounded(total_price(case, _at(ends)), case.currency) for ends in (cheap, dear))
    lowest, highest = min(lowest, base), max(highest, base)  # two ways to round
    low, high = max(rounded(base - down, case.currency), lowest), min(rounded(base + up, case.currency), highest)
    band = Band(lowest, low, base, high, highest)
    return Computed(ALGORITHM, VERSION, band, case.currency, {"case": case})


def widened_by(found: Tornado | None, keys: Collection[str]) -> Decimal:
    """How much less the swings add up to, not rounded, once the figures of these variables are known; nothing where nothing swings."""
    if found is None:
        return ZERO
    others = [bar for bar in found.bars if bar.variable.key not in keys]
    return sum(_swings(found.base, found.bars), ZERO) - sum(_swings(found.base, others), ZERO)


def _swings(base: Decimal, bars: Sequence[Bar]) -> tuple[Decimal, Decimal]:
    """Down and up."""
    down = _together(base - min(bar.at_low, bar.at_high, base) for bar in bars)
    return down, _together(max(bar.at_low, bar.at_high, base) - base for bar in bars)


def _end(bar: Bar, *, cheap: bool) -> Decimal:
    return bar.variable.low if (bar.at_low <= bar.at_high) == cheap else bar.variable.high


def _at(ends: Mapping[str, Decimal]) -> Callable[[Decimal, str], Decimal]:
    return lambda base, key: ends.get(key, base)


def _together(swings: Iterable[Decimal]) -> Decimal:
    return sum((swing * swing for swing in swings), ZERO).sqrt()
