"""What suppliers offer meanwhile for a material whose price a draft scenario only assumes, or has from an older quote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _t

from catalogue.models import SupplierQuote
from catalogue.models.supply import LIST
from catalogue.qualification import note_on
from process.costs.figures import Source
from process.costs.models import CostAssessment, MaterialPrice
from process.costs.rates import Rate
from process.routes.building import holding_quotes
from process.words import money_words
from projects.money import rounded


@dataclass(frozen=True)
class Offered:
    """The newest price list of one supplier, by its smallest quantity, beside the row that does not count with it.

    into: the currency of the scenario; factors: what converts others into it, by currency.
    """

    row: MaterialPrice
    quote: SupplierQuote
    on: date
    into: str
    factors: Mapping[str, Decimal]

    @property
    def is_assumed(self) -> bool:
        """What the scenario counts with; else the price list of a supplier."""
        return self.row.quote_id is None

    @property
    def now(self) -> str:
        """12.00 EUR/kg, from what quantity on."""
        return _quoted(self.quote)

    @property
    def was(self) -> str:
        if self.row.quote is None:
            return _per_kg(*self._own)
        return _t("%(supplier)s, %(price)s") % {"supplier": self.row.quote.supplier.name, "price": _quoted(self.row.quote)}

    @property
    def _own(self) -> tuple[Decimal, str]:
        """The price and its currency that the scenario counts with."""
        if self.row.quote is not None:
            return self.row.quote.price_per_kg, self.row.quote.currency
        return self.row.price_per_kg or Decimal(0), self.row.currency

    @property
    def is_other(self) -> bool:
        return (self.quote.price_per_kg, self.quote.currency) != self._own

    @property
    def both(self) -> tuple[Decimal, Decimal] | None:
        """What is offered and what is counted with, in one currency; None where a rate is not known."""
        (now, currency), (was, other) = (self.quote.price_per_kg, self.quote.currency), self._own
        if currency == other:
            return now, was
        if not {currency, other} <= self.factors.keys():
            return None
        return now * self.factors[currency], was * self.factors[other]

    @property
    def compared(self) -> str:
        """Both in the currency of the scenario, where they are in two; nothing where a rate is not known."""
        if self.both is None or self.quote.currency == self._own[1]:
            return ""
        now, was = (_per_kg(rounded(price, self.into), self.into) for price in self.both)
        return _t("%(now)s against %(was)s") % {"now": now, "was": was}

    @property
    def note(self) -> str:
        """What quality assurance has against the supplier of this material; it blocks nothing."""
        return note_on(self.quote.supplier.qualifications.all(), self.quote.material_id, self.on)

    @property
    def link(self) -> str:
        """The row, where the supplier's price is chosen in place of the assumption."""
        return reverse("worksheet-row", args=[f"cost-materials:{self.row.assessment_id}", self.row.pk])


def offered_for(scenario: CostAssessment, rows: Iterable[MaterialPrice], on: date, rates: Iterable[Rate] = ()) -> list[Offered]:
    """Of each material that is assumed in a draft, by supplier, what may be ordered on that day; of one that counts with a quote what its
    supplier has quoted after it at another price, and others for less. The rows come with their material and, where they have one, the
    supplier of their quote.

    A row takes a whole price list, by its smallest break; of a list whose smallest break has ended nothing is offered. Two queries, one
    where nothing is offered, and none where no row has a price of these kinds: a fixed scenario stays as it is, and a row without any
    price says so elsewhere.

    rates: into the currency of the scenario, where prices in two currencies are to be compared.
    """
    counted = {row.material_id: row for row in rows if row.quote_id is not None or _is_assumed(row)} if scenario.is_draft else {}
    if not counted:
        return []
    smaller = SupplierQuote.objects.filter(**{name: OuterRef(name) for name in LIST}, quantity_from_kg__lt=OuterRef("quantity_from_kg"))
    lists = holding_quotes(counted, on).filter(_not_older(counted.values()), ~Exists(smaller))
    lists = lists.order_by("material_id", "supplier_id", "-quoted_on", "-id")
    quotes = lists.distinct("material_id", "supplier_id").select_related("supplier").prefetch_related("supplier__qualifications")
    factors = {rate.currency: rate.factor for rate in rates} | {scenario.currency: Decimal(1)}
    found = (Offered(counted[quote.material_id], quote, on, scenario.currency, factors) for quote in quotes)
    return sorted((each for each in found if _says_more(each)), key=lambda each: (each.row.pk, each.quote.supplier.name))


def _is_assumed(row: MaterialPrice) -> bool:
    return row.quote_id is None and row.price_per_kg is not None and row.source == Source.ASSUMPTION


def _says_more(offer: Offered) -> bool:
    """Beside a quote: the supplier's own new price, whatever it is, and what another one sells for less, as far as rates tell."""
    own = offer.row.quote
    if own is None:
        return True
    is_cheaper = offer.both is None or offer.both[0] < offer.both[1]
    return offer.is_other and (is_cheaper or offer.quote.supplier_id == own.supplier_id)


def _not_older(rows: Iterable[MaterialPrice]) -> Q:
    """What was quoted before was known when the scenario took its quote."""
    found = Q(material__in=[row.material_id for row in rows if row.quote is None])
    for row in rows:
        if row.quote is not None:
            found |= Q(material=row.material_id, quoted_on__gt=row.quote.quoted_on)
    return found


def _quoted(quote: SupplierQuote) -> str:
    price = _per_kg(quote.price_per_kg, quote.currency)
    return _t("%(price)s from %(kg)s") % {"price": price, "kg": quote.from_words} if quote.quantity_from_kg else price


def _per_kg(amount: Decimal, currency: str) -> str:
    return f"{money_words(amount, currency)}/kg"
