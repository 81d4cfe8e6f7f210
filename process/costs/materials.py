"""A bought material: its price, cheaper from some quantity on, its pack and smallest order, what is lost of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import BadInput
from process.costs.demand import N
from process.costs.figures import Figure, require_fraction
from process.costs.stored import LATER
from process.packs import HAIR, whole_packs

ZERO = Decimal(0)


class Category(StrEnum):
    """The columns of the cost form, in their order."""

    MATERIALS = "materials"
    SOLVENTS = "solvents"
    RECOVERED = "recovered"  # what is taken off the materials; no cost line is of it
    LABOUR = "labour"
    QC = "qc"
    OCCUPANCY = "occupancy"
    UTILITIES = "utilities"
    WASTE = "waste"
    CLEANING = "cleaning"
    OUTSIDE = "outside"
    DOSSIER = "dossier"
    EHS = "ehs"

    @property
    def label(self) -> Promise:
        return _CATEGORIES[self]


_CATEGORIES: dict[Category, Promise] = {
    Category.MATERIALS: _("Raw materials"),
    Category.SOLVENTS: _("Solvents"),
    Category.RECOVERED: _("Recovered value"),
    Category.LABOUR: _("Labour"),
    Category.QC: _("Quality control"),
    Category.OCCUPANCY: _("Vessel occupancy"),
    Category.UTILITIES: _("Utilities"),
    Category.WASTE: _("Waste"),
    Category.CLEANING: _("Cleaning"),
    Category.OUTSIDE: _("Outside services"),
    Category.DOSSIER: _("Stability, validation, dossier"),
    Category.EHS: _("Environment, health, safety"),
}


@dataclass(frozen=True)
class Tier:
    """The price per kg of an order of from_kg or more."""

    from_kg: Decimal
    price: Figure


@dataclass(frozen=True)
class Material:
    """A bought material, or a waste that is paid for by the kilogram. price: per kg; tiers: instead of it from a quantity on.

    Each phase buys for itself: at least minimum_kg, in whole packs; what is left over is paid for. up_to_breaks: more than is needed where
    that costs less in all; not in what was fixed before this was counted. handling_loss_fraction is lost outside the reaction; with
    loss_in_yield the step's yield holds it already and it is not counted again.

    recovered: what comes back for each kilogram that is charged (spent catalyst, solvent that is sold), per kg; None where nothing does
    or where the route recycles it: one of the two counts. What is lost in handling or left in the pack brings nothing.
    """

    key: str
    label: str
    price: Figure
    category: Category = Category.MATERIALS
    tiers: tuple[Tier, ...] = ()
    pack_kg: Decimal = ZERO
    minimum_kg: Decimal = ZERO
    handling_loss_fraction: Decimal = ZERO
    loss_in_yield: bool = False
    recovered: Figure | None = field(default=None, metadata=LATER)
    up_to_breaks: bool = field(default=False, metadata=LATER)

    @property
    def breaks(self) -> tuple[Tier, ...]:
        """The whole price list, the smallest order first."""
        return (Tier(ZERO, self.price), *sorted(self.tiers, key=lambda tier: tier.from_kg))

    def price_of(self, kg: Decimal) -> tuple[str, Figure]:
        """The price of an order, with the key of its variable."""
        found = max((tier for tier in self.tiers if tier.from_kg <= kg), key=lambda tier: tier.from_kg, default=None)
        return (f"price/{self.key}/{found.from_kg}", found.price) if found else (f"price/{self.key}", self.price)


def cheapest_order(needed_kg: N, material: Material, prices: Sequence[Decimal]) -> tuple[N, N]:
    """The kilograms that a buyer orders and what each costs: what is needed, or up to one of the breaks above it, whichever is the least
    in all; of equals the smaller. prices: of `material.breaks`. More that is needed is never less to pay, nor less to order.
    """
    if isinstance(needed_kg, Decimal):
        return _cheapest(needed_kg, material, prices)
    least, most = (_cheapest(Decimal(repr(float(end))), material, prices)[0] for end in (needed_kg.min(), needed_kg.max()))
    found = [each for each in _spans(material, prices) if each[0] <= most and each[1] > least]
    start, _end, price = found.pop()
    bought, cost = to_buy(_at_least(needed_kg, start), material), np.asarray(float(price))
    for start, end, price in reversed(found):
        smaller = to_buy(_at_least(needed_kg, start), material)
        better = (smaller < float(end)) & (smaller * float(price) <= bought * cost)
        bought, cost = np.where(better, smaller, bought), np.where(better, float(price), cost)
    return bought, cost


def _cheapest(needed_kg: Decimal, material: Material, prices: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    ways = ((to_buy(_at_least(needed_kg, start), material), end, price) for start, end, price in _spans(material, prices))
    kg, _end, price = min((way for way in ways if way[0] < way[1]), key=lambda way: (way[0] * way[2], way[0]))
    return kg, price


def _spans(material: Material, prices: Sequence[Decimal]) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    """From how many kilograms on, and below how many, an order has which price."""
    starts = [each.from_kg for each in material.breaks]
    return zip(starts, [*starts[1:], Decimal("Infinity")], prices, strict=True)


def to_buy(needed_kg: N, material: Material) -> N:
    """Whole packs, at least the smallest order; as needed where neither is known."""
    pack, bought = material.pack_kg, _at_least(needed_kg, material.minimum_kg)
    if isinstance(bought, Decimal):
        return whole_packs(bought, pack)
    return np.ceil(bought / float(pack) - float(HAIR)) * float(pack) if pack else bought


def _at_least(needed_kg: N, least: Decimal) -> N:
    """Nothing of what is not needed."""
    if isinstance(needed_kg, Decimal):
        return max(needed_kg, least) if needed_kg else needed_kg
    return np.where(needed_kg > 0, np.maximum(needed_kg, float(least)), 0.0) if least else needed_kg


def require_material(material: Material) -> None:
    require_price(material.price, material.label, per="kg")
    for tier in material.tiers:
        require_price(tier.price, material.label, per="kg")
    if material.recovered is not None:
        require_price(material.recovered, material.label, per="kg")
    if min(material.pack_kg, material.minimum_kg, *(tier.from_kg for tier in material.tiers)) < 0:
        raise BadInput({"pack_kg": _t("%(material)s: packs and orders are not below zero.") % {"material": material.label}})
    require_fraction(material.handling_loss_fraction, "handling_loss_fraction")
    if material.handling_loss_fraction == 1:
        words = _t("%(material)s: a handling loss of everything leaves nothing to use.")
        raise BadInput({"handling_loss_fraction": words % {"material": material.label}})


def recovered_words(material: str) -> str:
    return _t("Recovered value of %(material)s") % {"material": material}


def recovered_twice(step: str, material: str) -> str:
    """Why a material has no recovered value: science.md §1.2, one of the two per material."""
    words = _t("%(step)s takes part of %(material)s from recycling, which counts already: it has no recovered value beside that.")
    return words % {"step": step, "material": material}


def worth_more(recovered: Figure, price: Figure) -> str:
    """Which end of a recovered value is above that of the price, "base" or "high"; "" where none is. Both in one currency.

    Such a material would pay for itself; of one that costs nothing, as the client supplies it, what comes back is the client's. The
    highest stands against the highest: the two follow one market.
    """
    return next((end for end in ("base", "high") if getattr(recovered, end) > getattr(price, end)), "")


def at_most(worth: N, cost: N) -> N:
    """What comes back of a kilogram, no more than it costs: figures that vary apart may cross where their bases do not."""
    if isinstance(worth, Decimal) and isinstance(cost, Decimal):
        return min(worth, cost)
    return np.minimum(worth, cost)


def require_price(price: Figure, label: str, *, per: str) -> None:
    if not price.currency:
        raise BadInput({"currency": _t("%(label)s: a price needs its currency.") % {"label": label}})
    if price.unit != per:
        values = {"label": label, "per": per, "unit": price.unit}
        raise BadInput({"unit": _t("%(label)s: the price is per %(unit)s, the quantity in %(per)s.") % values})
