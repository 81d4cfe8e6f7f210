"""From kilograms of the product back through yields and branches to every input, and to what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from process.routes.amounts import PerKg, per_kg
from process.routes.checks import faults_of, final_step, in_order, is_dry
from process.routes.plain import Basis, Charge, Computed, Fault, Role, Route, Step, Substance

ALGORITHM, VERSION = "route.mass_balance", "1"
ROUNDING = 1e-9


@dataclass(frozen=True)
class Line:
    """An input for the whole target. charged_kg: into the vessels; fresh_kg: of it, bought or made, without what is recycled."""

    charge: Charge
    charged_kg: float
    fresh_kg: float
    charged_litres: float | None
    charged_kmol: float | None


@dataclass(frozen=True)
class Waste:
    """What leaves a step beside its product, in kg. Recycled mass is none.

    solvent and water: as charged. aqueous: what is left of reactants and reagents where the step has water to carry it away;
    other: the same where it has none, and catalysts and auxiliaries. Basis: practice.
    """

    solvent: float = 0.0
    water: float = 0.0
    aqueous: float = 0.0
    other: float = 0.0

    @property
    def total(self) -> float:
        return self.solvent + self.water + self.aqueous + self.other

    def __add__(self, more: Waste) -> Waste:
        return Waste(self.solvent + more.solvent, self.water + more.water, self.aqueous + more.aqueous, self.other + more.other)


@dataclass(frozen=True)
class StepBalance:
    step: Step
    product_kg: float
    lines: tuple[Line, ...]
    waste: Waste

    @property
    def fresh_kg(self) -> float:
        return sum(line.fresh_kg for line in self.lines)


@dataclass(frozen=True)
class Bought:
    """A bought substance over the whole route."""

    substance: Substance
    charged_kg: float
    fresh_kg: float


@dataclass(frozen=True)
class Balance:
    target_kg: float
    steps: tuple[StepBalance, ...]
    bought: tuple[Bought, ...]
    waste: Waste


def mass_balance(route: Route, target_kg: float, *, faults: tuple[Fault, ...] | None = None) -> Computed[Balance]:
    """Every input in kilograms for `target_kg` of the route's product; steps in the order in which they are run.

    faults: of the route, where they were looked for already.
    """
    faults = faults_of(route) if faults is None else faults
    if not target_kg > 0:
        faults += (Fault("target", _t("The target is more than nothing.")),)
    if faults:
        return _computed(None, target_kg, faults=faults)
    needed = needed_per_kg(route)
    steps: list[StepBalance] = []
    warnings: list[Fault] = []
    impossible: list[Fault] = []
    for step in in_order(route):
        waste, wrong = _waste(step, per_kg(step))
        (impossible if wrong and wrong.kind == "step.mass" else warnings).extend([wrong] if wrong else [])
        steps.append(_for(step, needed[step.key] * target_kg, waste))
    if impossible:
        return _computed(None, target_kg, faults=tuple(impossible))
    whole = Balance(target_kg, tuple(steps), _bought(steps), sum((step.waste for step in steps), Waste()))
    return _computed(whole, target_kg, warnings=tuple(warnings))


def needed_per_kg(route: Route) -> dict[str, float]:
    """By step: kg of its product per kg of the route's, of a route without faults. Every path counts; what is recycled does not."""
    needed = dict.fromkeys((step.key for step in route.steps), 0.0)
    needed[final_step(route).key] = 1.0
    for step in reversed(in_order(route)):
        for line in per_kg(step):
            if line.charge.from_step:
                needed[line.charge.from_step] += needed[step.key] * line.fresh
    return needed


def _computed(value: Balance | None, target_kg: float, **found: Any) -> Computed[Balance]:
    inputs: Mapping[str, Any] = {"target_kg": target_kg}
    return Computed(ALGORITHM, VERSION, value, "kg", inputs, **found)


def _for(step: Step, product_kg: float, waste: Waste) -> StepBalance:
    lines = tuple(_line(each, product_kg) for each in per_kg(step))
    scaled = Waste(*(part * product_kg for part in (waste.solvent, waste.water, waste.aqueous, waste.other)))
    return StepBalance(step, product_kg, lines, scaled)


def _line(each: PerKg, product_kg: float) -> Line:
    charged, substance = each.charged * product_kg, each.charge.substance
    litres = charged / substance.density_kg_per_l if substance.density_kg_per_l and each.charge.basis == Basis.L_PER_KG else None
    is_molar = each.charge.basis == Basis.EQUIVALENTS
    kmol = charged * each.charge.assay_fraction / substance.molar_mass_g_per_mol if is_molar and substance.molar_mass_g_per_mol else None
    return Line(each.charge, charged, each.fresh * product_kg, litres, kmol)


def _bought(steps: list[StepBalance]) -> tuple[Bought, ...]:
    found: dict[str, Bought] = {}
    for step in steps:
        for line in step.lines:
            if line.charge.from_step:
                continue
            before = found.get(line.charge.substance.key, Bought(line.charge.substance, 0.0, 0.0))
            found[before.substance.key] = Bought(before.substance, before.charged_kg + line.charged_kg, before.fresh_kg + line.fresh_kg)
    return tuple(found.values())


def _waste(step: Step, lines: tuple[PerKg, ...]) -> tuple[Waste, Fault | None]:
    """Per kg of step product, and what is odd about it. A step cannot give more than it takes in."""
    masses = {role: sum(line.fresh for line in lines if line.charge.role == role) for role in Role}
    solvent, water = masses[Role.SOLVENT], masses[Role.WATER]
    aside = masses[Role.CATALYST] + masses[Role.AUXILIARY]
    reacting = sum(mass for role, mass in masses.items() if is_dry(role)) - aside
    left = reacting - 1
    if solvent + water + aside + left < -ROUNDING:
        words = _t("%(step)s: everything that goes in weighs less than its product; an input is missing or an amount is too small.")
        return Waste(), Fault("step.mass", words % {"step": step.name}, step.key)
    if left < -ROUNDING:
        words = _t("%(step)s: reactants and reagents weigh less than the product; is one missing, or is water taken up?")
        return _covered(solvent, water, aside, -left), Fault("step.light", words % {"step": step.name}, step.key)
    left = max(left, 0.0)
    return Waste(solvent, water, left if water else 0.0, aside + (0.0 if water else left)), None


def _covered(solvent: float, water: float, aside: float, deficit: float) -> Waste:
    """The mass that the product has beyond its reactants comes from the water, then from the rest."""
    parts = []
    for part in (water, aside, solvent):
        taken = min(part, deficit)
        parts.append(part - taken)
        deficit -= taken
    return Waste(solvent=parts[2], water=parts[0], other=parts[1])
