"""Many projects as one picture: a row each, its phases as bars and its gates and contract dates as marks, over what was promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import INK, INK_SOFT, SUNKEN, Spec, frame, moment, written
from charts.signs import DIAMOND, OTHER_SHAPES, STATE_SHAPES, promised_point, promised_span, signed, state_words
from charts.timeline import ALONG, bands, legible, time_axis, today_line

ROW_HEIGHT = 62
GUTTER = 290  # where the names stand; on a narrow screen they stand above the bars instead
BAR_HEIGHT = 13
CROWDED = 16  # pixels between two gates, of which then only the first is named; its mark says what the other one is
# From the middle of the row down to what is live, to the bars once promised and to the marks once promised.
LIVE, UNDER_BARS, UNDER_MARKS = {"expr": "live"}, {"expr": "live + 11"}, {"expr": "live + 18"}
SIGNS = (*STATE_SHAPES, *(name for name in OTHER_SHAPES if name != "published"))  # of no page of projects is the legend shorter


@dataclass(frozen=True)
class Stretch:
    """A phase in time. state: achieved, late, at_risk, on_track or planned; promised: the same stretch by the baseline."""

    phase: str | Promise
    start: date
    end: date
    state: str = "planned"
    promised: tuple[date, date] | None = None


@dataclass(frozen=True)
class Mark:
    """A gate or contract milestone at its actual or forecast date. short: what is written over it, a gate's number."""

    label: str | Promise
    on: date
    state: str = "planned"
    kind: str | Promise = ""
    short: str = ""
    baseline: date | None = None
    critical: bool = False


@dataclass(frozen=True)
class ProjectRow:
    code: str
    label: str | Promise
    words: str | Promise = ""
    stretches: Sequence[Stretch] = field(default=())
    marks: Sequence[Mark] = field(default=())


def portfolio_gantt(rows: Iterable[ProjectRow], *, today: date, width: int | str = "container", title: str = "") -> Spec:
    """A Vega-Lite specification. Rows stay in their order. It reads from 340 to 1400 pixels."""
    rows = list(rows)
    horizontal = time_axis([*_dates(rows), today])
    names = [{"row": number, "code": row.code, "label": str(row.label), "words": str(row.words)} for number, row in enumerate(rows)]
    return frame(
        title or _t("Projects: phases, gates and contract dates against their baseline"),
        width,
        height=ROW_HEIGHT * max(len(rows), 1),
        params=[
            {"name": "narrow", "expr": "width < 620"},
            {"name": "gutter", "expr": f"width < 620 ? 10 : {GUTTER}"},
            {"name": "live", "expr": "width < 620 ? 7 : -3"},
        ],
        data={"values": names},
        encoding={"y": bands(len(rows))},
        layer=[_separators(), *today_line(today, horizontal), *_names(), *_bars(rows), *_marks(rows)],
    )


def _dates(rows: list[ProjectRow]) -> Iterator[date]:
    for row in rows:
        for stretch in row.stretches:
            yield from (stretch.start, stretch.end, *(stretch.promised or ()))
        for mark in row.marks:
            yield from filter(None, (mark.on, mark.baseline))


def _separators() -> Spec:
    return {
        "mark": {"type": "rule", "color": SUNKEN, "aria": False, "yOffset": ROW_HEIGHT / 2},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}},
    }


def _names() -> list[Spec]:
    """Code and compound over the client, left of the bars; on a narrow screen one line above them."""
    mark = {"type": "text", "align": "left", "baseline": "middle", "limit": {"expr": "narrow ? width - 10 : gutter - 22"}}
    first = mark | {"yOffset": {"expr": "narrow ? -23 : -8"}, "fontSize": {"expr": "narrow ? 11 : 12"}, "fontWeight": 600}
    second = mark | {"yOffset": 9, "fontSize": 11, "color": INK_SOFT, "opacity": {"expr": "narrow ? 0 : 1"}}
    return [
        {
            "transform": [{"calculate": "datum.code + '  ' + datum.label", "as": "name"}],
            "layer": legible(first, {"x": {"value": 8}, "text": {"field": "name"}}),
        },
        {"mark": second, "encoding": {"x": {"value": 8}, "text": {"field": "words"}}},
    ]


