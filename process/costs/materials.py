"""A bought material: its price, cheaper from some quantity on, its pack and smallest order, what is lost of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import BadInput
from process.costs.demand import Draws, N
from process.costs.figures import ONE, Figure, require_fraction
from process.costs.stored import LATER
from process.packs import HAIR, Break, cheapest, ends_of, purchases

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
    """The price per kg of an order of from_kg or more. pack_kg, minimum_kg: of such an order; None where they are those of the material."""

    from_kg: Decimal
    price: Figure
    pack_kg: Decimal | None = field(default=None, metadata=LATER)
    minimum_kg: Decimal | None = field(default=None, metadata=LATER)


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

    @cached_property
    def in_order(self) -> list[Tier]:
        """By quantity, without the price that stands before them."""
        return sorted(self.tiers, key=lambda tier: tier.from_kg)

    @cached_property
    def breaks(self) -> list[Break]:
        """The whole price list, the smallest order first."""
        return [Break(ZERO, self.pack_kg, self.minimum_kg), *(self._break(tier) for tier in self.in_order)]

    @cached_property
    def ends(self) -> list[Decimal]:
        """Of its breaks (`ends_of`)."""
        return ends_of(self.breaks)

    def _break(self, tier: Tier) -> Break:
        pack = self.pack_kg if tier.pack_kg is None else tier.pack_kg
        return Break(tier.from_kg, pack, self.minimum_kg if tier.minimum_kg is None else tier.minimum_kg)

    @cached_property
    def prices(self) -> list[Figure]:
        """Of its breaks."""
        return [self.price, *(tier.price for tier in self.in_order)]

    def price_at(self, place: int) -> tuple[str, Figure]:
        """That of one of its breaks, with the key of its variable."""
        return (f"price/{self.key}/{self.breaks[place].from_kg}" if place else f"price/{self.key}", self.prices[place])

    def place_of(self, kg: Decimal) -> int:
        """The last break that an order reaches."""
        return max(place for place, each in enumerate(self.breaks) if not place or each.from_kg <= kg)


def cheapest_order(needed_kg: N, material: Material, prices: Sequence[Decimal]) -> tuple[N, N]:
    """The kilograms that a buyer orders and what each costs: what is needed, or up to one of the breaks above it, whichever is the least
    in all (`cheapest`). prices: of `material.breaks`.

    So a better yield never raises what is paid for a material. Where something of it is recovered it may raise what is left of that to pay:
    of what is bought up to a break and not charged nothing comes back.
    """
    breaks, ends = material.breaks, material.ends
    if isinstance(needed_kg, Decimal):
        way = cheapest(purchases(needed_kg, breaks, prices, ends))
        return way.kg, way.price
    few, many = (Decimal(repr(float(end))) for end in (needed_kg.min(), needed_kg.max()))
    least, most = (cheapest(purchases(end, breaks, prices, ends)).kg for end in (few, many))
    listed = zip(breaks, ends, prices, strict=True)
    found = [(sold, end, float(price)) for sold, end, price in listed if sold.to_buy(few) <= most and end > least]
    return _cheapest_of_each(needed_kg, found)


def _cheapest_of_each(needed_kg: Draws, found: Sequence[tuple[Break, Decimal, float]]) -> tuple[Draws, Draws]:
    """found: the breaks by which something may be ordered, each with its end and its price."""
    bought, cost, total = np.zeros_like(needed_kg), np.zeros_like(needed_kg), np.full_like(needed_kg, np.inf)
    for sold, end, price in reversed(found):
        kg = to_buy(_at_least(needed_kg, sold.from_kg), sold)
        is_better = (kg < float(end * (1 - HAIR))) & (kg * price <= total)
        bought, cost = np.where(is_better, kg, bought), np.where(is_better, price, cost)
        total = np.where(is_better, kg * price, total)
    return bought, cost


def to_buy(needed_kg: N, sold: Material | Break) -> N:
    """Whole packs, at least the smallest order; as needed where neither is known."""
    pack, minimum = sold.pack_kg, sold.minimum_kg
    if isinstance(needed_kg, Decimal):
        return Break(pack_kg=pack, minimum_kg=minimum).to_buy(needed_kg)
    bought = _at_least(needed_kg, minimum)
    return np.ceil(bought / float(pack) - float(HAIR)) * float(pack) if pack else bought


def _at_least(needed_kg: Draws, least: Decimal) -> Draws:
    """Nothing of what is not needed."""
    return np.where(needed_kg > 0, np.maximum(needed_kg, float(least)), 0.0) if least else needed_kg


def require_material(material: Material) -> None:
    require_price(material.price, material.label, per="kg")
    for tier in material.tiers:
        require_price(tier.price, material.label, per="kg")
    if material.recovered is not None:
        require_price(material.recovered, material.label, per="kg")
    if any(min(each.from_kg, each.pack_kg, each.minimum_kg) < 0 for each in material.breaks):
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


def worth_more(recovered: Figure, price: Figure, share: Decimal = ONE) -> str:
    """Which end of a recovered value is above that of the price, "base" or "high"; "" where none is. Both in one currency.

    Such a material would pay for itself; of one that costs nothing, as the client supplies it, what comes back is the client's. The
    highest stands against the highest: the two follow one market. share: how many kilograms are paid for one of which something comes back.
    """
    return next((end for end in ("base", "high") if getattr(recovered, end) > getattr(price, end) * share), "")


def at_most(worth: N, cost: N) -> N:
    """What comes back, no more than is paid: figures that vary apart may cross where their bases do not."""
    if isinstance(worth, Decimal) and isinstance(cost, Decimal):
        return min(worth, cost)
    return np.minimum(worth, cost)


def require_price(price: Figure, label: str, *, per: str) -> None:
    if not price.currency:
        raise BadInput({"currency": _t("%(label)s: a price needs its currency.") % {"label": label}})
    if price.unit != per:
        values = {"label": label, "per": per, "unit": price.unit}
        raise BadInput({"unit": _t("%(label)s: the price is per %(unit)s, the quantity in %(per)s.") % values})
