"""The currencies that prices are given in, and how fine an amount in one can be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t

FAVOURITES = ("CHF", "CNY", "EUR", "GBP", "INR", "JPY", "USD")  # they stand first in every list

# ISO 4217, list one as of 2026-01-01, with its minor units; without funds, metals, units of account and codes for tests.
_IN_USE = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF
DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_PLACES = dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0)
_PLACES |= dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

CODES = (*FAVOURITES, *(code for code in _IN_USE.split() if code not in FAVOURITES))
CURRENCIES = [(code, code) for code in CODES]
OFFERED = [(code, code) for code in CODES if _PLACES.get(code, 2) <= 2]  # what we quote in: our amounts are kept to the hundredth


class CurrencyField(models.CharField):  # type: ignore[type-arg]
    """A code of ISO 4217. Which there are is no matter of the database, so that a new one takes no migration."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 3, "choices": CURRENCIES, **kwargs})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, "django.db.models.CharField", list(args), kwargs


def minor_unit(currency: str) -> Decimal:
    """0.01 of most currencies, 1 of the yen."""
    return Decimal(1).scaleb(-_PLACES.get(currency, 2))


def is_too_fine(amount: Decimal, currency: str) -> bool:
    """Whether it has more decimals than its currency."""
    return amount != amount.quantize(minor_unit(currency))


def too_fine_words(currency: str) -> str:
    return _t("An amount in %(currency)s is not finer than %(unit)s.") % {"currency": currency, "unit": minor_unit(currency)}
