"""From the rows of scenarios to cases. Percent become fractions here and nowhere else; many scenarios are read at the cost of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.refusals import BadInput, Blocker
from catalogue.models import ExchangeRate, SupplierQuote
from catalogue.models import Material as CatalogueMaterial
from charts.look import written
from process.costs.answers import exact
from process.costs.case import Basis, Case, Inclusion, Line, Risk, Scale, Terms
from process.costs.demand import Demand
from process.costs.figures import Figure, Source, fraction, price, quantity
from process.costs.materials import Category, Material, Tier
from process.costs.models import PRICED_PHASES, CostAssessment, CostLine, CostPhase, MaterialPrice
from process.costs.of_routes import demand_of
from process.costs.rates import Rate
from process.routes.building import Level, material_key, plain_route, steps_of_many
from process.routes.checks import faults_of
from process.routes.figures import materials_of
from process.routes.models import RouteStep, RouteVersion

ROUTE = "route"
HUNDRED = Decimal(100)
PRICES_AT = "#sheet-cost-materials"
ListOfPrices = tuple[int, int, object, str, str]


@dataclass(frozen=True)
class Trial:
    """What is tried without saving it. scales: batch size in kg and number of batches, by phase; yield_pct: None as the scenario has it."""

    scales: Mapping[str, tuple[Decimal, int]] = field(default_factory=dict)
    yield_pct: Decimal | None = None


@dataclass(frozen=True)
class Assessed:
    """case: None where it cannot be priced; `missing` says why, and where it is mended. lines: what can be priced meanwhile, without the
    materials; None where not even that.
    """

    assessment: CostAssessment
    case: Case | None
    missing: tuple[Blocker, ...]
    lines: Case | None


@dataclass(frozen=True)
class _Known:
    """What several scenarios rest on, read once."""

    steps: dict[RouteVersion, list[RouteStep]]
    breaks: dict[ListOfPrices, list[SupplierQuote]]
    rates: list[ExchangeRate]


def assessed(assessment: CostAssessment, trial: Trial | None = None) -> Assessed:
    return assessed_many([assessment], trial)[0]


def assessed_many(assessments: Sequence[CostAssessment], trial: Trial | None = None) -> list[Assessed]:
    prices = MaterialPrice.objects.select_related("material", "quote__supplier", "quote__material")
    prefetch_related_objects(assessments, "phases", "lines", "risks", Prefetch("prices", queryset=prices), "route_version__route__project")
    versions = {each.route_version for each in assessments if each.route_version is not None}
    rates = list(ExchangeRate.objects.filter(into__in={each.currency for each in assessments}).order_by("-on"))
    known = _Known(steps_of_many(versions) if versions else {}, _breaks(assessments), rates)
    return [_assessed(each, known, trial or Trial()) for each in assessments]


def _breaks(assessments: Iterable[CostAssessment]) -> dict[ListOfPrices, list[SupplierQuote]]:
    """Every break of the price lists that are chosen."""
    chosen = [row.quote for each in assessments for row in each.prices.all() if row.quote is not None]
    found: dict[ListOfPrices, list[SupplierQuote]] = {}
    if chosen:
        materials, suppliers = {quote.material_id for quote in chosen}, {quote.supplier_id for quote in chosen}
        for quote in SupplierQuote.objects.filter(material__in=materials, supplier__in=suppliers).order_by("quantity_from_kg"):
            found.setdefault(_list_of(quote), []).append(quote)
    return found


def _list_of(quote: SupplierQuote) -> ListOfPrices:
    return quote.material_id, quote.supplier_id, quote.quoted_on, quote.reference, quote.currency


def _assessed(assessment: CostAssessment, known: _Known, trial: Trial) -> Assessed:
    steps = known.steps.get(assessment.route_version, []) if assessment.route_version else []
    missing = list(_missing(assessment, steps, known, trial))
    bought = materials_of(steps)
    try:
        alone = _lines_alone(assessment, known, trial)
    except BadInput as bad:
        return Assessed(assessment, None, (*missing, *_said(bad)), None)
    if missing:
        return Assessed(assessment, None, tuple(missing), alone)
    try:
        materials = tuple(_material(row, known) for row in assessment.prices.all() if row.material_id in bought)
        demands = (_demand(assessment, steps, trial),) if assessment.route_version else ()
        case = replace(alone, scales=_scales(assessment, trial), demands=demands, materials=materials)
    except BadInput as bad:
        return Assessed(assessment, None, tuple(_said(bad)), alone)
    return Assessed(assessment, case, (), alone)


def _said(bad: BadInput) -> Iterator[Blocker]:
    yield from (Blocker("cost.wrong", words) for listed in bad.errors.values() for words in listed)


def _missing(assessment: CostAssessment, steps: list[RouteStep], known: _Known, trial: Trial) -> Iterator[Blocker]:
    version = assessment.route_version
    if version is not None:
        link = version.get_absolute_url()
        faults = faults_of(plain_route(steps))
        yield from (Blocker("cost.route", fault.words, link=link) for fault in faults)
        yield from () if faults else _beyond(assessment, steps, trial)
        priced = {row.material_id for row in assessment.prices.all() if row.is_known}
        lines = (line for step in steps if not step.set_aside for line in step.inputs.all())
        for material in dict.fromkeys(line.material for line in lines):
            if material is not None and material.pk not in priced:
                yield Blocker("cost.price", _t("%(material)s has no price in this scenario.") % {"material": material}, link=PRICES_AT)
    have = {rate.currency for rate in _rates(assessment, known)} | {assessment.currency}
    for currency in sorted(_currencies(assessment, materials_of(steps)) - have):
        values = {"currency": currency, "into": assessment.currency, "day": written(assessment.priced_on)}
        words = _t("No exchange rate from %(currency)s to %(into)s is known on or before %(day)s.") % values
        yield Blocker("cost.rate", words, link=reverse("exchange-rates"))


def _beyond(assessment: CostAssessment, steps: list[RouteStep], trial: Trial) -> Iterator[Blocker]:
    factor = _factor(assessment, trial)
    for step in steps:
        if not step.set_aside and step.yield_pct * factor > HUNDRED:
            values = {"step": step.name, "percent": f"{(step.yield_pct * factor).normalize():f}"}
            yield Blocker("cost.yield", _t("%(step)s would yield %(percent)s %%, more than the equation gives.") % values)


def _currencies(assessment: CostAssessment, bought: set[int]) -> set[str]:
    prices = (row for row in assessment.prices.all() if row.material_id in bought and row.is_known)
    of_prices = {row.quote.currency if row.quote is not None else row.currency for row in prices}
    return of_prices | {line.currency for line in assessment.lines.all() if line.inclusion != Inclusion.EXCLUDED}


def _lines_alone(assessment: CostAssessment, known: _Known, trial: Trial) -> Case:
    return Case(
        assessment.currency,
        assessment.priced_on,
        scales=tuple(replace(scale, demand="") for scale in _scales(assessment, trial)),
        terms=terms_of(assessment),
        lines=tuple(_line(row) for row in assessment.lines.all()),
        risks=tuple(Risk(row.label, row.phase, row.probability_pct / HUNDRED, row.impact) for row in assessment.risks.all()),
        rates=tuple(_rates(assessment, known)),
    )


def terms_of(assessment: CostAssessment) -> Terms:
    overhead, contingency, margin = (
        each / HUNDRED for each in (assessment.overhead_pct, assessment.contingency_pct, assessment.margin_pct)
    )
    return Terms(overhead, contingency, margin, assessment.risk_in_price)


def _rates(assessment: CostAssessment, known: _Known) -> Iterator[Rate]:
    """Of each currency the newest that was known on the day."""
    seen: set[str] = set()
    for row in known.rates:
        if row.into == assessment.currency and row.on <= assessment.priced_on and row.currency not in seen:
            seen.add(row.currency)
            yield Rate(row.currency, row.into, row.rate, row.on, row.source)


def _scales(assessment: CostAssessment, trial: Trial) -> tuple[Scale, ...]:
    rows: dict[str, CostPhase] = {row.phase: row for row in assessment.phases.all()}
    demand = ROUTE if assessment.route_version_id else ""
    found = []
    for phase in PRICED_PHASES:
        kept = (rows[phase].batch_kg, rows[phase].batches) if phase in rows else (Decimal(0), 0)
        batch_kg, batches = trial.scales.get(phase, kept)
        found.append(Scale(phase.value, str(phase.label), batch_kg, batches, demand))
    return tuple(found)


def _factor(assessment: CostAssessment, trial: Trial) -> Decimal:
    return (assessment.yield_pct if trial.yield_pct is None else trial.yield_pct) / HUNDRED


def _demand(assessment: CostAssessment, steps: list[RouteStep], trial: Trial) -> Demand:
    """With the low and high yields of the route, all of them moved by the factor of the scenario; what is charged follows."""
    levels = [plain_route(steps, level) for level in (Level.LOW, Level.BASE, Level.HIGH)]
    yields = {}
    for low, base, high in zip(*(route.steps for route in levels), strict=True):
        most = max(exact(base.product_per_limiting), Decimal(1))
        ends = {"low": exact(low.yield_fraction), "high": exact(high.yield_fraction)}
        yields[base.key] = fraction(exact(base.yield_fraction), most=most, source=Source.ASSUMPTION, **ends)
    demand = demand_of(ROUTE, levels[1], yields=yields, label=str(assessment.route_version))
    factor = _factor(assessment, trial)
    for step in demand.steps if factor != 1 else ():
        demand = demand.at_yield(step.key, _scaled(step.yield_fraction, factor, step.most))
    return demand


def _scaled(figure: Figure, factor: Decimal, most: Decimal) -> Figure:
    return replace(figure, low=figure.low * factor, base=figure.base * factor, high=min(figure.high * factor, most))


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
    )


def _or_base(end: Decimal | None) -> Decimal | str:
    return "" if end is None else end


def line_key(pk: int) -> str:
    return f"line {pk}"


def _line(row: CostLine) -> Line:
    amount, unit_price = line_figures(row)
    kinds = (Basis(row.basis), Inclusion(row.inclusion))
    return Line(line_key(row.pk), row.label, row.phase, Category(row.category), amount, unit_price, *kinds, at_cost=row.at_cost)


def _material(row: MaterialPrice, known: _Known) -> Material:
    kind = row.material.kind
    common: dict[str, Any] = {
        "category": Category.SOLVENTS if kind in (CatalogueMaterial.Kind.SOLVENT, CatalogueMaterial.Kind.WATER) else Category.MATERIALS,
        "handling_loss_fraction": row.handling_loss_pct / HUNDRED,
        "loss_in_yield": row.loss_in_yield,
    }
    key, label = material_key(row.material_id), str(row.material)
    if row.quote is None:
        return Material(key, label, typed_price(row, row.price_per_kg or Decimal(0), "kg"), **common)
    first, *others = known.breaks[_list_of(row.quote)]
    return Material(
        key,
        label,
        _quoted(first, row.quote),
        tiers=tuple(Tier(each.quantity_from_kg, _quoted(each, row.quote)) for each in others),
        pack_kg=first.pack_kg or Decimal(0),
        minimum_kg=first.minimum_order_kg or Decimal(0),
        **common,
    )


def _quoted(each: SupplierQuote, chosen: SupplierQuote) -> Figure:
    reference = " ".join(filter(None, (chosen.supplier.name, each.reference)))
    origin: dict[str, Any] = {"on": each.quoted_on, "valid_until": each.valid_until, "note": each.note, "reference": reference}
    return price(each.price_per_kg, each.currency, "kg", source=Source.QUOTE, **origin)
