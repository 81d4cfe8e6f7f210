"""The overall yield, along a sequence that is named."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from process.routes.checks import faults_of, final_step, graph_of, in_order
from process.routes.plain import Computed, Fault, Route, Step

ALGORITHM, VERSION = "route.overall_yield", "1"


@dataclass(frozen=True)
class OverallYield:
    """yield_fraction: the product of the yields of `sequence`, the longest linear one; of several, the one with the lowest yield."""

    yield_fraction: float
    sequence: tuple[Step, ...]
    is_linear: bool


def overall_yield(route: Route, *, faults: tuple[Fault, ...] | None = None) -> Computed[OverallYield]:
    """Of a linear route over all its steps; of a convergent one along the longest linear sequence.

    faults: of the route, where they were looked for already.
    """
    faults = faults_of(route) if faults is None else faults
    if faults:
        return Computed(ALGORITHM, VERSION, None, "mol/mol", faults=faults)
    best: dict[str, tuple[Step, ...]] = {}
    graph = graph_of(route)
    for step in in_order(route):
        before = [best[key] for key in graph.predecessors(step.key)]
        best[step.key] = (*max(before, key=lambda steps: (len(steps), -_yield(steps)), default=()), step)
    sequence = best[final_step(route).key]
    value = OverallYield(_yield(sequence), sequence, is_linear=len(sequence) == len(route.steps))
    return Computed(ALGORITHM, VERSION, value, "mol/mol", {"yields": {step.key: step.yield_fraction for step in route.steps}})


def _yield(steps: tuple[Step, ...]) -> float:
    return prod(step.yield_fraction / step.product_per_limiting for step in steps)
