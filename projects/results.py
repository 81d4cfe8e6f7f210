"""A result and its limit: rounded as the limit is written, and only then compared."""

from __future__ import annotations

from decimal import Decimal

from projects.money import half_up


def is_at_least(result: Decimal, limit: Decimal) -> bool:
    """Whether a result meets a lower limit, both in one unit: rounded to the decimals of the limit, and only then compared.

    limit: as it is written, since 98 asks for no decimals and 98.0 for one; both as Decimal of their text, never through a float. Raises
    InvalidOperation for what is no number. Source: USP General Notices 7.20; Ph. Eur. 1.4.
    """
    return _beside(result, limit) >= limit


def is_at_most(result: Decimal, limit: Decimal) -> bool:
    """The same for an upper limit: 101.54 meets 101.5."""
    return _beside(result, limit) <= limit


def _beside(result: Decimal, limit: Decimal) -> Decimal:
    """A limit of 1E+2 is a hundred to the unit: zero gives it its decimals, which are none."""
    return half_up(result, limit + Decimal(0))
