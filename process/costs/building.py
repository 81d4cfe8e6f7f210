"""From the rows of scenarios to cases. Percent become fractions here and nowhere else; many scenarios are read at the cost of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from audit.nested import attach
from audit.refusals import BadInput, Blocker
from catalogue.models import ExchangeRate, SupplierQuote
from catalogue.models import Material as CatalogueMaterial
from catalogue.models.supply import ListOfPrices, list_of
from process.costs.case import Basis, Case, Inclusion, Line, Risk, Scale, Terms
from process.costs.demand import Demand
from process.costs.estimate import Estimate, estimate, warnings_of
from process.costs.figures import Figure, Source, fraction, price, quantity
from process.costs.lacking import missing_in, of_row, wrong_blockers
from process.costs.materials import Category, Material, Tier
from process.costs.models import (
    PRICED_PHASES,
    CostAssessment,
    CostLine,
    CostPhase,
    MaterialPrice,
    RiskItem,
)
from process.costs.of_routes import Use, demand_of
from process.costs.price_lists import lists_beside
from process.costs.rates import Rate
from process.costs.stored import restored
from process.costs.trial import Trial, tried
from process.packs import Break, breaks_of
from process.purchasing.awards import InquiryAward, newest_award
from process.purchasing.awards import restored as restored_award
from process.routes.building import Level, material_key, plain_route, steps_of_many
from process.routes.figures import balanced, materials_of
from process.routes.models import RouteStep, RouteVersion, StepInput
from process.routes.plain import Computed
from process.routes.unit_cost import exact

ROUTE = "route"
ROWS = ("phases", "lines", "risks")  # of a scenario
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Assessed:
    """case: None where it cannot be priced; `missing` says why, and where it is mended. lines: what can be priced meanwhile, without the
    materials; None where not even that. kept: what was computed when it was fixed. steps: of the route that a draft counts with.
    given: what goes to a supplier, lists: the price lists that it counts with and those that are newer, of a draft.
    """

    assessment: CostAssessment
    case: Case | None
    missing: tuple[Blocker, ...]
    lines: Case | None
    kept: Computed[Estimate] | None = None
    steps: tuple[RouteStep, ...] = ()
    given: Given | None = None
    lists: Mapping[ListOfPrices, Sequence[SupplierQuote]] = field(default_factory=dict)

    @cached_property
    def answer(self) -> Computed[Estimate] | None:
        """The estimate, computed once; None where there is no case. Raises BadInput as `estimate` does."""
        return self.kept or (estimate(self.case) if self.case is not None else None)


@dataclass(frozen=True)
class Given:
    """By material the award that stands, whether it holds or not; every price of such a material; rates into the scenario's currency."""

    awards: Mapping[int, InquiryAward]
    quotes: tuple[SupplierQuote, ...]
    rates: Mapping[str, ExchangeRate]


@dataclass(frozen=True)
class _Known:
    """What several scenarios rest on, read once. rates: by the currency that is converted into, and the day."""

    steps: dict[RouteVersion, list[RouteStep]]
    breaks: dict[ListOfPrices, list[SupplierQuote]]
    rates: dict[tuple[str, date], dict[str, ExchangeRate]]


def assessed(assessment: CostAssessment, trial: Trial | None = None) -> Assessed:
    return assessed_many([assessment], trial)[0]


def assessed_many(assessments: Sequence[CostAssessment], trial: Trial | None = None) -> list[Assessed]:
    """From the rows as they are now; of a fixed one what was kept when it was fixed, whatever suppliers and rates say since."""
    award = newest_award(project="assessment__project", material="material")
    prices = MaterialPrice.objects.select_related("material", "quote__supplier", "quote__material").annotate(award=award)
    attach(assessments, *ROWS)
    prefetch_related_objects(assessments, Prefetch("prices", queryset=prices), "route_version__route__project")
    drafts = [each for each in assessments if each.is_draft]
    versions = {each.route_version for each in drafts if each.route_version is not None}
    rates = ExchangeRate.objects.holding_for({(each.currency, each.priced_on) for each in drafts})
    known = _Known(steps_of_many(versions) if versions else {}, _breaks(drafts), rates)
    found = [_assessed(each, known, trial) if each.is_draft else _fixed(each) for each in assessments]
    return [_tried(each, trial) for each in found] if trial is not None else found


