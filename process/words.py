"""Numbers of a process as people read them, in the active language."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format

MOST_DIGITS = 20  # above, a figure is not rounded: a decimal has not the places for it


def plain_number(value: Decimal) -> str:
    """Without the zeros that the column adds."""
    return number_format(value.normalize() + 0 if value != value.to_integral_value() else value.to_integral_value(), use_l10n=True)


def grouped(value: Decimal) -> str:
    """With the places that it has been rounded to, in groups of three."""
    return number_format(value, max(-int(value.as_tuple().exponent), 0), force_grouping=True)


def percent_of(fraction: Decimal) -> str:
    """12 of 0.12, without the sign."""
    return plain_number(100 * fraction)
