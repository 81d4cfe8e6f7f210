"""Who has which vessel when: a row per vessel under its site, a bar per booking, closed days behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import ACCENT, BAD, INK_SOFT, LINE, LINE_STRONG, PLUM, QUIET, SUNKEN, WARN, Spec, frame, moment
from charts.signs import legend, scale
from charts.timeline import ALONG, bands, legible, time_axis, today_line

ROW_HEIGHT = 40
GUTTER = 230  # where the vessels stand; on a narrow screen they stand above the bars instead
BAR_HEIGHT = 18
EDGE = 12  # behind the last day
ONE_DAY = timedelta(days=1)

# Signs as paths, so that black and white tells what the colour tells. A hole runs against the outline.
SQUARE = "M-0.8,-0.8L0.8,-0.8L0.8,0.8L-0.8,0.8Z"
SIGNS = {
    "firm": SQUARE,
    "tentative": f"{SQUARE}M-0.5,-0.5L-0.5,0.5L0.5,0.5L0.5,-0.5Z",
    "upkeep": "M-0.3,-1L0.3,-1L0.3,-0.3L1,-0.3L1,0.3L0.3,0.3L0.3,1L-0.3,1L-0.3,0.3L-1,0.3L-1,-0.3L-0.3,-0.3Z",
    "moved": "M-1,-0.35L0.1,-0.35L0.1,-0.9L1,0L0.1,0.9L0.1,0.35L-1,0.35Z",
    "conflict": "M0,-1L1.05,0.85L-1.05,0.85ZM-0.13,-0.4L-0.13,0.25L0.13,0.25L0.13,-0.4ZM-0.13,0.4L-0.13,0.65L0.13,0.65L0.13,0.4Z",
    "closed": "M-1,-0.6L1,-0.6L1,0.6L-1,0.6Z",
}
COLOURS = {"firm": ACCENT, "tentative": QUIET, "upkeep": PLUM, "moved": WARN, "conflict": BAD, "closed": LINE_STRONG}


@dataclass(frozen=True)
class Bar:
    """A booking, first and last day included. state: firm, tentative, upkeep, moved or conflict; link: its page, "" for none."""

    label: str
    first: date
    last: date
    state: str
    firm: bool
    days: str
    standing: str | Promise
    remarks: str = ""
    link: str = ""


@dataclass(frozen=True)
class Closed:
    first: date
    last: date
    words: str


@dataclass(frozen=True)
class VesselRow:
    """Rows of one site follow each other; `closed` are the days on which it does not work."""

    site: str
    label: str
    words: str = ""
    bars: Sequence[Bar] = field(default=())
    closed: Sequence[Closed] = field(default=())


def occupancy(rows: Iterable[VesselRow], *, first: date, last: date, today: date, width: int | str = "container") -> Spec:
    """A Vega-Lite specification of the days from `first` to `last`, both included. It reads from 340 to 1400 pixels."""
    rows = list(rows)
    lines, bars, closed = _laid_out(rows, first, last)
    return frame(
        _t("Vessels: who has which, and when"),
        width,
        height=ROW_HEIGHT * max(len(lines), 1),
        params=[
            {"name": "narrow", "expr": "width < 620"},
            {"name": "gutter", "expr": f"width < 620 ? 10 : {GUTTER}"},
            {"name": "drop", "expr": "width < 620 ? 8 : 0"},
        ],
        data={"values": lines},
        encoding={"y": bands(len(lines))},
        layer=[
            *([_closed(closed)] if closed else []),  # an empty mark would be an image without words
            *_headings(),
            _separators(),
            *(today_line(today, ALONG) if first <= today <= last else []),
            *_names(),
            *_bars(bars, closed, _axis(first, last)),
        ],
    )


def _axis(first: date, last: date) -> Spec:
    """The axis of the other plans, from edge to edge of the chosen days."""
    axis = time_axis([first, last])
    reach = [{"expr": "gutter"}, {"expr": f"width - {EDGE}"}]
    return axis | {"scale": {"type": "utc", "domain": [moment(first), moment(last + ONE_DAY)], "range": reach}}


def _laid_out(rows: list[VesselRow], first: date, last: date) -> tuple[list[Spec], list[Spec], list[Spec]]:
    """The lines of the picture, and what stands in them. Bookings that overlap get a line each, so that none hides another."""
    lines: list[Spec] = []
    bars: list[Spec] = []
    closed: list[Spec] = []
    site = None
    for row in rows:
        if row.site != site:
            site = row.site
            lines.append({"row": len(lines), "heading": site})
        for number, lane in enumerate(_lanes(row.bars)):
            line = len(lines)
            lines.append({"row": line, "vessel": "" if number else row.label, "words": "" if number else row.words})
            bars += [_bar(each, line, row.label, first, last) for each in lane]
            closed += [_span(each.first, each.last, first, last) | {"row": line, "words": each.words} for each in row.closed]
    return lines, bars, closed


def _lanes(bars: Sequence[Bar]) -> list[list[Bar]]:
    """As few lines as keep overlapping bars apart; one where there is nothing."""
    lanes: list[list[Bar]] = [[]]
    for bar in sorted(bars, key=lambda each: (each.first, each.last)):
        free = next((lane for lane in lanes if not lane or lane[-1].last < bar.first), None)
        if free is None:
            lanes.append([bar])
        else:
            free.append(bar)
    return lanes


def _span(begin: date, end: date, first: date, last: date) -> Spec:
    """What of it lies in the picture; a day ends where the next begins."""
    return {"start": moment(max(begin, first)), "end": moment(min(end, last) + ONE_DAY)}


def _bar(bar: Bar, line: int, vessel: str, first: date, last: date) -> Spec:
    told = {"vesselName": vessel, "label": bar.label, "days": bar.days, "standing": str(bar.standing), "remarks": bar.remarks or "–"}
    told["words"] = f"{vessel}, {bar.days}: {bar.label}, {bar.standing}. {bar.remarks}".strip()
    return {"row": line, "state": bar.state, "firm": bar.firm, "link": bar.link, **_span(bar.first, bar.last, first, last), **told}


def _closed(closed: list[Spec]) -> Spec:
    tooltip = [{"field": "words", "title": _t("Closed")}]
    encoding = {"x": {"field": "start", **ALONG}, "x2": {"field": "end"}, "tooltip": tooltip}
    return {"data": {"values": closed}, "mark": {"type": "rect", "color": LINE, "opacity": 0.75}, "encoding": encoding}


def _headings() -> list[Spec]:
    band = {
        "mark": {"type": "rect", "color": SUNKEN, "aria": False, "height": ROW_HEIGHT - 12},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}},
    }
    words = {
        "mark": {"type": "text", "align": "left", "baseline": "middle", "fontWeight": 650},
        "encoding": {"x": {"value": 8}, "text": {"field": "heading"}},
    }
    return [{"transform": [{"filter": "isValid(datum.heading)"}], "layer": [band, words]}]


def _separators() -> Spec:
    """Over each vessel, not between the lines of one."""
    return {
        "transform": [{"filter": "isValid(datum.vessel) && datum.vessel != ''"}],
        "mark": {"type": "rule", "color": SUNKEN, "aria": False, "yOffset": -ROW_HEIGHT / 2},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}},
    }


def _names() -> list[Spec]:
    """Tag over what it is, left of the bars; on a narrow screen the tag alone above them."""
    mark = {"type": "text", "align": "left", "baseline": "middle", "limit": {"expr": "narrow ? width - 10 : gutter - 16"}}
    tag = mark | {"yOffset": {"expr": "narrow ? -12 : -7"}, "fontSize": {"expr": "narrow ? 11 : 12"}, "fontWeight": 600}
    words = mark | {"yOffset": 8, "fontSize": 11, "color": INK_SOFT, "opacity": {"expr": "narrow ? 0 : 1"}}
    named = [{"filter": "isValid(datum.vessel) && datum.vessel != ''"}]
    return [
        {"transform": named, "layer": legible(tag, {"x": {"value": 8}, "text": {"field": "vessel"}})},
        {"transform": named, "mark": words, "encoding": {"x": {"value": 8}, "text": {"field": "words"}}},
    ]


def _bars(bars: list[Spec], closed: list[Spec], horizontal: Spec) -> list[Spec]:
    """Firm ones filled, tentative ones dashed; sign and words inside, cut where the bar ends.

    The layer of the signs tells scale and axis: one that reaches from day to day would be taken for two of them.
    """
    signs = list(_occurring(bars, closed))
    x: Spec = {"field": "start", **ALONG}
    href: Spec = {"href": {"field": "link"}} if any(bar["link"] for bar in bars) else {}
    tooltip = [
        {"field": "vesselName", "title": _t("Vessel")},
        {"field": "label", "title": _t("For")},
        {"field": "days", "title": _t("Days")},
        {"field": "standing", "title": _t("Standing")},
        {"field": "remarks", "title": _t("Remark")},
    ]
    dashes = {"expr": "datum.firm ? [1, 0] : [4, 3]"}
    rect = {"type": "rect", "height": BAR_HEIGHT, "cornerRadius": 2, "strokeWidth": 1.25, "strokeDash": dashes, "yOffset": {"expr": "drop"}}
    told = legend(sign_words(), "narrow ? 3 : 8")
    look: Spec = {
        "color": scale(signs, COLOURS, told),
        "stroke": scale(signs, COLOURS, told),
        "fillOpacity": {"condition": {"test": "datum.firm", "value": 0.3}, "value": 0.06},
        "description": {"field": "words"},
    }
    length = "(scale('x', toDate(datum.end)) - scale('x', toDate(datum.start)))"
    middle = {"expr": f"min(11, {length} / 2)"}
    sign = {"type": "point", "filled": True, "size": 60, "opacity": 1, "xOffset": middle, "yOffset": {"expr": "drop"}, "aria": False}
    words = {"type": "text", "align": "left", "baseline": "middle", "dx": 20, "fontSize": 11, "yOffset": {"expr": "drop"}}
    inside = words | {"limit": {"expr": f"max({length} - 24, 1)"}, "opacity": {"expr": f"{length} > 48 ? 1 : 0"}, "aria": False}
    shape = {"shape": scale(signs, SIGNS, told), "color": scale(signs, COLOURS, told)}
    data: Spec = {"data": {"values": bars}}
    marked = data | {"mark": sign, "encoding": {"x": {"field": "start", **horizontal}, **shape, "tooltip": tooltip, **href}}
    if not bars:
        return [marked]
    return [
        data | {"mark": rect, "encoding": {"x": x, "x2": {"field": "end"}, **look, "tooltip": tooltip, **href}},
        marked,
        data | {"mark": inside, "encoding": {"x": x, "text": {"field": "label"}, "tooltip": tooltip, **href}},
    ]


def _occurring(bars: list[Spec], closed: list[Spec]) -> Iterator[str]:
    """What the legend explains: the signs that occur, in their order."""
    states = {bar["state"] for bar in bars} | ({"closed"} if closed else set())
    return (name for name in SIGNS if name in states)


def sign_words() -> dict[str, str]:
    return {
        "firm": _t("firm"),
        "tentative": _t("tentative"),
        "upkeep": _t("upkeep"),
        "moved": _t("its plan has moved"),
        "conflict": _t("conflict"),
        "closed": _t("site closed"),
    }
