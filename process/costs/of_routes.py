"""A route of `process/routes/` as the demand that an estimate takes."""

from __future__ import annotations

from collections.abc import Mapping

from process.costs.demand import Demand, Intake, Step
from process.costs.figures import Figure, Source, fraction
from process.routes.amounts import PerKg, per_kg
from process.routes.plain import Route
from process.routes.plain import Step as RouteStep
from process.routes.unit_cost import exact


def demand_of(key: str, route: Route, *, yields: Mapping[str, Figure] | None = None, label: str = "") -> Demand:
    """Of a route without faults. yields: by step, with how low and high they may be; left out, the route's own is assumed."""
    given = yields or {}
    return Demand(key, tuple(_step(step, given.get(step.key)) for step in route.steps), label)


def _step(step: RouteStep, given: Figure | None) -> Step:
    most = exact(step.product_per_limiting)
    own = given or fraction(exact(step.yield_fraction), most=most, source=Source.ASSUMPTION)
    return Step(step.key, step.name, own, tuple(_intake(line) for line in per_kg(step)), most)


def _intake(line: PerKg) -> Intake:
    return Intake(
        line.charge.from_step or line.charge.substance.key, exact(line.charged), recycled_fraction=exact(line.charge.recycle_fraction)
    )
