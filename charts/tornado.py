"""What moves the price most: a row for each figure, from the price at its lowest to the price at its highest, around the base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import INK, Spec
from charts.picture import Picture
from charts.rows import HOLLOW, along, bar, beside, filled_or_hollow, of_rows
from charts.timeline import legible

LETTER, LEAST_ROOM, MOST_ROOM = 6.6, 60, 150  # pixels of a letter, and what is kept free for the price beside each end
SHOWN = 10


@dataclass(frozen=True)
class Reach:
    """A figure and the price where it alone is at its lowest and at its highest, each in numbers and in words.

    low_words, high_words: the figure itself ("0.70", "CHF 160/kg"); low_price, high_price: the price as people read it.
    """

    label: str | Promise
    at_low: float
    at_high: float
    low_words: str
    high_words: str
    low_price: str
    high_price: str


def tornado(reaches: Iterable[Reach], *, base: float, base_words: str, title: str = "", width: int | str = "container") -> Picture:
    """The figures in their order, the widest first; the picture draws ten and says so, the table has all."""
    reaches = list(reaches)
    drawn = reaches[:SHOWN]
    spec = of_rows(title or _t("What moves the price most"), width, [str(each.label) for each in drawn], _layers(drawn, base, base_words))
    head = (_t("Figure"), _t("Lowest"), _t("Price at the lowest"), _t("Highest"), _t("Price at the highest"))
    rows = tuple((str(each.label), each.low_words, each.low_price, each.high_words, each.high_price) for each in reaches)
    return Picture(spec, head, rows, _note(len(reaches)))


def _note(number: int) -> str:
    if number <= SHOWN:
        return ""
    words = _t("%(shown)d of %(all)d figures are drawn, those that move the price most; the table has all.")
    return words % {"shown": SHOWN, "all": number}


def _layers(reaches: list[Reach], base: float, base_words: str) -> list[Spec]:
    values = [value for row, each in enumerate(reaches) for value in _ends(row, each, base)]
    if not values:
        return []
    numbers = [base, *(value["end"] for value in values)]
    room = _room(values)
    x = {"field": "base", **along([min(numbers), max(numbers)], left=room, right=room)}
    tooltip = [
        {"field": "label", "title": _t("Figure")},
        {"field": "figure", "title": _t("Figure at")},
        {"field": "price", "title": _t("Price then")},
    ]
    fill = filled_or_hollow("kind", _kinds())
    return [
        {
            "data": {"values": values},
            "mark": bar(**HOLLOW),
            "encoding": {"x": x, "x2": {"field": "end"}, "fill": fill, "tooltip": tooltip, "description": {"field": "told"}},
        },
        *_base_line(base, base_words),
        *(_words(values, side) for side in ("left", "right")),
    ]


def _ends(row: int, reach: Reach, base: float) -> Iterator[Spec]:
    ends = (("low", reach.at_low, reach.low_words, reach.low_price), ("high", reach.at_high, reach.high_words, reach.high_price))
    for kind, price, figure, words in ends:
        if price != base:
            told = {"label": str(reach.label), "figure": figure, "price": words, "told": f"{reach.label}, {figure}: {words}"}
            yield {"row": row, "kind": _kinds()[kind], "base": base, "end": price, "side": "left" if price < base else "right", **told}


def _kinds() -> dict[str, str]:
    return {"low": _t("the figure at its lowest"), "high": _t("the figure at its highest")}


def _room(values: list[Spec]) -> int:
    """For the longest price."""
    return min(max(round(max(len(value["price"]) for value in values) * LETTER) + 12, LEAST_ROOM), MOST_ROOM)


def _words(values: list[Spec], side: str) -> Spec:
    """The price beyond the bar, on the side on which it lies; cut where the names begin, or the picture ends."""
    limit = {"expr": "max(scale('x', datum.end) - gutter - 8, 1)"}
    placed = {} if side == "right" else {"align": "right", "dx": -6, "limit": limit}
    return {"data": {"values": [value for value in values if value["side"] == side]}, **beside("price", "end", **placed)}


def _base_line(base: float, words: str) -> list[Spec]:
    data = {"data": {"values": [{"base": base, "words": _t("Base %(price)s") % {"price": words}}]}}
    x = {"field": "base", "type": "quantitative"}
    rule = {"type": "rule", "color": INK, "strokeWidth": 1.5}
    label = {
        "type": "text",
        "fontSize": 11,
        "fontWeight": 600,
        "baseline": "bottom",
        "dy": -4,
        "align": "center",
        "color": INK,
        "stroke": None,
    }
    texts = legible(label, {"x": x, "y": {"value": 0}, "text": {"field": "words"}})
    return [data | {"mark": rule, "encoding": {"x": x, "y": None}}, *(data | text for text in texts)]