def _fixed(assessment: CostAssessment) -> Assessed:
    result: Any = assessment.result
    case: Case = restored(Case, result["inputs"]["case"])
    value: Estimate = restored(Estimate, result["value"])
    names = {name: result[name] for name in ("algorithm", "version", "unit")}
    answer = Computed(value=value, inputs={"case": case}, warnings=warnings_of(case, value), **names)
    return Assessed(assessment, case, (), case, kept=answer)


def _tried(found: Assessed, trial: Trial) -> Assessed:
    if found.case is None or found.lines is None:
        return found
    try:
        moved = tried(found.case, trial, yield_pct=_yield_pct(found.assessment, trial if found.assessment.is_draft else None))
    except BadInput as bad:
        return replace(found, case=None, missing=tuple(wrong_blockers(bad, found.assessment, is_tried=True)), kept=None)
    return found if moved == found.case else replace(found, case=moved, kept=None)


def _yield_pct(assessment: CostAssessment, trial: Trial | None) -> Decimal:
    return assessment.yield_pct if trial is None or trial.yield_pct is None else trial.yield_pct


def _breaks(assessments: Iterable[CostAssessment]) -> dict[ListOfPrices, list[SupplierQuote]]:
    """Every break of the price lists that are chosen or newer, and all that is offered of what is assumed or goes to a supplier."""
    rows = [row for each in assessments for row in each.prices.all()]
    return lists_beside(rows, {row.material_id for row in rows if _award(row)})


def _award(row: MaterialPrice) -> Any:
    """As it was read beside the row."""
    return getattr(row, "award", None)


def _given(assessment: CostAssessment, known: _Known) -> Given:
    rows = {row.material_id: row for row in assessment.prices.all() if _award(row)}
    awards = {pk: restored_award(_award(row), assessment.project, row.material) for pk, row in rows.items()}
    quotes = tuple(quote for breaks in known.breaks.values() for quote in breaks if quote.material_id in awards)
    return Given(awards, quotes, known.rates[assessment.currency, assessment.priced_on])


def _assessed(assessment: CostAssessment, known: _Known, trial: Trial | None) -> Assessed:
    steps = known.steps.get(assessment.route_version, []) if assessment.route_version else []
    given = _given(assessment, known)
    return replace(_built(assessment, steps, known, trial, given.awards), steps=tuple(steps), given=given, lists=known.breaks)


def _built(
    assessment: CostAssessment, steps: list[RouteStep], known: _Known, trial: Trial | None, awards: Mapping[int, InquiryAward]
) -> Assessed:
    """At the tried yield: figures that stood at another one may have been cut off there."""
    missing = tuple(missing_in(assessment, steps, known.rates[assessment.currency, assessment.priced_on]))
    try:
        alone = _lines_alone(assessment, known)
    except BadInput as bad:
        return Assessed(assessment, None, (*missing, *wrong_blockers(bad, assessment)), None)
    if missing:
        return Assessed(assessment, None, missing, alone)
    try:
        bought = materials_of(steps)
        priced = (row for row in assessment.prices.all() if row.material_id in bought)
        materials = tuple(
            of_row(partial(_material, row, assessment, known, awards.get(row.material_id)), row, "cost-materials") for row in priced
        )
        demands = (_demand(assessment, steps, _yield_pct(assessment, trial)),) if assessment.route_version else ()
        case = replace(alone, scales=_scales(assessment), demands=demands, materials=materials)
    except BadInput as bad:
        is_tried = trial is not None and trial.yield_pct is not None
        return Assessed(assessment, None, tuple(wrong_blockers(bad, assessment, is_tried=is_tried)), alone)
    return Assessed(assessment, case, (), alone)


