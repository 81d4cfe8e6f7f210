"""What each phase has to buy, and at which of a supplier's prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.costs.case import Case, Scale
from process.costs.demand import N, Value, base_value, needs
from process.costs.figures import ONE, Figure
from process.costs.keys import output_key
from process.costs.materials import Material, to_buy, worth_more
from process.costs.rates import converted
from process.words import plain_number

WORTH_SAYING = Decimal("0.001")  # kg
OrderPrices = dict[tuple[str, str], tuple[str, Figure]]


def orders(case: Case, scale: Scale, taken: Mapping[str, N], value: Value[N]) -> Iterator[tuple[Material, N, N]]:
    """Each material of the phase's route with the kilograms that are needed, losses included, and those that are bought, in whole packs."""
    for material in case.materials:
        if material.key in taken:
            kept = ONE if material.loss_in_yield else ONE - material.handling_loss_fraction
            needed = charged(material, scale, taken, value) / value(kept, "")
            yield material, needed, to_buy(needed, material)


def charged(material: Material, scale: Scale, taken: Mapping[str, N], value: Value[N]) -> N:
    """The kilograms that go into the vessels of the phase, without what is lost before."""
    return taken[material.key] * value(scale.output_kg, "") * value(ONE, output_key(scale.phase))


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


def require_worth(case: Case) -> None:
    """Raises BadInput where more would come back for a material than it costs at the quantity that is ordered."""
    recovered = {material.key: (material.label, material.recovered) for material in case.materials if material.recovered is not None}
    for (_phase, key), (_variable, figure) in order_prices(case).items() if recovered else ():
        if key in recovered:
            label, back = recovered[key]
            worth, price = (converted(each, case.currency, case.rates).price for each in (back, figure))
            if end := worth_more(worth, price):
                values = {"material": label, "price": f"{plain_number(getattr(figure, end))} {figure.currency}"}
                words = _t("%(material)s: more would be recovered of a kilogram than it costs, %(price)s.")
                raise BadInput({"recovered_per_kg": words % values})


def _at_base(case: Case) -> Iterator[tuple[Scale, Material, Decimal, Decimal]]:
    taken = {demand.key: needs(demand, base_value) for demand in case.demands}
    for scale in case.scales:
        if scale.demand and scale.output_kg:
            for material, needed, bought in orders(case, scale, taken[scale.demand], base_value):
                yield scale, material, needed, bought
