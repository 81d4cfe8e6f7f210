"""The plan as a picture: one row per milestone under its phase, what was promised under what is live, and what was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import INK, INK_SOFT, PLUM, SUNKEN, SURFACE, Spec, frame, moment, written
from charts.signs import DIAMOND, promised_point, promised_span, signed, state_words
from charts.timeline import ALONG, bands, legible, time_axis, today_line

ROW_HEIGHT = 36
GUTTER = 290  # where the labels stand; on a narrow screen they stand above the marks instead
LIVE, UNDER = {"expr": "live"}, {"expr": "under"}  # from the middle of the row down to what is live, and to what was promised
DATE_WIDTH = 90  # pixels within which the date told to the client would lie on the words of the live one; they stand after it then
AHEAD = "(scale('x', toDate(datum.published)) - scale('x', toDate(datum.live)))"
NAMED = {"expr": "narrow ? -11 : 0"}


@dataclass(frozen=True)
class GanttRow:
    """A milestone as the chart needs it. state: achieved, late, at_risk, on_track or planned. dependencies: keys of predecessors.

    start and baseline_start: where the work begins that ends with it, for a row that is a bar. For a client give the published date as
    forecast, and no published date.
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
    start: date | None = None
    baseline_start: date | None = None

    @property
    def live(self) -> date | None:
        return self.actual or self.forecast

    @property
    def days(self) -> list[date]:
        return [day for day in (self.start, self.baseline_start, self.baseline, self.live, self.published) if day]


def gantt(rows: Iterable[GanttRow], *, today: date, width: int | str = "container", title: str = "") -> Spec:
    """A Vega-Lite specification. Rows stay in their order; a new phase opens a heading. It reads from 340 to 1400 pixels."""
    rows = list(rows)
    lines = list(_lines(rows))
    place = {line["key"]: line["row"] for line in lines if line["key"]}
    horizontal = time_axis([*(day for row in rows for day in row.days), today])
    return frame(
        title or _t("Milestones: baseline, forecast and actual dates"),
        width,
        height=ROW_HEIGHT * len(lines),
        params=[
            {"name": "narrow", "expr": "width < 620"},
            {"name": "gutter", "expr": f"width < 620 ? 10 : {GUTTER}"},
            {"name": "live", "expr": "width < 620 ? 4 : -4"},
            {"name": "under", "expr": "width < 620 ? 14 : 8"},
        ],
        data={"values": lines},
        encoding={"y": bands(len(lines))},
        layer=[
            *_headings(),
            _separators(),
            *today_line(today, horizontal),
            _dependencies(rows, place),
            *_labels(),
            *_promises(),
            *([_bars()] if any("start" in line for line in lines) else []),
            *([_published()] if any("published" in line for line in lines) else []),  # an empty mark would be an image without words
            *_live(lines),
        ],
    )


def _lines(rows: list[GanttRow]) -> Iterator[dict[str, Any]]:
    number = 0
    for phase, found in groupby(rows, key=lambda row: str(row.phase)):
        below = list(found)
        yield {"row": number, "key": "", "heading": phase, **_phase(below)}
        for place, row in enumerate(below, start=number + 1):
            yield {"row": place, **_line(row)}
        number += len(below) + 1


def _phase(rows: list[GanttRow]) -> dict[str, str]:
    """From the first to the last date under a heading: as they are now, and as they were promised."""
    live = [day for row in rows for day in (row.start, row.live) if day]
    promised = [day for row in rows for day in (row.baseline_start, row.baseline) if day]
    ends = {"from": min(live, default=None), "until": max(live, default=None)}
    ends |= {"promisedFrom": min(promised, default=None), "promisedUntil": max(promised, default=None)}
    return {name: moment(day) for name, day in ends.items() if day}


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
    days |= {"start": row.start if row.live else None, "baselineStart": row.baseline_start if row.baseline else None}
    return facts | {name: moment(day) for name, day in days.items() if day}


def _occurring(lines: list[dict[str, Any]]) -> Iterator[str]:
    """The signs that the legend has to explain."""
    for line in lines:
        if "live" in line and "state" in line:
            yield line["state"]
        if "baseline" in line and "baselineStart" not in line:
            yield "baseline"
        if "baselineStart" in line or "promisedFrom" in line:
            yield "span"
        if "published" in line:
            yield "published"
        if line.get("critical"):
            yield "critical"


