"""What a route asks for: so many kilograms of every bought material for one kilogram of the product, and how yields change that.

This is all that the cost of a route needs to know of it. The symbols are those of the mass balance: a step gives one product with
the isolated yield y; of an input it charges m kilograms per kilogram of step product, of which the fraction r comes from recycling.
Everything charged at a step grows by y(base) / y where its yield falls, and with it all that the steps before it make for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Generic, TypeAlias, TypeVar

import networkx as nx
import numpy as np
from django.utils.translation import gettext as _t
from numpy.typing import NDArray

from audit.refusals import BadInput
from process.costs.figures import ONE, Figure, require_fraction
from process.costs.keys import use_key, yield_key

N = TypeVar("N", Decimal, NDArray[np.float64])
Value: TypeAlias = Callable[[Decimal, str], N]


@dataclass(frozen=True)
class Intake:
    """An input of a step. of: the key of a material that is bought (or of a waste that is paid for), or of the step that makes it.

    kg_per_kg: kilograms charged per kilogram of the step's isolated product at the base yield, recycled part included (m).
    low, high: what it may be as a share of that, 1 where it is known. recycled_fraction: r, 0 ≤ r < 1.
    """

    of: str
    kg_per_kg: Decimal
    low: Decimal = ONE
    high: Decimal = ONE
    recycled_fraction: Decimal = Decimal(0)


@dataclass(frozen=True)
class Step:
    """yield_fraction: y with its low and high, a figure of the unit "1", above zero and at most `most`: the mol of product that one mol
    of the limiting reactant can give, nearly always 1.

    A route whose yields are not known as such is one step with the yield 1.
    """

    key: str
    label: str
    yield_fraction: Figure
    intakes: tuple[Intake, ...]
    most: Decimal = ONE


@dataclass(frozen=True)
class Demand:
    """The steps of one route in any order, linear or convergent; the one whose product no other takes makes the API.

    Raises BadInput, naming the step, where a key occurs twice, a circle is closed, or there is not exactly one last step.
    """

    key: str
    steps: tuple[Step, ...]
    label: str = ""

    def __post_init__(self) -> None:
        keys = [step.key for step in self.steps]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise BadInput({"steps": _t("Two steps are called %(step)s.") % {"step": min(twice)}})
        for step in self.steps:
            _require_sound(step)
        backwards(self.steps)

    @property
    def bought(self) -> set[str]:
        """The keys of the materials."""
        return {intake.of for step in self.steps for intake in step.intakes} - {step.key for step in self.steps}

    def at_yield(self, key: str, yield_fraction: Figure) -> Demand:
        """The route with another yield of one step, whose charges follow it."""
        if yield_fraction.base <= 0:
            raise BadInput({"base": _t("%(step)s: a yield is above zero.") % {"step": key}})
        return replace(self, steps=tuple(_at_yield(step, yield_fraction) if step.key == key else step for step in self.steps))


@dataclass(frozen=True)
class Charge(Generic[N]):
    """Kilograms of a material for one kilogram of API at one place of the route: as charged, and as bought, without the recycled part."""

    step: Step
    intake: Intake
    gross_kg: N
    net_kg: N


@dataclass(frozen=True)
class Needs(Generic[N]):
    """For one kilogram of API. made_kg: the product of each step, by its key; net_kg: what is bought, by the key of the material."""

    made_kg: Mapping[str, N]
    charges: tuple[Charge[N], ...]

    @cached_property
    def net_kg(self) -> dict[str, N]:
        """A material that is charged in several places is bought once."""
        sums: dict[str, N] = {}
        for charge in self.charges:
            key = charge.intake.of
            sums[key] = sums[key] + charge.net_kg if key in sums else charge.net_kg
        return sums


def base_value(base: Decimal, _key: str) -> Decimal:
    """Every figure at its base: the way of the estimate."""
    return base


def needs(demand: Demand, value: Value[N]) -> Needs[N]:
    """What the route takes. value: the number of a figure, by its base and the key of its variable ("" for what never varies)."""
    one = value(ONE, "")
    last, *_rest = order = backwards(demand.steps)
    made: dict[str, N] = {step.key: one - one for step in order} | {last.key: one}
    charges: list[Charge[N]] = []
    for step in order:
        y = step.yield_fraction
        more = made[step.key] * value(y.base, "") / value(y.base, yield_key(demand.key, step.key))
        for place, intake in enumerate(step.intakes):
            gross = more * value(intake.kg_per_kg, "") * value(ONE, use_key(demand.key, step.key, place))
            net = gross * value(ONE - intake.recycled_fraction, "")
            if intake.of in made:
                made[intake.of] = made[intake.of] + net
            else:
                charges.append(Charge(step, intake, gross, net))
    return Needs(made, tuple(charges))


def _at_yield(step: Step, yield_fraction: Figure) -> Step:
    factor = step.yield_fraction.base / yield_fraction.base
    intakes = (replace(intake, kg_per_kg=intake.kg_per_kg * factor) for intake in step.intakes)
    return replace(step, yield_fraction=yield_fraction, intakes=tuple(intakes))


def backwards(steps: Sequence[Step]) -> list[Step]:
    """The last step first, each step after all that take its product."""
    by_key = {step.key: step for step in steps}
    graph = nx.DiGraph()
    graph.add_nodes_from(by_key)
    graph.add_edges_from((step.key, intake.of) for step in steps for intake in step.intakes if intake.of in by_key)
    if not nx.is_directed_acyclic_graph(graph):
        members = ", ".join(sorted({key for edge in nx.find_cycle(graph) for key in edge}))
        raise BadInput({"steps": _t("These steps feed one another in a circle: %(steps)s.") % {"steps": members}})
    ends = [key for key in by_key if graph.in_degree(key) == 0]
    if len(ends) != 1:
        words = _t("Exactly one step makes the API; these have a product that nothing takes: %(steps)s.")
        raise BadInput({"steps": words % {"steps": ", ".join(ends) or "–"}})
    return [by_key[key] for key in nx.topological_sort(graph)]


def _require_sound(step: Step) -> None:
    if step.yield_fraction.low <= 0:
        raise BadInput({"low": _t("%(step)s: a yield is above zero.") % {"step": step.label}})
    for name in ("base", "high"):
        require_fraction(getattr(step.yield_fraction, name), name, most=step.most)
    for intake in step.intakes:
        values = {"step": step.label, "material": intake.of}
        if not intake.kg_per_kg.is_finite() or intake.kg_per_kg < 0:
            raise BadInput({"kg_per_kg": _t("%(step)s: %(material)s needs a number of kilograms.") % values})
        if not 0 <= intake.low <= 1 <= intake.high:
            raise BadInput({"low": _t("%(step)s: %(material)s may be less or more than its base, as a share of it.") % values})
        require_fraction(intake.recycled_fraction, "recycled_fraction")
        if intake.recycled_fraction == 1:
            words = _t("%(step)s: all of %(material)s cannot come from recycling; something is always lost.")
            raise BadInput({"recycled_fraction": words % values})
