"""The currencies that prices are given in, and how fine an amount in one can be."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _t

# ISO 4217 where the minor unit is not a hundredth.
_PLACES = dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0)
_PLACES |= dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)


class Currency(models.TextChoices):
    """ISO 4217 codes that we quote in and buy in."""

    CHF = "CHF", "CHF"
    CNY = "CNY", "CNY"
    EUR = "EUR", "EUR"
    GBP = "GBP", "GBP"
    INR = "INR", "INR"
    JPY = "JPY", "JPY"
    USD = "USD", "USD"


def minor_unit(currency: str) -> Decimal:
    """0.01 of most currencies, 1 of the yen."""
    return Decimal(1).scaleb(-_PLACES.get(currency, 2))


def is_too_fine(amount: Decimal, currency: str) -> bool:
    """Whether it has more decimals than its currency."""
    return amount != amount.quantize(minor_unit(currency))


def too_fine_words(currency: str) -> str:
    return _t("An amount in %(currency)s is not finer than %(unit)s.") % {"currency": currency, "unit": minor_unit(currency)}
