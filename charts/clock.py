"""The clock of an enquiry: how long each department has worked on it, and how long it has waited for the client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import Spec
from charts.picture import Picture
from charts.rows import HOLLOW, along, bar, beside, filled_or_hollow, of_rows

ROOM = 190  # for the words behind the bar


@dataclass(frozen=True)
class Hand:
    """A department, or the enquiry as a whole. words: what stands behind its bar ("9 days, open"); days may be parts of one."""

    label: str | Promise
    work_days: float
    client_days: float
    words: str


def clock(hands: Iterable[Hand], *, title: str = "", width: int | str = "container") -> Picture:
    """A row for each, in their order: work filled, waiting for the client hollow behind it."""
    hands = list(hands)
    spec = of_rows(title or _t("Days of this enquiry by department"), width, [str(each.label) for each in hands], _layers(hands))
    head = (_t("Department"), _t("Days of work"), _t("Days waiting for the client"), _t("Standing"))
    rows = tuple((str(each.label), f"{each.work_days:g}", f"{each.client_days:g}", each.words) for each in hands)
    return Picture(spec, head, rows)


def _layers(hands: list[Hand]) -> list[Spec]:
    if not hands:
        return []
    longest = max(each.work_days + each.client_days for each in hands)
    x = {"field": "start", **along([0, longest], left=0, right=ROOM)}
    kinds = {"work": _t("with the department"), "client": _t("waiting for the client")}
    values = [value for row, each in enumerate(hands) for value in _stretches(row, each, kinds)]
    ends = [{"row": row, "end": each.work_days + each.client_days, "words": each.words} for row, each in enumerate(hands)]
    tooltip = [
        {"field": "label", "title": _t("Department")},
        {"field": "kind", "title": _t("Time")},
        {"field": "days", "title": _t("Days")},
    ]
    encoding = {
        "x": x,
        "x2": {"field": "end"},
        "fill": filled_or_hollow("kind", kinds),
        "tooltip": tooltip,
        "description": {"field": "told"},
    }
    return [
        {"data": {"values": values}, "mark": bar(**HOLLOW), "encoding": encoding},
        {"data": {"values": ends}, **beside("words", "end")},
    ]


def _stretches(row: int, hand: Hand, kinds: dict[str, str]) -> Iterator[Spec]:
    """No bar for no time."""
    start = 0.0
    for kind, days in (("work", hand.work_days), ("client", hand.client_days)):
        if days:
            told = {"label": str(hand.label), "kind": kinds[kind], "days": f"{days:g}", "told": f"{hand.label}, {kinds[kind]}: {days:g}"}
            yield {"row": row, "start": start, "end": start + days, **told}
        start += days
