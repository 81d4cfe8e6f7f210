"""What suppliers offer meanwhile for a material whose price a draft scenario only assumes, or has from an older quote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from catalogue.models import ExchangeRate, SupplierQuote
from catalogue.models.supply import ListOfPrices, list_of
from catalogue.qualification import note_on
from process.costs.awarded import is_on_offer
from process.costs.building import Assessed, needed_by_largest
from process.costs.estimate import GRAM
from process.costs.models import CostAssessment, MaterialPrice
from process.costs.price_lists import decisions_beside, is_assumed, lists_beside
from process.purchasing.awards import InquiryAward
from process.routes.building import Priced, prices_among
from process.words import money_words, plain_number
from projects.money import half_up, rounded

Breaks = Sequence[SupplierQuote]
TENTH = Decimal("0.1")
NONE: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Offered:
    """The newest price list of one supplier beside the row that does not count with it.

    quote: its smallest break, by which a row takes the whole list; breaks: all of it. found: what it asks for the kilograms that are
    needed, counted: what the list of the row asks for them, None where its price is typed; each in its own currency. into: the currency of
    the scenario; factors: what converts others into it, by currency. award: by which the material goes to a supplier; as long as it is in
    force no other price is taken.
    """

    row: MaterialPrice
    quote: SupplierQuote
    breaks: Breaks
    on: date
    found: Priced
    counted: Priced | None
    into: str
    factors: Mapping[str, Decimal]
    award: InquiryAward | None

    @property
    def is_assumed(self) -> bool:
        """What the scenario counts with; else the price list of a supplier."""
        return self.row.quote_id is None

    @property
    def now(self) -> str:
        """12.00 EUR/kg, from what quantity on."""
        return quoted_words(self.found.quote)

    @property
    def was(self) -> str:
        if self.counted is None:
            return _per_kg(*self._own)
        return _t("%(supplier)s, %(price)s") % {"supplier": self.counted.quote.supplier.name, "price": quoted_words(self.counted.quote)}

    @property
    def _own(self) -> tuple[Decimal, str]:
        """What the scenario counts a needed kilogram with, and its currency."""
        if self.counted is not None:
            return self.counted.cost, self.counted.price.currency
        return self.row.price_per_kg or Decimal(0), self.row.currency

    @property
    def is_other(self) -> bool:
        """Than what is assumed, by whatever quantity."""
        return any((each.price_per_kg, each.currency) != self._own for each in self.breaks)

    @property
    def both(self) -> tuple[Decimal, Decimal] | None:
        """What is offered and what is counted with, in one currency; None where a rate is not known."""
        (now, currency), (was, other) = (self.found.cost, self.quote.currency), self._own
        if currency == other:
            return now, was
        if not {currency, other} <= self.factors.keys():
            return None
        return now * self.factors[currency], was * self.factors[other]

    @property
    def percent(self) -> Decimal | None:
        """By how much it costs more than what is counted with, below zero where less; None where that cannot be told. From one hundred on
        a whole number.
        """
        if self.both is None or not self.both[1]:
            return None
        now, was = self.both
        found = (now - was) * 100 / was
        return half_up(found, TENTH if abs(found) < 100 else Decimal(1))

    @property
    def standing(self) -> str:
        """12.5 % cheaper; nothing where it cannot be told."""
        if self.percent is None:
            return ""
        words = _t("%(percent)s %% dearer") if self.percent > 0 else _t("%(percent)s %% cheaper")
        return words % {"percent": plain_number(abs(self.percent))} if self.percent else _t("the same price")

    @property
    def in_scenario(self) -> Decimal | None:
        """What a needed kilogram costs in the currency of the scenario; None where no rate is known."""
        factor = self.factors.get(self.quote.currency)
        return self.found.cost * factor if factor is not None else None

    @property
    def compared(self) -> str:
        """Both in one currency and for what is needed, where the prices as they are quoted do not tell that; nothing where a rate is not
        known.
        """
        is_one = self.quote.currency == self._own[1]
        if self.both is None or (is_one and not self._is_by_quantity):
            return ""
        into = self.quote.currency if is_one else self.into
        now, was = (_per_kg(rounded(price, into), into) for price in self.both)
        if not (needed := half_up(self.found.needed_kg, GRAM)):
            return _t("%(now)s against %(was)s") % {"now": now, "was": was}
        words = _t("%(now)s against %(was)s for %(kg)s kg, whole packs and smallest orders counted")
        return words % {"now": now, "was": was, "kg": plain_number(needed)}

    @property
    def _is_by_quantity(self) -> bool:
        """Whether what is needed decides what a kilogram costs."""
        sides = ((self.found, self.quote), (self.counted, self.row.quote))
        return any(priced is not None and (priced.is_left_over or priced.quote != first) for priced, first in sides)

    @property
    def ended(self) -> date | None:
        """The last day of the quote that the scenario counts with, where it is over."""
        quote = self.row.quote
        return quote.valid_until if quote is not None and quote.has_expired(self.on) else None

    @property
    def says_more(self) -> bool:
        """Beside a quote: the supplier's own new list, whatever it says, and what another one sells for less, as far as rates tell."""
        own = self.row.quote
        if own is None or own.supplier_id == self.quote.supplier_id or self.both is None:
            return True
        now, was = self.both
        return now < was

    @property
    def note(self) -> str:
        """What quality assurance has against the supplier of this material; it blocks nothing."""
        return note_on(decisions_beside(self.quote), self.quote.material_id, self.on)

    @property
    def link(self) -> str:
        """The row, where the supplier's price is chosen in place of the assumption."""
        return reverse("worksheet-row", args=[f"cost-materials:{self.row.assessment_id}", self.row.pk])


