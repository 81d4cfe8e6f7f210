"""How a price builds up: each part begins where the one before it ends, and totals stand on the ground."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import ACCENT, INK_SOFT, Spec
from charts.picture import Picture
from charts.rows import BAR_HEIGHT, HOLLOW, ROW_HEIGHT, along, bar, beside, of_rows

ROOM = 104  # for the amount behind the bar


@dataclass(frozen=True)
class Part:
    """words: the amount as people read it. A total shows what has come together until there; its amount is not added again."""

    label: str | Promise
    amount: float
    words: str
    total: bool = False


def waterfall(parts: Iterable[Part], *, title: str = "", width: int | str = "container") -> Picture:
    """The parts in their order, from the first at the top. What is taken off is hollow, and its words have their minus."""
    parts = list(parts)
    values = _values(parts)
    spec = of_rows(title or _t("How the price builds up"), width, [str(part.label) for part in parts], _layers(values))
    head = (_t("Part"), _t("Amount"), _t("Share of the price"))
    whole = values[-1]["sum"] if values else 0
    shares = (f"{100 * part.amount / whole:.1f} %" if whole else "–" for part in parts)
    return Picture(spec, head, tuple((str(part.label), part.words, share) for part, share in zip(parts, shares, strict=True)))


def _values(parts: list[Part]) -> list[Spec]:
    values, running = [], 0.0
    for row, part in enumerate(parts):
        start = 0.0 if part.total else running
        running = part.amount if part.total else running + part.amount
        told = {"label": str(part.label), "words": part.words, "told": f"{part.label}: {part.words}"}
        ends = {"start": start, "end": running, "far": max(start, running), "sum": running}
        values.append({"row": row, "kind": "total" if part.total else "taken" if part.amount < 0 else "added", **ends, **told})
    return values


def _layers(values: list[Spec]) -> list[Spec]:
    if not values:
        return []
    reach = [min(0.0, *(value["end"] for value in values)), max(0.0, *(value["far"] for value in values))]
    x = {"field": "start", **along(reach, left=0, right=ROOM)}
    tooltip = [{"field": "label", "title": _t("Part")}, {"field": "words", "title": _t("Amount")}]
    look = {
        "fill": {"condition": {"test": "datum.kind == 'total'", "value": INK_SOFT}, "value": ACCENT},
        "stroke": {"condition": {"test": "datum.kind == 'total'", "value": INK_SOFT}, "value": ACCENT},
        "fillOpacity": {
            "condition": [{"test": "datum.kind == 'total'", "value": 1}, {"test": "datum.kind == 'taken'", "value": 0}],
            "value": 0.55,
        },
        "description": {"field": "told"},
    }
    step = {"type": "tick", "orient": "vertical", "size": ROW_HEIGHT - BAR_HEIGHT, "thickness": 1, "color": INK_SOFT, "aria": False}
    step |= {"yOffset": {"expr": f"drop + {ROW_HEIGHT / 2}"}}
    words = beside("words", "far", fontWeight={"expr": "datum.kind == 'total' ? 600 : 400"})
    return [
        {"data": {"values": values}, "mark": bar(**HOLLOW), "encoding": {"x": x, "x2": {"field": "end"}, **look, "tooltip": tooltip}},
        {"data": {"values": values[:-1]}, "mark": step, "encoding": {"x": {"field": "end", "type": "quantitative"}}},
        {"data": {"values": values}, **words},
    ]
