"""Which prices the simulation found: a histogram, the limits below which 5, 50 and 95 % of the draws lie, and the offered price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _t

from charts.look import ACCENT, INK, INK_SOFT, LINE_STRONG, SURFACE, Spec, frame
from charts.picture import Picture
from charts.rows import HOLLOW, filled_or_hollow
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
    """A price to mark, with its words: "5 % below CHF 519,790"."""

    at: float
    words: str


def distribution(
    bins: Sequence[Bin],
    marks: Sequence[Mark],
    *,
    unit: str,
    offered: Mark | None = None,
    share_above: str = "",
    title: str = "",
    width: int | str = "container",
) -> Picture:
    """unit: of the axis, a currency. share_above: of the draws above the offered price, in words. Hollow bars lie above it."""
    lines = [(mark, False) for mark in marks] + ([(offered, True)] if offered else [])
    room = LINE * (len(lines) + 1)
    words = title or _t("Prices that the simulation found")
    spec = frame(
        words,
        width,
        height=HEIGHT + room,
        params=[{"name": "narrow", "expr": "width < 620"}],
        layer=_layers(bins, lines, room, unit, offered) if bins else [_nothing()],
    )
    head = (_t("Price"), _t("Draws"))
    told = [(mark.words, "") for mark, _offered in lines]
    if offered and share_above:
        told[-1] = (offered.words, _t("%(share)s lie above") % {"share": share_above})
    total = sum(each.count for each in bins) or 1
    return Picture(spec, head, (*told, *((each.words, f"{each.count:,} ({100 * each.count / total:.1f} %)") for each in bins)))


def _layers(bins: Sequence[Bin], lines: list[tuple[Mark, bool]], room: int, unit: str, offered: Mark | None) -> list[Spec]:
    reach = [*(edge for each in bins for edge in (each.low, each.high)), *(mark.at for mark, _offered in lines)]
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
    kinds = _kinds() if offered else {}
    values = [_bar(each, offered) for each in bins]
    tooltip = [{"field": "words", "title": _t("Price")}, {"field": "count", "title": _t("Draws")}]
    fill = filled_or_hollow("kind", kinds) if kinds else {"value": ACCENT}
    bars: Spec = {
        "data": {"values": values},
        "mark": {"type": "rect", "fillOpacity": 0.75, **HOLLOW, "strokeWidth": 0.75},
        "encoding": {
            "x": x,
            "x2": {"field": "high"},
            "y": y,
            "y2": {"datum": 0},
            "fill": fill,
            "tooltip": tooltip,
            "description": {"field": "told"},
        },
    }
    return [bars, *(layer for place, (mark, is_offer) in enumerate(lines) for layer in _line(mark, LINE * (place + 1), is_offer))]


def _bar(each: Bin, offered: Mark | None) -> Spec:
    above = offered is not None and (each.low + each.high) / 2 > offered.at
    kind = _kinds()["above" if above else "below"]
    return {
        "low": each.low,
        "high": each.high,
        "count": each.count,
        "words": each.words,
        "kind": kind,
        "told": f"{each.words}: {each.count}",
    }


def _kinds() -> dict[str, str]:
    return {"below": _t("at or below the offered price"), "above": _t("above it")}


def _line(mark: Mark, top: int, is_offer: bool) -> list[Spec]:
    """A rule up to the words, each on a line of its own; they lie on the side with more room."""
    data = {"data": {"values": [{"at": mark.at, "words": mark.words}]}}
    x = {"field": "at", "type": "quantitative"}
    look = {"color": INK, "strokeWidth": 2} if is_offer else {"color": INK_SOFT, "strokeWidth": 1, "strokeDash": [4, 3]}
    left = "scale('x', datum.at) < width / 2"
    words = {"type": "text", "baseline": "middle", "fontSize": 11, "color": INK, "fontWeight": 600 if is_offer else 400}
    words |= {"align": {"expr": f"{left} ? 'left' : 'right'"}, "dx": {"expr": f"{left} ? 5 : -5"}}
    rule = {"mark": {"type": "rule", "aria": False, **look}, "encoding": {"x": x, "y": {"value": top - 6}, "y2": {"value": "height"}}}
    texts = legible(words, {"x": x, "y": {"value": top}, "text": {"field": "words"}})
    return [data | rule, *(data | text for text in texts)]


def _nothing() -> Spec:
    values = [{"words": _t("No figure has a range: there is one price only.")}]
    mark = {"type": "text", "color": INK_SOFT, "stroke": SURFACE, "strokeWidth": 0}
    return {"data": {"values": values}, "mark": mark, "encoding": {"text": {"field": "words"}}}
