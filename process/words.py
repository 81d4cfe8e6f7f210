"""Numbers of a process as people read them, in the active language."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _t

from projects.money import fitted

MOST_DIGITS = 20


def can_be_rounded(value: Decimal) -> bool:
    """Not a figure with so many digits that a decimal has no places left for it."""
    return value.is_finite() and value.adjusted() < MOST_DIGITS


def plain_number(value: Decimal) -> str:
    """Without the zeros that the column adds."""
    return number_format(value.normalize() + 0 if value != value.to_integral_value() else value.to_integral_value(), use_l10n=True)


def to_figures(value: Decimal, figures: int) -> Decimal:
    """Rounded to so many figures, before the point to none."""
    return round(value, max(figures - 1 - value.adjusted(), 0))


def grouped(value: Decimal) -> str:
    """With the places that it has been rounded to, in groups of three."""
    return number_format(value, max(-int(value.as_tuple().exponent), 0), force_grouping=True)


def money_words(amount: Decimal, currency: str) -> str:
    """12,300.00 EUR: with as many decimals as its currency has."""
    return f"{grouped(fitted(amount, currency))} {currency}"


def too_large() -> str:
    """Of figures that no field of ours has room for."""
    return _t("Some figures are so large that the price cannot be told; look for a number with too many digits.")


def percent_of(fraction: Decimal) -> str:
    """12 of 0.12, without the sign."""
    return plain_number(100 * fraction)