def _headings() -> list[Spec]:
    """A band with the name of the phase, and the phase from its first to its last date, promised under live."""
    band = {
        "mark": {"type": "rect", "color": SUNKEN, "aria": False, "height": ROW_HEIGHT - 4},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}},
    }
    bar = {"type": "rect", "height": 7, "color": INK_SOFT, "aria": False, "yOffset": LIVE}
    live = {"mark": bar, "encoding": {"x": {"field": "from", **ALONG}, "x2": {"field": "until"}}}
    promised = promised_span("promisedFrom", "promisedUntil", UNDER)
    words = {
        "mark": {"type": "text", "align": "left", "baseline": "middle", "fontWeight": 650, "fontSize": 12, "yOffset": NAMED},
        "encoding": {"x": {"value": 8}, "text": {"field": "heading"}},
    }
    return [
        {"transform": [{"filter": "isValid(datum.heading)"}]} | band,
        {"transform": [{"filter": "isValid(datum.from)"}]} | live,
        {"transform": [{"filter": "isValid(datum.promisedFrom)"}]} | promised,
        {"transform": [{"filter": "isValid(datum.heading)"}]} | words,
    ]


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
        "yOffset": NAMED,
        "fontSize": {"expr": "narrow ? 11 : 12"},
        "limit": {"expr": "narrow ? width - 10 : gutter - 22"},
    }
    none = mark | {"color": INK_SOFT, "fontStyle": "italic", "yOffset": LIVE}
    undated = {"mark": none, "encoding": {"x": {"value": {"expr": "gutter"}}, "text": {"field": "liveWords"}}}
    named = legible(mark, {"x": {"value": 8}, "text": {"field": "label"}})
    return [
        {"transform": [{"filter": "datum.key != ''"}], "layer": named},
        {"transform": [{"filter": "datum.key != '' && !isValid(datum.live)"}]} | undated,
    ]


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
    mark = {"type": "line", "strokeWidth": 1, "strokeJoin": "round", "aria": False, "yOffset": LIVE}
    colour = {"condition": {"test": "datum.critical", "value": INK_SOFT}, "value": "#b4bec8"}
    encoding = {"x": {"field": "day", **ALONG}, "detail": {"field": "link"}, "order": {"field": "step"}, "stroke": colour}
    return {"data": {"values": points}, "mark": mark, "encoding": encoding}


def _promises() -> list[Spec]:
    """Under what is live: where a point was promised and the way from there, or how long a bar was promised to last."""
    point = "isValid(datum.baseline) && !isValid(datum.baselineStart)"
    return [
        {"transform": [{"filter": "isValid(datum.baselineStart)"}]} | promised_span("baselineStart", "baseline", UNDER),
        {"transform": [{"filter": point}], "layer": promised_point("baseline", "live", UNDER)},
    ]


def _bars() -> Spec:
    """Work that takes time, as it is expected."""
    mark = {"type": "rect", "height": 9, "color": INK_SOFT, "opacity": 0.42, "aria": False, "yOffset": LIVE}
    encoding = {"x": {"field": "start", **ALONG}, "x2": {"field": "live"}}
    return {"transform": [{"filter": "isValid(datum.start)"}], "mark": mark, "encoding": encoding}


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
        "yOffset": LIVE,
    }
    tooltip = [{"field": "label", "title": _t("Milestone")}, {"field": "publishedWords", "title": _t("Published")}]
    encoding = {"x": {"field": "published", **ALONG}, "tooltip": tooltip}
    return {"transform": [{"filter": "isValid(datum.published)"}], "mark": mark, "encoding": encoding}


def _live(lines: list[dict[str, Any]]) -> list[Spec]:
    x = {"field": "live", **ALONG}
    tooltip = [
        {"field": "label", "title": _t("Milestone")},
        {"field": "kind", "title": _t("Kind")},
        {"field": "stateWords", "title": _t("State")},
        {"field": "liveWords", "title": _t("Forecast or actual")},
        {"field": "baselineWords", "title": _t("Baseline")},
        {"field": "publishedWords", "title": _t("Published")},
    ]
    mark = {"type": "point", "filled": True, "size": 150, "opacity": 1, "yOffset": LIVE}
    encoding = {
        "x": x,
        **signed(_occurring(lines)),
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
        "yOffset": LIVE,
    }
    dates = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "dx": {"expr": f"isValid(datum.published) && {AHEAD} > 0 && {AHEAD} < {DATE_WIDTH} ? {AHEAD} + 10 : 12"},
        "fontSize": 11,
        "color": INK_SOFT,
        "yOffset": LIVE,
    }
    has_date = [{"filter": "isValid(datum.live)"}]
    return [
        {"transform": [{"filter": "datum.critical && isValid(datum.live)"}], "mark": halo, "encoding": {"x": x}},
        {"transform": has_date, "mark": mark, "encoding": encoding},
        {"transform": has_date, "layer": legible(dates, {"x": x, "text": {"field": "liveWords"}})},
    ]
