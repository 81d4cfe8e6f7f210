"""The offers of an inquiry side by side: what the wanted kilograms cost at each supplier, in one currency by a dated rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Count

from catalogue.models import ExchangeRate, Supplier
from catalogue.qualification import Word, word_of
from process.costs.models import CostAssessment
from process.packs import Purchase, breaks_of, cheapest, purchases, smallest
from process.purchasing.models import InquiryAnswer, InquiryAsk, InquiryLine, PurchaseInquiry
from process.routes.figures import CURRENCY
from projects.money import rounded

ZERO = Decimal(0)


@dataclass(frozen=True)
class Offer:
    """What one supplier says of one line. bought_kg: whole packs, at least the smallest order, from the break on.

    per_kg: what a kilogram that is needed costs, in the common currency, all that has to be bought counted; None where there is no offer,
    or no rate. instead: the smaller order, dearer in all, where this one goes up to a break. rate: with which it was converted.
    has_expired: nobody can order by it any more, so that it is neither best nor fastest.
    qualification: for this material, on that day; it blocks nothing, but whoever gives the line to one that is not qualified says why.
    """

    supplier: Supplier
    answer: InquiryAnswer | None
    bought_kg: Decimal | None = None
    total: Decimal | None = None
    per_kg: Decimal | None = None
    rate: ExchangeRate | None = None
    has_expired: bool = False
    instead: Offer | None = None
    is_best: bool = False
    is_fastest: bool = False
    qualification: Word | None = None

    @property
    def lead_time_days(self) -> int | None:
        return self.answer.lead_time_days if self.answer is not None else None

    @property
    def is_answered(self) -> bool:
        return self.answer is not None

    @property
    def unqualified_words(self) -> str:
        """What speaks against buying the material there; empty of one that is qualified for it."""
        return "" if self.qualification is None or self.qualification.is_qualified else self.qualification.words

    @property
    def lacks_rate(self) -> bool:
        return self.answer is not None and self.answer.is_offer and self.per_kg is None


@dataclass(frozen=True)
class Compared:
    line: InquiryLine
    offers: tuple[Offer, ...]

    @property
    def best(self) -> Offer | None:
        return next((each for each in self.offers if each.is_best), None)

    @property
    def spread_pct(self) -> Decimal | None:
        """By how much the dearest offer is above the cheapest."""
        known = sorted(each.per_kg for each in self.offers if each.per_kg is not None and not each.has_expired)
        return (known[-1] / known[0] - 1) * 100 if len(known) > 1 and known[0] else None


def compared(inquiry: PurchaseInquiry, *, currency: str, on: date) -> list[Compared]:
    """Every line with what each asked supplier answered, and how it is qualified for it; in four queries, however many there are."""
    asks = InquiryAsk.objects.filter(inquiry=inquiry).select_related("line__material", "supplier")
    asks = asks.prefetch_related("supplier__qualifications")
    answers: dict[tuple[int, int], list[InquiryAnswer]] = {}
    for answer in InquiryAnswer.objects.filter(inquiry=inquiry).order_by("quantity_from_kg", "id"):
        answers.setdefault((answer.line_id, answer.supplier_id), []).append(answer)
    rates = ExchangeRate.objects.into(currency, on)
    found: dict[int, list[InquiryAsk]] = {}
    for ask in asks:
        found.setdefault(ask.line_id, []).append(ask)
    return [_compared(rows, answers, rates, currency, on) for rows in found.values()]


def usual_currency(inquiry: PurchaseInquiry) -> str:
    """That of the project's newest cost scenario, where it is going to be counted; before there is one, that of most offers."""
    newest = CostAssessment.objects.filter(project=inquiry.project_id).order_by("-number").values_list("currency", flat=True)
    offers = InquiryAnswer.objects.filter(inquiry=inquiry).exclude(currency="").values_list("currency", flat=True)
    most = offers.annotate(times=Count("pk")).order_by("-times", "currency")
    return newest.first() or most.first() or CURRENCY


def _compared(
    asks: Sequence[InquiryAsk],
    answers: Mapping[tuple[int, int], Sequence[InquiryAnswer]],
    rates: Mapping[str, ExchangeRate],
    currency: str,
    on: date,
) -> Compared:
    line = asks[0].line
    offers = [offer_of(line.quantity_kg, ask.supplier, answers.get((line.pk, ask.supplier_id), ()), rates, currency, on) for ask in asks]
    offers = [_qualified(each, line, on) for each in offers]
    holding = [each for each in offers if not each.has_expired]
    best = min((each.per_kg for each in holding if each.per_kg is not None), default=None)
    days = [each.lead_time_days for each in holding if each.lead_time_days is not None]
    fastest = min(days, default=None) if len(days) > 1 else None
    marked = (each if each.has_expired else _marked(each, best, fastest) for each in offers)
    return Compared(line, tuple(marked))


def _qualified(offer: Offer, line: InquiryLine, on: date) -> Offer:
    return replace(offer, qualification=word_of(offer.supplier, line.material_id, on))


def _marked(offer: Offer, best: Decimal | None, fastest: int | None) -> Offer:
    is_best, is_fastest = best is not None and offer.per_kg == best, fastest is not None and offer.lead_time_days == fastest
    return replace(offer, is_best=is_best, is_fastest=is_fastest)


def offer_of(
    needed_kg: Decimal, supplier: Supplier, answers: Iterable[InquiryAnswer], rates: Mapping[str, ExchangeRate], currency: str, on: date
) -> Offer:
    """By the supplier's price breaks that hold, in one currency that is known, what costs least in all for what is needed: a larger order
    can be the cheaper one.
    """
    answered = list(answers)
    rows = [row for row in answered if row.is_offer]
    if not rows:
        return Offer(supplier, answered[0] if answered else None)
    factors = {code: rate.rate for code, rate in rates.items()} | {currency: Decimal(1)}
    rows = [row for row in rows if not row.has_expired(on)] or rows
    known = [row for row in rows if row.currency in factors]
    breaks, prices = breaks_of(known or rows), [row.price_per_kg * factors.get(row.currency, ZERO) for row in known or rows]  # type: ignore[operator]
    ways = purchases(needed_kg, breaks, prices)

    def offer(way: Purchase) -> Offer:
        row = (known or rows)[way.place]
        found = Offer(supplier, row, way.kg, has_expired=row.has_expired(on))
        if not known:
            return found
        total = rounded(way.total, currency)
        return replace(found, total=total, per_kg=total / needed_kg, rate=None if row.currency == currency else rates[row.currency])

    usual, best = smallest(ways), cheapest(ways)
    return replace(offer(best), instead=offer(usual)) if best.kg > usual.kg else offer(best)
