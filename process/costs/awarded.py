"""What a draft scenario says of the awards of its project: which count, which not yet, which hold no more, what is cheaper since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _t

from catalogue.models import Supplier, SupplierQuote
from catalogue.models.supply import list_of
from process.costs.building import Assessed, Given, counts_with, needed_by_largest
from process.costs.estimate import GRAM
from process.costs.models import MaterialPrice
from process.purchasing.awards import InquiryAward
from process.routes.building import Priced, prices_among
from process.words import money_words, plain_number
from projects.money import half_up, rounded


@dataclass(frozen=True)
class Awarded:
    """counts: the scenario counts with it. broken: why it holds no more. cheaper: what somebody else offers for less, which displaces it
    not; both prices for the kilograms that are needed, whole packs and smallest orders counted.
    """

    row: MaterialPrice
    award: InquiryAward
    counts: bool
    broken: str = ""
    own: Priced | None = None
    cheaper: Priced | None = None

    @property
    def now(self) -> str:
        return self.award.price_words

    @property
    def own_cost(self) -> str:
        return _cost(self.own)

    @property
    def cheaper_cost(self) -> str:
        """With the kilograms that it is for, where the scenario says how many."""
        cost = _cost(self.cheaper)
        needed = half_up(self.cheaper.needed_kg, GRAM) if self.cheaper is not None else None
        return _t("%(price)s for %(kg)s kg") % {"price": cost, "kg": plain_number(needed)} if needed else cost

    @property
    def was(self) -> str:
        """What the scenario counts with in its place."""
        if self.row.quote is not None:
            return _t("%(supplier)s, %(price)s") % {"supplier": self.row.quote.supplier.name, "price": self.row.quote.price_words}
        if self.row.price_per_kg is not None:
            return f"{money_words(self.row.price_per_kg, self.row.currency)}/kg"
        return _t("no price")


def _cost(found: Priced | None) -> str:
    """5.86 EUR/kg, all that has to be bought counted."""
    return f"{money_words(rounded(found.cost, found.price.currency), found.price.currency)}/kg" if found is not None else ""


def awarded_in(found: Assessed, on: date) -> list[Awarded]:
    """Of each material of a draft that goes to a supplier; a fixed scenario stays as it is. Asks the database for nothing."""
    if found.given is None:
        return []
    rows = {row.material_id: row for row in found.assessment.prices.all()}
    every = (_awarded(rows[material], award, on) for material, award in found.given.awards.items())
    told = [each for each in every if each.counts or not each.award.revoked_because]
    known = _Market(found, found.given, on) if told else None
    return sorted((each if known is None or each.broken else known.compare(each) for each in told), key=lambda each: each.row.pk)


def _awarded(row: MaterialPrice, award: InquiryAward, on: date) -> Awarded:
    return Awarded(row, award, counts_with(row, award), award.broken_because(on))


class _Market:
    """What somebody can order by on that day, for what the largest phase needs."""

    def __init__(self, found: Assessed, given: Given, on: date) -> None:
        scenario = found.assessment
        needed = needed_by_largest(scenario, found.steps)
        quotes = sorted(
            (quote for quote in given.quotes if is_on_offer(quote, on)), key=lambda each: (each.quoted_on, each.quantity_from_kg, each.pk)
        )
        asked: dict[str, Any] = {"currency": scenario.currency, "on": on, "needed_kg": needed, "rates": given.rates}
        lists = {list_of(award.quote) for award in given.awards.values() if award.quote is not None}
        self.every = prices_among(quotes, **asked).found
        self.own = prices_among((quote for quote in quotes if list_of(quote) in lists), **asked).found

    def compare(self, each: Awarded) -> Awarded:
        own, best = self.own.get(each.row.material_id), self.every.get(each.row.material_id)
        is_cheaper = own is not None and best is not None and list_of(best.quote) != list_of(own.quote) and best.cost < own.cost
        return replace(each, own=own, cheaper=best if is_cheaper else None)


def is_on_offer(quote: SupplierQuote, on: date) -> bool:
    return quote.holds_on(on) and quote.supplier.status not in Supplier.NOT_ASKED
