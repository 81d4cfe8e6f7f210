"""One number over time, a bar for each period."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _t

from charts.look import ACCENT, INK_SOFT, LINE_STRONG, Spec, frame


@dataclass(frozen=True)
class Point:
    """A period and its number, None where there is none. words: the number as people read it."""

    label: str
    amount: float | None
    words: str


def trend(points: Iterable[Point], *, title: str, width: int | str = "container") -> Spec:
    """A Vega-Lite specification. Each bar carries its words; a period without a number keeps its place and says so."""
    points = list(points)
    values = [{"label": each.label, "amount": each.amount or 0, "words": each.words, "none": each.amount is None} for each in points]
    x = {
        "field": "label",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": True, "ticks": False, "domainColor": LINE_STRONG},
    }
    bars = columns("amount", "words", _t("Value"), {"zero": True, "nice": True})
    return frame(title, width, height=150, data={"values": values}, encoding={"x": x}, layer=bars)


def columns(field: str, words: str, label: str, scale: Spec) -> list[Spec]:
    """Bars over the field `label`, each with its words at its end."""
    y = {"field": field, "type": "quantitative", "axis": None, "scale": scale}
    tooltip = [{"field": "label", "title": _t("Quarter")}, {"field": words, "title": label}]
    mark = {"type": "text", "dy": {"expr": f"datum.{field} < 0 ? 11 : -8"}, "fontSize": 11, "color": INK_SOFT, "aria": False}
    return [
        {"mark": {"type": "bar", "color": ACCENT, "width": {"band": 0.55}}, "encoding": {"y": y, "tooltip": tooltip}},
        {"mark": mark, "encoding": {"y": y, "text": {"field": words}}},
    ]
