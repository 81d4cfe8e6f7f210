"""The pictures of an estimate, for pages and documents: its figures into `charts/`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _t

from charts.distribution import Bin, Mark, distribution
from charts.picture import Picture
from charts.tornado import Reach, tornado
from charts.waterfall import Part, waterfall
from process.costs.build_up import loads
from process.costs.case import Terms
from process.costs.estimate import Estimate
from process.costs.figures import FRACTION
from process.costs.simulation import Simulation
from process.costs.tornado import Tornado
from process.words import grouped
from projects.money import half_up

WIDTH = "container"
DRAWN = (5, 50, 95)  # of the percentiles; more would hide one another


def price_waterfall(estimate: Estimate, terms: Terms, *, width: int | str = WIDTH) -> Picture:
    """From the categories of cost over overhead, contingency, risk and margin to the price. What is zero has no bar."""
    return waterfall(_parts(estimate, terms), width=width)


def price_tornado(found: Tornado, currency: str, *, price: Decimal, width: int | str = WIDTH) -> Picture:
    """Figures that move nothing are left out. price: of the scenario, as every table has it."""
    reaches = [
        Reach(
            label=bar.variable.label,
            at_low=float(bar.at_low),
            at_high=float(bar.at_high),
            low_words=_figure(bar.variable.low, bar.variable.unit),
            high_words=_figure(bar.variable.high, bar.variable.unit),
            low_price=_money(bar.at_low, currency),
            high_price=_money(bar.at_high, currency),
        )
        for bar in found.bars
        if bar.swing
    ]
    return tornado(reaches, base=float(found.base), base_words=_money(price, currency), width=width)


def price_distribution(found: Simulation, currency: str, *, price: Decimal, width: int | str = WIDTH) -> Picture:
    """price: of the scenario, as every table has it; its place is that of the sum before its lines are rounded, as the draws are."""
    bins = [
        Bin(
            float(each.low),
            float(each.high),
            each.count,
            _t("%(low)s to %(high)s") % {"low": _money(each.low, currency), "high": grouped(half_up(each.high, Decimal(1)))},
        )
        for each in found.bins
    ]
    marks = [Mark(float(at), _below(percent, _money(at, currency)), percent in DRAWN) for percent, at in found.quantiles.items()]
    return distribution(bins, [*marks, _own_mark(found, currency, price)], unit=currency, width=width)


def _own_mark(found: Simulation, currency: str, price: Decimal) -> Mark:
    values = {"price": _money(price, currency), "percent": _percent(found)}
    return Mark(float(found.base), _t("price %(price)s, %(percent)s %% below") % values)


def percentiles(found: Simulation, currency: str, *, price: Decimal) -> list[tuple[str, str, str]]:
    """P10, how many of the draws lie below, the price; then the same of the scenario's own."""
    limits = [(f"P{percent}", f"{percent} %", _money(at, currency)) for percent, at in found.quantiles.items()]
    return [*limits, (_t("Price of the scenario"), f"{_percent(found)} %", _money(price, currency))]


def placed(found: Simulation, currency: str, *, price: Decimal) -> str:
    """How the price of the scenario lies among the drawn ones, which hold the same overhead and margin."""
    below = _percent(found)
    words = _t(
        "The price of the scenario, %(price)s, lies at P%(below)s: in %(below)s of 100 draws cost plus margin stays below it, "
        "in %(rest)s it is as high or higher."
    )
    return words % {"price": _money(price, currency), "below": below, "rest": 100 - below}


def _percent(found: Simulation) -> int:
    return int(half_up(found.below_pct, Decimal(1)))


def _parts(estimate: Estimate, terms: Terms) -> Iterator[Part]:
    built, currency = estimate.built, estimate.currency
    yield from (_part(str(category.label), amount, currency) for category, amount in estimate.by_category.items() if amount)
    yield _part(_t("Direct cost"), built.direct, currency, total=True)
    yield from (_part(label, getattr(built, name), currency) for label, name in loads(terms) if getattr(built, name))
    yield _part(_t("Price"), built.price, currency, total=True)


def _part(label: str, amount: Decimal, currency: str, *, total: bool = False) -> Part:
    return Part(label, float(amount), _money(amount, currency), total)


def _below(percent: int, price: str) -> str:
    values = {"percent": percent, "price": price}
    return (_t("half below %(price)s") if percent == 50 else _t("%(percent)s %% below %(price)s")) % values


def _money(amount: Decimal, currency: str) -> str:
    """Without cents: nobody reads a picture to the cent."""
    whole = half_up(amount, Decimal(1))
    return f"−{currency} {grouped(-whole)}" if whole < 0 else f"{currency} {grouped(whole)}"


def _figure(number: Decimal, unit: str) -> str:
    """To three decimals, without zeros at the end; a share in percent, to one."""
    if unit == FRACTION:
        return f"{grouped(half_up(number * 100, Decimal('0.1')).normalize())} %"
    return f"{grouped(half_up(number, Decimal('0.001')).normalize())} {unit}"
