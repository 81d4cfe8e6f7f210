"""What of a quotation rests on which scenario, in its own revision and in those that carry its lines on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from charts.look import written
from process.costs.estimate import LineCost, PhaseCost
from process.costs.models import CostAssessment, ScenarioQuote
from process.costs.offers import breaks_of
from process.costs.stored import restored
from process.words import money_words, plain_number
from projects.models import Quotation, QuotationLine
from projects.price_sources import PriceSource, PriceSources
from projects.services.quotation_parts import Break, rows_of_part

if TYPE_CHECKING:
    from projects.services.quotation_parts import Line

Key = tuple[str, str]
OPTIONAL = QuotationLine.Standing.OPTIONAL


@dataclass(frozen=True)
class Standing:
    """A revision that rests on the scenario; superseded: by what, in words."""

    quotation: Quotation
    quoted_at: datetime
    superseded: str


def key_of(line: Line | QuotationLine | ScenarioQuote) -> Key:
    """By phase and words a line keeps its price when the draft is written again, and in the next revision."""
    return line.phase, line.description


def quotes_of(project_pk: int) -> list[ScenarioQuote]:
    """All prices that scenarios gave to the revisions of its quotation, the latest last. One query."""
    rows = ScenarioQuote.objects.filter(quotation__project=project_pk).order_by("quotation__revision", "id")
    return list(rows.select_related("quotation", "assessment__project", "assessment__route_version__route"))


def up_to(quotation: Quotation, quotes: Iterable[ScenarioQuote]) -> list[ScenarioQuote]:
    """Those that its lines may rest on: of the revision and of those before it."""
    return [each for each in quotes if each.quotation.revision <= quotation.revision]


def quotes_up_to(quotation: Quotation) -> list[ScenarioQuote]:
    return up_to(quotation, quotes_of(quotation.project_id))


def resting(lines: Iterable[Line | QuotationLine], quotes: Iterable[ScenarioQuote]) -> dict[Key, ScenarioQuote]:
    """What each line rests on, the latest of `quotes`. One whose words were changed is known by its phase and amount."""
    by_line, lines = {key_of(each): each for each in quotes}, list(lines)
    found = {key_of(line): by_line[key_of(line)] for line in lines if key_of(line) in by_line}
    left = {_amount_of(quote): quote for key, quote in by_line.items() if key not in found}
    for line in lines:
        same = (line.phase, line.amount, line.standing == OPTIONAL)
        if key_of(line) not in found and same in left:
            found[key_of(line)] = left.pop(same)
    return found


def _amount_of(quote: ScenarioQuote) -> tuple[str, Decimal, bool]:
    return quote.phase, quote.amount, quote.is_optional


def quoted_in(quotation: Quotation) -> dict[Key, ScenarioQuote]:
    return resting(quotation.lines.all(), quotes_up_to(quotation))


def scenarios_of(quotation: Quotation, quotes: Mapping[Key, ScenarioQuote]) -> dict[str, CostAssessment]:
    """By phase the scenario that its price rests on; that of a chosen option only where what the phase costs names none."""
    found = [quote for line in quotation.lines.all() if line.is_priced and (quote := quotes.get(key_of(line))) is not None]
    return {quote.phase: quote.assessment for quote in sorted(found, key=lambda quote: not quote.is_optional)}


def phases_of(scenario: CostAssessment) -> tuple[PhaseCost, ...]:
    """As they were computed when it was fixed; nothing of one that is not."""
    found: tuple[PhaseCost, ...] = restored(tuple[PhaseCost, ...], scenario.result["value"]["phases"]) if scenario.result else ()
    return found


def lines_of(scenario: CostAssessment) -> tuple[LineCost, ...]:
    found: tuple[LineCost, ...] = restored(tuple[LineCost, ...], scenario.result["value"]["lines"]) if scenario.result else ()
    return found


def given_breaks(quotes: Iterable[ScenarioQuote]) -> list[list[Break]]:
    """The price by quantity of each scenario that gave one of these prices."""
    return [_breaks_from(quote) for quote in {each.assessment_id: each for each in quotes}.values()]


def _breaks_from(quote: ScenarioQuote) -> list[Break]:
    return breaks_of(phases_of(quote.assessment), quote.rate or Decimal(1), quote.currency)


def sources_of(quotation: Quotation) -> PriceSources:
    """For the page of the quotation: of each line, and of the price by quantity."""
    quotes = quotes_up_to(quotation)
    if not quotes:
        return PriceSources()
    by_line, newest = resting(quotation.lines.all(), quotes), newest_fixed(quotation.project_id)
    lines = ((line, by_line.get(key_of(line))) for line in quotation.lines.all())
    found = {line.pk: _source(line, quote, quotation, newest) for line, quote in lines if quote is not None}
    return PriceSources(found, _source_of_breaks(quotation, quotes, newest), _clause_from(quotation, by_line.values()))


def _clause_from(quotation: Quotation, resting_on: Iterable[ScenarioQuote]) -> PriceSource | None:
    """Of a draft: its scenario with the most kilograms in one phase, of which the kilogram is priced."""
    if quotation.state != Quotation.State.DRAFT:
        return None
    rows = {quote.assessment_id: quote.assessment for quote in resting_on}.values()
    row = max(rows, key=lambda each: max((phase.output_kg for phase in phases_of(each)), default=Decimal(0)), default=None)
    if row is None:
        return None
    words = _t("As scenario %(number)s, %(name)s, has it; in the language of the client. It replaces the rule that stands there.")
    words %= {"number": row.number, "name": row.name}
    return PriceSource(words, reverse("cost-clause", args=[row.project.code, row.number]))


def _source(line: QuotationLine, quote: ScenarioQuote, quotation: Quotation, newest: CostAssessment | None) -> PriceSource:
    row, notes = quote.assessment, []
    said = [_from(row)]
    if row.route_version:
        said.append(str(row.route_version))
    if quote.rate is not None:
        rate = {"from": row.currency, "rate": plain_number(quote.rate), "into": quote.currency, "day": written(quote.rated_on)}
        said.append(_t("1 %(from)s = %(rate)s %(into)s, %(day)s") % rate)
    if (line.amount, quotation.currency) != (quote.amount, quote.currency):
        words = _t("It said %(amount)s; the line was changed since.")
        notes.append(words % {"amount": money_words(quote.amount, quote.currency)})
    if newer := superseding(quote, newest):
        notes.append(newer)
    return PriceSource(" · ".join(said), row.get_absolute_url(), tuple(notes))


def _source_of_breaks(quotation: Quotation, quotes: Sequence[ScenarioQuote], newest: CostAssessment | None) -> PriceSource | None:
    """The scenario that gave it. It is out of date where no line, or none any more, rests on that one, and where a newer was fixed."""
    breaks = [Break(**values) for values in rows_of_part(quotation, "breaks")]
    quote = next((each for each in reversed(quotes) if breaks and _breaks_from(each) == breaks), None)
    if quote is None:
        return None
    given = {each.assessment_id for each in resting(quotation.lines.all(), quotes).values()}
    notes = [] if quote.assessment_id in given else [_t("It is out of date: no line rests on this scenario any more.")]
    if newer := superseding(quote, newest):
        notes.append(newer)
    return PriceSource(_from(quote.assessment), quote.assessment.get_absolute_url(), tuple(notes))


def _from(row: CostAssessment) -> str:
    return _t("From scenario %(number)s, %(name)s, fixed on %(day)s") % _named(row)


def _named(row: CostAssessment) -> dict[str, object]:
    return {"number": row.number, "name": row.name, "day": written(timezone.localdate(row.fixed_at))}


def is_quoted(row: CostAssessment, quotes: Iterable[ScenarioQuote]) -> bool:
    return any(each.assessment_id == row.pk for each in quotes)


def revisions_of(project_pk: int) -> list[Quotation]:
    """With their lines, newest first."""
    rows = Quotation.objects.filter(project=project_pk).select_related("project").prefetch_related("lines")
    return list(rows.order_by("-revision"))


def quoted_by(row: CostAssessment, quotes: Sequence[ScenarioQuote], revisions: Iterable[Quotation]) -> list[Standing]:
    """Each revision that has a line with a price of this scenario, newest first: also one that has carried the line on.

    quotes, revisions: all of its project.
    """
    if not is_quoted(row, quotes):
        return []
    newest, found = newest_fixed(row.project_id), []
    for quotation in revisions:
        by_line = resting(quotation.lines.all(), up_to(quotation, quotes))
        own = [quote for quote in by_line.values() if quote.assessment_id == row.pk]
        if own:
            found.append(Standing(quotation, own[0].quoted_at, superseding(own[0], newest)))
    return found


def newest_fixed(project_pk: int) -> CostAssessment | None:
    return CostAssessment.objects.filter(project=project_pk, state=CostAssessment.State.FIXED).order_by("-fixed_at")[:1].first()


def priced_in(project_pk: int) -> str:
    """The currency of the newest fixed scenario; empty where there is none."""
    found = newest_fixed(project_pk)
    return found.currency if found else ""


def superseding(quote: ScenarioQuote, newest: CostAssessment | None) -> str:
    """That another scenario was fixed after this one was quoted; empty where none was."""
    if newest is None or newest.fixed_at is None or newest.pk == quote.assessment_id or newest.fixed_at <= quote.quoted_at:
        return ""
    return _t("It is superseded: scenario %(number)s, %(name)s, was fixed on %(day)s.") % _named(newest)
