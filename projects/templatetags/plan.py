"""How tables write what the plan counts, and money with as many decimals as its currency."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.template.defaultfilters import floatformat

from projects.money import fitted
from projects.variance import variance_words

register = template.Library()
register.filter("variance", variance_words)


@register.filter
def money(amount: Decimal | str | None, currency: str) -> str:
    """210,000.00 euros, 210,000 yen. A signed content has its amounts as text, without the zeros at the end."""
    if amount is None or amount == "":
        return ""
    exact = fitted(Decimal(amount), currency)
    return str(floatformat(exact, f"{max(0, -int(exact.as_tuple().exponent))}g"))
