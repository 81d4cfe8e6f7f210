"""Win rate and turnaround over time: two panels over the same quarters, so that one is read against the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _t

from charts.look import INK_SOFT, LINE_STRONG, Spec, frame
from charts.picture import Picture
from charts.trend import columns

PANEL, GAP = 96, 44


@dataclass(frozen=True)
class Quarter:
    """won, decided: offers that a client answered in it. turnaround_days: from request to quotation, None where none was sent."""

    label: str
    won: int
    decided: int
    turnaround_days: float | None


def bids(quarters: Iterable[Quarter], *, title: str = "", width: int | str = "container") -> Picture:
    """A bar for each quarter in both panels; one without a number keeps its place and says so."""
    values = [_value(each) for each in quarters]
    x = {
        "field": "label",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": True, "ticks": False, "domainColor": LINE_STRONG},
    }
    upper = [GAP + PANEL - 20, GAP - 6]
    lower = [2 * (GAP + PANEL) - 20, 2 * GAP + PANEL - 6]
    longest = max((value["days"] for value in values), default=0) or 1
    spec = frame(
        title or _t("Win rate, and days from request to quotation"),
        width,
        height=lower[0],
        data={"values": values},
        encoding={"x": x},
        layer=[
            *columns("share", "sharePercent", _t("Win rate (%)"), {"domain": [0, 100], "range": upper}),
            *columns("days", "daysWords", _t("Days to the quotation"), {"domain": [0, longest], "range": lower}),
            _ground(upper[0]),
            _heading(_t("Offers won, of those answered (%)"), 0),
            _heading(_t("Days from request to quotation"), GAP + PANEL),
        ],
        resolve={"scale": {"y": "independent"}},
    )
    head = (_t("Quarter"), _t("Won of answered"), _t("Win rate"), _t("Days to the quotation"))
    return Picture(spec, head, tuple((value["label"], value["counted"], value["shareWords"], value["daysWords"]) for value in values))


def _value(quarter: Quarter) -> Spec:
    share = 100 * quarter.won / quarter.decided if quarter.decided else None
    days = quarter.turnaround_days
    return {
        "label": quarter.label,
        "share": share or 0,
        "sharePercent": "–" if share is None else f"{share:.0f}",  # of many quarters on a phone the sign has no room
        "shareWords": "–" if share is None else f"{share:.0f} %",
        "counted": _t("%(won)s of %(decided)s") % {"won": quarter.won, "decided": quarter.decided},
        "days": days or 0,
        "daysWords": "–" if days is None else f"{days:g}",
    }


def _ground(top: int) -> Spec:
    """What the upper bars stand on; the lower ones have the axis."""
    place = {"x": {"value": 0}, "x2": {"value": "width"}, "y": {"value": top}}
    return {"data": {"values": [{}]}, "mark": {"type": "rule", "color": LINE_STRONG, "aria": False}, "encoding": place}


def _heading(words: str, top: int) -> Spec:
    mark = {"type": "text", "align": "left", "baseline": "top", "fontSize": 11, "fontWeight": 600, "color": INK_SOFT, "aria": False}
    place = {"x": {"value": 0}, "y": {"value": top}}
    return {"data": {"values": [{"words": words}]}, "mark": mark, "encoding": {**place, "text": {"field": "words"}}}
