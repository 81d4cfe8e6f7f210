"""From the steps of a route to operations in vessels: how much a batch makes of each step, how full it is, which vessel holds it. Pure.

A step is taken to be at its fullest when everything that it charges is in the vessel at once; what has no density on record counts one
kilogram a litre. Of the vessels that hold the batch the one with the smallest working volume is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from process.costs.filling import Fit, filling_of
from process.routes.amounts import per_kg
from process.routes.checks import in_order
from process.routes.mass_balance import needed_per_kg
from process.routes.plain import Route, Step
from process.routes.unit_cost import exact
from projects.money import half_up

GRAM = Decimal("0.001")


@dataclass(frozen=True)
class Vessel:
    """smallest, greatest: working volumes in litres."""

    key: int
    smallest: Decimal
    greatest: Decimal


@dataclass(frozen=True)
class Operation:
    """A step in its vessel. batch_kg: of its own product. vessel, hours: None where none fits, or the route does not say."""

    step: str
    name: str
    batch_kg: Decimal
    litres_per_kg: Decimal
    vessel: int | None
    hours: Decimal | None

    @property
    def litres(self) -> Decimal:
        return self.batch_kg * self.litres_per_kg


def litres_per_kg(step: Step) -> float:
    """Of everything that is charged, for each kilogram of the step's product."""
    return sum(line.charged / (line.charge.substance.density_kg_per_l or 1.0) for line in per_kg(step))


def vessel_for(batch_kg: Decimal, litres: Decimal, vessels: Sequence[Vessel]) -> Vessel | None:
    """litres: for each kilogram."""
    holding = [each for each in vessels if filling_of(batch_kg, litres, each.smallest, each.greatest).fit == Fit.FITS]
    return min(holding, key=lambda each: (each.greatest, each.key), default=None)


def operations_of(route: Route, batch_kg: Decimal, vessels: Sequence[Vessel], hours: Mapping[str, Decimal | None]) -> Iterator[Operation]:
    """Of a route without faults, in the order in which the steps are run. batch_kg: of the route's product; hours: of a batch, by step."""
    needed = needed_per_kg(route)
    for step in in_order(route):
        kg, litres = half_up(batch_kg * exact(needed[step.key]), GRAM), half_up(exact(litres_per_kg(step)), GRAM)
        found = vessel_for(kg, litres, vessels)
        yield Operation(step.key, step.name, kg, litres, found.key if found else None, hours.get(step.key))