def _bars(rows: list[ProjectRow]) -> list[Spec]:
    """The stretch as it is expected, and under it as it was promised."""
    live = [_stretch(number, row, each) for number, row in enumerate(rows) for each in row.stretches]
    promised = [each for each in live if "promisedStart" in each]
    tooltip = [
        {"field": "project", "title": _t("Project")},
        {"field": "phase", "title": _t("Phase")},
        {"field": "stateWords", "title": _t("State")},
        {"field": "liveWords", "title": _t("Expected")},
        {"field": "promisedWords", "title": _t("Baseline")},
    ]
    bar = {"type": "rect", "height": BAR_HEIGHT, "opacity": 0.42, "stroke": "#ffffff", "strokeWidth": 1, "yOffset": LIVE}
    promise = promised_span("promisedStart", "promisedEnd", UNDER_BARS)
    return [
        {
            "data": {"values": live},
            "mark": bar,
            "encoding": {"x": {"field": "start", **ALONG}, "x2": {"field": "end"}, "color": signed(SIGNS)["color"], "tooltip": tooltip},
        },
        {"data": {"values": promised}} | promise,
    ]


def _stretch(number: int, row: ProjectRow, each: Stretch) -> dict[str, Any]:
    values = {
        "row": number,
        "project": row.code,
        "phase": str(each.phase),
        "state": each.state,
        "stateWords": state_words()[each.state],
        "start": moment(each.start),
        "end": moment(each.end),
        "liveWords": _between(each.start, each.end),
        "promisedWords": _between(*each.promised) if each.promised else "–",
    }
    if each.promised:
        values |= {"promisedStart": moment(each.promised[0]), "promisedEnd": moment(each.promised[1])}
    return values


def _between(start: date, end: date) -> str:
    return f"{written(start)} – {written(end)}"


def _marks(rows: list[ProjectRow]) -> list[Spec]:
    values = [_mark(number, row, each) for number, row in enumerate(rows) for each in row.marks]
    tooltip = [
        {"field": "project", "title": _t("Project")},
        {"field": "label", "title": _t("Milestone")},
        {"field": "kind", "title": _t("Kind")},
        {"field": "stateWords", "title": _t("State")},
        {"field": "liveWords", "title": _t("Forecast or actual")},
        {"field": "baselineWords", "title": _t("Baseline")},
    ]
    x = {"field": "on", **ALONG}
    point = {"type": "point", "filled": True, "size": 130, "opacity": 1, "yOffset": LIVE}
    halo = {"type": "point", "shape": DIAMOND, "size": 290, "filled": False, "stroke": INK, "strokeWidth": 1.25, "aria": False}
    short = {"type": "text", "fontSize": 10, "fontWeight": 600, "baseline": "bottom", "yOffset": {"expr": "live - 9"}, "aria": False}
    short["text"] = {"expr": f"isValid(datum.before) && {_pixels('before')} < {CROWDED} ? '' : datum.short"}
    promised = [each for each in values if "promised" in each]
    return [
        {"data": {"values": promised}, "layer": promised_point("promised", "on", UNDER_MARKS)},
        {
            "data": {"values": [each for each in values if each["critical"]]},
            "mark": halo | {"yOffset": LIVE},
            "encoding": {"x": x},
        },
        {
            "data": {"values": values},
            "mark": point,
            "encoding": {"x": x, **signed(SIGNS), "tooltip": tooltip},
        },
        {"data": {"values": list(_named(values))}, "layer": legible(short, {"x": x})},
    ]


def _pixels(before: str) -> str:
    """From the mark that the field names to this one."""
    return f"(scale('x', toDate(datum.on)) - scale('x', toDate(datum.{before})))"


def _named(values: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """In the order of their days; `before` is the day of the one before it in its row."""
    before: dict[int, str] = {}
    for each in sorted((each for each in values if each["short"]), key=lambda each: each["on"]):
        yield {**each, **({"before": before[each["row"]]} if each["row"] in before else {})}
        before[each["row"]] = each["on"]


def _mark(number: int, row: ProjectRow, each: Mark) -> dict[str, Any]:
    return {
        "row": number,
        "project": row.code,
        "label": str(each.label),
        "kind": str(each.kind),
        "short": each.short,
        "state": each.state,
        "stateWords": state_words()[each.state],
        "on": moment(each.on),
        "liveWords": written(each.on),
        "baselineWords": written(each.baseline),
        "critical": each.critical,
        **({"promised": moment(each.baseline)} if each.baseline else {}),
    }
