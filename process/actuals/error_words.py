"""How far estimates were off, in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from process.actuals.beside import signed
from process.actuals.comparing import Error
from projects.money import half_up

ONE = Decimal(1)


def error_words(error: Error, below: str, above: str, same: str) -> str:
    """Seen in 3 projects: yield 6 % below the estimate (−12 to +1)."""
    mean = half_up(error.mean, ONE)
    found = same if not mean else (below if mean < 0 else above) % {"percent": abs(mean)}
    seen = ngettext("Seen in %(number)d project: %(found)s", "Seen in %(number)d projects: %(found)s", error.projects)
    words = seen % {"number": error.projects, "found": found}
    if error.projects == 1:
        return words
    ends = {"words": words, "low": signed(error.low, ONE), "high": signed(error.high, ONE)}
    return _t("%(words)s (%(low)s to %(high)s)") % ends
