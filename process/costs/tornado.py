"""What moves the price most: each figure alone at its low and its high, all others at their base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from process.costs.case import Case, kept_with
from process.costs.demand import base_value
from process.costs.roll_up import total_price
from process.costs.variables import Variable, drawn_value, one_at_a_time, variables
from process.routes.plain import Computed, Fault
from process.routes.unit_cost import exact
from projects.money import rounded

ALGORITHM, VERSION = "cost.tornado", "1"
MATTER = 3


@dataclass(frozen=True)
class Bar:
    """at_low, at_high: the price where only this figure is at its low, at its high. swing: between them, never below zero."""

    variable: Variable
    at_low: Decimal
    at_high: Decimal

    @property
    def swing(self) -> Decimal:
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class Tornado:
    """bars: the widest first, of equals in the order of the estimate."""

    base: Decimal
    bars: tuple[Bar, ...]

    @property
    def matter(self) -> tuple[Bar, ...]:
        """The three figures that matter, fewer where fewer move anything."""
        return tuple(bar for bar in self.bars[:MATTER] if bar.swing)


def tornado(case: Case) -> Computed[Tornado]:
    """Prices to the minor unit. None where no figure has a range."""
    inputs, (base, bars) = {"case": case}, moved(case)
    if not bars:
        nothing = Fault("cost.certain", _t("No figure has a lowest and a highest value, so nothing moves the price."))
        return Computed(ALGORITHM, VERSION, None, case.currency, inputs, faults=(nothing,))
    ranked = tuple(sorted(bars, key=lambda bar: -bar.swing))
    return Computed(ALGORITHM, VERSION, Tornado(base, ranked), case.currency, inputs)


def moved(case: Case) -> tuple[Decimal, list[Bar]]:
    """`recomputed` for all that can move the price; band, tornado and open answers ask for it, in the words of one reader."""
    return kept_with(case, f"moved, in {get_language()}", lambda: recomputed(case, variables(case)))


def recomputed(case: Case, found: Sequence[Variable]) -> tuple[Decimal, list[Bar]]:
    """The price at base, and for each variable at its ends, in one pass.

    Lines are not rounded one by one here, so the base may stand some minor units beside the estimate's.
    """
    prices = np.broadcast_to(total_price(case, drawn_value(one_at_a_time(found))), 2 * len(found) + 1)
    ends = [rounded(exact(each), case.currency) for each in prices.tolist()]
    base = rounded(total_price(case, base_value), case.currency)
    return base, [Bar(each, ends[1 + 2 * place], ends[2 + 2 * place]) for place, each in enumerate(found)]
