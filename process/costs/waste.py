"""What the disposal of a route's waste costs, by the classes of the mass balance. Pure; nothing is rounded, so that they may be added."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from process.routes.chain import at_yields
from process.routes.checks import faults_of
from process.routes.mass_balance import ROUNDING, Balance, StepBalance, Waste, mass_balance
from process.routes.plain import Computed, Role, Route
from process.routes.unit_cost import exact

CLASSES = ("solvent", "water", "aqueous", "other")  # the fields of `Waste`, each in kg
LEAVES_AS = {Role.SOLVENT: "solvent", Role.WATER: "water", Role.CATALYST: "other", Role.AUXILIARY: "other"}


@dataclass(frozen=True)
class Tariff:
    """What one kilogram costs, in `currency`, by which list, from which day to which (None: on)."""

    price_per_kg: Decimal
    currency: str
    source: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Disposed:
    """Kilograms of one class. tariff: None where its price is not known."""

    waste: str
    kg: Decimal
    tariff: Tariff | None

    @property
    def cost(self) -> Decimal:
        """In the currency of the tariff. Raises ValueError where there is none: nothing would be too low."""
        if self.tariff is None:
            raise ValueError(self.waste)
        return self.kg * self.tariff.price_per_kg


def disposed(waste: Waste, tariffs: Mapping[str, Tariff]) -> tuple[Disposed, ...]:
    """Every class of which there is some."""
    amounts = ((name, exact(getattr(waste, name))) for name in CLASSES)
    return tuple(Disposed(name, kg, tariffs.get(name)) for name, kg in amounts if kg > 0)


def without_sold(balance: Balance, sold: Collection[str]) -> Waste:
    """The waste without the substances, by key, of which a recovered value is counted: whoever pays for them takes them away.

    Those that leave a step as they came, whole; what is left of a reactant is not known apart from what became of it, and stays waste.
    """
    return sum((_without_sold(step, sold) for step in balance.steps), Waste())


def _without_sold(step: StepBalance, sold: Collection[str]) -> Waste:
    left = {name: getattr(step.waste, name) for name in CLASSES}
    for line in (each for each in step.lines if each.charge.substance.key in sold):
        if name := LEAVES_AS.get(line.charge.role):
            rest = left[name] - line.fresh_kg
            left[name] = rest if rest > ROUNDING else 0.0
    return Waste(**left)


def taken_off(balance: Balance, sold: Collection[str]) -> tuple[str, ...]:
    """The names of those without which the waste is less, in the order in which they are charged."""
    names = {line.charge.substance.key: line.charge.substance.name for step in balance.steps for line in step.lines}
    return tuple(name for key, name in names.items() if key in sold and without_sold(balance, {key}) != balance.waste)


def unpriced(found: Iterable[Disposed]) -> tuple[str, ...]:
    """The classes whose price is missing."""
    return tuple(each.waste for each in found if each.tariff is None)


def balance_at_yields(route: Route, factor: float, target_kg: float = 1.0) -> Computed[Balance]:
    """The mass balance with every yield so many times as high; what a yield loses leaves as waste."""
    moved = at_yields(route, factor)
    return mass_balance(moved, target_kg, faults=faults_of(moved))
