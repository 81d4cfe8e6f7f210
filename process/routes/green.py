"""Process mass intensity, E-factor, atom economy and reaction mass efficiency: of each step and of the whole route.

Definitions: ACS GCI Pharmaceutical Roundtable (PMI), Sheldon (E-factor), Trost (atom economy), as in the science notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _t

from process.routes.amounts import PerKg, per_kg
from process.routes.checks import final_step, in_order
from process.routes.mass_balance import mass_balance
from process.routes.plain import Charge, Computed, Fault, Role, Route, Step

ALGORITHM, VERSION = "route.green_metrics", "1"
TOLERANCE = 1e-4  # of published molar masses, which differ with the table of atomic weights


@dataclass(frozen=True)
class Intensity:
    """kg per kg of product, by class; the three add up to the PMI."""

    reactants: float
    solvents: float
    water: float

    @property
    def pmi(self) -> float:
        return self.reactants + self.solvents + self.water

    @property
    def e_complete(self) -> float:
        """cEF: water and solvents counted."""
        return self.pmi - 1

    @property
    def e_simple(self) -> float:
        """sEF: without water and solvents."""
        return self.reactants - 1

    def plus(self, factor: float, more: Intensity) -> Intensity:
        return Intensity(self.reactants + factor * more.reactants, self.solvents + factor * more.solvents, self.water + factor * more.water)


@dataclass(frozen=True)
class StepMetrics:
    """net: fresh input alone; gross: everything charged, what is recycled included. cumulative: bought material per kg of the product
    of this step, the way to it included. None: a stoichiometry or molar mass is missing."""

    step: Step
    net: Intensity
    gross: Intensity
    cumulative_net: Intensity
    cumulative_gross: Intensity
    atom_economy: float | None
    reaction_mass_efficiency: float | None
    mass_yield: float


@dataclass(frozen=True)
class GreenMetrics:
    """steps in the order in which they run, so that the last one makes the product of the route: its cumulative part is the whole."""

    steps: tuple[StepMetrics, ...]
    atom_economy: float | None

    @property
    def net(self) -> Intensity:
        return self.steps[-1].cumulative_net

    @property
    def gross(self) -> Intensity:
        return self.steps[-1].cumulative_gross


def green_metrics(route: Route, *, faults: tuple[Fault, ...] | None = None) -> Computed[GreenMetrics]:
    """Water is counted and shown apart. A route that would give more mass than it takes in has faults instead.

    faults: of the route, where they were looked for already.
    """
    balance = mass_balance(route, 1.0, faults=faults)
    if balance.value is None:
        return Computed(ALGORITHM, VERSION, None, "kg/kg", faults=balance.faults)
    net: dict[str, Intensity] = {}
    gross: dict[str, Intensity] = {}
    steps = []
    for step in in_order(route):
        lines = per_kg(step)
        net[step.key], gross[step.key] = _cumulative(lines, net, charged=False), _cumulative(lines, gross, charged=True)
        steps.append(_metrics(step, lines, net[step.key], gross[step.key]))
    value = GreenMetrics(tuple(steps), _route_atom_economy(route))
    return Computed(ALGORITHM, VERSION, value, "kg/kg", warnings=(*balance.warnings, *_unbalanced(steps)))


def _unbalanced(steps: Iterable[StepMetrics]) -> Iterator[Fault]:
    for each in steps:
        if each.atom_economy is None and _in_equation(each.step) is not None:
            words = _t("%(step)s: the equation gives more than it takes in, so that there is no atom economy; say the mol in the equation.")
            yield Fault("step.equation", words % {"step": each.step.name}, each.step.key)


def _metrics(step: Step, lines: tuple[PerKg, ...], net: Intensity, gross: Intensity) -> StepMetrics:
    return StepMetrics(
        step,
        net=_intensity((line, line.fresh) for line in lines),
        gross=_intensity((line, line.charged) for line in lines),
        cumulative_net=net,
        cumulative_gross=gross,
        atom_economy=step_atom_economy(step),
        reaction_mass_efficiency=_efficiency(lines),
        mass_yield=1 / sum(line.charged for line in lines if line.charge.is_limiting),
    )


def _intensity(masses: Iterable[tuple[PerKg, float]]) -> Intensity:
    sums = {"solvents": 0.0, "water": 0.0, "reactants": 0.0}
    for line, mass in masses:
        sums[{Role.SOLVENT: "solvents", Role.WATER: "water"}.get(line.charge.role, "reactants")] += mass
    return Intensity(**sums)


def _cumulative(lines: tuple[PerKg, ...], before: dict[str, Intensity], *, charged: bool) -> Intensity:
    """cPMI = step PMI − Σ m intermediate + Σ m intermediate · cPMI(intermediate): no intermediate is counted twice."""
    whole = _intensity((line, line.charged if charged else line.fresh) for line in lines if not line.charge.from_step)
    for line in lines:
        if line.charge.from_step:
            whole = whole.plus(line.fresh, before[line.charge.from_step])
    return whole


def _efficiency(lines: tuple[PerKg, ...]) -> float | None:
    mass = sum(line.charged for line in lines if line.charge.role == Role.REACTANT)
    return 1 / mass if mass else None


def atom_economy(product_mass: float, reactants: Iterable[tuple[float, float]]) -> float | None:
    """product_mass: stoichiometric coefficient × molar mass of the product; reactants: (coefficient, molar mass), catalysts left out.

    None where the equation gives more than it takes in: a reactant or a coefficient is missing in it.
    """
    mass = sum(coefficient * molar_mass for coefficient, molar_mass in reactants)
    return product_mass / mass if mass > 0 and product_mass <= mass * (1 + TOLERANCE) else None


def stoichiometry_of(charge: Charge) -> float:
    """mol per mol of the limiting reactant in the equation; nothing for what does not stand in it."""
    if charge.stoichiometry is not None:
        return charge.stoichiometry
    return 1.0 if charge.role == Role.REACTANT else 0.0


def _in_equation(step: Step) -> list[Charge] | None:
    """Each substance of the equation once, however many lines it is charged in; None where a molar mass is missing."""
    found = {charge.substance.key: charge for charge in step.charges if stoichiometry_of(charge)}
    return list(found.values()) if found and all(charge.substance.molar_mass_g_per_mol for charge in found.values()) else None


def step_atom_economy(step: Step) -> float | None:
    """None where nothing says what reacts, or a molar mass is missing."""
    reactants = _in_equation(step)
    if reactants is None or step.product.molar_mass_g_per_mol is None:
        return None
    pairs = [(stoichiometry_of(charge), charge.substance.molar_mass_g_per_mol or 0.0) for charge in reactants]
    return atom_economy(step.product_per_limiting * step.product.molar_mass_g_per_mol, pairs)


def _route_atom_economy(route: Route) -> float | None:
    """The product against all bought reactants, each in as many mol as the equations ask for."""
    needed = dict.fromkeys((step.key for step in route.steps), 0.0)
    last = final_step(route)
    needed[last.key] = 1.0
    pairs = []
    for step in reversed(in_order(route)):
        reactants = _in_equation(step)
        if reactants is None:
            return None
        for charge in reactants:
            moles = needed[step.key] * stoichiometry_of(charge) / step.product_per_limiting
            if charge.from_step:
                needed[charge.from_step] += moles
            else:
                pairs.append((moles, charge.substance.molar_mass_g_per_mol or 0.0))
    return atom_economy(last.product.molar_mass_g_per_mol or 0.0, pairs)
