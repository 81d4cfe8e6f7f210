"""What every chart of named rows has: the name left of its bar, or above it on a phone, and bars told apart by filled and hollow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from charts.look import ACCENT, INK, SUNKEN, SURFACE, Spec, frame
from charts.timeline import bands, legible

ROW_HEIGHT = 38
GUTTER = 230  # where the names stand; on a narrow screen they stand above the bars instead
BAR_HEIGHT = 16
DROP = {"expr": "drop"}  # from the middle of the row down to its bar
HOLLOW = {"stroke": ACCENT, "strokeWidth": 1.25}


def of_rows(title: str, width: int | str, labels: Sequence[str], layer: Sequence[Spec]) -> Spec:
    """A specification with a row for each label. It reads from 340 to 1400 pixels; its layers put the row's number in `row`."""
    names = [{"row": number, "name": label} for number, label in enumerate(labels)]
    mark = {"type": "text", "align": "left", "baseline": "middle", "limit": {"expr": "narrow ? width - 12 : gutter - 16"}}
    mark |= {"yOffset": {"expr": "narrow ? -10 : 0"}, "fontSize": {"expr": "narrow ? 11 : 12"}}
    line = {"type": "rule", "color": SUNKEN, "aria": False, "yOffset": ROW_HEIGHT / 2}
    return frame(
        title,
        width,
        height=ROW_HEIGHT * max(len(names), 1),
        params=[
            {"name": "narrow", "expr": "width < 620"},
            {"name": "gutter", "expr": f"width < 620 ? 8 : {GUTTER}"},
            {"name": "drop", "expr": "width < 620 ? 8 : 0"},
        ],
        data={"values": names},
        encoding={"y": bands(len(names))},
        layer=[
            {"mark": line, "encoding": {"x": {"value": 0}, "x2": {"value": "width"}}},
            *layer,
            *legible(mark, {"x": {"value": 4}, "text": {"field": "name"}}),
        ],
    )


def along(domain: Sequence[float], *, left: int, right: int) -> dict[str, Any]:
    """The scale of the bars, without an axis: each bar carries its words. left, right: pixels kept free for them."""
    low, high = domain
    reach = [{"expr": f"gutter + {left}"}, {"expr": f"width - {right}"}]
    return {
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [low, high if high > low else low + 1], "range": reach, "zero": False},
    }


def bar(**changes: Any) -> dict[str, Any]:
    return {"type": "rect", "height": BAR_HEIGHT, "cornerRadius": 1, "fillOpacity": 0.7, "yOffset": DROP} | changes


def beside(field: str, at: str, **changes: Any) -> dict[str, Any]:
    """Words at the end of a bar, which the field `at` holds; cut where the picture ends."""
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": 6, "fontSize": 11, "color": INK, "yOffset": DROP, "aria": False}
    mark["limit"] = {"expr": f"max(width - scale('x', datum.{at}) - 8, 1)"}
    return {"mark": mark | changes, "encoding": {"x": {"field": at, "type": "quantitative"}, "text": {"field": field}}}


def filled_or_hollow(field: str, words: Mapping[str, str]) -> dict[str, Any]:
    """The first of the two kinds is filled, the second hollow, and the legend under the picture says which is which."""
    legend = {
        "orient": "bottom",
        "title": None,
        "direction": "horizontal",
        "columns": {"expr": "narrow ? 1 : 2"},
        "offset": 14,
        "columnPadding": 24,
        "symbolType": "square",
        "symbolSize": 110,
        "symbolStrokeColor": ACCENT,
        "symbolStrokeWidth": 1.25,
        "labelLimit": 320,
    }
    kinds = list(words)
    return {
        "field": field,
        "scale": {"domain": [words[kind] for kind in kinds], "range": [ACCENT, SURFACE][: len(kinds)]},
        "legend": legend,
    }
