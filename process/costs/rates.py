"""Money from one currency into another: once, by a rate with its date; the amount as it was stays beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.costs.figures import Figure, require_currency


@dataclass(frozen=True)
class Rate:
    """One unit of `currency` is `factor` units of `into`, on a day, by a source (a bank, a company rate)."""

    currency: str
    into: str
    factor: Decimal
    on: date
    source: str = ""

    def __post_init__(self) -> None:
        require_currency(self.currency)
        require_currency(self.into, "into")
        if not self.factor.is_finite() or self.factor <= 0:
            raise BadInput({"factor": _t("A rate is above zero.")})
        if self.currency == self.into and self.factor != 1:
            raise BadInput({"factor": _t("A currency is worth itself.")})


@dataclass(frozen=True)
class Converted:
    """A price in the currency of the estimate, the price as it was given, and the rate between them; None where they are the same."""

    price: Figure
    original: Figure
    rate: Rate | None


def converted(price: Figure, into: str, rates: Sequence[Rate]) -> Converted:
    """low, base and high by one rate, not rounded. Raises BadInput where no rate is given, or more than one."""
    rate = rate_between(price.currency, into, rates)
    if rate is None:
        return Converted(price, price, None)
    ends = {name: getattr(price, name) * rate.factor for name in ("low", "base", "high")}
    return Converted(replace(price, currency=into, **ends), price, rate)


def rate_between(currency: str, into: str, rates: Sequence[Rate]) -> Rate | None:
    """None where they are the same. Raises BadInput where no rate is given, or more than one."""
    if currency == into:
        return None
    found = [rate for rate in rates if (rate.currency, rate.into) == (currency, into)]
    if len(found) != 1:
        none, many = _t("No rate from %(currency)s to %(into)s."), _t("Several rates from %(currency)s to %(into)s: keep one.")
        raise BadInput({"rates": (many if found else none) % {"currency": currency, "into": into}})
    return found[0]
