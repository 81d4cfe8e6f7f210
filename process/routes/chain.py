"""The yield chain of a route: of each step what goes in and comes out, by mole and by weight, and what one kilogram of the API asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from process.routes.mass_balance import StepBalance, mass_balance
from process.routes.plain import Computed, Fault, Route, Step
from process.routes.yields import overall_yield

ALGORITHM, VERSION = "route.yield_chain", "1"


@dataclass(frozen=True)
class Link:
    """A step in the chain. input: its limiting substance; kilograms are for one kilogram of the route's product, as charged.

    molar_yield_fraction: mol of product by what the equation gives. assay_fraction: of the input as charged, the mean by weight.
    """

    step: Step
    input: str
    input_kg: float
    output_kg: float
    molar_yield_fraction: float
    assay_fraction: float

    @property
    def weight_yield(self) -> float:
        """kg of product from one kg of the input."""
        return self.output_kg / self.input_kg


@dataclass(frozen=True)
class Chain:
    """links: in the order in which steps are run. sequence: keys of the longest linear one, along which the overall yields are taken."""

    links: tuple[Link, ...]
    sequence: tuple[str, ...]
    molar_yield_fraction: float

    @property
    def weight_yield(self) -> float:
        """kg of API from one kg of the input of its first step; steps may enter the next by an input that does not limit it."""
        return 1 / next(link.input_kg for link in self.links if link.step.key == self.sequence[0])


def yield_chain(route: Route, *, faults: tuple[Fault, ...] | None = None) -> Computed[Chain]:
    """Nothing where the mass balance has no answer, with its reasons."""
    balance, overall = mass_balance(route, 1.0, faults=faults), overall_yield(route, faults=faults)
    if balance.value is None or overall.value is None:
        return Computed(ALGORITHM, VERSION, None, "kg/kg", faults=balance.faults or overall.faults)
    links = tuple(_link(each) for each in balance.value.steps)
    chain = Chain(links, tuple(step.key for step in overall.value.sequence), overall.value.yield_fraction)
    return Computed(ALGORITHM, VERSION, chain, "kg/kg", warnings=balance.warnings)


def at_yields(route: Route, factor: float) -> Route:
    """The same with all yields so many times as high."""
    return Route(tuple(replace(step, yield_fraction=step.yield_fraction * factor) for step in route.steps))


def _link(balance: StepBalance) -> Link:
    limiting = [line for line in balance.lines if line.charge.is_limiting]
    charged = sum(line.charged_kg for line in limiting)
    return Link(
        step=balance.step,
        input=", ".join(dict.fromkeys(line.charge.substance.name for line in limiting)),
        input_kg=charged,
        output_kg=balance.product_kg,
        molar_yield_fraction=balance.step.yield_fraction / balance.step.product_per_limiting,
        assay_fraction=sum(line.charged_kg * line.charge.assay_fraction for line in limiting) / charged,
    )
