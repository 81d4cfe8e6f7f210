"""The plan as a picture: one row per milestone under its phase, with baseline, live and published dates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import ACCENT, BAD, GOOD, INK, INK_SOFT, LINE_STRONG, PLUM, QUIET, SUNKEN, SURFACE, WARN, Spec, frame, moment, written

ROW_HEIGHT = 28
GUTTER = 290  # where the labels stand; on a narrow screen they stand above the marks instead
ALONG = {"type": "temporal"}  # scale and axis are told once, by the first layer in time
DATE_ROOM = 84  # for the date written beside the last mark

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
# What else the legend explains.
BAR = "M-0.14,-1L0.14,-1L0.14,1L-0.14,1Z"
CIRCLE = "M0,-0.8A0.8,0.8,0,1,1,0,0.8A0.8,0.8,0,1,1,0,-0.8ZM0,-0.5A0.5,0.5,0,1,0,0,0.5A0.5,0.5,0,1,0,0,-0.5Z"
THIN_RING = f"{DIAMOND}M0,-0.84L-0.84,0L0,0.84L0.84,0Z"
OTHER_SHAPES = {"baseline": BAR, "published": CIRCLE, "critical": THIN_RING}
OTHER_COLOURS = {"baseline": INK_SOFT, "published": PLUM, "critical": INK}


@dataclass(frozen=True)
class GanttRow:
    """A milestone as the chart needs it. state: achieved, late, at_risk, on_track or planned. dependencies: keys of predecessors.

    For a client give the published date as forecast, and no published date.
    """

    key: str
    label: str | Promise
    phase: str | Promise
    kind: str | Promise = ""
    baseline: date | None = None
    forecast: date | None = None
    published: date | None = None
    actual: date | None = None
    state: str = "planned"
    critical: bool = False
    dependencies: Sequence[str] = field(default=())

    @property
    def live(self) -> date | None:
        return self.actual or self.forecast


def gantt(rows: Iterable[GanttRow], *, today: date, width: int | str = "container", title: str = "") -> Spec:
    """A Vega-Lite specification. Rows stay in their order; a new phase opens a heading. It reads from 340 to 1400 pixels."""
    rows = list(rows)
    lines = list(_lines(rows))
    place = {line["key"]: line["row"] for line in lines if line["key"]}
    dates = [day for row in rows for day in (row.baseline, row.live, row.published) if day]
    horizontal = time_axis([*dates, today])
    vertical = {
        "field": "row",
        "type": "ordinal",
        "axis": None,
        "scale": {"type": "band", "domain": list(range(len(lines))), "paddingInner": 0, "paddingOuter": 0},
    }
    return frame(
        title or _t("Milestones: baseline, forecast and actual dates"),
        width,
        height=ROW_HEIGHT * len(lines),
        params=[
            {"name": "narrow", "expr": "width < 620"},
            {"name": "gutter", "expr": f"width < 620 ? 10 : {GUTTER}"},
            {"name": "drop", "expr": "width < 620 ? 6 : 0"},
        ],
        data={"values": lines},
        encoding={"y": vertical},
        layer=[
            _headings(),
            _separators(),
            *today_line(today, horizontal),
            _dependencies(rows, place),
            *_labels(),
            _slips(),
            _baselines(),
            *([_published()] if any("published" in line for line in lines) else []),  # an empty mark would be an image without words
            *_live(_signs(lines)),
        ],
    )


def _lines(rows: list[GanttRow]) -> Iterator[dict[str, Any]]:
    number, phase = 0, None
    for row in rows:
        if str(row.phase) != phase:
            phase = str(row.phase)
            yield {"row": number, "key": "", "heading": phase}
            number += 1
        yield {"row": number, **_line(row)}
        number += 1


def _line(row: GanttRow) -> dict[str, Any]:
    changed = row.published is not None and row.actual is None and row.published != row.forecast
    facts = {
        "key": row.key,
        "label": str(row.label),
        "kind": str(row.kind),
        "state": row.state,
        "stateWords": state_words()[row.state],
        "critical": row.critical and row.actual is None,
        "liveWords": written(row.live) if row.live else _t("no date yet"),
        "baselineWords": written(row.baseline),
        "publishedWords": written(row.published),
    }
    days = {"live": row.live, "baseline": row.baseline, "published": row.published if changed else None}
    return facts | {name: moment(day) for name, day in days.items() if day}


def _signs(lines: list[dict[str, Any]]) -> list[str]:
    """What the legend explains: the signs that occur, in the order of the shapes."""
    states = {line.get("state") for line in lines if "live" in line}
    others = {name for name in ("baseline", "published") if any(name in line for line in lines)}
    critical = {"critical"} if any(line.get("critical") for line in lines) else set()
    return [name for name in (*STATE_SHAPES, *OTHER_SHAPES) if name in states | others | critical]


def state_words() -> dict[str, str]:
    return {
        "achieved": _t("achieved"),
        "late": _t("late"),
        "at_risk": _t("at risk"),
        "on_track": _t("on track"),
        "planned": _t("planned"),
    }


def _other_words() -> dict[str, str]:
    return {"baseline": _t("baseline"), "published": _t("told to the client"), "critical": _t("critical path")}


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


def _headings() -> Spec:
    band = {
        "mark": {"type": "rect", "color": SUNKEN, "aria": False, "height": ROW_HEIGHT - 4},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}},
    }
    words = {
        "mark": {"type": "text", "align": "left", "baseline": "middle", "fontWeight": 650, "fontSize": 12},
        "encoding": {"x": {"value": 8}, "text": {"field": "heading"}},
    }
    return {"transform": [{"filter": "isValid(datum.heading)"}], "layer": [band, words]}


def _separators() -> Spec:
    return {
        "transform": [{"filter": "datum.key != ''"}],
        "mark": {"type": "rule", "color": SUNKEN, "aria": False, "yOffset": ROW_HEIGHT / 2},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}},
    }


def _labels() -> list[Spec]:
    """Left of the plot; above the marks where the screen is narrow."""
    mark = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "yOffset": {"expr": "narrow ? -6 : 0"},
        "fontSize": {"expr": "narrow ? 11 : 12"},
        "limit": {"expr": "narrow ? width - 10 : gutter - 22"},
    }
    none = mark | {"color": INK_SOFT, "fontStyle": "italic", "yOffset": {"expr": "drop"}}
    undated = {"mark": none, "encoding": {"x": {"value": {"expr": "gutter"}}, "text": {"field": "liveWords"}}}
    named = legible(mark, {"x": {"value": 8}, "text": {"field": "label"}})
    return [
        {"transform": [{"filter": "datum.key != ''"}], "layer": named},
        {"transform": [{"filter": "datum.key != '' && !isValid(datum.live)"}]} | undated,
    ]


def legible(mark: dict[str, Any], encoding: dict[str, Any]) -> list[Spec]:
    """Text over lines: once in white with a broad stroke, then itself."""
    behind = mark | {"color": SURFACE, "stroke": SURFACE, "strokeWidth": 4, "strokeJoin": "round", "opacity": 0.85, "aria": False}
    return [{"mark": behind, "encoding": encoding}, {"mark": mark, "encoding": encoding}]


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


def _dependencies(rows: list[GanttRow], place: dict[str, int]) -> Spec:
    """From each predecessor down to the row of its successor, then along to it."""
    by_key = {row.key: row for row in rows}
    points = []
    for row in rows:
        for ahead in (by_key[key] for key in row.dependencies if key in by_key):
            if ahead.live and row.live:
                link = {"link": f"{ahead.key} {row.key}", "critical": ahead.critical and row.critical}
                corners = ((ahead.live, place[ahead.key]), (ahead.live, place[row.key]), (row.live, place[row.key]))
                points += [link | {"step": step, "day": moment(day), "row": number} for step, (day, number) in enumerate(corners)]
    mark = {"type": "line", "strokeWidth": 1, "strokeJoin": "round", "aria": False, "yOffset": {"expr": "drop"}}
    colour = {"condition": {"test": "datum.critical", "value": INK_SOFT}, "value": "#b4bec8"}
    encoding = {"x": {"field": "day", **ALONG}, "detail": {"field": "link"}, "order": {"field": "step"}, "stroke": colour}
    return {"data": {"values": points}, "mark": mark, "encoding": encoding}


def _slips() -> Spec:
    """From where it was promised to where it is now."""
    mark = {"type": "rule", "color": LINE_STRONG, "strokeWidth": 3, "opacity": 0.45, "aria": False, "yOffset": {"expr": "drop"}}
    encoding = {"x": {"field": "baseline", **ALONG}, "x2": {"field": "live"}}
    return {"transform": [{"filter": "isValid(datum.baseline) && isValid(datum.live)"}], "mark": mark, "encoding": encoding}


def _baselines() -> Spec:
    mark = {
        "type": "tick",
        "orient": "vertical",
        "color": INK_SOFT,
        "thickness": 1.5,
        "size": 16,
        "aria": False,
        "yOffset": {"expr": "drop"},
    }
    return {"transform": [{"filter": "isValid(datum.baseline)"}], "mark": mark, "encoding": {"x": {"field": "baseline", **ALONG}}}


def _published() -> Spec:
    """Only where the client was told another date than the plan has now."""
    mark = {
        "type": "point",
        "shape": "circle",
        "size": 60,
        "stroke": PLUM,
        "strokeWidth": 1.75,
        "fill": SURFACE,
        "opacity": 1,
        "yOffset": {"expr": "drop"},
    }
    tooltip = [{"field": "label", "title": _t("Milestone")}, {"field": "publishedWords", "title": _t("Published")}]
    encoding = {"x": {"field": "published", **ALONG}, "tooltip": tooltip}
    return {"transform": [{"filter": "isValid(datum.published)"}], "mark": mark, "encoding": encoding}


def _live(signs: list[str]) -> list[Spec]:
    x = {"field": "live", **ALONG}
    shapes, colours = STATE_SHAPES | OTHER_SHAPES, STATE_COLOURS | OTHER_COLOURS
    legend = {
        "orient": "bottom",
        "title": None,
        "direction": "horizontal",
        "columns": {"expr": "narrow ? 3 : 8"},
        "offset": 26,
        "symbolSize": 110,
        "symbolStrokeWidth": 0,
        "labelExpr": f"({json.dumps(state_words() | _other_words())})[datum.label]",
    }
    tooltip = [
        {"field": "label", "title": _t("Milestone")},
        {"field": "kind", "title": _t("Kind")},
        {"field": "stateWords", "title": _t("State")},
        {"field": "liveWords", "title": _t("Forecast or actual")},
        {"field": "baselineWords", "title": _t("Baseline")},
        {"field": "publishedWords", "title": _t("Published")},
    ]
    mark = {"type": "point", "filled": True, "size": 150, "opacity": 1, "yOffset": {"expr": "drop"}}
    encoding = {
        "x": x,
        "shape": {"field": "state", "scale": {"domain": signs, "range": [shapes[name] for name in signs]}, "legend": legend},
        "color": {"field": "state", "scale": {"domain": signs, "range": [colours[name] for name in signs]}, "legend": legend},
        "tooltip": tooltip,
    }
    halo = {
        "type": "point",
        "shape": DIAMOND,
        "size": 330,
        "filled": False,
        "stroke": INK,
        "strokeWidth": 1.25,
        "aria": False,
        "yOffset": {"expr": "drop"},
    }
    dates = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "dx": 12,
        "fontSize": 11,
        "color": INK_SOFT,
        "yOffset": {"expr": "drop"},
    }
    has_date = [{"filter": "isValid(datum.live)"}]
    return [
        {"transform": [{"filter": "datum.critical && isValid(datum.live)"}], "mark": halo, "encoding": {"x": x}},
        {"transform": has_date, "mark": mark, "encoding": encoding},
        {"transform": has_date, "layer": legible(dates, {"x": x, "text": {"field": "liveWords"}})},
    ]
