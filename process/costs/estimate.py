"""The estimate: every cost line, its phases by category, the price of each phase, per batch and per kilogram."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from process.costs.answers import Answer
from process.costs.build_up import BuildUp, build_up, markup_of, summed
from process.costs.case import ZERO, Case, Category, Inclusion, Scale
from process.costs.figures import Figure
from process.costs.rates import Rate
from process.costs.roll_up import Leaf, expected_risk, leaves, load_factor, total_price
from process.costs.variables import base_value
from projects.money import rounded

ALGORITHM = "estimate/1"


@dataclass(frozen=True)
class LineCost:
    """A displayed line. amount: rounded half up to the minor unit, in the currency of the estimate. quantity: of the whole phase.

    price: as it was given; rate: by which it was converted once, None where it is in the estimate's own currency.
    share: of the direct cost of all phases, None where there is none; optional lines have none.
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
    reason: str


@dataclass(frozen=True)
class Estimate:
    """The total is the sum of the phases, each the sum of its rounded lines. unrounded: the same price without rounding.

    expected_risk: probability × impact, shown apart whether it is in the price or not. optional: the price of the optional lines.
    """

    currency: str
    phases: tuple[PhaseCost, ...]
    lines: tuple[LineCost, ...]
    by_category: Mapping[Category, Decimal]
    built: BuildUp
    expected_risk: Decimal
    optional: Decimal
    markup_fraction: Decimal
    unrounded: Decimal

    @property
    def price(self) -> Decimal:
        return self.built.price


def estimate(case: Case) -> Answer[Estimate]:
    """Everything at its base. The answer keeps the case; None where nothing is to be priced."""
    lines = _lines(case, list(leaves(case, base_value)))
    if not lines:
        reason = _t("There is nothing to price: no line, and no batch with a route.")
        return Answer(value=None, unit=case.currency, inputs=case, algorithm=ALGORITHM, reason=reason)
    phases = tuple(_phase(case, scale, [line for line in lines if line.phase == scale.phase]) for scale in case.scales)
    value = Estimate(
        currency=case.currency,
        phases=phases,
        lines=tuple(lines),
        by_category=_by_category(_included(lines)),
        built=summed(phase.built for phase in phases),
        expected_risk=sum((phase.expected_risk for phase in phases), ZERO),
        optional=sum((phase.optional for phase in phases), ZERO),
        markup_fraction=markup_of(case.terms.margin_fraction),
        unrounded=total_price(case, base_value),
    )
    return Answer(value=value, unit=case.currency, inputs=case, algorithm=ALGORITHM, warnings=tuple(dict.fromkeys(_warnings(case, lines))))


def _lines(case: Case, found: list[Leaf[Decimal]]) -> list[LineCost]:
    total = sum((leaf.amount for leaf in found if leaf.inclusion == Inclusion.INCLUDED), ZERO)
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
            share=leaf.amount / total if total and leaf.inclusion == Inclusion.INCLUDED else None,
        )
        for leaf in found
    ]


def _phase(case: Case, scale: Scale, lines: list[LineCost]) -> PhaseCost:
    by_category = _by_category(_included(lines))
    risk = expected_risk(case, scale.phase)
    built = build_up(sum(by_category.values(), ZERO), risk, case.terms, case.currency)
    optional = sum((line.amount for line in lines if line.inclusion == Inclusion.OPTIONAL), ZERO)
    output, batches = scale.output_kg, Decimal(scale.batches)
    return PhaseCost(
        phase=scale.phase,
        label=scale.label,
        batches=scale.batches,
        output_kg=output,
        by_category=by_category,
        built=built,
        expected_risk=rounded(risk, case.currency),
        optional=rounded(optional * load_factor(case.terms), case.currency),
        per_batch=rounded(built.price / batches, case.currency) if batches else None,
        per_kg=rounded(built.price / output, case.currency) if output else None,
        cost_per_kg=rounded(built.cost / output, case.currency) if output else None,
        reason="" if output else _t("This phase makes no kilogram of the API."),
    )


def _included(lines: Iterable[LineCost]) -> list[LineCost]:
    return [line for line in lines if line.inclusion == Inclusion.INCLUDED]


def _by_category(lines: Iterable[LineCost]) -> dict[Category, Decimal]:
    """In the order of the form; a category without a line is not there."""
    sums: dict[Category, Decimal] = {}
    for line in lines:
        sums[line.category] = sums.get(line.category, ZERO) + line.amount
    return {category: sums[category] for category in Category if category in sums}


def _warnings(case: Case, lines: list[LineCost]) -> Iterator[str]:
    for line in lines:
        yield from line.price.warnings(line.label, case.on)
    for scale in case.scales:
        if scale.output_kg and not scale.demand:
            yield _t("%(phase)s makes batches without a route: no material is in its cost.") % {"phase": scale.label}
    for material in case.materials:
        if material.loss_in_yield and material.handling_loss_fraction:
            yield _t("%(material)s: the step's yield holds the handling loss; it is not counted again.") % {"material": material.label}
