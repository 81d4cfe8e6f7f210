"""Money to the last cent: rounding as an invoice does, and a sum split into parts that add up to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _t

from audit.refusals import BadInput

# ISO 4217 where the minor unit is not a hundredth.
_PLACES = dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0)
_PLACES |= dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
MOST_MISSING_PERCENT = Decimal("0.05")


def is_currency(code: str) -> bool:
    """Three capital letters, as ISO 4217 writes them."""
    return re.fullmatch("[A-Z]{3}", code) is not None


def minor_unit(currency: str) -> Decimal:
    """0.01 of most currencies, 1 of the yen."""
    return Decimal(1).scaleb(-_PLACES.get(currency, 2))


def half_up(number: Decimal, step: Decimal) -> Decimal:
    """To so many decimals as `step` has, half away from zero."""
    return number.quantize(step, ROUND_HALF_UP)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the minor unit of the currency."""
    return half_up(amount, minor_unit(currency))


def split(total: Decimal, percents: Sequence[Decimal], currency: str) -> list[Decimal]:
    """The parts of a price in the order of their percentages; together they are the price exactly.

    What rounding down leaves over goes, a minor unit each, to the parts that lost most by it, of equals to the earlier. Percentages
    must add up to 100; those typed with decimals may miss it by their own rounding (3 × 33.333), at most by 0.05.
    Raises BadInput for other percentages, and for a total that is no whole number of minor units.
    """
    step = minor_unit(currency)
    if total != total.quantize(step):
        raise BadInput({"total": _t("%(amount)s is no amount of %(currency)s.") % {"amount": total, "currency": currency}})
    if wrong := _wrong(percents):
        raise BadInput({"percent": wrong})
    whole = sum(percents, Decimal(0))
    shares = [total * percent / whole for percent in percents]
    parts = [share.quantize(step, ROUND_FLOOR) for share in shares]
    spare = int((total - sum(parts, Decimal(0))) / step)
    for place in sorted(range(len(parts)), key=lambda each: (parts[each] - shares[each], each))[:spare]:
        parts[place] += step
    return parts


def _wrong(percents: Sequence[Decimal]) -> str:
    if not percents or any(percent < 0 for percent in percents):
        return _t("Percentages of at least one part, none below zero.")
    whole = sum(percents, Decimal(0))
    typed = max((_places(percent) for percent in percents), default=0)
    slack = min(MOST_MISSING_PERCENT, len(percents) * Decimal(5).scaleb(-typed - 1)) if typed else Decimal(0)
    return "" if abs(whole - 100) <= slack else _t("The percentages add up to %(sum)s, not to 100.") % {"sum": whole}


def _places(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))
