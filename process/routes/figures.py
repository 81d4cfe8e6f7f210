"""The numbers of a version that its page and the list of routes show, computed from rows that are read already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from process.routes.benchmarks import BENCHMARKS, Benchmark, Standing, standing
from process.routes.building import Priced, known_prices, material_key, plain_route
from process.routes.checks import faults_of
from process.routes.green import GreenMetrics, StepMetrics, green_metrics
from process.routes.mass_balance import Balance, Line, StepBalance, mass_balance
from process.routes.models import RouteStep, RouteVersion
from process.routes.plain import Computed, Fault, Route
from process.routes.unit_cost import UnitCost, exact, unit_cost
from process.routes.yields import OverallYield, overall_yield

CURRENCY = "EUR"
TARGET_KG = 1.0


@dataclass(frozen=True)
class Compared:
    """A step beside the published quartiles of its class; no benchmark where we have none."""

    metrics: StepMetrics
    benchmark: Benchmark | None
    pmi: Standing | None
    yield_fraction: Standing | None


@dataclass(frozen=True)
class Figures:
    """Each as it was computed, so that what has no answer says why. prices: by the key of the substance."""

    route: Route
    faults: tuple[Fault, ...]
    overall: Computed[OverallYield]
    balance: Computed[Balance]
    green: Computed[GreenMetrics]
    cost: Computed[UnitCost]
    prices: dict[str, Priced]
    currency: str
    compared: tuple[Compared, ...]

    @property
    def overall_pct(self) -> float | None:
        return 100 * self.overall.value.yield_fraction if self.overall.value else None

    @property
    def more(self) -> int:
        """How many reasons stand behind the first one."""
        return max(len(self.faults or self.unpriced) - 1, 0)

    @property
    def unpriced(self) -> list[Fault]:
        """What is missing for the cost alone, each material once."""
        found = {fault.words: fault for fault in self.cost.faults if fault not in self.faults}
        return list(found.values())

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return (*self.balance.warnings, *(each for each in self.green.warnings if each not in self.balance.warnings))


def figures_of(steps: Sequence[RouteStep], priced: dict[int, Priced], *, currency: str, target_kg: float = TARGET_KG) -> Figures:
    """Of the steps of one version, with the prices that are known for its materials."""
    route = plain_route(steps)
    used = materials_of(steps)
    prices = {material_key(pk): found for pk, found in priced.items() if pk in used}
    green = green_metrics(route)
    return Figures(
        route,
        faults=faults_of(route),
        overall=overall_yield(route),
        balance=mass_balance(route, target_kg),
        green=green,
        cost=unit_cost(route, [found.price for found in prices.values()]),
        prices=prices,
        currency=currency,
        compared=tuple(_compared(steps, green.value)),
    )


def materials_of(steps: Iterable[RouteStep]) -> set[int]:
    return {line.material_id for step in steps if not step.set_aside for line in step.inputs.all() if line.material_id}


def of_many(by_version: dict[RouteVersion, list[RouteStep]], *, currency: str, on: date) -> dict[RouteVersion, Figures]:
    """Of several versions at the cost of one: their prices are asked for once."""
    every = set().union(*(materials_of(steps) for steps in by_version.values())) if by_version else set()
    priced = known_prices(every, currency=currency, on=on) if every else {}
    return {version: figures_of(steps, priced, currency=currency) for version, steps in by_version.items()}


def needed_kg(steps: Sequence[RouteStep], target_kg: float) -> dict[int, float]:
    """By material, for the price breaks of the target; nothing while there is no balance."""
    found = mass_balance(plain_route(steps), target_kg).value
    return {int(each.substance.key.split()[-1]): each.fresh_kg for each in found.bought} if found else {}


def _compared(steps: Iterable[RouteStep], green: GreenMetrics | None) -> Iterable[Compared]:
    classes = {str(step.key): step.transformation for step in steps}
    for each in green.steps if green else ():
        known = BENCHMARKS.get(classes[each.step.key])
        if known is None:
            yield Compared(each, None, None, None)
            continue
        made = each.step.yield_fraction / each.step.product_per_limiting
        yield Compared(
            each, known, standing(each.net.pmi, known.pmi_low, known.pmi_high), standing(made, known.yield_low, known.yield_high)
        )


@dataclass(frozen=True)
class BalanceRow:
    """An input for the target, with its price where one is known."""

    line: Line
    known: Priced | None
    cost: Decimal | None


def priced_rows(figures: Figures) -> list[tuple[StepBalance, list[BalanceRow]]]:
    """By step: each input of the balance and what it costs."""
    found = []
    for step in figures.balance.value.steps if figures.balance.value else ():
        rows = []
        for line in step.lines:
            known = figures.prices.get(line.charge.substance.key)
            cost = exact(line.fresh_kg) * known.price.amount_per_kg if known else None
            rows.append(BalanceRow(line, known, cost))
        found.append((step, rows))
    return found
