"""What each phase has to buy, and at which of a supplier's prices."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from process.costs.case import Case, Scale
from process.costs.demand import N, Needs, Value, base_value, needs
from process.costs.figures import ONE, Figure
from process.costs.keys import output_key
from process.costs.materials import Material, to_buy

WORTH_SAYING = Decimal("0.001")  # kg
OrderPrices = dict[tuple[str, str], tuple[str, Figure]]


def orders(case: Case, scale: Scale, taken: Needs[N], value: Value[N]) -> Iterator[tuple[Material, N, N]]:
    """Each material of the phase's route with the kilograms that are charged and those that are bought, losses and packs included."""
    for material in case.materials:
        if material.key in taken.net_kg:
            charged = taken.net_kg[material.key] * value(scale.output_kg, "") * value(ONE, output_key(scale.phase))
            kept = ONE if material.loss_in_yield else ONE - material.handling_loss_fraction
            yield material, charged, to_buy(charged / value(kept, ""), material)


def left_over(case: Case) -> Iterator[tuple[Scale, Material, Decimal, Decimal]]:
    """Where packs or smallest orders make a phase buy more than it needs: the kilograms needed and bought."""
    for scale, material, charged, bought in _at_base(case):
        needed = charged / (ONE - (0 if material.loss_in_yield else material.handling_loss_fraction))
        if bought - needed > WORTH_SAYING:
            yield scale, material, needed, bought


def order_prices(case: Case) -> OrderPrices:
    """The price at the base quantity with the key of its variable, by phase and material.

    A draw or another yield keeps the price of its base: which quantity is ordered is settled, how far it reaches is not.
    """
    return {(scale.phase, material.key): material.price_of(bought) for scale, material, _charged, bought in _at_base(case)}


def _at_base(case: Case) -> Iterator[tuple[Scale, Material, Decimal, Decimal]]:
    taken = {demand.key: needs(demand, base_value) for demand in case.demands}
    for scale in case.scales:
        if scale.demand and scale.output_kg:
            for material, charged, bought in orders(case, scale, taken[scale.demand], base_value):
                yield scale, material, charged, bought
