"""The sum itself, written once for exact money and for many draws at a time: cost lines, then the build-up to the price."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeAlias

from process.costs.case import Basis, Case, Category, Inclusion, Line, Material, Scale, Terms
from process.costs.demand import Charge, N, Needs, needs
from process.costs.figures import ONE
from process.costs.rates import Converted, converted
from process.costs.variables import output_key, price_key, quantity_key, rate_key, recovered_key

ZERO = Decimal(0)
Value: TypeAlias = Callable[[Decimal, str], N]


@dataclass(frozen=True)
class Leaf(Generic[N]):
    """A material or a cost line in one phase: how much of it, and what that comes to in the currency of the case, not rounded.

    key: of the material or line. price: as given and as converted.
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


def leaves(case: Case, value: Value[N]) -> Iterator[Leaf[N]]:
    """Materials before lines, phase by phase; excluded lines are left out."""
    taken = {demand.key: needs(demand, value) for demand in case.demands}
    for scale in case.scales:
        of_route = taken.get(scale.demand)
        if of_route and scale.output_kg:
            yield from _materials(case, scale, of_route, value)
        for line in case.lines:
            if line.phase == scale.phase and line.inclusion != Inclusion.EXCLUDED:
                yield _line(case, scale, line, of_route, value)


def direct_cost(case: Case, value: Value[N]) -> N:
    """What is included, of all phases."""
    total = value(ZERO, "")
    for leaf in leaves(case, value):
        if leaf.inclusion == Inclusion.INCLUDED:
            total = total + leaf.amount
    return total


def total_price(case: Case, value: Value[N]) -> N:
    """Of all phases, not rounded."""
    terms = case.terms
    loaded = direct_cost(case, value) * value((1 + terms.overhead_fraction) * (1 + terms.contingency_fraction), "")
    risk = expected_risk(case) if terms.risk_in_price else ZERO
    return (loaded + value(risk, "")) / value(1 - terms.margin_fraction, "")


def expected_risk(case: Case, phase: str | None = None) -> Decimal:
    """Probability × impact, of one phase or of all."""
    risks = (risk for risk in case.risks if phase in (None, risk.phase))
    return sum((risk.probability_fraction * risk.impact for risk in risks), ZERO)


def load_factor(terms: Terms) -> Decimal:
    """What one unit of direct cost adds to the price."""
    return (1 + terms.overhead_fraction) * (1 + terms.contingency_fraction) / (1 - terms.margin_fraction)


def _materials(case: Case, scale: Scale, taken: Needs[N], value: Value[N]) -> Iterator[Leaf[N]]:
    charges: dict[str, list[Charge[N]]] = {}
    for charge in taken.charges:
        charges.setdefault(charge.intake.of, []).append(charge)
    for material in case.materials:
        if material.key in charges:
            yield _material(case, scale, material, charges[material.key], value)


def _material(case: Case, scale: Scale, material: Material, charges: list[Charge[N]], value: Value[N]) -> Leaf[N]:
    output = value(scale.output_kg, "") * value(ONE, output_key(scale.phase))
    net = charges[0].net_kg
    for charge in charges[1:]:
        net = net + charge.net_kg
    quantity = net * output
    if not material.loss_in_yield:
        quantity = quantity / value(ONE - material.handling_loss_fraction, "")
    price = converted(material.price, case.currency, case.rates)
    amount = quantity * value(price.price.base, price_key(material.key))
    if material.recovered_fraction and material.recovered_price:
        worth = converted(material.recovered_price, case.currency, case.rates).price
        recovered = net * output * value(material.recovered_fraction, "")
        amount = amount - recovered * value(worth.base, recovered_key(material.key))
    return Leaf(material.key, material.label, scale.phase, material.category, Inclusion.INCLUDED, amount, quantity, "kg", price)


def _line(case: Case, scale: Scale, line: Line, taken: Needs[N] | None, value: Value[N]) -> Leaf[N]:
    quantity = value(line.quantity.base, quantity_key(line.key)) * _times(scale, line, taken, value)
    price = converted(line.price, case.currency, case.rates)
    amount = quantity * value(price.price.base, rate_key(line.key))
    return Leaf(line.key, line.label, line.phase, line.category, line.inclusion, amount, quantity, line.quantity.unit, price)


def _times(scale: Scale, line: Line, taken: Needs[N] | None, value: Value[N]) -> N:
    """How often the line is counted in its phase."""
    counted: Mapping[Basis, Decimal] = {Basis.ONCE: ONE, Basis.BATCH: Decimal(scale.batches)}
    times = value(counted.get(line.basis, scale.output_kg), "")
    if line.basis != Basis.ONCE:
        times = times * value(ONE, output_key(scale.phase))
    return times * taken.made_kg[line.step] if taken and line.basis == Basis.STEP_KG else times
