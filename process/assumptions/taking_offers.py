"""A supplier's price in place of the one that stands there, because it is offered for an assumed or older one or because the line was
awarded to it: one act changes the draft scenario and settles what the ledger assumed of that price.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused
from catalogue.models.supply import LIST
from process.assumptions.models import Assumption
from process.assumptions.prices import Ordered
from process.assumptions.prompting import prompt
from process.costs.awarded import awarded_in
from process.costs.building import assessed
from process.costs.models import CostAssessment, MaterialPrice, QuotedPrice
from process.costs.offered import offered_in, quoted_words
from process.costs.services import first_breaks, locked_draft
from projects.services.waiting import close_waits
from worksheets.changing import CHANGE, Change, change_rows

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import SupplierQuote

MONEY_PER_KG = re.compile(r"[a-z]{3}/kg", re.IGNORECASE)  # of any currency; L/kg and kg/kg are none
EMPTIED = ("price_per_kg", "price_low", "price_high", "currency", "reference", "dated", "valid_until")  # of what was typed


@dataclass(frozen=True)
class Taken:
    """quote: whose price the row counts with from now on; now, was: that and what it counted with before, in words."""

    row: MaterialPrice
    quote: SupplierQuote
    now: str
    was: str

    @property
    def said(self) -> dict[str, str]:
        return {"material": str(self.row.material), "supplier": self.quote.supplier.name, "now": self.now, "was": self.was}


@act
def take_offer(pk: int, quote: int, *, actor: User) -> int:
    """With every break of that price list; how many rows of the ledger that settles. Raises Refused where the page of the scenario does
    not name it among the offers, or the material goes to a supplier.
    """
    scenario = locked_draft(pk, actor)
    offer = next((each for each in offered_in(assessed(scenario), scenario.project.today) if each.quote.pk == quote), None)
    if offer is None:
        raise Refused([Blocker("cost.no_offer", _not_offered(scenario, quote), link=scenario.get_absolute_url())])
    if offer.award is not None:
        told = {"material": offer.row.material, "supplier": offer.award.supplier, "price": offer.award.price_words}
        words = _t("%(material)s goes to %(supplier)s at %(price)s: before another price is taken, that award is revoked.")
        raise Refused([Blocker("cost.goes_elsewhere", words % told, link=offer.award.get_absolute_url())])
    _take(scenario, offer.row, QuotedPrice.objects.select_related("material", "supplier").get(pk=quote), actor)
    return _recorded(scenario, "cost.offer_taken", Taken(offer.row, offer.found.quote, offer.now, offer.was), actor)


def _not_offered(scenario: CostAssessment, quote: int) -> str:
    if any(row.quote_id == quote for row in scenario.prices.all()):
        return _t("The scenario counts with this price already.")
    return _t("This price is not offered for the scenario any more: its page says what is.")


@act
def take_award(pk: int, award: int, *, actor: User) -> CostAssessment:
    """The price list of the supplier to whom the material goes. Raises Refused where the award holds no more, or counts already."""
    scenario = locked_draft(pk, actor)
    found = next((each for each in awarded_in(assessed(scenario), scenario.project.today) if each.award.pk == award), None)
    if found is None or found.broken or found.counts or found.award.quote is None:
        words = _t("This award no longer holds, or the scenario counts with it already.")
        raise Refused([Blocker("cost.no_award", words, link=scenario.get_absolute_url())])
    (chosen,) = first_breaks(QuotedPrice.objects.filter(**{name: getattr(found.award.quote, name) for name in LIST}))
    _take(scenario, found.row, chosen, actor)
    _recorded(scenario, "cost.award_taken", Taken(found.row, chosen, quoted_words(chosen), found.was), actor)
    return scenario


def _recorded(scenario: CostAssessment, kind: str, taken: Taken, actor: User) -> int:
    """Settle, record and ask no longer; how many rows of the ledger were settled."""
    settled = _settle(scenario, taken, actor)
    record(kind, scenario, actor=actor, settled=settled, link=scenario.get_absolute_url(), **taken.said)
    prompt(scenario)
    return settled


def _take(scenario: CostAssessment, row: MaterialPrice, quote: QuotedPrice, actor: User) -> None:
    values = {"quote": str(quote), **dict.fromkeys(EMPTIED, "")}
    try:
        change_rows(f"cost-materials:{scenario.pk}", [Change(CHANGE, row.pk, values)], actor=actor, all_or_none=True)
    except BadInput as bad:
        words = " ".join(str(each) for said in bad.errors.values() for each in said)
        raise Refused([Blocker("cost.offer_not_taken", words, link=scenario.get_absolute_url())]) from bad


def _settle(scenario: CostAssessment, taken: Taken, actor: User) -> int:
    """What the ledger assumed of the price of this material, and nobody has answered; how many rows."""
    ledger = Assumption.objects.select_for_update(of=("self",)).open().filter(project=scenario.project_id, field="")
    rows = [row for row in ledger if _is_its_price(row, taken)]
    for row in rows:
        row.project = scenario.project
        row.real_figure = Ordered(taken.quote.supplier.name, taken.quote).figure_in(row.unit) if row.figure is not None else None
        row.real_words = _t("%(supplier)s: %(price)s") % {"supplier": taken.quote.supplier.name, "price": taken.now}
        row.save(update_fields=["real_figure", "real_words"])
        close_waits(f"assumption.arrived:{row.pk}")
        said = {"code": scenario.project.code, "title": row.words[:120], "link": row.get_absolute_url()}
        record("assumption.settled", row, actor=actor, now=taken.now, was=taken.was, **said)
    return len(rows)


def _is_its_price(row: Assumption, taken: Taken) -> bool:
    """A row of its price in a scenario; or one that names the material, by name or code and not as a part of another's, and whose figure
    is money for a kilogram."""
    material = taken.row.material
    if row.about:
        return row.material_id == material.pk
    named = (rf"(?<![\w-]){re.escape(each)}(?![\w-])" for each in (material.name, material.code) if each)
    return bool(MONEY_PER_KG.fullmatch(row.unit)) and any(re.search(each, row.words, re.IGNORECASE) for each in named)
