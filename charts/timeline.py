"""What every chart along the calendar has: its axis, the line of today, and words that stay legible over lines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _t

from charts.look import INK, SURFACE, Spec, moment, written

ALONG = {"type": "temporal"}  # scale and axis are told once, by the first layer in time
DATE_ROOM = 84  # for the date written beside the last mark


def time_axis(dates: list[date]) -> dict[str, Any]:
    first, last = min(dates), max(dates)
    room = timedelta(days=max(5, round((last - first).days * 0.02)))
    axis = {
        "orient": "top",
        "title": None,
        "format": "%b %Y" if (last - first).days > 100 else "%-d %b %Y",
        "tickCount": {"expr": "narrow ? 4 : width < 900 ? 6 : 10"},
        "labelOverlap": True,
        "labelSeparation": 6,
        "labelFlush": False,
        "grid": True,
        "gridOpacity": 0.7,
        "domain": False,
        "ticks": False,
        "zindex": 0,
    }
    reach = [{"expr": "gutter"}, {"expr": f"width - {DATE_ROOM}"}]
    return {
        "type": "temporal",
        "scale": {"type": "utc", "domain": [moment(first - room), moment(last + room)], "range": reach},
        "axis": axis,
    }


def bands(count: int) -> Spec:
    """One line under the other, by the number in `row`; at least one, so that an empty picture has its frame."""
    scale = {"type": "band", "domain": list(range(max(count, 1))), "paddingInner": 0, "paddingOuter": 0}
    return {"field": "row", "type": "ordinal", "axis": None, "scale": scale}


def today_line(today: date, horizontal: Spec) -> list[Spec]:
    data = {"values": [{"today": moment(today), "words": _t("Today, %(day)s") % {"day": written(today)}}]}
    x = {"field": "today", **horizontal}
    rule = {
        "mark": {"type": "rule", "color": INK, "strokeDash": [4, 3], "strokeWidth": 1.25, "opacity": 0.75},
        "encoding": {"x": x, "y": None},
    }
    mark = {"type": "text", "fontSize": 11, "fontWeight": 600, "baseline": "top", "dy": 6, "align": "center"}
    words = {"mark": mark, "encoding": {"x": {"field": "today", **ALONG}, "y": {"value": "height"}, "text": {"field": "words"}}}
    return [{"data": data} | rule, {"data": data} | words]


def legible(mark: dict[str, Any], encoding: dict[str, Any]) -> list[Spec]:
    """Text over lines: once in white with a broad stroke, then itself."""
    behind = mark | {"color": SURFACE, "stroke": SURFACE, "strokeWidth": 4, "strokeJoin": "round", "opacity": 0.85, "aria": False}
    return [{"mark": behind, "encoding": encoding}, {"mark": mark, "encoding": encoding}]
