"""The price of a fixed scenario goes into the draft of the quotation: a line for each phase and option, and the price by volume."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from catalogue.models import ExchangeRate
from process.costs.building import assessed, terms_of
from process.costs.lacking import rate_blocker
from process.costs.models import CostAssessment, ScenarioQuote
from process.costs.offers import Offer, breaks_of, offers_of, rises
from process.costs.quoted import Key, given_breaks, key_of, quotes_of, resting, up_to
from process.costs.results import Priced, estimated
from process.words import money_words, plain_number, too_large
from projects.models import Phase, Project, Quotation, QuotationLine
from projects.price_sources import with_assumptions
from projects.services.commercial import change_in_draft, draft_of, locked_quotation
from projects.services.locking import locked, not_active
from projects.services.quotation_parts import RELATED, Break, Line, rows_of_lines, rows_of_part

if TYPE_CHECKING:
    from accounts.models import User

Standing = QuotationLine.Standing
_takers: list[Callable[[CostAssessment, User], object]] = []
MOST_AMOUNT, MOST_KG = Decimal(10) ** 14, Decimal(10) ** 9  # what a line and a price break of a quotation have room for


def take_figures_by(taker: Callable[[CostAssessment, User], object]) -> None:
    """Say who keeps what a scenario assumes: `taker(scenario, actor)`, whose caller holds the locks of project and scenario."""
    _takers[:] = [taker]


@dataclass(frozen=True)
class Proposal:
    """What the draft would say, and which line would rest on what. blockers: why the price cannot go into it.

    replaced: what of the draft would say another price, or go, in words.
    """

    blockers: tuple[Blocker, ...]
    lines: tuple[Line, ...] = ()
    breaks: tuple[Break, ...] = ()
    quotes: tuple[ScenarioQuote, ...] = ()
    replaced: tuple[str, ...] = ()


@act
def quote_scenario(pk: int, *, actor: User) -> Quotation:
    """In one click, with what is assumed. Raises Refused while it is not fixed, without a draft or a rate, and for what the quotation does
    not take.
    """
    found = CostAssessment.objects.visible_to(actor).select_related("project").get(pk=pk)
    project = locked(found.project.code, actor)
    require_permission("projects.quote", actor, project)
    row = CostAssessment.objects.select_for_update(of=("self",)).select_related("project__site").get(pk=pk)
    draft = draft_of(project)
    if draft is not None:
        draft = locked_quotation(project.code, draft.revision, actor)  # its tables are written without the project's lock
        prefetch_related_objects([draft], *RELATED)
    proposed = proposal(row, draft)
    require_none(proposed.blockers)
    assert draft is not None  # noqa: S101 - refused without it
    try:
        changed = change_in_draft(draft, lines=proposed.lines, breaks=proposed.breaks, actor=actor)
    except BadInput as bad:
        raise Refused([Blocker("quotation.wrong", words, _edit(draft)) for said in bad.errors.values() for words in said]) from bad
    _keep(proposed, draft, actor)
    prices = {each.phase: str(each.amount) for each in proposed.quotes if not each.is_optional}
    options = {f"{each.phase}: {each.description}": str(each.amount) for each in proposed.quotes if each.is_optional}
    after = {"quotation": draft.label, "currency": draft.currency} | prices | options
    before = {"replaced": list(proposed.replaced)} if proposed.replaced else None
    record("cost.quoted", row, actor=actor, before=before, after=after, label=draft.label, link=row.get_absolute_url())
    row.project = project
    _takers[0](row, actor)
    return with_assumptions(changed, actor=actor)


def _keep(proposed: Proposal, draft: Quotation, actor: User) -> None:
    """In place of what an earlier scenario gave to these phases and lines, and of its lines that are gone."""
    there = {key_of(line) for line in proposed.lines} - {key_of(each) for each in proposed.quotes}
    phases = {each.phase for each in proposed.quotes if not each.is_optional}
    before = ScenarioQuote.objects.filter(quotation=draft)
    gone = [each.pk for each in before if key_of(each) not in there or (each.phase in phases and not each.is_optional)]
    before.filter(pk__in=gone).delete()
    for each in proposed.quotes:
        each.quoted_by, each.quoted_at = actor, timezone.now()
    ScenarioQuote.objects.bulk_create(proposed.quotes)


def proposal(
    row: CostAssessment, draft: Quotation | None, found: Priced | None = None, quotes: Sequence[ScenarioQuote] | None = None
) -> Proposal:
    """found: the price of the scenario, quotes: what scenarios of its project gave, where they are known already."""
    if reasons := not_now(row, draft):
        return Proposal(tuple(reasons))
    assert draft is not None  # noqa: S101 - said above
    rate, today = None, row.project.today
    if row.currency != draft.currency:
        rate = ExchangeRate.objects.into(draft.currency, today).get(row.currency)
        if rate is None:
            return Proposal((rate_blocker(row.currency, draft.currency, today),))
    estimate, factor = (found or estimated(assessed(row))).estimate, rate.rate if rate else Decimal(1)
    offers = list(offers_of(estimate, terms_of(row), factor, draft.currency)) if estimate else []
    breaks = breaks_of(estimate.phases, factor, draft.currency) if estimate else []
    if any(each.amount >= MOST_AMOUNT for each in offers) or any(each.from_kg >= MOST_KG for each in breaks):
        return Proposal((Blocker("cost.too_large", too_large()),))
    before = quotes_of(row.project_id) if quotes is None else quotes
    proposed = _proposed(row, draft, offers, breaks, up_to(draft, before))
    for each in proposed.quotes:
        each.rate, each.rated_on = (rate.rate, rate.on) if rate else (None, None)
    return proposed


def not_now(row: CostAssessment, draft: Quotation | None) -> list[Blocker]:
    """Why nothing of this scenario can be quoted."""
    if found := not_active(row.project):
        return found
    if row.is_draft:
        words = _t("Fix this scenario first: what is quoted does not change any more.")
        return [Blocker("cost.not_fixed", words, f"{row.get_absolute_url()}#cost-fix")]
    return [] if draft else [no_draft(row.project)]


def no_draft(project: Project) -> Blocker:
    return Blocker("quotation.no_draft", _t("There is no draft of a quotation."), reverse("quotation-new", args=[project.code]))


@dataclass
class _Lines:
    """The lines of a draft while the price of a scenario goes into them. several: the phases of which more than one line may take it."""

    row: CostAssessment
    draft: Quotation
    earlier: Mapping[Key, ScenarioQuote]
    lines: list[Line]
    quotes: list[ScenarioQuote] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)

    def clear(self, offers: Sequence[Offer]) -> None:
        """Of what an earlier scenario wrote and this one does not price; what somebody has changed in it since stays."""
        phases, options = {each.phase for each in offers if not each.is_optional}, {_key(each) for each in offers if each.is_optional}
        for line in list(self.lines):
            quote = self.earlier.get(key_of(line))
            if quote is None or not _is_untouched(line, quote):
                continue
            if (key_of(line) not in options) if quote.is_optional else (line.phase not in phases):
                self.lines.remove(line)
                self.replaced.append(_t("%(line)s goes.") % {"line": self._said(line)})

    def take(self, offer: Offer) -> None:
        places = self._places(offer)
        if len(places) > 1:
            self.several.append(str(Phase(offer.phase).label))
            return
        place = places[0] if places else len(self.lines)
        standing = Standing.OPTIONAL if offer.is_optional else Standing.INCLUDED
        before = self.lines[place] if places else Line(offer.phase, offer.words, offer.amount, standing.value)
        worded = not places or self._is_ours(before)
        if offer.is_optional and not self._takes_option(before):
            return
        after = replace(before, amount=offer.amount, description=offer.words if worded else before.description)
        if before.amount != after.amount:
            words = {"line": self._said(before), "amount": money_words(after.amount, self.draft.currency)}
            self.replaced.append(_t("%(line)s becomes %(amount)s.") % words)
        self.lines[place : place + 1] = [after]
        self.quotes.append(
            ScenarioQuote(
                quotation=self.draft,
                assessment=self.row,
                worded=worded,
                phase=offer.phase,
                description=after.description,
                amount=offer.amount,
                currency=self.draft.currency,
                is_optional=offer.is_optional,
            )
        )

    def _places(self, offer: Offer) -> list[int]:
        """Of an option the line with its words; of what the phase costs those to which a scenario gave that price, else all included."""
        named = [place for place, line in enumerate(self.lines) if key_of(line) == _key(offer)]
        if offer.is_optional:
            return named
        of_phase = [place for place, line in enumerate(self.lines) if (line.phase, line.standing) == (offer.phase, Standing.INCLUDED)]
        before = {place: self.earlier.get(key_of(self.lines[place])) for place in of_phase}
        priced = [place for place, quote in before.items() if quote is not None and not quote.is_optional]
        return priced or [place for place, quote in before.items() if quote is None]

    def _takes_option(self, line: Line) -> bool:
        """Not what somebody has put out of the scope; of what is included only what was an option before."""
        quote = self.earlier.get(key_of(line))
        return line.standing == Standing.OPTIONAL or (line.standing == Standing.INCLUDED and quote is not None and quote.is_optional)

    def _is_ours(self, line: Line) -> bool:
        """A scenario made the line, with its words."""
        quote = self.earlier.get(key_of(line))
        return quote is not None and quote.worded and quote.description == line.description

    def _said(self, line: Line) -> str:
        return f"{Phase(line.phase).label}, “{line.description}”, {money_words(line.amount, self.draft.currency)}"


def _key(offer: Offer) -> Key:
    return offer.phase, offer.words


def _is_untouched(line: Line, quote: ScenarioQuote) -> bool:
    standing = Standing.OPTIONAL if quote.is_optional else Standing.INCLUDED
    given = (quote.description, quote.amount, standing, "")
    return quote.worded and (line.description, line.amount, line.standing, line.deliverables) == given


def _proposed(
    row: CostAssessment, draft: Quotation, offers: Sequence[Offer], found: list[Break], before: Sequence[ScenarioQuote]
) -> Proposal:
    """before: what scenarios have given so far."""
    now, old_breaks = [Line(**values) for values in rows_of_lines(draft)], [Break(**values) for values in rows_of_part(draft, "breaks")]
    earlier = resting(now, before)
    written_anew = _Lines(row, draft, earlier, list(now))
    written_anew.clear(offers)
    for offer in offers:
        written_anew.take(offer)
    if written_anew.several:
        words = _t("The quotation has several lines for %(phases)s: leave one included, which takes the price.")
        words %= {"phases": ", ".join(dict.fromkeys(written_anew.several))}
        return Proposal((Blocker("quotation.lines", words, _edit(draft)),))
    lines, quotes = written_anew.lines, written_anew.quotes
    breaks = _breaks(found, old_breaks, given_breaks(before), rise_confirmed=draft.rise_confirmed)
    if (lines, breaks) == (now, old_breaks) and all(_says(each) == _says(earlier.get(key_of(each))) for each in quotes):
        words = _t("The price of this scenario stands in %(label)s.") % {"label": draft.label}
        return Proposal((Blocker("cost.quoted", words, draft.get_absolute_url()),))
    replaced = [*written_anew.replaced, *_replaced_breaks(old_breaks, breaks, draft.currency)]
    return Proposal((), tuple(lines), tuple(breaks), tuple(quotes), tuple(replaced))


def _breaks(found: list[Break], old: list[Break], given: Sequence[Sequence[Break]], *, rise_confirmed: bool) -> list[Break]:
    """Where more is dearer that is taken only once somebody has confirmed it. What is not replaced stays, unless an earlier scenario gave
    it: beside the lines of this one it would be out of date."""
    if found and (rise_confirmed or not rises(found)):
        return found
    return [] if old in given else old


def _replaced_breaks(old: Sequence[Break], new: Sequence[Break], currency: str) -> Iterator[str]:
    if not old or old == new:
        return
    said = "; ".join(f"{plain_number(each.from_kg)} kg: {money_words(each.price_per_kg, currency)}" for each in old)
    words = (
        _t("The price per kilogram by quantity (%(breaks)s) is replaced.")
        if new
        else _t("The price per kilogram by quantity (%(breaks)s) goes.")
    )
    yield words % {"breaks": said}


def _edit(draft: Quotation) -> str:
    return reverse("quotation-edit", args=[draft.project.code, draft.revision])


def _says(quote: ScenarioQuote | None) -> tuple[object, ...]:
    return () if quote is None else (quote.assessment_id, quote.amount, quote.currency)
