"""The numbers of a version that its page and the list of routes show, computed from rows that are read already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from catalogue.models import ExchangeRate
from charts.look import written
from process.routes.awarded import awarded_lists
from process.routes.benchmarks import Benchmark, Standing, standing
from process.routes.building import (
    Priced,
    Prices,
    material_key,
    material_pk,
    plain_route,
    prices_among,
    read_quotes,
    steps_of,
)
from process.routes.checks import faults_of
from process.routes.green import GreenMetrics, StepMetrics, green_metrics
from process.routes.mass_balance import Balance, Line, StepBalance, mass_balance
from process.routes.models import RouteStep, RouteVersion
from process.routes.plain import Computed, Fault, Route
from process.routes.reaction_classes import BENCHMARKS
from process.routes.unit_cost import NO_PRICE, UnitCost, exact, unit_cost
from process.routes.yields import OverallYield, overall_yield

if TYPE_CHECKING:
    from projects.models import Project

CURRENCY = "EUR"
TARGET_KG = 1.0  # the measure of a route, for which nobody orders


@dataclass(frozen=True)
class Compared:
    """A step beside the published quartiles of its class; no benchmark where we have none."""

    metrics: StepMetrics
    benchmark: Benchmark | None = None
    pmi: Standing | None = None
    yield_fraction: Standing | None = None


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


@dataclass(frozen=True)
class Balanced:
    """The steps of one version that count, as plain data, with what stands in the way of their balance."""

    steps: Sequence[RouteStep]
    route: Route
    faults: tuple[Fault, ...]
    balance: Computed[Balance]

    @property
    def needed_kg(self) -> dict[int, float]:
        """By material; nothing while there is no balance."""
        found = self.balance.value
        return {material_pk(each.substance.key): each.fresh_kg for each in found.bought} if found else {}

    def ordered_for(self, target_kg: float) -> dict[int, float]:
        """By material what has to be bought for the target. Nothing for the one kilogram by which routes are measured: packs and breaks are
        no part of it, and each material counts as it is quoted.
        """
        return {} if target_kg == TARGET_KG else self.of_target(target_kg).needed_kg

    def of_target(self, target_kg: float) -> Balanced:
        return replace(self, balance=mass_balance(self.route, target_kg, faults=self.faults))


def balanced(steps: Sequence[RouteStep], target_kg: float = TARGET_KG) -> Balanced:
    route = plain_route(steps)
    faults = faults_of(route)
    return Balanced(steps, route, faults, mass_balance(route, target_kg, faults=faults))


def balance_of(version: RouteVersion) -> Balanced:
    """Read once for each version that was fetched: the tables and the figures of a page rest on one reading."""
    known = version.__dict__
    if "_balanced" not in known:
        known["_balanced"] = balanced(list(steps_of(version)))
    found: Balanced = known["_balanced"]
    return found


def worked_out(version: RouteVersion) -> Figures:
    """For one kilogram, in the currency of routes, by today's prices for the target: those that were awarded, else the cheapest; computed
    once, as `balance_of` is.
    """
    known = version.__dict__
    if "_figures" not in known:
        known["_figures"] = figures_of(balance_of(version), _prices(version, CURRENCY))
    found: Figures = known["_figures"]
    return found


def figures_in(version: RouteVersion, currency: str) -> Figures:
    """For the target, by its prices too; quotes and rates are read once for these and what is `worked_out`."""
    if (version.target_kg, currency) == (TARGET_KG, CURRENCY):
        return worked_out(version)
    return figures_of(balance_of(version).of_target(version.target_kg), _prices(version, currency))


def _prices(version: RouteVersion, currency: str) -> Prices:
    known, whole, today = version.__dict__, balance_of(version), version.route.project.today
    if "_quotes" not in known:
        used = materials_of(whole.steps)
        known["_quotes"], known["_prices"] = read_quotes(used, today), {}
        known["_awarded"] = awarded_lists(version.route.project_id, used, today)
    if currency not in known["_prices"]:
        asked: dict[str, Any] = {"needed_kg": whole.ordered_for(version.target_kg), "awarded": known["_awarded"]}
        known["_prices"][currency] = prices_among(known["_quotes"], currency=currency, on=today, **asked)
    found: Prices = known["_prices"][currency]
    return found


def figures_of(whole: Balanced, known: Prices) -> Figures:
    """With the prices that are known for its materials."""
    used = materials_of(whole.steps)
    prices = {material_key(pk): found for pk, found in known.found.items() if pk in used}
    green = green_metrics(whole.route, faults=whole.faults)
    cost = unit_cost(whole.route, [found.counted for found in prices.values()], faults=whole.faults)
    return Figures(
        whole.route,
        faults=whole.faults,
        overall=overall_yield(whole.route, faults=whole.faults),
        balance=whole.balance,
        green=green,
        cost=replace(cost, faults=tuple(_with_rate(fault, whole.route, known) for fault in cost.faults)),
        prices=prices,
        currency=known.currency,
        compared=tuple(_compared(whole.steps, green.value)),
    )


def _with_rate(fault: Fault, route: Route, known: Prices) -> Fault:
    """Of a price that is there and cannot be converted, the rate is missing."""
    if fault.kind != NO_PRICE:
        return fault
    step = route.step(fault.step)
    substance = next(charge.substance for charge in step.charges if charge.key == fault.charge)
    currencies = known.unrated.get(material_pk(substance.key))
    if not currencies:
        return fault
    words = _t("%(step)s: %(material)s is quoted in %(from)s, and no exchange rate to %(into)s is known on or before %(day)s.")
    parts = {"from": ", ".join(currencies), "into": known.currency, "day": written(known.on)}
    return Fault("price.rate", words % (parts | {"step": step.name, "material": substance.name}), fault.step, fault.charge)


def materials_of(steps: Iterable[RouteStep]) -> set[int]:
    return {line.material_id for step in steps if not step.set_aside for line in step.inputs.all() if line.material_id}


def of_many(
    by_version: dict[RouteVersion, list[RouteStep]], *, currency: str, project: Project, target_kg: float
) -> dict[RouteVersion, Figures]:
    """Of several versions of a project at the cost of one: for one kilogram, by today's prices for the target, which are read once."""
    every = set().union(*(materials_of(steps) for steps in by_version.values())) if by_version else set()
    quotes, awarded = read_quotes(every, project.today), awarded_lists(project.pk, every, project.today)
    rates = ExchangeRate.objects.into(currency, project.today)
    asked: dict[str, Any] = {"currency": currency, "on": project.today, "rates": rates, "awarded": awarded}

    def priced(whole: Balanced) -> Figures:
        return figures_of(whole, prices_among(quotes, needed_kg=whole.ordered_for(target_kg), **asked))

    return {version: priced(balanced(steps)) for version, steps in by_version.items()}


def _compared(steps: Iterable[RouteStep], green: GreenMetrics | None) -> Iterable[Compared]:
    classes = {str(step.key): step.transformation for step in steps}
    for each in green.steps if green else ():
        known = BENCHMARKS.get(classes[each.step.key])
        if known is None:
            yield Compared(each)
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
            cost = exact(line.fresh_kg) * known.counted.amount_per_kg if known else None
            rows.append(BalanceRow(line, known, cost))
        found.append((step, rows))
    return found
