"""Many prices at random instead of one: every uncertain figure drawn between its low and its high, with a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import BadInput
from process.costs.answers import Answer, exact
from process.costs.case import Case
from process.costs.demand import base_value
from process.costs.roll_up import total_price
from process.costs.variables import Draws, Variable, drawn_value, variables
from projects.money import rounded

ALGORITHM = "simulation/1"
DRAWS, MOST_DRAWS, BINS = 10_000, 1_000_000, 40
SEED = 1  # where nobody asks for another
PERCENTILES = (5, 50, 95)


class Distribution(StrEnum):
    TRIANGULAR = "triangular"
    PERT = "pert"

    @property
    def label(self) -> Promise:
        return _("triangular") if self == Distribution.TRIANGULAR else _("PERT (beta, the base weighs four times)")


@dataclass(frozen=True)
class Settings:
    """The stated assumptions. The draws are independent of one another: what moves together in truth makes the band too narrow."""

    seed: int
    draws: int = DRAWS
    distribution: Distribution = Distribution.TRIANGULAR


@dataclass(frozen=True)
class Bin:
    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True)
class Simulation:
    """Prices of all phases to the minor unit. sd: of the sample. quantiles: by percent (5, 50, 95).

    base: the price of the estimate, which is not the mean. share_above: of the draws above the asked price, None where none was asked.
    """

    base: Decimal
    mean: Decimal
    sd: Decimal
    quantiles: dict[int, Decimal]
    bins: tuple[Bin, ...]
    asked: Decimal | None
    share_above: float | None


def simulate(case: Case, settings: Settings, *, asked: Decimal | None = None) -> Answer[Simulation]:
    """The same seed, case and algorithm give the same figures. None where no figure has a range."""
    if not 2 <= settings.draws <= MOST_DRAWS:
        raise BadInput({"draws": _t("Between 2 and %(most)s draws.") % {"most": MOST_DRAWS}})
    found, inputs = variables(case), (case, settings, asked)
    if not found:
        reason = _t("No figure has a lowest and a highest value: every draw would be the same.")
        return Answer(value=None, unit=case.currency, inputs=inputs, algorithm=ALGORITHM, reason=reason)
    prices = np.broadcast_to(total_price(case, drawn_value(drawn(found, settings))), settings.draws)
    base = rounded(total_price(case, base_value), case.currency)
    value = _summary(prices, base, asked, case.currency)
    return Answer(value=value, unit=case.currency, inputs=inputs, algorithm=ALGORITHM, warnings=stated(case, settings, len(found)))


def stated(case: Case, settings: Settings, number: int) -> tuple[str, ...]:
    """The assumptions as sentences, which stand beside every figure of the simulation."""
    values = {"draws": f"{settings.draws:,}", "seed": settings.seed, "number": number, "distribution": settings.distribution.label}
    found = [
        _t("%(draws)s draws of %(number)s figures with the seed %(seed)s, each %(distribution)s between its low, base and high.") % values,
        _t("The figures are drawn independently of one another; what moves together in truth makes the spread too narrow."),
    ]
    if case.risks:
        found.append(_t("Risks count with their expected cost, not as events."))
    return tuple(found)


def drawn(found: Sequence[Variable], settings: Settings) -> dict[str, Draws]:
    generator = np.random.Generator(np.random.PCG64(settings.seed))
    draw = _triangular if settings.distribution == Distribution.TRIANGULAR else _pert
    return {each.key: draw(generator, float(each.low), float(each.base), float(each.high), settings.draws) for each in found}


def _triangular(generator: np.random.Generator, low: float, base: float, high: float, draws: int) -> Draws:
    return generator.triangular(low, base, high, draws)


def _pert(generator: np.random.Generator, low: float, base: float, high: float, draws: int) -> Draws:
    """A beta distribution from low to high whose mean is (low + 4 base + high) / 6."""
    width = high - low
    return low + width * generator.beta(1 + 4 * (base - low) / width, 1 + 4 * (high - base) / width, draws)


def _summary(prices: Draws, base: Decimal, asked: Decimal | None, currency: str) -> Simulation:
    def money(number: float) -> Decimal:
        return rounded(exact(number), currency)

    counts, edges = np.histogram(prices, bins=BINS)
    ends = [money(edge) for edge in edges.tolist()]
    return Simulation(
        base=base,
        mean=money(float(prices.mean())),
        sd=money(float(prices.std(ddof=1))),
        quantiles={each: money(float(found)) for each, found in zip(PERCENTILES, np.percentile(prices, PERCENTILES), strict=True)},
        bins=tuple(Bin(low, high, count) for low, high, count in zip(ends[:-1], ends[1:], counts.tolist(), strict=True)),
        asked=asked,
        share_above=None if asked is None else float((prices > float(asked)).mean()),
    )
