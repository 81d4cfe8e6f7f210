"""Everything that the page of a scenario says of its price, computed from one case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput, Blocker
from charts.picture import Picture
from process.costs.band import Band, price_band
from process.costs.build_up import loads, markup_of
from process.costs.building import Assessed, terms_of
from process.costs.case import Case
from process.costs.completeness import Impact, price_impact
from process.costs.estimate import Estimate, PhaseCost
from process.costs.figures import FRACTION
from process.costs.lacking import wrong_blockers
from process.costs.models import CostAssessment
from process.costs.pictures import percentiles, placed, price_distribution, price_tornado, price_waterfall
from process.costs.simulation import Settings, simulate
from process.costs.tornado import Bar, Tornado, tornado
from process.routes.plain import Fault
from process.words import grouped, plain_number, too_large
from projects.completeness import QUESTIONS
from projects.money import CENT, half_up

HUNDRED = Decimal(100)
MOST = Decimal(10) ** 15  # what the record of a price has room for


@dataclass(frozen=True)
class Priced:
    """What every list shows of a scenario. refusals: why there is no price, with where it is mended."""

    assessed: Assessed
    refusals: tuple[Blocker, ...]
    estimate: Estimate | None = None
    band: Band | None = None
    tornado: Tornado | None = None
    warnings: tuple[Fault, ...] = ()

    @property
    def phases(self) -> list[PhaseCost]:
        """Those that cost something."""
        return [phase for phase in self.estimate.phases if phase.built.price or phase.optional] if self.estimate else []

    @property
    def largest(self) -> PhaseCost | None:
        """The phase that makes most; its price per kilogram is the one that people compare."""
        making = [phase for phase in self.phases if phase.output_kg]
        return max(making, key=lambda phase: phase.output_kg, default=None)

    @property
    def suppliers(self) -> list[str]:
        """Whose prices are chosen."""
        quotes = (row.quote for row in self.assessed.assessment.prices.all())
        return sorted({quote.supplier.name for quote in quotes if quote is not None})

    @property
    def yields(self) -> str:
        """yields 90 %; nothing where they are those of the route."""
        percent = self.assessed.assessment.yield_pct
        return "" if percent == HUNDRED else _t("yields %(percent)s %%") % {"percent": plain_number(percent)}

    @property
    def sold_by(self) -> str:
        return _t("from %(names)s") % {"names": ", ".join(self.suppliers)} if self.suppliers else ""

    @property
    def runs(self) -> list[str]:
        """Pilot: 2 × 10 kg, of each phase that makes batches."""
        rows = (row for row in self.assessed.assessment.phases.all() if row.batches)
        return [f"{row.get_phase_display()}: {row.batches} × {plain_number(row.batch_kg)} kg" for row in rows]

    @property
    def matter(self) -> list[Matter]:
        return [_matter(bar) for bar in self.tornado.matter] if self.tornado else []


def _too_large() -> Blocker:
    return Blocker("cost.too_large", too_large())


@dataclass(frozen=True)
class Matter:
    """A figure that moves the price: how low and high it may be, and what the price then is."""

    label: str
    low: str
    high: str
    at_low: Decimal
    at_high: Decimal


def _matter(bar: Bar) -> Matter:
    variable = bar.variable
    share = variable.unit == FRACTION

    def words(end: Decimal) -> str:
        number = half_up(end * HUNDRED if share else end, CENT).normalize()
        return f"{grouped(number)} {'%' if share else variable.unit}"

    return Matter(variable.label, words(variable.low), words(variable.high), bar.at_low, bar.at_high)


def priced(found: Assessed) -> Priced:
    """The price with its band and what moves it; where there is none, why."""
    known = estimated(found)
    if known.estimate is None or found.case is None:
        return known
    try:
        band, moves = price_band(found.case), tornado(found.case)
    except InvalidOperation:
        return Priced(found, (_too_large(),))
    except BadInput as bad:
        return _wrong(found, bad)
    if band.known.highest >= MOST:
        return Priced(found, (_too_large(),))
    return replace(known, band=band.known.around(known.estimate.price), tornado=moves.value)


def estimated(found: Assessed) -> Priced:
    """The price alone, without its band and what moves it."""
    try:
        answer = found.answer
    except InvalidOperation:
        return Priced(found, (_too_large(),))
    except BadInput as bad:
        return _wrong(found, bad)
    if answer is None:
        return Priced(found, found.missing)
    if answer.value is None:
        return Priced(found, (Blocker("cost.nothing", answer.reason, f"{found.assessment.get_absolute_url()}#sheet-cost-phases"),))
    return Priced(found, (), answer.value, warnings=answer.warnings)


def _wrong(found: Assessed, bad: BadInput) -> Priced:
    return Priced(found, tuple(wrong_blockers(bad, found.assessment)))


def markup_pct(assessment: CostAssessment) -> Decimal:
    """On the cost, of the scenario's margin on the price."""
    return HUNDRED * markup_of(terms_of(assessment).margin_fraction)


