"""What moves the price most: each figure alone at its low and its high, all others at their base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _t

from process.costs.answers import Answer, exact
from process.costs.case import Case
from process.costs.demand import base_value
from process.costs.roll_up import leaves, total_price
from process.costs.variables import Variable, drawn_value, one_at_a_time, variables
from projects.money import rounded

ALGORITHM = "tornado/1"
ELASTICITY = "yield_elasticity/1"
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


def tornado(case: Case) -> Answer[Tornado]:
    """Prices to the minor unit. None where no figure has a range."""
    found = variables(case)
    if not found:
        reason = _t("No figure has a lowest and a highest value, so nothing moves the price.")
        return Answer(value=None, unit=case.currency, inputs=case, algorithm=ALGORITHM, reason=reason)
    base, bars = recomputed(case, found)
    ranked = tuple(sorted(bars, key=lambda bar: -bar.swing))
    return Answer(value=Tornado(base, ranked), unit=case.currency, inputs=case, algorithm=ALGORITHM)


def recomputed(case: Case, found: Sequence[Variable]) -> tuple[Decimal, list[Bar]]:
    """The price at base, and for each variable at its ends, in one pass.

    Lines are not rounded one by one here, so the base may stand some minor units beside the estimate's.
    """
    prices = np.broadcast_to(total_price(case, drawn_value(one_at_a_time(found))), 2 * len(found) + 1)
    ends = [rounded(exact(each), case.currency) for each in prices.tolist()]
    base = rounded(total_price(case, base_value), case.currency)
    return base, [Bar(each, ends[1 + 2 * place], ends[2 + 2 * place]) for place, each in enumerate(found)]


def yield_elasticity(case: Case, demand: str, step: str) -> Answer[Decimal]:
    """d ln(material cost) / d ln(yield): minus the share of all that is charged at the step and before it.

    −0.5 means half a percent less for a yield that is one percent higher. What operation costs and what is charged at later steps
    is not in that share. None where the materials cost nothing.
    """
    inputs = (case, demand, step)
    materials = {material.key for material in case.materials}

    def value(base: Decimal, key: str) -> Decimal:
        return base * Decimal("1.000001") if key == f"yield/{demand}/{step}" else base

    costs = [sum((leaf.amount for leaf in leaves(case, at) if leaf.key in materials), Decimal(0)) for at in (base_value, value)]
    if not costs[0]:
        reason = _t("The materials cost nothing.")
        return Answer(value=None, unit="1", inputs=inputs, algorithm=ELASTICITY, reason=reason)
    share = (costs[1] / costs[0]).ln() / Decimal("1.000001").ln()
    return Answer(value=share.quantize(Decimal("0.00001")), unit="1", inputs=inputs, algorithm=ELASTICITY)
