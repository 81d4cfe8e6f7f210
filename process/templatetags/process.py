"""Numbers of a process as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from process.words import grouped, plain_number

register = template.Library()
FIGURES = 4


@register.filter
def amount(value: Decimal | None) -> str:
    """As typed, without the zeros that the column adds."""
    return "–" if value is None else plain_number(Decimal(value))


@register.filter
def money(value: Decimal | None) -> str:
    """With the places that it has been rounded to."""
    return "–" if value is None else grouped(value)


@register.filter
def percent(fraction: float) -> str:
    return number_format(100 * fraction, 1)


@register.filter
def measured(value: float | None) -> str:
    """To four figures, with the places that those need: 0.01234, 12.34, 12,340."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    whole_places = Decimal(repr(float(value))).adjusted() + 1
    return number_format(value, max(FIGURES - whole_places, 0), force_grouping=True)
