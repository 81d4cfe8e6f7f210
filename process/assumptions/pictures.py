"""How much each open assumption widens the price, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _t

from charts.look import ACCENT
from charts.picture import Picture
from charts.rows import HOLLOW, along, bar, beside, of_rows
from process.words import grouped, money_words
from projects.money import fitted

ROOM = 150  # for the words behind the bar


def widening(rows: Sequence[tuple[str, Decimal]], currency: str, *, width: int | str = "container") -> Picture:
    """rows: what is asked, and by how much it widens the band; the widest first."""
    ordered = sorted(rows, key=lambda row: -row[1])
    title = _t("How much each open question widens the price")
    values = [
        {"row": place, "none": 0, "wide": float(wide), "words": words, "told": f"{label}: {words}"}
        for place, (label, wide) in enumerate(ordered)
        for words in [money_words(wide, currency)]
    ]
    x = {"field": "none", **along([0, max((float(wide) for _label, wide in ordered), default=1.0)], left=0, right=ROOM)}
    layers = [
        {
            "data": {"values": values},
            "mark": bar(fill=ACCENT, **HOLLOW),
            "encoding": {"x": x, "x2": {"field": "wide"}, "description": {"field": "told"}},
        },
        {"data": {"values": values}, **beside("words", "wide")},
    ]
    spec = of_rows(title, width, [label for label, _wide in ordered], layers if values else [])
    return Picture(spec, (_t("Question"), currency), tuple((label, grouped(fitted(wide, currency))) for label, wide in ordered))
