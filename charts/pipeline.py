"""How many projects stand in each phase, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import ACCENT, BAD, INK_SOFT, QUIET, SURFACE, WARN, Spec, frame

COLOURS = {"on_track": ACCENT, "at_risk": WARN, "late": BAD, "on_hold": QUIET}


@dataclass(frozen=True)
class PipelinePhase:
    """Counts of open projects of one phase, each project counted once."""

    phase: str | Promise
    on_track: int = 0
    at_risk: int = 0
    late: int = 0
    on_hold: int = 0


def pipeline(phases: Iterable[PipelinePhase], *, width: int | str = "container", title: str = "") -> Spec:
    """A bar per phase in the order given, divided by state; each part carries its number, and its state where there is room."""
    phases = list(phases)
    words = {"on_track": _t("on track"), "at_risk": _t("at risk"), "late": _t("late"), "on_hold": _t("on hold")}
    values = [
        {"phase": str(each.phase), "state": words[state], "count": getattr(each, state), "order": order}
        for each in phases
        for order, state in enumerate(COLOURS)
        if getattr(each, state)
    ]
    names = [str(each.phase) for each in phases] or [""]
    top = max((each.on_track + each.at_risk + each.late + each.on_hold for each in phases), default=0)
    y = {
        "field": "phase",
        "type": "ordinal",
        "scale": {"type": "band", "domain": names},
        "axis": {"title": None, "ticks": False, "domain": False, "labelFontSize": 12},
    }
    x = {
        "field": "count",
        "type": "quantitative",
        "stack": "zero",
        "title": _t("projects"),
        "scale": {"domainMin": 0, "domainMax": max(top, 1)},
        "axis": {"tickMinStep": 1, "format": "d", "domain": False},
    }
    colour = {
        "field": "state",
        "scale": {"domain": list(words.values()), "range": list(COLOURS.values())},
        "legend": {"orient": "bottom", "title": None, "symbolType": "square"},
    }
    tooltip = [
        {"field": "phase", "title": _t("Phase")},
        {"field": "state", "title": _t("State")},
        {"field": "count", "title": _t("Projects")},
    ]
    bars = {"mark": {"type": "bar", "height": 18}, "encoding": {"color": colour, "tooltip": tooltip}}
    numbers = {
        "mark": {"type": "text", "color": SURFACE, "fontWeight": 650, "fontSize": 11, "aria": False},
        "transform": [
            {"calculate": f"width * datum.count / {max(top, 1)} > 96 ? datum.count + ' ' + datum.state : datum.count", "as": "words"}
        ],
        "encoding": {"text": {"field": "words"}, "detail": {"field": "state"}, "x": x | {"bandPosition": 0.5}},
    }
    return frame(
        title or _t("Open projects by phase and state"),
        width,
        height=28 * len(names),
        data={"values": values or [{"phase": name, "count": 0} for name in names]},
        encoding={"y": y, "x": x, "order": {"field": "order"}},
        layer=[bars, numbers]
        if values
        else [{"mark": {"type": "text", "color": INK_SOFT}, "encoding": {"text": {"value": _t("no open project")}}}],
    )
