"""What each phase has to buy, and at which of a supplier's prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from process.costs.case import Case, Scale
from process.costs.demand import N, Value, base_value, needs
from process.costs.figures import ONE, Figure
from process.costs.keys import output_key
from process.costs.materials import Material, to_buy

WORTH_SAYING = Decimal("0.001")  # kg
OrderPrices = dict[tuple[str, str], tuple[str, Figure]]


def orders(case: Case, scale: Scale, taken: Mapping[str, N], value: Value[N]) -> Iterator[tuple[Material, N, N]]:
    """Each material of the phase's route with the kilograms that are needed, losses included, and those that are bought, in whole packs."""
    for material in case.materials:
        if material.key in taken:
            charged = taken[material.key] * value(scale.output_kg, "") * value(ONE, output_key(scale.phase))
            kept = ONE if material.loss_in_yield else ONE - material.handling_loss_fraction
            needed = charged / value(kept, "")
            yield material, needed, to_buy(needed, material)


def left_over(case: Case) -> Iterator[tuple[Scale, Material, Decimal, Decimal]]:
    """Where packs or smallest orders make a phase buy more than it needs: the kilograms needed and bought."""
    for scale, material, needed, bought in _at_base(case):
        if bought - needed > WORTH_SAYING:
            yield scale, material, needed, bought


def order_prices(case: Case) -> OrderPrices:
    """The price at the base quantity with the key of its variable, by phase and material.

    A draw or another yield keeps the price of its base: which quantity is ordered is settled, how far it reaches is not.
    """
    return {(scale.phase, material.key): material.price_of(bought) for scale, material, _needed, bought in _at_base(case)}


def _at_base(case: Case) -> Iterator[tuple[Scale, Material, Decimal, Decimal]]:
    taken = {demand.key: needs(demand, base_value) for demand in case.demands}
    for scale in case.scales:
        if scale.demand and scale.output_kg:
            for material, needed, bought in orders(case, scale, taken[scale.demand], base_value):
                yield scale, material, needed, bought
