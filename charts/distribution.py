"""Which prices the simulation found: a histogram, and limits below which so many of the draws lie, some of them drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _t

from charts.look import ACCENT, INK, INK_SOFT, LINE_STRONG, SURFACE, Spec, frame
from charts.picture import Picture
from charts.rows import HOLLOW
from charts.timeline import legible

HEIGHT, LINE = 180, 17


@dataclass(frozen=True)
class Bin:
    """So many draws from low to high; words: the range as people read it."""

    low: float
    high: float
    count: int
    words: str


@dataclass(frozen=True)
class Mark:
    """A price to mark, with its words: "5 % below CHF 519,790". is_drawn: else only the table says it."""

    at: float
    words: str
    is_drawn: bool = True


def distribution(bins: Sequence[Bin], marks: Sequence[Mark], *, unit: str, title: str = "", width: int | str = "container") -> Picture:
    """unit: of the axis, a currency."""
    drawn = [mark for mark in marks if mark.is_drawn]
    room = LINE * (len(drawn) + 1)
    words = title or _t("Prices that the simulation found")
    spec = frame(
        words,
        width,
        height=HEIGHT + room,
        params=[{"name": "narrow", "expr": "width < 620"}],
        layer=_layers(bins, drawn, room, unit) if bins else [_nothing()],
    )
    head = (_t("Price"), _t("Draws"))
    told = [(mark.words, "") for mark in marks]
    total = sum(each.count for each in bins) or 1
    return Picture(spec, head, (*told, *((each.words, f"{each.count:,} ({100 * each.count / total:.1f} %)") for each in bins)))


def _layers(bins: Sequence[Bin], marks: Sequence[Mark], room: int, unit: str) -> list[Spec]:
    reach = [*(edge for each in bins for edge in (each.low, each.high)), *(mark.at for mark in marks)]
    axis = {
        "title": unit,
        "format": ",.0f",
        "tickCount": {"expr": "narrow ? 3 : 7"},
        "grid": False,
        "domainColor": LINE_STRONG,
        "labelOverlap": True,
    }
    x = {"field": "low", "type": "quantitative", "scale": {"domain": [min(reach), max(reach)], "nice": False, "zero": False}, "axis": axis}
    most = max(each.count for each in bins)
    y = {"field": "count", "type": "quantitative", "axis": None, "scale": {"domain": [0, most or 1], "range": [HEIGHT + room, room]}}
    values = [_bar(each) for each in bins]
    tooltip = [{"field": "words", "title": _t("Price")}, {"field": "count", "title": _t("Draws")}]
    bars: Spec = {
        "data": {"values": values},
        "mark": {"type": "rect", "fillOpacity": 0.75, **HOLLOW, "strokeWidth": 0.75},
        "encoding": {
            "x": x,
            "x2": {"field": "high"},
            "y": y,
            "y2": {"datum": 0},
            "fill": {"value": ACCENT},
            "tooltip": tooltip,
            "description": {"field": "told"},
        },
    }
    return [bars, *(layer for place, mark in enumerate(marks) for layer in _line(mark, LINE * (place + 1)))]


def _bar(each: Bin) -> Spec:
    told = f"{each.words}: {each.count}"
    return {"low": each.low, "high": each.high, "count": each.count, "words": each.words, "told": told}


def _line(mark: Mark, top: int) -> list[Spec]:
    """A rule up to the words, each on a line of its own; they lie on the side with more room."""
    data = {"data": {"values": [{"at": mark.at, "words": mark.words}]}}
    x = {"field": "at", "type": "quantitative"}
    left = "scale('x', datum.at) < width / 2"
    words = {"type": "text", "baseline": "middle", "fontSize": 11, "color": INK}
    words |= {"align": {"expr": f"{left} ? 'left' : 'right'"}, "dx": {"expr": f"{left} ? 5 : -5"}}
    look = {"type": "rule", "aria": False, "color": INK_SOFT, "strokeWidth": 1, "strokeDash": [4, 3]}
    rule = {"mark": look, "encoding": {"x": x, "y": {"value": top - 6}, "y2": {"value": "height"}}}
    texts = legible(words, {"x": x, "y": {"value": top}, "text": {"field": "words"}})
    return [data | rule, *(data | text for text in texts)]


def _nothing() -> Spec:
    values = [{"words": _t("No figure has a range: there is one price only.")}]
    mark = {"type": "text", "color": INK_SOFT, "stroke": SURFACE, "strokeWidth": 0}
    return {"data": {"values": values}, "mark": mark, "encoding": {"text": {"field": "words"}}}
