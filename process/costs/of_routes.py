"""A route of `process/routes/` as the demand that an estimate takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from process.costs.demand import Demand, Intake, Step
from process.costs.figures import ONE, Figure, Source, fraction
from process.routes.amounts import PerKg, per_kg
from process.routes.plain import Route
from process.routes.plain import Step as RouteStep
from process.routes.unit_cost import exact


@dataclass(frozen=True)
class Use:
    """How low and high the amount of an input may be, as a share of it, where that is from, and how sure."""

    low: Decimal = ONE
    high: Decimal = ONE
    source: Source = Source.ASSUMPTION
    confidence: str = ""


AS_CHARGED = Use()


def demand_of(
    key: str, route: Route, *, yields: Mapping[str, Figure] | None = None, uses: Mapping[str, Use] | None = None, label: str = ""
) -> Demand:
    """Of a route without faults. yields: by step, with how low and high they may be; left out, the route's own is assumed. uses: by
    charge; left out, it is what the route says.
    """
    given = yields or {}
    return Demand(key, tuple(_step(step, given.get(step.key), uses or {}) for step in route.steps), label)


def _step(step: RouteStep, given: Figure | None, uses: Mapping[str, Use]) -> Step:
    most = exact(step.product_per_limiting)
    own = given or fraction(exact(step.yield_fraction), most=most, source=Source.ASSUMPTION)
    intakes = (_intake(line, uses.get(line.charge.key, AS_CHARGED)) for line in per_kg(step))
    return Step(step.key, step.name, own, tuple(intakes), most)


def _intake(line: PerKg, use: Use) -> Intake:
    charge = line.charge
    return Intake(
        charge.from_step or charge.substance.key,
        exact(line.charged),
        low=use.low,
        high=use.high,
        recycled_fraction=exact(charge.recycle_fraction),
        source=use.source,
        confidence=use.confidence,
        amount=exact(charge.amount),
        unit=charge.basis.unit,
    )
