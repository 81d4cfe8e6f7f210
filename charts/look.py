"""What all our charts share: colours, fonts, dates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format

Spec = dict[str, Any]

FONTS = "Inter, Noto Sans, Noto Sans SC, sans-serif"  # page, PDF, Chinese; each renderer takes the first it has

# The colours of static/css/tokens.css; each has a contrast of 4.5:1 on white.
INK, INK_SOFT, LINE, SUNKEN, SURFACE = "#1b2530", "#4f5d6b", "#d9dfe5", "#eef1f4", "#ffffff"
ACCENT, GOOD, WARN, BAD, QUIET, PLUM = "#16598c", "#1a6b3c", "#8a4b00", "#a9211a", "#4f5d6b", "#6a3d84"
LINE_STRONG = "#8593a1"


def frame(description: str, width: int | str, **parts: Any) -> Spec:
    """A specification with our look. width: pixels, or "container" for the width of the element that it is drawn in."""
    axis = {"labelColor": INK_SOFT, "titleColor": INK_SOFT, "domainColor": LINE, "tickColor": LINE, "gridColor": LINE, "labelFontSize": 11}
    return {
        "description": description,
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": None,
        "padding": 4,
        "config": {
            "font": FONTS,
            "view": {"stroke": None},
            "axis": axis,
            "text": {"color": INK, "fontSize": 12},
            "legend": {"labelColor": INK, "labelFontSize": 11, "titleColor": INK_SOFT, "titleFontSize": 11},
        },
        **parts,
    }


def moment(day: date) -> str:
    """A date as Vega reads it. Always UTC, so that no reader's time zone moves it to the day before."""
    return f"{day.isoformat()}T00:00:00Z"


def written(day: date | None) -> str:
    """12 Mar 2026, in the active language; a dash for none."""
    return date_format(day) if day else "–"
