"""What each phase has to buy, and at which of a supplier's prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.costs.case import Case, Scale, kept_with
from process.costs.demand import N, Value, base_value, needs
from process.costs.figures import ONE, Figure
from process.costs.keys import output_key
from process.costs.materials import Material, cheapest_order, to_buy, worth_more
from process.costs.rates import converted
from process.packs import Purchase, cheapest, purchases, smallest
from process.words import grouped, money_words, plain_number
from projects.money import CENT, half_up, rounded

WORTH_SAYING = Decimal("0.001")  # kg
OrderPrices = dict[tuple[str, str], tuple[str, Figure]]


@dataclass(frozen=True)
class Order:
    """What a phase buys of a material with every figure at its base. usual: what it would buy without going up to a break. charged_kg: what
    goes into its vessels.
    """

    scale: Scale
    material: Material
    charged_kg: Decimal
    needed_kg: Decimal
    usual: Purchase
    bought: Purchase

    @property
    def usual_kg(self) -> Decimal:
        return self.usual.kg

    @property
    def bought_kg(self) -> Decimal:
        return self.bought.kg

    @property
    def price(self) -> tuple[str, Figure]:
        """At which is ordered, with the key of its variable."""
        return self.material.price_at(self.bought.place)

    @property
    def paid_per_charged_kg(self) -> Decimal:
        """How many kilograms are paid for one that is charged, where it is bought up to breaks: so many times its price may come back."""
        return self.bought_kg / self.charged_kg if self.material.up_to_breaks and self.charged_kg else ONE

    @property
    def is_up_to_a_break(self) -> bool:
        return self.bought_kg > self.usual_kg

    @property
    def is_left_over(self) -> bool:
        return self.bought_kg - self.needed_kg > WORTH_SAYING

    @property
    def break_words(self) -> str:
        """10 kg for 600.00 CHF instead of 9.9 kg for 792.00 CHF; nothing where no more is bought than would be anyhow."""
        if not self.is_up_to_a_break:
            return ""
        told = {"bought": self._words(self.bought), "usual": self._words(self.usual)}
        return _t("%(bought)s instead of %(usual)s") % told

    def _words(self, way: Purchase) -> str:
        _key, price = self.material.price_at(way.place)
        told = {"kg": kilograms(way.kg), "cost": money_words(rounded(way.kg * price.base, price.currency), price.currency)}
        return _t("%(kg)s kg for %(cost)s") % told


def kilograms(kg: Decimal) -> str:
    return grouped(half_up(kg, WORTH_SAYING).normalize())


def needed_by(case: Case, scale: Scale, taken: Mapping[str, N], value: Value[N]) -> Iterator[tuple[Material, N]]:
    """Each material of the phase's route with the kilograms that are needed, losses included."""
    for material in case.materials:
        if material.key in taken:
            kept = ONE if material.loss_in_yield else ONE - material.handling_loss_fraction
            yield material, charged(material, scale, taken, value) / value(kept, "")


def paid_for(needed_kg: N, material: Material, ordered: tuple[str, Figure], case: Case, value: Value[N]) -> tuple[N, N]:
    """The kilograms that are bought and what each costs, in the currency of the case. ordered: the price at base with its key.

    The prices of a list move together: where the one by which is ordered is so much dearer, so are its other breaks.
    """
    base = _converted(ordered[1], case)
    cost = value(base, ordered[0])
    if not material.up_to_breaks:
        return to_buy(needed_kg, material), cost
    bought, price = cheapest_order(needed_kg, material, _list_of(material, case))
    return bought, price * (cost / value(base, "")) if base else price


def charged(material: Material, scale: Scale, taken: Mapping[str, N], value: Value[N]) -> N:
    """The kilograms that go into the vessels of the phase, without what is lost before."""
    return taken[material.key] * value(scale.output_kg, "") * value(ONE, output_key(scale.phase))


def order_prices(case: Case) -> OrderPrices:
    """The price at the base quantity with the key of its variable, by phase and material: the one that varies, from low to high.

    A draw or another yield orders anew by the same list (`paid_for`); what was fixed before phases bought up to breaks keeps this price.
    """
    return kept_with(case, "order_prices", lambda: {(each.scale.phase, each.material.key): each.price for each in orders(case)})


def require_worth(case: Case) -> None:
    """Raises BadInput where more would come back of a charged kilogram than it costs at the quantity that is ordered, with all that is
    bought for it up to a break.
    """
    if all(material.recovered is None for material in case.materials):
        return
    for order in orders(case):
        if order.material.recovered is not None:
            figure, share = order.price[1], order.paid_per_charged_kg
            worth, price = (converted(each, case.currency, case.rates).price for each in (order.material.recovered, figure))
            if end := worth_more(worth, price, share):
                cost = getattr(figure, end) if share == ONE else half_up(getattr(figure, end) * share, CENT)
                values = {"material": order.material.label, "price": f"{plain_number(cost)} {figure.currency}"}
                words = _t("%(material)s: more would be recovered of a kilogram than it costs, %(price)s.")
                raise BadInput({"recovered_per_kg": words % values})


def orders(case: Case) -> Sequence[Order]:
    """Of every phase that makes something by a route."""
    return kept_with(case, "orders", lambda: list(_orders(case)))


def _orders(case: Case) -> Iterator[Order]:
    taken = {demand.key: needs(demand, base_value) for demand in case.demands}
    for scale in case.scales:
        if scale.demand and scale.output_kg:
            for material, needed in needed_by(case, scale, taken[scale.demand], base_value):
                ways = _ways(needed, material, case)
                kg = charged(material, scale, taken[scale.demand], base_value)
                yield Order(scale, material, kg, needed, smallest(ways), cheapest(ways))


def _ways(needed_kg: Decimal, material: Material, case: Case) -> list[Purchase]:
    """In which the phase could buy; one for what was fixed before phases bought up to breaks."""
    prices = _list_of(material, case)
    if material.up_to_breaks:
        return purchases(needed_kg, material.breaks, prices, material.ends)
    kg = to_buy(needed_kg, material)
    place = material.place_of(kg)
    return [Purchase(place, kg, prices[place])]


def _list_of(material: Material, case: Case) -> list[Decimal]:
    return kept_with(case, f"prices of {material.key}", lambda: [_converted(each, case) for each in material.prices])


def _converted(figure: Figure, case: Case) -> Decimal:
    return converted(figure, case.currency, case.rates).price.base
