"""The sum itself, written once for exact money and for many draws at a time: cost lines, then the build-up to the price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Generic

from process.costs.case import Basis, Case, Inclusion, Line, Risk, Scale, Terms
from process.costs.demand import N, Value, needs
from process.costs.figures import ONE
from process.costs.keys import batch_key, output_key, quantity_key, recovered_key, risk_key
from process.costs.materials import ZERO, Category, at_most, recovered_words
from process.costs.purchases import OrderPrices, charged, needed_by, order_prices, paid_for
from process.costs.rates import Converted, converted, rate_between


@dataclass(frozen=True)
class Leaf(Generic[N]):
    """A material or a cost line in one phase: how much of it, and what that comes to in the currency of the case, not rounded.

    key: of the material or line. price: as given and as converted. A recovered value stands below its material: its amount is below zero.
    """

    key: str
    label: str
    phase: str
    category: Category
    inclusion: Inclusion
    amount: N
    quantity: N
    unit: str
    price: Converted
    at_cost: bool = False


def leaves(case: Case, value: Value[N]) -> Iterator[Leaf[N]]:
    """Materials before lines, phase by phase; excluded lines are left out."""
    taken = {demand.key: needs(demand, value) for demand in case.demands}
    prices = order_prices(case)
    for scale in case.scales:
        if scale.demand and scale.output_kg:
            yield from _materials(case, scale, taken[scale.demand], prices, value)
        for line in case.lines:
            if line.phase == scale.phase and line.inclusion != Inclusion.EXCLUDED:
                yield _line(case, scale, line, value)


def total_price(case: Case, value: Value[N]) -> N:
    """Of all phases, not rounded."""
    direct = passed_on = value(ZERO, "")
    for leaf in leaves(case, value):
        if leaf.inclusion == Inclusion.INCLUDED and leaf.at_cost:
            passed_on = passed_on + leaf.amount
        elif leaf.inclusion == Inclusion.INCLUDED:
            direct = direct + leaf.amount
    return direct * value(load_factor(case.terms), "") + _risks(case, value) + passed_on


def expected_risk(case: Case, phase: str | None = None) -> Decimal:
    """Of one phase or of all."""
    return sum((cost_of_risk(risk, case) for risk in case.risks if phase in (None, risk.phase)), ZERO)


def cost_of_risk(risk: Risk, case: Case) -> Decimal:
    """Probability × impact, in the currency of the case. Raises BadInput where no rate leads to it."""
    rate = rate_between(risk.currency, case.currency, case.rates)
    return risk.probability_fraction * risk.impact * (rate.factor if rate else 1)


def _risks(case: Case, value: Value[N]) -> N:
    """What they add to the price: the expected cost of all, and about it what those cost more or less whose impact is not sure."""
    if not case.terms.risk_in_price:
        return value(ZERO, "")
    share = 1 / (1 - case.terms.margin_fraction)
    found = value(expected_risk(case) / (1 - case.terms.margin_fraction), "")
    for place, risk in enumerate(case.risks):
        if risk.low is not None or risk.high is not None:
            more = value(risk.impact, risk_key(place)) - value(risk.impact, "")
            found = found + more * value(cost_of_risk(replace(risk, impact=ONE), case) * share, "")
    return found


def load_factor(terms: Terms) -> Decimal:
    """What one unit of direct cost adds to the price."""
    return (1 + terms.overhead_fraction) * (1 + terms.contingency_fraction) / (1 - terms.margin_fraction)


def _materials(case: Case, scale: Scale, taken: Mapping[str, N], prices: OrderPrices, value: Value[N]) -> Iterator[Leaf[N]]:
    for material, needed in needed_by(case, scale, taken, value):
        ordered = prices[scale.phase, material.key]
        price = converted(ordered[1], case.currency, case.rates)
        bought, cost = paid_for(needed, material, ordered, case, value)
        amount = bought * cost
        yield Leaf(material.key, material.label, scale.phase, material.category, Inclusion.INCLUDED, amount, bought, "kg", price)
        if material.recovered is not None:
            key, back = recovered_key(material.key), converted(material.recovered, case.currency, case.rates)
            kg, label = charged(material, scale, taken, value), recovered_words(material.label)
            worth = at_most(kg * value(back.price.base, key), amount if material.up_to_breaks else kg * cost)
            yield Leaf(key, label, scale.phase, Category.RECOVERED, Inclusion.INCLUDED, value(ZERO, "") - worth, kg, "kg", back)


def _line(case: Case, scale: Scale, line: Line, value: Value[N]) -> Leaf[N]:
    quantity = value(line.quantity.base, quantity_key(line.key)) * _times(scale, line, value)
    price = converted(line.price, case.currency, case.rates)
    amount = quantity * _rate(line, price.price.base, value)
    unit = line.quantity.unit
    return Leaf(line.key, line.label, line.phase, line.category, line.inclusion, amount, quantity, unit, price, line.at_cost)


def _rate(line: Line, base: Decimal, value: Value[N]) -> N:
    return value(base, "") * value(ONE, line.rate_key) if line.spread else value(base, line.rate_key)


def _times(scale: Scale, line: Line, value: Value[N]) -> N:
    """How often the line is counted in its phase. Batches of another size are so many more or fewer, not rounded to whole ones."""
    counted: Mapping[Basis, Decimal] = {Basis.ONCE: ONE, Basis.BATCH: Decimal(scale.batches), Basis.KG: scale.output_kg}
    times = value(counted[line.basis], "")
    if line.basis == Basis.ONCE:
        return times
    wanted = times * value(ONE, output_key(scale.phase))
    is_by_size = line.basis == Basis.BATCH and scale.batch_kg > 0
    return wanted * value(scale.batch_kg, "") / value(scale.batch_kg, batch_key(scale.phase)) if is_by_size else wanted