@dataclass(frozen=True)
class TableRow:
    """told: of each phase, then of all, the heading of its column and the amount; None where there is nothing. kind: "part", "sum"."""

    label: str
    told: tuple[tuple[str, Decimal | None], ...]
    kind: str = "part"


@dataclass(frozen=True)
class OpenAnswer:
    """A question of the request that nobody has answered, and what that does to the price."""

    words: str
    impact: Impact


@dataclass(frozen=True)
class Whole:
    """The page of one scenario. stated: how the price lies in the simulation and what that assumes, or why there is none; factors: whose
    word the widening is. by_source: words, amount and share in percent of what is paid; then what is recovered, which is no share of it.
    """

    rows: tuple[TableRow, ...]
    waterfall: Picture
    tornado: Picture | None
    distribution: Picture | None
    percentiles: tuple[tuple[str, str, str], ...]
    stated: tuple[str, ...]
    by_source: tuple[tuple[str, Decimal, Decimal | None], ...]
    open_answers: tuple[OpenAnswer, ...]
    factors: tuple[str, ...]
    wider_together: Decimal


def whole(found: Priced, missing: Sequence[str], *, seed: int) -> Whole | None:
    """missing: the questions of the request that nobody has answered, by field."""
    case, whole_estimate = found.assessed.case, found.estimate
    if case is None or whole_estimate is None:
        return None
    drawn = simulate(case, Settings(seed))
    told: dict[str, Any] = {"currency": case.currency, "price": whole_estimate.price}
    impacts = price_impact(case, missing)
    return Whole(
        rows=tuple(_rows(whole_estimate, found.phases, case)),
        waterfall=price_waterfall(whole_estimate, case.terms),
        tornado=price_tornado(found.tornado, case.currency, price=whole_estimate.price) if found.tornado else None,
        distribution=price_distribution(drawn.value, **told) if drawn.value else None,
        percentiles=tuple(percentiles(drawn.value, **told)) if drawn.value else (),
        stated=(placed(drawn.value, **told), *map(str, drawn.warnings)) if drawn.value else tuple(map(str, drawn.faults)),
        by_source=tuple(by_source(whole_estimate)),
        open_answers=tuple(_open(impacts.known.impacts)),
        factors=tuple(dict.fromkeys(source for each in impacts.known.impacts for source in each.sources)),
        wider_together=impacts.known.together,
    )


def _rows(found: Estimate, phases: list[PhaseCost], case: Case) -> Iterator[TableRow]:
    heads = [*(phase.label for phase in phases), _t("All phases")]

    def row(label: str, cells: Iterable[Decimal | None], kind: str = "part") -> TableRow:
        return TableRow(label, tuple(zip(heads, cells, strict=True)), kind)

    for category, total in found.by_category.items():
        yield row(str(category.label), (*(phase.by_category.get(category) for phase in phases), total))
    built = [*(phase.built for phase in phases), found.built]
    yield row(_t("Direct cost"), (each.direct for each in built), "sum")
    for label, name in loads(case.terms):
        if any(cells := [getattr(each, name) for each in built]):
            yield row(label, cells)
    yield row(_t("Price"), (each.price for each in built), "sum")
    yield row(_t("Price per batch"), (*(phase.per_batch for phase in phases), None))
    yield row(_t("Price per kg"), (*(phase.per_kg for phase in phases), None))
    yield row(_t("Cost per kg, before the margin"), (*(phase.cost_per_kg for phase in phases), None))
    if found.optional:
        yield row(_t("Optional, beside the price"), (*(phase.optional for phase in phases), found.optional))


def by_source(found: Estimate) -> Iterator[tuple[str, Decimal, Decimal | None]]:
    """Words, amount, share in percent of what is paid; last, without a share, what is recovered."""
    total = sum(found.by_source.values(), Decimal(0))
    for source, amount in found.by_source.items():
        yield str(source.label), amount, amount / total * HUNDRED if total else Decimal(0)
    if found.recovered is not None:
        yield _t("Recovered value, taken off"), found.recovered, None


def _open(impacts: Iterable[Impact]) -> Iterator[OpenAnswer]:
    words = {question.field: str(question.words) for question in QUESTIONS}
    yield from (OpenAnswer(words[impact.field], impact) for impact in impacts)
