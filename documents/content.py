"""Building blocks for `build_context`: values that JSON can hold and the partials of `templates/documents/` can print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

EMPTY = "–"
MARK = re.compile(r"^(?:[\s•]|-+(?=\s))*")  # what a list puts before a line
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Column:
    """A column of a printed table: its label, its share of the width in percent, "right" for numbers."""

    label: str
    width: int
    align: str = "left"


def day(value: date | None) -> str:
    """12 Mar 2026: never mistaken for another order of day and month."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if value else EMPTY


def moment(value: datetime | None) -> str:
    """12 Mar 2026 14:05 UTC: a document has no reader's time zone, so it prints UTC."""
    if value is None:
        return EMPTY
    utc = value.astimezone(UTC)
    return f"{day(utc.date())} {utc:%H:%M} UTC"


def cell(value: Any) -> str:
    """A value as a printed cell: a missing one is a dash, a number keeps its digits and groups its thousands."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def shortest(value: Decimal | None) -> Decimal | None:
    """The number without the zeros that its column adds (2000.000 → 2000): for quantities that people typed."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def data_table(columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, caption: str = "", empty: str = "") -> dict[str, Any]:
    """A table for `documents/_table.html`. Raises ValueError when a row has other columns than the head or the widths are not 100 %."""
    if sum(column.width for column in columns) != 100:
        raise ValueError("The widths of the columns must add up to 100.")
    printed = [[cell(value) for value in row] for row in rows]
    if any(len(row) != len(columns) for row in printed):
        raise ValueError("A row has another number of cells than the table has columns.")
    return {
        "caption": str(caption),
        "empty": str(empty),
        "columns": [asdict(column) | {"label": str(column.label)} for column in columns],
        "rows": printed,
    }


def key_values(*pairs: tuple[Any, Any]) -> list[dict[str, str]]:
    """Pairs for `documents/_key_values.html`."""
    return [{"label": str(label), "value": cell(value)} for label, value in pairs]


def numbered(text: str) -> list[str]:
    """What was written line by line, for `documents/_numbered.html`: the document numbers it. A dash before a word is a part of it."""
    return [MARK.sub("", line).rstrip() for line in text.splitlines() if line.strip(" -•\t")]
