"""The pipeline: how many enquiries reached each stage, and which share of the stage before that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _t

from charts.look import ACCENT, Spec
from charts.picture import Picture
from charts.rows import HOLLOW, along, bar, beside, of_rows

ROOM = 190  # for the words behind the bar


@dataclass(frozen=True)
class Stage:
    """value: what the enquiries there are worth, in words; "" where nobody knows."""

    label: str | Promise
    number: int
    value: str = ""


def funnel(stages: Iterable[Stage], *, title: str = "", width: int | str = "container") -> Picture:
    """The stages from first to last. A stage after an empty one has no share: nothing could have come through."""
    stages = list(stages)
    shares = [_share(before, each) for before, each in zip([None, *stages], stages, strict=False)]
    spec = of_rows(title or _t("Enquiries by stage"), width, [str(each.label) for each in stages], _layers(stages, shares))
    head = (_t("Stage"), _t("Enquiries"), _t("Of the stage before"), _t("Value"))
    rows = tuple((str(each.label), str(each.number), share or "–", each.value or "–") for each, share in zip(stages, shares, strict=True))
    return Picture(spec, head, rows)


def _share(before: Stage | None, stage: Stage) -> str:
    return f"{100 * stage.number / before.number:.0f} %" if before and before.number else ""


def _layers(stages: list[Stage], shares: list[str]) -> list[Spec]:
    if not stages:
        return []
    values = [_bar(row, each, share) for row, (each, share) in enumerate(zip(stages, shares, strict=True))]
    x = {"field": "none", **along([0, max(each.number for each in stages)], left=0, right=ROOM)}
    tooltip = [{"field": "label", "title": _t("Stage")}, {"field": "words", "title": _t("Enquiries")}]
    return [
        {
            "data": {"values": values},
            "mark": bar(fill=ACCENT, **HOLLOW),
            "encoding": {"x": x, "x2": {"field": "number"}, "tooltip": tooltip, "description": {"field": "told"}},
        },
        {"data": {"values": values}, **beside("counted", "number", dy={"expr": "datum.value ? -6 : 0"})},
        {"data": {"values": values}, **beside("value", "number", dy=7)},
    ]


def _bar(row: int, stage: Stage, share: str) -> Spec:
    """What it is worth stands under its number, for which one line has no room."""
    counted = " · ".join(filter(None, [str(stage.number), share and _t("%(share)s of the stage before") % {"share": share}]))
    told = {"label": str(stage.label), "counted": counted, "value": stage.value, "words": " · ".join(filter(None, [counted, stage.value]))}
    return {"row": row, "none": 0, "number": stage.number, **told, "told": f"{stage.label}: {told['words']}"}
