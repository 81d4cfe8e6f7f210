"""How the price of a kilogram follows the prices of the raw materials that weigh most in it. Pure.

Rule: where the price of a material is more than the threshold away from its base price, the price of a kilogram of product changes by
the part beyond the threshold, times the kilograms of the material that one kilogram of product takes. Basis: practice of supply contracts.
What is recovered of a material follows its price: as many kilograms as that is worth are none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from process.costs.case import Case
from process.costs.demand import base_value, needs
from process.costs.figures import Figure, Source
from process.costs.materials import ZERO, Category, Material
from process.costs.purchases import charged, needed_by, order_prices
from process.costs.rates import converted

HUNDRED = Decimal(100)
USUAL_THRESHOLD_PCT = Decimal(10)
MOST, LEAST_PCT = 5, Decimal(2)  # so many materials are named, each with at least such a share of the price
BOUGHT = frozenset({Category.MATERIALS, Category.SOLVENTS})  # a waste is priced by the kilogram too, and is none


@dataclass(frozen=True)
class Weight:
    """A raw material in the price of one kilogram of product. kg_per_kg: needed for it, losses included; base_per_kg: what it costs.

    is_net: some of it is recovered, and kg_per_kg is without as many kilograms as that is worth.
    """

    material: str
    kg_per_kg: Decimal
    base_per_kg: Decimal
    price_per_kg: Decimal
    source: Source
    on: date | None
    is_net: bool = False

    @property
    def cost_per_kg(self) -> Decimal:
        """Of it in one kilogram of product, what is recovered taken off."""
        return self.kg_per_kg * self.base_per_kg

    @property
    def share_pct(self) -> Decimal:
        """Of the price of a kilogram of product."""
        return self.cost_per_kg / self.price_per_kg * HUNDRED


def weights(case: Case, phase: str, price_per_kg: Decimal, rate: Decimal = Decimal(1)) -> tuple[Weight, ...]:
    """The materials of most weight in the phase, the heaviest first: those with a share worth naming, else the heaviest alone.

    price_per_kg: of the phase, above zero, in the currency into which `rate` leads from that of the case, as all prices here.
    """
    found = sorted(_all(case, phase, price_per_kg, rate), key=lambda each: (-each.share_pct, each.material))
    return tuple([each for each in found if each.share_pct >= LEAST_PCT][:MOST] or found[:1])


def _all(case: Case, phase: str, price_per_kg: Decimal, rate: Decimal) -> Iterator[Weight]:
    scale = next(each for each in case.scales if each.phase == phase)
    if not scale.demand or not scale.output_kg:
        return
    taken, prices = needs(next(each for each in case.demands if each.key == scale.demand), base_value), order_prices(case)
    for material, needed in needed_by(case, scale, taken, base_value):
        if material.category in BOUGHT:
            price = converted(prices[phase, material.key][1], case.currency, case.rates).price
            kg = needed - _paid_back(case, material, price, charged(material, scale, taken, base_value))
            is_net = material.recovered is not None
            if kg > 0:
                yield Weight(material.label, kg / scale.output_kg, price.base * rate, price_per_kg, price.source, price.on, is_net)


def _paid_back(case: Case, material: Material, price: Figure, charged_kg: Decimal) -> Decimal:
    """As many kilograms at the price, in the currency of the case, as what is recovered of those that are charged is worth."""
    if material.recovered is None or not price.base:
        return ZERO
    return charged_kg * (converted(material.recovered, case.currency, case.rates).price.base / price.base)


def change_per_kg(weight: Weight, now_per_kg: Decimal, threshold_pct: Decimal) -> Decimal:
    """By how much a kilogram of product becomes dearer, or cheaper below zero, when the material costs `now_per_kg`; not rounded."""
    margin = weight.base_per_kg * threshold_pct / HUNDRED
    low, high = weight.base_per_kg - margin, weight.base_per_kg + margin
    beyond = now_per_kg - high if now_per_kg > high else now_per_kg - low if now_per_kg < low else ZERO
    return beyond * weight.kg_per_kg