def _lines_alone(assessment: CostAssessment, known: _Known) -> Case:
    return Case(
        assessment.currency,
        assessment.priced_on,
        scales=tuple(replace(scale, demand="") for scale in _scales(assessment)),
        terms=terms_of(assessment),
        lines=tuple(of_row(partial(_line, row), row, "cost-lines") for row in assessment.lines.all()),
        risks=tuple(of_row(partial(risk_of, row), row, "cost-risks") for row in assessment.risks.all()),
        rates=plain_rates(known.rates[assessment.currency, assessment.priced_on]),
    )


def terms_of(assessment: CostAssessment) -> Terms:
    overhead, contingency, margin = (
        each / HUNDRED for each in (assessment.overhead_pct, assessment.contingency_pct, assessment.margin_pct)
    )
    return Terms(overhead, contingency, margin, assessment.risk_in_price)


def plain_rates(rows: Mapping[str, ExchangeRate]) -> tuple[Rate, ...]:
    """rows: by the currency that is converted."""
    return tuple(Rate(row.currency, row.into, row.rate, row.on, row.source) for _currency, row in sorted(rows.items()))


def _scales(assessment: CostAssessment) -> tuple[Scale, ...]:
    rows: dict[str, CostPhase] = {row.phase: row for row in assessment.phases.all()}
    demand = ROUTE if assessment.route_version_id else ""
    found = []
    for phase in PRICED_PHASES:
        row = rows.get(phase) or CostPhase()
        scale = Scale(phase.value, str(phase.label), row.batch_kg, row.batches, demand)
        if row.batch_kg:
            low, high = _shares(row.batch_kg, row.batch_low_kg, row.batch_high_kg)
            scale = replace(scale, batch_low=low, batch_high=high)
        found.append(scale)
    return tuple(found)


def _shares(base: Decimal, low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal]:
    """Low and high as a share of the base; 1 where it has none."""
    return (base if low is None else low) / base, (base if high is None else high) / base


def _demand(assessment: CostAssessment, steps: list[RouteStep], yield_pct: Decimal) -> Demand:
    """With the low and high yields of the route, all of them at so many percent of themselves; what is charged follows."""
    levels = [plain_route(steps, level) for level in (Level.LOW, Level.BASE, Level.HIGH)]
    rows, yields = {str(row.key): row for row in steps}, {}
    for low, base, high in zip(*(route.steps for route in levels), strict=True):
        ends = {"low": exact(low.yield_fraction), "high": exact(high.yield_fraction)}
        row, most = rows[base.key], exact(base.product_per_limiting)
        origin: dict[str, Any] = {"source": Source(row.yield_source), "reference": row.yield_reference, "on": row.yield_dated}
        yields[base.key] = fraction(exact(base.yield_fraction), most=most, confidence=row.yield_confidence, **ends, **origin)
    uses = {str(line.pk): _use(line) for row in steps for line in row.inputs.all()}
    demand = demand_of(ROUTE, levels[1], yields=yields, uses=uses, label=str(assessment.route_version))
    return demand if yield_pct == HUNDRED else demand.at_yields(yield_pct / HUNDRED)


def _use(line: StepInput) -> Use:
    return Use(*_shares(line.amount, line.amount_low, line.amount_high), Source(line.amount_source), line.amount_confidence)


def line_figures(row: CostLine) -> tuple[Figure, Figure]:
    """The quantity and the price of a cost line. Raises BadInput by the names of the figure."""
    source = Source(row.source)
    amount = quantity(row.quantity, row.unit, low=_or_base(row.quantity_low), high=_or_base(row.quantity_high), source=source)
    return amount, typed_price(row, row.price, row.unit)


def typed_price(row: CostLine | MaterialPrice, base: Decimal, per: str) -> Figure:
    return price(
        base,
        row.currency,
        per,
        low=_or_base(row.price_low),
        high=_or_base(row.price_high),
        source=Source(row.source),
        reference=row.reference,
        on=row.dated,
        valid_until=row.valid_until,
        note=row.note,
        confidence=row.confidence,
    )


def recovered_figure(row: MaterialPrice, base: Decimal) -> Figure:
    """What comes back for a kilogram. Raises BadInput by the names of the figure."""
    ends = {"low": _or_base(row.recovered_low), "high": _or_base(row.recovered_high)}
    origin: dict[str, Any] = {"source": Source(row.recovered_source), "reference": row.recovered_reference, "on": row.recovered_dated}
    return price(base, row.recovered_currency, "kg", confidence=row.recovered_confidence, **ends, **origin)


