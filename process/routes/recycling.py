"""What is recycled of a charge that is used several times, and how that is typed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.numbers import PercentField
from projects.money import half_up

STEP = Decimal("0.001")
WHOLE = Decimal(100)
_USES = re.compile(r"(?P<uses>\d{1,4})\s*[x×]\s*(?P<top_up>.+)", re.IGNORECASE)


def recycled_fraction(uses: int, top_up_fraction: Decimal) -> Decimal:
    """Of a charge used so many times, of which each use after the first takes this fraction fresh: r = 1 − (1 + p (n − 1)) ÷ n.

    Ten uses with a tenth added each time leave 0.81. One use recycles nothing, and so does a top-up of the whole charge; the result is
    always below 1. Raises ValueError for no use, and for a top-up that is no fraction from 0 to 1. Source: practice; science.md §1.
    """
    if uses < 1:
        raise ValueError("A charge is used once at least.")
    if not 0 <= top_up_fraction <= 1:
        raise ValueError("A top-up is a fraction of the charge, from 0 to 1.")
    return 1 - (1 + top_up_fraction * (uses - 1)) / uses


class RecycledField(PercentField):
    """Percent, or “10 × 10 %”: used ten times, a tenth of the charge added fresh before each use but the first."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        typed = _USES.fullmatch(value.strip()) if isinstance(value, str) else None
        if typed is None:
            return super().to_python(value)
        top_up_pct = super().to_python(typed["top_up"])
        try:
            return half_up(WHOLE * recycled_fraction(int(typed["uses"]), (top_up_pct or Decimal(0)) / WHOLE), STEP)
        except ValueError as error:
            words = _("“%(typed)s”: a charge is used once at least, and topped up by 0 to 100 %%.")
            raise ValidationError(words, code="uses", params={"typed": value.strip()}) from error
