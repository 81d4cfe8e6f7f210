"""Numbers of a process as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from process.routes.unit_cost import exact
from process.words import can_be_rounded, grouped, plain_number
from projects.money import half_up

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
    return number_format(_rounded(100 * fraction, 1), 1)


@register.filter
def measured(value: float | None) -> str:
    """To four figures, with the places that those need: 0.01234, 12.34, 12,340."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    places = max(FIGURES - 1 - exact(value).adjusted(), 0)
    return number_format(_rounded(value, places), places, force_grouping=True)


def _rounded(value: float, places: int) -> Decimal:
    """Half up; what formats a number cuts its digits off."""
    number = exact(value)
    return half_up(number, Decimal(1).scaleb(-places)) if can_be_rounded(number) else number
