"""What a route asks for: so many kilograms of every bought material for one kilogram of the product, and how yields change that.

This is all that the cost of a route needs to know of it. The symbols are those of the mass balance: a step gives one product with
the isolated yield y; of an input it charges m kilograms per kilogram of step product, of which the fraction r comes from recycling.
Everything charged at a step grows by y(base) / y where its yield falls, and with it all that the steps before it make for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeAlias, TypeVar

import networkx as nx
import numpy as np
from django.utils.translation import gettext as _t
from numpy.typing import NDArray

from audit.refusals import BadInput
from process.costs.figures import ONE, Figure, Source, require_fraction
from process.costs.keys import use_key, yield_key
from process.costs.stored import LATER, TOLD
from process.words import plain_number
from projects.money import CENT, half_up

Draws: TypeAlias = NDArray[np.float64]
N = TypeVar("N", Decimal, Draws)
Value: TypeAlias = Callable[[Decimal, str], N]


@dataclass(frozen=True)
class Intake:
    """An input of a step. of: the key of a material that is bought (or of a waste that is paid for), or of the step that makes it.

    kg_per_kg: kilograms charged per kilogram of the step's isolated product at the base yield, recycled part included (m).
    low, high: what it may be as a share of that, 1 where it is known; source, confidence: of both. recycled_fraction: r, 0 ≤ r < 1.
    amount, unit: as the route says it, 1.1 eq; "" where no route does.
    """

    of: str
    kg_per_kg: Decimal
    low: Decimal = ONE
    high: Decimal = ONE
    recycled_fraction: Decimal = Decimal(0)
    source: Source = field(default=Source.ASSUMPTION, metadata=LATER)
    confidence: str = field(default="", metadata=LATER)
    amount: Decimal = field(default=Decimal(0), metadata=TOLD)
    unit: str = field(default="", metadata=TOLD)

    @property
    def told(self) -> Decimal:
        """The figure that varies: the amount as the route says it, else its share."""
        return self.amount if self.unit else ONE


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

    def at_yields(self, factor: Decimal) -> Demand:
        """All yields so many times as high; what is charged follows them. Raises BadInput for more than an equation gives."""
        return replace(self, steps=tuple(_at_yield(step, factor) for step in self.steps))


def base_value(base: Decimal, _key: str) -> Decimal:
    """Every figure at its base: the way of the estimate."""
    return base


def needs(demand: Demand, value: Value[N]) -> dict[str, N]:
    """The kilograms of each material that are bought for one of API, without what comes from recycling; in several places, added up.

    value: the number of a figure, by its base and the key of its variable ("" for what never varies).
    """
    one = value(ONE, "")
    last, *_rest = order = backwards(demand.steps)
    made: dict[str, N] = {step.key: one - one for step in order} | {last.key: one}
    bought: dict[str, N] = {}
    for step in order:
        y = step.yield_fraction
        more = made[step.key] * value(y.base, "") / value(y.base, yield_key(demand.key, step.key))
        for place, intake in enumerate(step.intakes):
            used = value(intake.told, use_key(demand.key, step.key, place)) / value(intake.told, "")
            charged = more * value(intake.kg_per_kg, "") * used
            net = charged * value(ONE - intake.recycled_fraction, "")
            sums = made if intake.of in made else bought
            sums[intake.of] = sums[intake.of] + net if intake.of in sums else net
    return bought


def _at_yield(step: Step, factor: Decimal) -> Step:
    found = step.yield_fraction
    base = found.base * factor
    if base > step.most:
        values = {"step": step.label, "percent": plain_number(half_up(100 * base / step.most, CENT))}
        raise BadInput({"yield_pct": _t("%(step)s would yield %(percent)s %%, more than the equation gives.") % values})
    moved = replace(found, low=found.low * factor, base=base, high=min(found.high * factor, step.most))
    intakes = (replace(intake, kg_per_kg=intake.kg_per_kg / factor) for intake in step.intakes)
    return replace(step, yield_fraction=moved, intakes=tuple(intakes))


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
