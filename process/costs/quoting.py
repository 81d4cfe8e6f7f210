"""The price of a fixed scenario goes into the draft of the quotation: a line for each phase, and the price by how much is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from catalogue.models import ExchangeRate
from charts.look import written
from process.costs.building import assessed
from process.costs.estimate import GRAM, Estimate, PhaseCost
from process.costs.models import CostAssessment, ScenarioQuote
from process.costs.results import Priced, estimated
from process.words import money_words, plain_number, too_large
from projects.models import Phase, Quotation, QuotationLine
from projects.money import first_rise, half_up, rounded
from projects.price_sources import PriceSource
from projects.services.commercial import change_in_draft, draft_of
from projects.services.locking import locked, not_active
from projects.services.quotation_parts import Break, Line, rows_of_lines, rows_of_part

if TYPE_CHECKING:
    from accounts.models import User

Key = tuple[str, str]
INCLUDED = QuotationLine.Standing.INCLUDED
MOST_AMOUNT, MOST_KG = Decimal(10) ** 14, Decimal(10) ** 9  # what a line and a price break of a quotation have room for


@dataclass(frozen=True)
class _Offer:
    """What a phase costs in the currency of the quotation. per_kg: None where it makes nothing."""

    phase: str
    words: str
    amount: Decimal
    output_kg: Decimal
    per_kg: Decimal | None


@dataclass(frozen=True)
class Proposal:
    """What the draft would say, and which line would rest on what. blockers: why the price cannot go into it."""

    blockers: tuple[Blocker, ...]
    lines: tuple[Line, ...] = ()
    breaks: tuple[Break, ...] = ()
    quotes: tuple[ScenarioQuote, ...] = ()


@dataclass(frozen=True)
class Standing:
    """A revision that rests on the scenario; superseded: by what, in words."""

    quotation: Quotation
    quoted_at: datetime
    superseded: str


@act
def quote_scenario(pk: int, *, actor: User) -> Quotation:
    """In one click. Raises Refused while it is not fixed, without a draft or a rate, and for what the quotation does not take."""
    found = CostAssessment.objects.visible_to(actor).select_related("project").get(pk=pk)
    project = locked(found.project.code, actor)
    require_permission("projects.quote", actor, project)
    row = CostAssessment.objects.select_for_update(of=("self",)).select_related("project").get(pk=pk)
    draft = draft_of(project)
    proposed = proposal(row, draft)
    require_none(proposed.blockers)
    assert draft is not None  # noqa: S101 - refused without it
    try:
        change_in_draft(draft, lines=proposed.lines, breaks=proposed.breaks, actor=actor)
    except BadInput as bad:
        raise Refused([Blocker("quotation.wrong", words, _edit(draft)) for said in bad.errors.values() for words in said]) from bad
    _keep(proposed.quotes, draft, actor)
    after = {"quotation": draft.label, "currency": draft.currency} | {each.phase: str(each.amount) for each in proposed.quotes}
    record("cost.quoted", row, actor=actor, after=after, label=draft.label, link=row.get_absolute_url())
    return draft


def _keep(quotes: Sequence[ScenarioQuote], draft: Quotation, actor: User) -> None:
    """In place of what an earlier scenario gave to these phases, and of its lines that are gone."""
    before = ScenarioQuote.objects.filter(quotation=draft)
    before.filter(Q(phase__in=[each.phase for each in quotes]) | Q(worded=True)).delete()
    for each in quotes:
        each.quoted_by, each.quoted_at = actor, timezone.now()
    ScenarioQuote.objects.bulk_create(quotes)


def proposal(row: CostAssessment, draft: Quotation | None, found: Priced | None = None) -> Proposal:
    """found: the price of the scenario, where it was computed already."""
    if reasons := _not_now(row, draft):
        return Proposal(tuple(reasons))
    assert draft is not None  # noqa: S101 - said above
    rate, today = None, timezone.localdate()
    if row.currency != draft.currency:
        rate = ExchangeRate.objects.holding_for({(draft.currency, today)})[draft.currency, today].get(row.currency)
        if rate is None:
            words = _t("No exchange rate from %(currency)s to %(into)s is known on or before %(day)s.")
            words %= {"currency": row.currency, "into": draft.currency, "day": written(today)}
            return Proposal((Blocker("cost.rate", words, reverse("exchange-rates")),))
    estimate = (found or estimated(assessed(row))).estimate
    offers = list(_offers(estimate, rate.rate if rate else Decimal(1), draft.currency)) if estimate else []
    if any(each.amount >= MOST_AMOUNT or each.output_kg >= MOST_KG for each in offers):
        return Proposal((Blocker("cost.too_large", too_large()),))
    proposed = _proposed(row, draft, offers)
    for each in proposed.quotes:
        each.rate, each.rated_on = (rate.rate, rate.on) if rate else (None, None)
    return proposed


def _not_now(row: CostAssessment, draft: Quotation | None) -> list[Blocker]:
    if found := not_active(row.project):
        return found
    if row.is_draft:
        return [Blocker("cost.not_fixed", _t("Fix this scenario first: what is quoted does not change any more."))]
    return [] if draft else [Blocker("quotation.no_draft", _t("There is no draft of a quotation."))]


def _offers(found: Estimate, rate: Decimal, currency: str) -> Iterator[_Offer]:
    for phase in found.phases:
        if phase.built.price:
            per_kg = None if phase.per_kg is None else rounded(phase.per_kg * rate, currency)
            amount = rounded(phase.built.price * rate, currency)
            yield _Offer(phase.phase, _words(phase), amount, half_up(phase.output_kg, GRAM), per_kg)


def _words(phase: PhaseCost) -> str:
    """As the client reads it: nothing of the scenario but how much is made."""
    label = str(Phase(phase.phase).label)
    if not phase.batches:
        return label
    kg = plain_number(half_up(phase.output_kg / phase.batches, GRAM))
    return _t("%(phase)s: %(batches)d × %(kg)s kg") % {"phase": label, "batches": phase.batches, "kg": kg}


def _proposed(row: CostAssessment, draft: Quotation, offers: Sequence[_Offer]) -> Proposal:
    now, old_breaks = [Line(**values) for values in rows_of_lines(draft)], [Break(**values) for values in rows_of_part(draft, "breaks")]
    earlier, offered = quoted_in(draft), {each.phase for each in offers}
    lines = [line for line in now if line.phase in offered or not _is_ours(line, earlier)]
    quotes, several = [], []
    for offer in offers:
        places = _places(lines, offer.phase, earlier)
        if len(places) > 1:
            several.append(str(Phase(offer.phase).label))
            continue
        line = lines[places[0]] if places else Line(offer.phase, offer.words, offer.amount)
        worded = not places or _is_ours(line, earlier)
        line = replace(line, amount=offer.amount, description=offer.words if worded else line.description)
        place = places[0] if places else len(lines)
        lines[place : place + 1] = [line]
        told = {"phase": offer.phase, "description": line.description, "amount": offer.amount, "currency": draft.currency}
        quotes.append(ScenarioQuote(quotation=draft, assessment=row, worded=worded, **told))
    if several:
        words = _t("The quotation has several lines for %(phases)s: leave one included, which takes the price.")
        return Proposal((Blocker("quotation.lines", words % {"phases": ", ".join(several)}, _edit(draft)),))
    breaks = _breaks(offers, rise_confirmed=draft.rise_confirmed) or old_breaks
    if (lines, breaks) == (now, old_breaks) and all(_says(each) == _says(earlier.get(_key(each))) for each in quotes):
        words = _t("The price of this scenario stands in %(label)s.") % {"label": draft.label}
        return Proposal((Blocker("cost.quoted", words, draft.get_absolute_url()),))
    return Proposal((), tuple(lines), tuple(breaks), tuple(quotes))


def _places(lines: Sequence[Line], phase: str, earlier: Mapping[Key, ScenarioQuote]) -> list[int]:
    """Of what the phase costs: the lines to which a scenario gave a price, else all that are included."""
    included = [place for place, line in enumerate(lines) if (line.phase, line.standing) == (phase, INCLUDED)]
    return [place for place in included if _key(lines[place]) in earlier] or included


def _breaks(offers: Sequence[_Offer], *, rise_confirmed: bool) -> list[Break]:
    """What a kilogram costs by how much is made; none where no two amounts stand beside each other.

    Nor where more is dearer, unless that was confirmed: the studies of a phase make its kilograms dear, which is no price by quantity.
    """
    found = sorted({each.output_kg: each.per_kg for each in offers if each.output_kg and each.per_kg}.items())
    is_taken = len(found) > 1 and (rise_confirmed or first_rise(found) is None)
    return [Break(kg, price) for kg, price in found] if is_taken else []


def _edit(draft: Quotation) -> str:
    return reverse("quotation-edit", args=[draft.project.code, draft.revision])


def _key(line: Line | QuotationLine | ScenarioQuote) -> Key:
    return line.phase, line.description


def _is_ours(line: Line, earlier: Mapping[Key, ScenarioQuote]) -> bool:
    """A scenario made the line, with its words."""
    quote = earlier.get(_key(line))
    return quote is not None and quote.worded


def _says(quote: ScenarioQuote | None) -> tuple[object, ...]:
    return () if quote is None else (quote.assessment_id, quote.amount, quote.currency)


def quoted_in(quotation: Quotation) -> dict[Key, ScenarioQuote]:
    """By phase and words of the line, which keeps them when the draft is written again, and in the next revision."""
    rows = ScenarioQuote.objects.filter(quotation__project=quotation.project_id, quotation__revision__lte=quotation.revision)
    rows = rows.select_related("assessment__project", "assessment__route_version__route").order_by("quotation__revision", "id")
    return {_key(row): row for row in rows}


def sources_of(quotation: Quotation) -> dict[int, PriceSource]:
    """By line, for the page of the quotation."""
    quotes = quoted_in(quotation)
    newest = newest_fixed(quotation.project_id) if quotes else None
    lines = ((line, quotes.get(_key(line))) for line in quotation.lines.all())
    return {line.pk: _source(line, quote, quotation, newest) for line, quote in lines if quote is not None}


def _source(line: QuotationLine, quote: ScenarioQuote, quotation: Quotation, newest: CostAssessment | None) -> PriceSource:
    row, notes = quote.assessment, []
    said = [_t("From scenario %(number)s, %(name)s, fixed on %(day)s") % _named(row)]
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


def _named(row: CostAssessment) -> dict[str, object]:
    return {"number": row.number, "name": row.name, "day": written(timezone.localdate(row.fixed_at))}


def quoted_by(row: CostAssessment) -> list[Standing]:
    """Each revision that has a line with a price of this scenario, newest first."""
    if row.is_draft:
        return []
    newest = newest_fixed(row.project_id)
    found: dict[int, Standing] = {}
    line = QuotationLine.objects.filter(quotation=OuterRef("quotation"), phase=OuterRef("phase"), description=OuterRef("description"))
    standing = row.quotes.filter(Exists(line)).select_related("quotation__project")
    for quote in standing.order_by("-quotation__revision", "id"):
        found.setdefault(quote.quotation_id, Standing(quote.quotation, quote.quoted_at, superseding(quote, newest)))
    return list(found.values())


def newest_fixed(project_pk: int) -> CostAssessment | None:
    return CostAssessment.objects.filter(project=project_pk, state=CostAssessment.State.FIXED).order_by("-fixed_at")[:1].first()


def superseding(quote: ScenarioQuote, newest: CostAssessment | None) -> str:
    """That another scenario was fixed after this one was quoted; empty where none was."""
    if newest is None or newest.fixed_at is None or newest.pk == quote.assessment_id or newest.fixed_at <= quote.quoted_at:
        return ""
    return _t("It is superseded: scenario %(number)s, %(name)s, was fixed on %(day)s.") % _named(newest)
