"""What a kilogram costs at each step, and which line contributes what. Money is Decimal, in one currency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from process.routes.amounts import per_kg
from process.routes.checks import faults_of, final_step, in_order
from process.routes.mass_balance import needed_per_kg
from process.routes.plain import Charge, Computed, Fault, Price, Route, Step

ALGORITHM, VERSION = "route.unit_cost", "1"
NO_PRICE = "input.price"


@dataclass(frozen=True)
class Contribution:
    """Of one line to the cost of a kilogram of the route's product; charge is None for the operating cost of the step."""

    step: Step
    charge: Charge | None
    usage_kg_per_kg: float
    cost_per_kg: Decimal


@dataclass(frozen=True)
class UnitCost:
    """currency per kg. by_step: of the product of each step, by its key."""

    currency: str
    by_step: dict[str, Decimal]
    contributions: tuple[Contribution, ...]
    cost_per_kg: Decimal


def unit_cost(route: Route, prices: Sequence[Price], *, faults: tuple[Fault, ...] | None = None) -> Computed[UnitCost]:
    """C(product) = Σ m · c(input) + operating cost; an intermediate costs what it costs to make.

    faults: of the route, where they were looked for already.
    """
    faults = (faults_of(route) if faults is None else faults) + price_faults(route, prices)
    if faults:
        return Computed(ALGORITHM, VERSION, None, "currency/kg", faults=faults)
    by_substance = {price.substance: price.amount_per_kg for price in prices}
    costs: dict[str, Decimal] = {}
    for step in in_order(route):
        costs[step.key] = step.operating_cost_per_kg + sum(
            (
                exact(line.fresh) * (costs[line.charge.from_step] if line.charge.from_step else by_substance[line.charge.substance.key])
                for line in per_kg(step)
            ),
            Decimal(0),
        )
    contributions = tuple(_contributions(route, by_substance))
    currency = next((price.currency for price in prices), "")
    value = UnitCost(currency, costs, contributions, costs[final_step(route).key])
    return Computed(ALGORITHM, VERSION, value, f"{currency}/kg", {"prices": tuple(prices)})


def exact(number: float) -> Decimal:
    """A float as the shortest decimal that means it: the two kinds never meet in one expression."""
    return Decimal(repr(float(number)))


def _contributions(route: Route, prices: dict[str, Decimal]) -> Iterator[Contribution]:
    needed = needed_per_kg(route)
    for step in in_order(route):
        for line in per_kg(step):
            if not line.charge.from_step:
                usage = needed[step.key] * line.fresh
                yield Contribution(step, line.charge, usage, exact(usage) * prices[line.charge.substance.key])
        if step.operating_cost_per_kg:
            yield Contribution(step, None, needed[step.key], exact(needed[step.key]) * step.operating_cost_per_kg)


def price_faults(route: Route, prices: Sequence[Price]) -> tuple[Fault, ...]:
    """A bought material without a price, with two, or with one of nothing and no word why; prices in two currencies."""
    found = list(_wrong_prices(route, prices))
    priced = {price.substance for price in prices}
    for step in route.steps:
        for charge in step.charges:
            if not charge.from_step and charge.substance.key not in priced:
                words = _t("%(step)s: the price of %(material)s is missing.")
                found.append(Fault(NO_PRICE, words % {"step": step.name, "material": charge.substance.name}, step.key, charge.key))
    return tuple(found)


def _wrong_prices(route: Route, prices: Sequence[Price]) -> Iterator[Fault]:
    names = {charge.substance.key: charge.substance.name for step in route.steps for charge in step.charges}
    if len({price.currency for price in prices}) > 1:
        yield Fault("price.currencies", _t("The prices are in several currencies; convert them first."))
    seen: set[str] = set()
    for price in prices:
        material = {"material": names.get(price.substance, price.substance)}
        if price.substance in seen:
            yield Fault("price.twice", _t("%(material)s has two prices.") % material)
        seen.add(price.substance)
        if not price.currency:
            yield Fault("price.currency", _t("The price of %(material)s has no currency.") % material)
        if price.amount_per_kg < 0:
            yield Fault("price.negative", _t("The price of %(material)s is below nothing.") % material)
        if price.amount_per_kg == 0 and not price.note.strip():
            yield Fault("price.zero", _t("The price of %(material)s is nothing; a note has to say why.") % material)
