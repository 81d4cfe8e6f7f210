"""A worksheet on paper: the table that the templates of documents print, and one row as pairs of heading and words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from accounts.currencies import is_too_fine, minor_unit
from worksheets.bound import Bound
from worksheets.showing import NUMBERS, words_for

EMPTY = "–"
NARROWEST, WIDEST, USUAL = 6, 30, 10  # letters


def printed_table(
    bound: Bound, *, names: Sequence[str] = (), caption: str = "", empty: str = "", to_the_cent: bool = False
) -> dict[str, Any]:
    """For `documents/_table.html`: plain values, so that a snapshot can hold them. The totals are its last row.

    names: the columns that are printed, in their order; without them all of the sheet's. to_the_cent: money has all decimals of its
    currency, as whoever is to pay it reads it; what is finer keeps its own.
    """
    described = {column["name"]: column for column in bound.columns()}
    columns = [described[name] for name in names or described]
    rows, totals = bound.whole(bound.rows())
    full = {column.name for column in bound.sheet.columns if column.money and to_the_cent}
    kept = [_in_full(row["values"], full, bound.currency) for row in rows]
    totals = _in_full(totals, full, bound.currency)
    printed = [[words_for(column, row[column["name"]]) or EMPTY for column in columns] for row in kept]
    if rows and any(column["name"] in totals for column in columns):
        printed.append([words_for(column, totals.get(column["name"])) for column in columns])
    widths = shares([letters_of(column["heading"], column["width"] or USUAL) for column in columns])
    return {
        "caption": caption or str(bound.sheet.title),
        "empty": empty,
        "columns": [
            {"label": column["heading"], "width": width, "align": "right" if column["kind"] in NUMBERS else "left"}
            for column, width in zip(columns, widths, strict=True)
        ],
        "rows": printed,
    }


def _in_full(values: Mapping[str, Any], names: Collection[str], currency: str) -> dict[str, Any]:
    return {name: _to_the_cent(value, currency) if name in names else value for name, value in values.items()}


def _to_the_cent(value: Any, currency: str) -> Any:
    amount = None if value in (None, "") else Decimal(str(value))
    return value if amount is None or is_too_fine(amount, currency) else amount.quantize(minor_unit(currency))


def letters_of(heading: str, width: int) -> int:
    """What a column asks for: no word of its heading, which is printed bold, is broken."""
    return max([width, *(len(word) + 2 for word in heading.split())])


def shares(letters: Sequence[int]) -> list[int]:
    """Whole percents that add up to 100, as wide as the columns ask for."""
    bounded = [min(max(each, NARROWEST), WIDEST) for each in letters]
    widths = [100 * each // sum(bounded) for each in bounded]
    for place in range(100 - sum(widths)):
        widths[place % len(widths)] += 1
    return widths


def facts_of(bound: Bound, row: Any, *, besides: Collection[str] = ()) -> list[tuple[str, str]]:
    """What is known of one row, for a page of its own: what is empty is left out, as are the columns `besides`."""
    pairs = [
        (column["heading"], words_for(column, bound.sheet.told(row, [column["name"]])[column["name"]]))
        for column in bound.columns()
        if column["name"] not in besides and column["typed"]
    ]
    return [(heading, words) for heading, words in pairs if words]
