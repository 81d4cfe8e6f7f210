"""Many prices at random instead of one: every uncertain figure drawn between its low and its high, with a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.costs.case import Case
from process.costs.demand import Draws
from process.costs.roll_up import total_price
from process.costs.variables import Variable, drawn_value, variables
from process.routes.plain import Computed, Fault
from process.routes.unit_cost import exact
from process.words import grouped
from projects.money import rounded

ALGORITHM, VERSION = "cost.simulation", "2"
DRAWS, MOST_DRAWS, BINS = 10_000, 1_000_000, 40
SEED = 1  # where nobody asks for another
PERCENTILES = (5, 10, 50, 90, 95)


@dataclass(frozen=True)
class Settings:
    """The stated assumptions. The draws are independent of one another: what moves together in truth makes the band too narrow, and too
    wide where it is taken off one another.
    """

    seed: int
    draws: int = DRAWS


@dataclass(frozen=True)
class Bin:
    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True)
class Simulation:
    """Prices of all phases to the minor unit. quantiles: by percent (5, 10, 50, 90, 95). base: the price with every figure at its base,
    not rounded line by line; below_pct: of 100 draws so many come to less.
    """

    quantiles: dict[int, Decimal]
    bins: tuple[Bin, ...]
    base: Decimal
    below_pct: Decimal


def simulate(case: Case, settings: Settings) -> Computed[Simulation]:
    """The same seed, case and algorithm give the same figures. None where no figure has a range."""
    if not 2 <= settings.draws <= MOST_DRAWS:
        raise BadInput({"draws": _t("Between 2 and %(most)s draws.") % {"most": MOST_DRAWS}})
    found, inputs = variables(case), {"case": case, "settings": settings}
    if not found:
        nothing = Fault("cost.certain", _t("No figure has a lowest and a highest value: every draw would be the same."))
        return Computed(ALGORITHM, VERSION, None, case.currency, inputs, faults=(nothing,))
    prices = np.broadcast_to(total_price(case, drawn_value(drawn(found, settings))), settings.draws)
    base = float(total_price(case, drawn_value({})))
    value = _summary(prices, base, case.currency)
    stated = tuple(Fault("cost.assumption", words) for words in _stated(case, settings, len(found)))
    return Computed(ALGORITHM, VERSION, value, case.currency, inputs, warnings=stated)


def _stated(case: Case, settings: Settings, number: int) -> list[str]:
    """The assumptions as sentences, which stand beside every figure of the simulation."""
    values = {"draws": grouped(Decimal(settings.draws)), "seed": settings.seed, "number": number}
    found = [
        _t("%(draws)s draws of %(number)s figures with the seed %(seed)s, each triangular between its low, base and high.") % values,
        _t("The figures are drawn independently of one another; what moves together in truth makes the spread too narrow."),
    ]
    if any(material.recovered is not None for material in case.materials):
        found.append(
            _t(
                "Where a recovered value follows the price of its material in truth, the spread is too wide instead; in no draw does more "
                "come back of a material than it costs."
            )
        )
    if any(material.up_to_breaks for material in case.materials):
        found.append(_t("The prices of one price list move together; each draw buys by it what costs least for what it needs."))
    if any(line.spread for line in case.lines):
        found.append(_t("The rates of what one row of a sheet says by one low and high move together."))
    if case.risks:
        found.append(_t("Risks count with their expected cost, not as events."))
    return found


def drawn(found: Sequence[Variable], settings: Settings) -> dict[str, Draws]:
    """Each from a triangular distribution."""
    generator = np.random.Generator(np.random.PCG64(settings.seed))
    return {each.key: generator.triangular(float(each.low), float(each.base), float(each.high), settings.draws) for each in found}


def below_pct(prices: Draws, price: float) -> Decimal:
    """How many percent of the draws lie below the price, to the cent: what differs by less is the same price."""
    return exact(float(np.mean(np.round(prices, 2) < round(price, 2)))) * 100


def _summary(prices: Draws, base: float, currency: str) -> Simulation:
    def money(number: float) -> Decimal:
        return rounded(exact(number), currency)

    counts, edges = np.histogram(prices, bins=BINS)
    ends = [money(edge) for edge in edges.tolist()]
    return Simulation(
        quantiles={each: money(float(found)) for each, found in zip(PERCENTILES, np.percentile(prices, PERCENTILES), strict=True)},
        bins=tuple(Bin(low, high, count) for low, high, count in zip(ends[:-1], ends[1:], counts.tolist(), strict=True)),
        base=money(base),
        below_pct=below_pct(prices, base),
    )