def _or_base(end: Decimal | None) -> Decimal | str:
    return "" if end is None else end


def line_key(pk: int) -> str:
    return f"line {pk}"


def _line(row: CostLine) -> Line:
    amount, unit_price = line_figures(row)
    kinds = (Basis(row.basis), Inclusion(row.inclusion))
    words, category = (line_key(row.pk), row.label, row.phase), Category(row.category)
    return Line(*words, category, amount, unit_price, *kinds, at_cost=row.at_cost, spread=row.spread)


def risk_of(row: RiskItem) -> Risk:
    origin = Source(row.source or Source.ASSUMPTION), row.confidence
    return Risk(row.label, row.phase, row.probability_pct / HUNDRED, row.impact, row.currency, row.impact_low, row.impact_high, *origin)


def _material(row: MaterialPrice, assessment: CostAssessment, known: _Known, award: InquiryAward | None) -> Material:
    """Of a price list less than its first break cannot be ordered."""
    kind = row.material.kind
    common: dict[str, Any] = {
        "category": Category.SOLVENTS if kind in (CatalogueMaterial.Kind.SOLVENT, CatalogueMaterial.Kind.WATER) else Category.MATERIALS,
        "handling_loss_fraction": row.handling_loss_pct / HUNDRED,
        "loss_in_yield": row.loss_in_yield,
        "recovered": None if row.recovered_per_kg is None else recovered_figure(row, row.recovered_per_kg),
    }
    key, label = material_key(row.material_id), str(row.material)
    if row.quote is None:
        return Material(key, label, typed_price(row, row.price_per_kg or Decimal(0), "kg"), **common)
    quotes = known.breaks[list_of(row.quote)]
    source = Source.AWARDED if is_awarded(row, award) else Source.QUOTE
    first, *others = zip(breaks_of(quotes), (quoted_figure(each, row, source) for each in quotes), strict=True)
    return Material(
        key,
        label,
        first[1],
        tiers=tuple(_tier(sold, figure, first[0]) for sold, figure in others),
        pack_kg=first[0].pack_kg,
        minimum_kg=first[0].least_kg,
        up_to_breaks=bool(others),
        **common,
    )


def _tier(sold: Break, figure: Figure, first: Break) -> Tier:
    """first: the smallest break of the list, whose pack and smallest order are said of the material."""
    pack = None if sold.pack_kg == first.pack_kg else sold.pack_kg
    minimum = None if max(sold.from_kg, first.least_kg) == sold.least_kg else sold.minimum_kg
    return Tier(sold.from_kg, figure, pack, minimum)


def needed_by_largest(assessment: CostAssessment, steps: Sequence[RouteStep]) -> dict[int, float]:
    """By material the kilograms that the largest phase needs; nothing without sizes or a balance."""
    largest = max((each.output_kg for each in assessment.phases.all()), default=Decimal(0))
    return balanced(steps, float(largest)).needed_kg if largest and steps else {}


def counts_with(row: MaterialPrice, award: InquiryAward) -> bool:
    """Whether the row has the price list of the award."""
    return award.quote is not None and row.quote is not None and list_of(award.quote) == list_of(row.quote)


def is_awarded(row: MaterialPrice, award: InquiryAward | None) -> bool:
    """Whether the row counts with what was awarded, be the offer younger than the day of the prices or over by now."""
    return award is not None and counts_with(row, award) and not award.undone_because


def quoted_figure(each: SupplierQuote, row: MaterialPrice, source: Source) -> Figure:
    """Of the price list that the row has chosen."""
    reference = " ".join(filter(None, (row.quote.supplier.name if row.quote else "", each.reference)))
    origin: dict[str, Any] = {"on": each.quoted_on, "valid_until": each.valid_until, "note": each.note, "reference": reference}
    origin["confidence"] = row.confidence
    return price(each.price_per_kg, each.currency, "kg", source=source, **origin)
