"""The estimate: every cost line, its phases by category, the price of each phase, per batch and per kilogram."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from charts.look import written
from process.costs.build_up import BuildUp, build_up, summed
from process.costs.case import Case, Inclusion, Scale
from process.costs.demand import base_value
from process.costs.figures import Figure, Source
from process.costs.materials import ZERO, Category
from process.costs.purchases import Order, kilograms, orders, require_worth
from process.costs.rates import Rate
from process.costs.roll_up import Leaf, expected_risk, leaves, load_factor
from process.routes.plain import Computed, Fault
from projects.money import rounded

ALGORITHM, VERSION = "cost.estimate", "1"
GRAM = Decimal("0.001")
NAMED = 3  # of the figures that a warning is about


@dataclass(frozen=True)
class LineCost:
    """A displayed line. amount: rounded half up to the minor unit, in the currency of the estimate. quantity: of the whole phase, as
    it is bought.

    price: as it was given; rate: by which it was converted once, None where it is in the estimate's own currency.
    share: of the direct cost of all phases, None where there is none; lines that are optional or at cost have none.
    """

    key: str
    label: str
    phase: str
    category: Category
    inclusion: Inclusion
    quantity: Decimal
    unit: str
    amount: Decimal
    price: Figure
    rate: Rate | None
    share: Decimal | None
    at_cost: bool


@dataclass(frozen=True)
class PhaseCost:
    """per_batch and per_kg are prices, cost_per_kg what stands before the margin; None where the phase makes no batch or no kilogram.

    They are rounded for reading: rounded price × quantity need not be the price of the phase, which is what counts.
    """

    phase: str
    label: str
    batches: int
    output_kg: Decimal
    by_category: Mapping[Category, Decimal]
    built: BuildUp
    expected_risk: Decimal
    optional: Decimal
    per_batch: Decimal | None
    per_kg: Decimal | None
    cost_per_kg: Decimal | None


@dataclass(frozen=True)
class Estimate:
    """The total is the sum of the phases, each the sum of its rounded lines.

    expected_risk: probability × impact, shown apart whether it is in the price or not. optional: the price of the optional lines.
    by_source: what is paid of the direct cost, by where its prices come from; what is recovered is taken off it.
    """

    currency: str
    phases: tuple[PhaseCost, ...]
    lines: tuple[LineCost, ...]
    by_category: Mapping[Category, Decimal]
    by_source: Mapping[Source, Decimal]
    built: BuildUp
    expected_risk: Decimal
    optional: Decimal

    @property
    def price(self) -> Decimal:
        return self.built.price

    @property
    def recovered(self) -> Decimal | None:
        """Below zero; None where nothing is."""
        return self.by_category.get(Category.RECOVERED)


def estimate(case: Case) -> Computed[Estimate]:
    """Everything at its base. The answer keeps the case; None where nothing is to be priced. Raises BadInput where more of a material
    would come back than it costs.
    """
    require_worth(case)
    inputs, lines = {"case": case}, _lines(case, list(leaves(case, base_value)))
    if not lines:
        nothing = Fault("cost.nothing", _t("There is nothing to price: no line, and no batch with a route."))
        return Computed(ALGORITHM, VERSION, None, case.currency, inputs, faults=(nothing,))
    phases = tuple(_phase(case, scale, [line for line in lines if line.phase == scale.phase]) for scale in case.scales)
    value = Estimate(
        currency=case.currency,
        phases=phases,
        lines=tuple(lines),
        by_category=_by_category(_direct(lines)),
        by_source=_by_source(_direct(lines)),
        built=summed(phase.built for phase in phases),
        expected_risk=sum((phase.expected_risk for phase in phases), ZERO),
        optional=sum((phase.optional for phase in phases), ZERO),
    )
    return Computed(ALGORITHM, VERSION, value, case.currency, inputs, warnings=warnings_of(case, value))


def warnings_of(case: Case, value: Estimate) -> tuple[Fault, ...]:
    return tuple(Fault("cost.warning", words) for words in dict.fromkeys(_warnings(case, value.lines)))


def _lines(case: Case, found: list[Leaf[Decimal]]) -> list[LineCost]:
    total = sum((leaf.amount for leaf in found if _is_direct(leaf)), ZERO)
    return [
        LineCost(
            key=leaf.key,
            label=leaf.label,
            phase=leaf.phase,
            category=leaf.category,
            inclusion=leaf.inclusion,
            quantity=leaf.quantity,
            unit=leaf.unit,
            amount=rounded(leaf.amount, case.currency),
            price=leaf.price.original,
            rate=leaf.price.rate,
            share=leaf.amount / total if total and _is_direct(leaf) else None,
            at_cost=leaf.at_cost,
        )
        for leaf in found
    ]


def _phase(case: Case, scale: Scale, lines: list[LineCost]) -> PhaseCost:
    by_category = _by_category(_direct(lines))
    passed_on = sum((line.amount for line in lines if line.at_cost and line.inclusion == Inclusion.INCLUDED), ZERO)
    risk = expected_risk(case, scale.phase)
    built = build_up(sum(by_category.values(), ZERO), risk, case.terms, case.currency, at_cost=passed_on)
    factor = load_factor(case.terms)
    optional = (line.amount * (1 if line.at_cost else factor) for line in lines if line.inclusion == Inclusion.OPTIONAL)
    output, batches = scale.output_kg, Decimal(scale.batches)
    return PhaseCost(
        phase=scale.phase,
        label=scale.label,
        batches=scale.batches,
        output_kg=output,
        by_category=by_category,
        built=built,
        expected_risk=rounded(risk, case.currency),
        optional=rounded(sum(optional, ZERO), case.currency),
        per_batch=rounded(built.price / batches, case.currency) if batches else None,
        per_kg=rounded(built.price / output, case.currency) if output else None,
        cost_per_kg=rounded(built.cost / output, case.currency) if output else None,
    )


def _direct(lines: Iterable[LineCost]) -> list[LineCost]:
    return [line for line in lines if _is_direct(line)]


def _is_direct(line: LineCost | Leaf[Decimal]) -> bool:
    """In the cost that is loaded: neither optional nor passed on."""
    return line.inclusion == Inclusion.INCLUDED and not line.at_cost


def _by_category(lines: Iterable[LineCost]) -> dict[Category, Decimal]:
    """In the order of the form; a category without a line is not there."""
    sums: dict[Category, Decimal] = {}
    for line in lines:
        sums[line.category] = sums.get(line.category, ZERO) + line.amount
    return {category: sums[category] for category in Category if category in sums}


def _by_source(lines: Iterable[LineCost]) -> dict[Source, Decimal]:
    sums: dict[Source, Decimal] = {}
    for line in (each for each in lines if each.category != Category.RECOVERED):
        sums[line.price.source] = sums.get(line.price.source, ZERO) + line.amount
    return {source: sums[source] for source in Source if source in sums}


def _warnings(case: Case, lines: Sequence[LineCost]) -> Iterator[str]:
    for line in lines:
        if line.price.has_expired(case.on):
            yield _t("%(label)s: the price was valid until %(day)s.") % {"label": line.label, "day": written(line.price.valid_until)}
    if bare := list(dict.fromkeys(_assumed_without_range(case, lines))):
        names = ", ".join(bare[:NAMED]) + (" …" if len(bare) > NAMED else "")
        yield _t("Assumed without a lowest and a highest figure (%(number)s): %(names)s.") % {"number": len(bare), "names": names}
    yield from (_left_over(order) for order in orders(case) if order.is_left_over)
    for scale in case.scales:
        if scale.output_kg and not scale.demand:
            yield _t("%(phase)s makes batches without a route: no material is in its cost.") % {"phase": scale.label}
    for material in case.materials:
        if material.loss_in_yield and material.handling_loss_fraction:
            yield _t("%(material)s: the step's yield holds the handling loss; it is not counted again.") % {"material": material.label}


def _left_over(order: Order) -> str:
    told = {"phase": order.scale.label, "material": order.material.label, "needed": kilograms(order.needed_kg)}
    if order.is_up_to_a_break:
        words = _t("%(phase)s: %(material)s is bought up to a price break, %(words)s.")
        if order.usual_kg > order.needed_kg:
            words = _t("%(phase)s: %(material)s is bought up to a price break, %(words)s; %(needed)s kg are needed.")
        return words % (told | {"words": order.break_words})
    words = _t("%(phase)s: %(bought)s kg of %(material)s must be bought, %(needed)s kg are needed.")
    return words % (told | {"bought": kilograms(order.bought_kg)})


def _assumed_without_range(case: Case, lines: Sequence[LineCost]) -> Iterator[str]:
    """Prices, cost lines and yields. Of a line one range is enough: whoever says its cost may say it of quantity or price."""
    own = {line.key for line in case.lines}
    yield from (line.label for line in lines if line.key not in own and line.price.is_bare_assumption)
    for line in case.lines:
        figures = (line.price, line.quantity)
        if any(each.is_bare_assumption for each in figures) and all(each.is_firm for each in figures):
            yield line.label
    used = {scale.demand for scale in case.scales}
    steps = (step for demand in case.demands if demand.key in used for step in demand.steps)
    yield from (_t("Yield of %(step)s") % {"step": step.label} for step in steps if step.yield_fraction.is_bare_assumption)