def offered_in(found: Assessed, on: date) -> list[Offered]:
    """`offered_for` all rows of a draft, for what its largest phase needs."""
    if found.given is None:
        return []
    awards = {pk: award for pk, award in found.given.awards.items() if not award.broken_because(on)}
    needs = partial(needed_by_largest, found.assessment, found.steps)
    known: dict[str, Any] = {"needs": needs, "rates": found.given.rates, "awards": awards, "lists": found.lists}
    return offered_for(found.assessment, found.assessment.prices.all(), on, **known)


def offered_for(
    scenario: CostAssessment,
    rows: Iterable[MaterialPrice],
    on: date,
    *,
    needs: Callable[[], Mapping[int, float]] = dict,
    rates: Mapping[str, ExchangeRate] = NONE,
    awards: Mapping[int, InquiryAward] = NONE,
    lists: Mapping[ListOfPrices, Breaks] | None = None,
) -> list[Offered]:
    """Of each material that is assumed in a draft what may be ordered on that day; of one that counts with a quote what its
    supplier has quoted after it, and others for less. The rows come with their material and, where they have one, the supplier of their
    quote.

    A row takes a whole price list, by its smallest break; of a list whose smallest break has ended nothing is offered. One query, none
    where no row has a price of these kinds: a fixed scenario stays as it is, and a row without any price says so elsewhere.

    needs: by material the kilograms, asked where something is newer; by the smallest break where none are said. rates: by currency, into
    that of the scenario. awards: by material those in force. lists: at least those of `lists_beside`, where they are read already.
    """
    counted = {row.material_id: row for row in rows if row.quote_id is not None or is_assumed(row)} if scenario.is_draft else {}
    if not counted:
        return []
    known = lists_beside(counted.values()) if lists is None else lists
    newest = list(_newest(known.values(), counted, on))
    needed = needs() if newest else {}
    factors = {currency: row.rate for currency, row in rates.items()} | {scenario.currency: Decimal(1)}

    def offered(breaks: Breaks) -> Offered:
        row = counted[breaks[0].material_id]
        own = _for_what_is_needed(known[list_of(row.quote)], needed, on) if row.quote is not None else None
        found, award = _for_what_is_needed(breaks, needed, on), awards.get(row.material_id)
        return Offered(row, breaks[0], breaks, on, found, own, scenario.currency, factors, award)

    return _cheapest_first([each for each in map(offered, newest) if each.says_more])


def _cheapest_first(offers: Sequence[Offered]) -> list[Offered]:
    """The material first of which most can be saved; of each material the lowest price, and last what cannot be compared."""
    best: dict[int, Decimal] = {}
    for each in offers:
        if each.percent is not None:
            best[each.row.pk] = min(each.percent, best.get(each.row.pk, each.percent))

    def place(each: Offered) -> tuple[Any, ...]:
        saved, price = best.get(each.row.pk), each.in_scenario
        return saved is None, saved or 0, each.row.pk, price is None, price or 0, each.quote.supplier.name

    return sorted(offers, key=place)


def _newest(lists: Iterable[Breaks], counted: Mapping[int, MaterialPrice], on: date) -> Iterator[Breaks]:
    """Of each supplier of a material. What was quoted before was known when the scenario took its quote."""
    found: dict[tuple[int, int], Breaks] = {}
    ours = (each for each in lists if each[0].material_id in counted)
    for breaks in sorted(ours, key=lambda each: (each[0].quoted_on, each[0].pk)):
        first, own = breaks[0], counted[breaks[0].material_id].quote
        if is_on_offer(first, on) and (own is None or first.quoted_on > own.quoted_on):
            found[first.material_id, first.supplier_id] = breaks
    yield from found.values()


def _for_what_is_needed(breaks: Breaks, needed_kg: Mapping[int, float], on: date) -> Priced:
    """In the currency of the list: what it asks is known without a rate."""
    first = breaks[0]
    return prices_among(breaks, currency=first.currency, on=on, needed_kg=needed_kg, rates={}).found[first.material_id]


def quoted_words(quote: SupplierQuote) -> str:
    """12.00 EUR/kg, from what quantity on."""
    price = _per_kg(quote.price_per_kg, quote.currency)
    return _t("%(price)s from %(kg)s") % {"price": price, "kg": quote.from_words} if quote.quantity_from_kg else price


def _per_kg(amount: Decimal, currency: str) -> str:
    return f"{money_words(amount, currency)}/kg"
