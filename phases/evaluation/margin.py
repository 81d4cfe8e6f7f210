"""The price of a quotation against the costs of the departments' sheets: in one currency, by rates of one day that are named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from catalogue.models import ExchangeRate
from catalogue.models.rates import no_rate
from documents.content import cell, day, key_values, shortest
from projects.money import fitted, rounded

if TYPE_CHECKING:
    from phases.evaluation.models import DepartmentAssessment
    from projects.models import Quotation


@dataclass(frozen=True)
class CostBand:
    """The sheets' costs of one currency added up; None where a sheet gives no figure, for a sum without it would be too low."""

    currency: str
    low: Decimal | None
    base: Decimal | None
    high: Decimal | None


def cost_bands(sheets: Iterable[DepartmentAssessment]) -> list[CostBand]:
    """One band per currency in alphabetical order: amounts of different currencies are never added as they are."""
    by_currency: dict[str, list[DepartmentAssessment]] = defaultdict(list)
    for sheet in sheets:
        if sheet.currency:
            by_currency[sheet.currency].append(sheet)
    return [
        CostBand(
            currency,
            low=_added(row.cost_low for row in rows),
            base=_added(row.cost_base for row in rows),
            high=_added(row.cost_high for row in rows),
        )
        for currency, rows in sorted(by_currency.items())
    ]


def _added(amounts: Iterable[Decimal | None]) -> Decimal | None:
    given = list(amounts)
    return None if None in given else sum((amount for amount in given if amount is not None), Decimal("0.00"))


def margin_percent(price: Decimal, cost: Decimal) -> Decimal | None:
    """(price − cost) ÷ price in percent, one decimal, half to even; None where there is no price. Margin is on price, not on cost."""
    if price <= 0:
        return None
    return ((price - cost) / price * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)


def in_one_currency(bands: Sequence[CostBand], into: str, rates: dict[str, ExchangeRate]) -> CostBand | None:
    """All of it in the currency `into`, to its minor unit. rates: by the currency that they convert; None where one is missing."""
    factors = {currency: rate.rate for currency, rate in rates.items()} | {into: Decimal(1)}
    if not bands or any(band.currency not in factors for band in bands):
        return None

    def together(name: str) -> Decimal | None:
        amounts = [(getattr(band, name), factors[band.currency]) for band in bands]
        return None if any(amount is None for amount, _factor in amounts) else rounded(sum(a * f for a, f in amounts), into)

    return CostBand(into, together("low"), together("base"), together("high"))


def cost_in(quotation: Quotation, bands: Sequence[CostBand]) -> tuple[CostBand | None, list[ExchangeRate], str]:
    """The costs in the currency of the quotation, the rates that converted them, and why there is no such sum.

    Rates are those of the day on which the revision was prepared, so that a margin that is printed stays what it was. One query where costs
    are in another currency.
    """
    others = [band.currency for band in bands if band.currency != quotation.currency]
    on = quotation.project.day_of(quotation.prepared_at)
    rates = ExchangeRate.objects.into(quotation.currency, on) if others else {}
    if missing := [currency for currency in others if currency not in rates]:
        return None, [], no_rate(missing[0], quotation.currency, on)
    found = in_one_currency(bands, quotation.currency, rates)
    return found, [rates[currency] for currency in others], "" if found else _t("no sheet gives a cost")


def price_against_cost(quotation: Quotation, bands: Sequence[CostBand]) -> list[dict[str, str]]:
    """Pairs of a name and a value."""
    price = (_t("Price"), f"{quotation.currency} {cell(fitted(quotation.total, quotation.currency))}")
    cost, rates, missing = cost_in(quotation, bands)
    if cost is None:
        return key_values(price, (_t("Margin on price"), _t("not stated: %(why)s") % {"why": missing}))
    costs = (
        (_t("Margin on price at low cost"), cost.low),
        (_t("Margin on price at base cost"), cost.base),
        (_t("Margin on price at high cost"), cost.high),
    )
    words = short_of(quotation, cost)
    return key_values(
        price,
        *([(_t("Exchange rates"), "\n".join(map(_converted, rates)))] if rates else []),
        *((label, _margin(quotation, amount)) for label, amount in costs),
        *([(_t("Attention"), words)] if words else []),
    )


def _converted(rate: ExchangeRate) -> str:
    words = _t("1 %(currency)s = %(rate)s %(into)s, %(day)s, %(source)s")
    names = {"currency": rate.currency, "rate": cell(shortest(rate.rate)), "into": rate.into, "day": day(rate.on), "source": rate.source}
    return words % names


def _margin(quotation: Quotation, cost: Decimal | None) -> str:
    if cost is None:
        return _t("not stated: a sheet gives no figure")
    left = fitted(quotation.total - cost, quotation.currency)
    return f"{quotation.currency} {cell(left)} ({cell(margin_percent(quotation.total, cost))} %)"


def short_of(quotation: Quotation, cost: CostBand) -> str:
    """Said where the price does not cover what the departments expect."""
    if cost.base is not None and quotation.total < cost.base:
        return _t("The price is below what the departments expect it to cost.")
    if cost.high is not None and quotation.total < cost.high:
        return _t("The price does not cover the high end of the cost.")
    return ""
