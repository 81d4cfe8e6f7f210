"""The raw-material clause of a quotation, worked out from the scenario that its price rests on, in the language of the client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.currencies import is_too_fine
from accounts.permissions import require_permission
from audit.acts import act
from audit.refusals import BadInput, Blocker, require_none
from charts.look import written
from process.costs.adjustment import HUNDRED, USUAL_THRESHOLD_PCT, Weight, change_per_kg, weights
from process.costs.building import assessed
from process.costs.figures import Source
from process.costs.models import CostAssessment, ScenarioQuote
from process.costs.quoted import quotes_up_to, resting
from process.costs.quoting import not_now
from process.costs.results import Priced, estimated
from process.words import money_words, plain_number
from projects.models import Phase, Quotation
from projects.money import half_up, rounded
from projects.services.commercial import change_in_draft, draft_of, locked_quotation
from projects.services.locking import locked

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.models import User

TENTH, EXACT = Decimal("0.1"), Decimal("0.0001")
SAID: dict[Source, Promise] = {  # as the client reads it: which supplier offered is ours
    Source.AWARDED: _("a supplier's offer"),
    Source.QUOTE: _("a supplier's offer"),
    Source.PRICE_BOOK: _("our price list"),
    Source.SHEET: _("our estimate"),
    Source.ANALOGUE: _("an earlier project"),
    Source.ASSUMPTION: _("our assumption"),
}


@dataclass(frozen=True)
class Clause:
    """blockers: why there is none. found: the raw materials that it names; phase: of which the kilogram is priced."""

    blockers: tuple[Blocker, ...]
    found: tuple[Weight, ...] = ()
    phase: str = ""


@act
def take_clause(pk: int, *, actor: User, threshold_pct: Decimal | None = None) -> Quotation:
    """In place of the rule for raw-material prices that stands in the draft, with its band; both can be changed there afterwards.

    threshold_pct: that of the draft where nobody says another, else the usual one. Raises Refused without a draft that rests on the
    scenario, and BadInput for a threshold that is none.
    """
    found = CostAssessment.objects.visible_to(actor).select_related("project").get(pk=pk)
    project = locked(found.project.code, actor)
    require_permission("projects.quote", actor, project)
    row = CostAssessment.objects.select_for_update(of=("self",)).select_related("project__site", "project__client").get(pk=pk)
    draft = draft_of(project)
    if draft is not None:
        draft = locked_quotation(project.code, draft.revision, actor)
    clause = clause_of(row, draft)
    require_none(clause.blockers)
    assert draft is not None  # noqa: S101 - refused without it
    threshold = threshold_of(draft) if threshold_pct is None else threshold_pct
    if not 0 <= threshold <= HUNDRED:
        raise BadInput({"threshold_pct": _t("Between zero and 100.")})
    with translation.override(row.project.client.language):
        words = clause_words(clause.found, draft.currency, clause.phase, threshold)
    return change_in_draft(draft, price_adjustment=words, adjustment_band_percent=threshold, actor=actor)


def threshold_of(draft: Quotation | None) -> Decimal:
    """That of the draft, else the usual one."""
    known = draft.adjustment_band_percent if draft is not None else None
    return USUAL_THRESHOLD_PCT if known is None else known


def clause_of(
    row: CostAssessment, draft: Quotation | None, found: Priced | None = None, quotes: Sequence[ScenarioQuote] | None = None
) -> Clause:
    """found: the price of the scenario, quotes: what scenarios gave up to the draft, where they are known already."""
    if reasons := not_now(row, draft):
        return Clause(tuple(reasons))
    assert draft is not None  # noqa: S101 - said above
    every = quotes_up_to(draft) if quotes is None else quotes
    quote = _resting_on(row, draft, every)
    if quote is None:
        words = _t("Put the price of this scenario into the quotation first: the rule follows from the price that is quoted.")
        return Clause((Blocker("clause.price", words, draft.get_absolute_url()),))
    if quote.currency != draft.currency:
        words = _t("The price went into the quotation in another currency: put it there again.")
        return Clause((Blocker("clause.currency", words, draft.get_absolute_url()),))
    known = found or estimated(assessed(row))
    case, largest = known.assessed.case, known.largest
    if case is None or largest is None or not largest.per_kg:
        return Clause((_nothing(),))
    if not _is_quoted(draft, largest.phase, _given_with(quote, every)):
        words = _t("The quotation has another price for %(phase)s than this scenario: the rule would state one that is not quoted.")
        return Clause((Blocker("clause.other_price", words % {"phase": Phase(largest.phase).label}, draft.get_absolute_url()),))
    rate = quote.rate or Decimal(1)
    heavy = weights(case, largest.phase, largest.per_kg * rate, rate)
    return Clause((), heavy, largest.phase) if heavy else Clause((_nothing(),))


def _resting_on(row: CostAssessment, draft: Quotation, quotes: Sequence[ScenarioQuote]) -> ScenarioQuote | None:
    found = resting(draft.lines.all(), quotes).values()  # type: ignore[attr-defined]
    return next((each for each in found if each.assessment_id == row.pk), None)


def _given_with(quote: ScenarioQuote, every: Iterable[ScenarioQuote]) -> list[ScenarioQuote]:
    """All that the same scenario gave to the same revision."""
    return [each for each in every if (each.assessment_id, each.quotation_id) == (quote.assessment_id, quote.quotation_id)]


def _is_quoted(draft: Quotation, phase: str, given: Iterable[ScenarioQuote]) -> bool:
    """What makes up the price of the phase in the draft is what was given for it, to the cent."""
    amounts = [each.amount for each in given if each.phase == phase and not each.is_optional]
    lines: Iterable[Any] = draft.lines.all()  # type: ignore[attr-defined]
    return bool(amounts) and sum(amounts) == sum(line.amount for line in lines if line.phase == phase and line.is_priced)


def _nothing() -> Blocker:
    return Blocker("clause.nothing", _t("No raw material is in the price of a kilogram: the scenario makes none by a route with prices."))


def clause_words(found: Sequence[Weight], currency: str, phase: str, threshold_pct: Decimal) -> str:
    """In the active language: what the price rests on, the rule, and an example of it."""
    first = found[0]
    head = _t("The price of %(price)s per kg (%(phase)s) rests on these prices of raw materials:")
    told = {"price": money_words(rounded(first.price_per_kg, currency), currency), "phase": str(Phase(phase).label)}
    return "\n".join(
        [head % told, *(_line(each, currency) for each in found), _rule(threshold_pct), _example(first, currency, threshold_pct)]
    )


def _line(weight: Weight, currency: str) -> str:
    words = _t("– %(material)s: %(price)s per kg (%(source)s), %(kg)s kg per kg of product, %(share)s %% of its price")
    if weight.is_net:
        words = _t(
            "– %(material)s: %(price)s per kg (%(source)s), %(kg)s kg per kg of product once its recovered value is taken off, "
            "%(share)s %% of its price"
        )
    return words % {
        "material": weight.material,
        "price": _price(weight.base_per_kg, currency),
        "source": ", ".join([str(SAID[weight.source]), *([written(weight.on)] if weight.on else [])]),
        "kg": plain_number(half_up(weight.kg_per_kg, EXACT)),
        "share": plain_number(half_up(weight.share_pct, TENTH)),
    }


def _price(amount: Decimal, currency: str) -> str:
    """Of a material, which may cost less than the smallest coin; what is finer keeps four decimals."""
    fine = half_up(amount, EXACT)
    return f"{plain_number(fine)} {currency}" if is_too_fine(fine, currency) else money_words(fine, currency)


def _rule(threshold_pct: Decimal) -> str:
    words = _t(
        "Where one of these prices moves by more than %(percent)s %% from what is stated here, up or down, the price per kilogram of "
        "product changes by the part beyond %(percent)s %%, times the kilograms of that material per kilogram of product."
    )
    return words % {"percent": plain_number(threshold_pct)}


def _example(weight: Weight, currency: str, threshold_pct: Decimal) -> str:
    """At twice the threshold; at the usual one where the price follows at once."""
    risen = 2 * threshold_pct or USUAL_THRESHOLD_PCT
    now = weight.base_per_kg * (1 + risen / HUNDRED)
    words = _t("Example: where %(material)s costs %(percent)s %% more, %(now)s, a kilogram of product costs %(change)s more.")
    return words % {
        "material": weight.material,
        "percent": plain_number(risen),
        "now": _price(now, currency),
        "change": money_words(rounded(change_per_kg(weight, now, threshold_pct), currency), currency),
    }
