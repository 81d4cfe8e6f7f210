"""The signs of our plans, told apart by shape and place as well as by colour, and the legend that explains them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t

from charts.look import ACCENT, BAD, GOOD, INK, INK_SOFT, PLUM, QUIET, SURFACE, WARN, Spec
from charts.timeline import ALONG

# Symbols as paths. A hole runs against the outline, so that state is told by shape in black and white too.
DIAMOND = "M0,-1L1,0L0,1L-1,0Z"
RING = f"{DIAMOND}M0,-0.62L-0.62,0L0,0.62L0.62,0Z"
STATE_SHAPES = {
    "achieved": f"{DIAMOND}M-0.5,0L-0.1,0.4L0.5,-0.2L0.34,-0.36L-0.1,0.08L-0.34,-0.16Z",
    "late": f"{DIAMOND}M-0.14,-0.56L-0.14,0.14L0.14,0.14L0.14,-0.56ZM-0.14,0.3L-0.14,0.56L0.14,0.56L0.14,0.3Z",
    "at_risk": f"{RING}M-0.7,0L0.7,0L0,0.7Z",
    "on_track": DIAMOND,
    "planned": RING,
}
STATE_COLOURS = {"achieved": GOOD, "late": BAD, "at_risk": WARN, "on_track": ACCENT, "planned": QUIET}
# What else the legend explains. What was promised is flat and hollow, so that it is taken for no state.
FLAT = "M0,-0.6L1,0L0,0.6L-1,0Z"
CIRCLE = "M0,-0.8A0.8,0.8,0,1,1,0,0.8A0.8,0.8,0,1,1,0,-0.8ZM0,-0.5A0.5,0.5,0,1,0,0,0.5A0.5,0.5,0,1,0,0,-0.5Z"
OTHER_SHAPES = {
    "baseline": f"{FLAT}M0,-0.4L-0.66,0L0,0.4L0.66,0Z",
    "span": "M-1,-0.2L1,-0.2L1,0.2L-1,0.2Z",
    "published": CIRCLE,
    "critical": f"{DIAMOND}M0,-0.84L-0.84,0L0,0.84L0.84,0Z",
}
OTHER_COLOURS = {"baseline": INK_SOFT, "span": INK_SOFT, "published": PLUM, "critical": INK}
SIGNS = (*STATE_SHAPES, *OTHER_SHAPES)


def state_words() -> dict[str, str]:
    return {
        "achieved": _t("achieved"),
        "late": _t("late"),
        "at_risk": _t("at risk"),
        "on_track": _t("on track"),
        "planned": _t("planned"),
    }


def _other_words() -> dict[str, str]:
    return {
        "baseline": _t("baseline, the line is the slip"),
        "span": _t("baseline of a bar"),
        "published": _t("told to the client"),
        "critical": _t("critical path"),
    }


def signed(occurring: Iterable[str]) -> dict[str, Any]:
    """Shape and colour by the field `state`, with a legend of the signs that occur, in the order of SIGNS."""
    found = set(occurring)
    signs = [name for name in SIGNS if name in found]
    told = legend(state_words() | _other_words(), "narrow ? 2 : 5")
    return {"shape": scale(signs, STATE_SHAPES | OTHER_SHAPES, told), "color": scale(signs, STATE_COLOURS | OTHER_COLOURS, told)}


def scale(signs: Sequence[str], looks: Mapping[str, str], explained: dict[str, Any]) -> dict[str, Any]:
    """How each sign looks, by the field `state`, and the legend that explains it."""
    return {"field": "state", "scale": {"domain": list(signs), "range": [looks[name] for name in signs]}, "legend": explained}


def legend(words: Mapping[str, str], columns: str) -> dict[str, Any]:
    """Under the picture. columns: how many, as an expression; `narrow` is a phone."""
    return {
        "orient": "bottom",
        "title": None,
        "direction": "horizontal",
        "columns": {"expr": columns},
        "offset": 26,
        "symbolSize": 110,
        "symbolStrokeWidth": 0,
        "symbolOpacity": 1,
        "labelLimit": 220,
        "labelExpr": f"({json.dumps(words)})[datum.label]",
    }


def promised_point(promised: str, live: str, under: dict[str, Any]) -> list[Spec]:
    """Where a point was promised, hollow under the live one, and the line from there to where it is now. The names are those of fields."""
    x, now, dated = {"field": promised, **ALONG}, {"field": live, **ALONG}, [{"filter": f"isValid(datum.{live})"}]
    end = {"type": "tick", "orient": "vertical", "color": INK_SOFT, "thickness": 1.25, "size": 7, "aria": False, "yOffset": under}
    slip = {"type": "rule", "color": INK_SOFT, "strokeWidth": 1.25, "aria": False, "yOffset": under}
    mark = {
        "type": "point",
        "shape": FLAT,
        "size": 100,
        "stroke": INK_SOFT,
        "strokeWidth": 1.5,
        "fill": SURFACE,
        "opacity": 1,
        "aria": False,
        "yOffset": under,
    }
    return [
        {"transform": dated, "mark": slip, "encoding": {"x": x, "x2": {"field": live}}},
        {"transform": dated, "mark": end, "encoding": {"x": now}},
        {"mark": mark, "encoding": {"x": x}},
    ]


def promised_span(first: str, last: str, under: dict[str, Any]) -> Spec:
    """How long a bar was promised to last: slim, under the live one."""
    mark = {"type": "rect", "height": 5, "color": INK_SOFT, "stroke": SURFACE, "strokeWidth": 1, "yOffset": under, "aria": False}
    return {"mark": mark, "encoding": {"x": {"field": first, **ALONG}, "x2": {"field": last}}}
