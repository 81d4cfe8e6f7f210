"""How a kept table is laid out on paper: columns as wide as their words need, empty ones left out, short tables kept on one page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from documents.content import EMPTY

WIDEST = 30  # percent that a column gets for its longest word; a longer one is broken
WHOLE_LETTERS = 14  # of what is not broken at all where there is room: a day, an amount with its unit
BREAKS = re.compile(r"(?<=[-–])(?!\d)|[ \t]")  # where a word ends; not where a number is grouped
NARROW, WIDE = frozenset("fijlt.,:;()|'"), frozenset("mwMW")  # letters half as wide as others, and half as wide again
LINE_MM, ROW_MM, WHOLE_MM = 4.3, 2.3, 45  # of a table: a line, what a row adds, and how high it may be to be kept on one page


def without_empty_columns(table: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that are empty in every row; the others take their room. The first stays, and what is to be filled in by hand."""
    columns, rows = table["columns"], table["rows"]
    filled = [place for place in range(len(columns)) if place == 0 or not rows or any(row[place] not in ("", EMPTY) for row in rows)]
    widths = shares([columns[place]["width"] for place in filled])
    return {
        **table,
        "columns": [columns[place] | {"width": width} for place, width in zip(filled, widths, strict=True)],
        "rows": [[row[place] for place in filled] for row in rows],
    }


def with_whole_words(table: Mapping[str, Any]) -> dict[str, Any]:
    """With columns so wide that no day, amount or at least no word is broken, as far as the page has room."""
    columns, rows = table["columns"], table["rows"]
    texts = [[column["label"], *(line for row in rows for line in row[place].split("\n"))] for place, column in enumerate(columns)]
    wanted = [column["width"] for column in columns]
    widths = _widened(wanted, [_needed(each, WHOLE_LETTERS) for each in texts]) or _widened(wanted, [_needed(each) for each in texts])
    widths = widths or shares([_needed(each) for each in texts])
    return {**table, "columns": [column | {"width": width} for column, width in zip(columns, widths, strict=True)]}


def is_short(table: Mapping[str, Any]) -> bool:
    """Whether it is kept on one page: about a fifth of it, judged by its letters."""
    widths = [column["width"] for column in table["columns"]]
    return sum(ROW_MM + LINE_MM * _lines(row, widths) for row in table["rows"]) <= WHOLE_MM


def _needed(texts: Sequence[str], whole: int = 0) -> int:
    """Percent for the longest word of a heading and its lines, with the space to the next column.

    whole: so many letters make a line that is taken as one word.
    """
    words = [word for text in texts for word in BREAKS.split(text)]
    return min(max(map(_percent, [*words, *(line for line in texts[1:] if len(line) <= whole)])) + 3, WIDEST)


def _percent(word: str) -> int:
    """Of the width of a page; a usual letter takes a little more than one."""
    narrow, wide = (sum(letter in letters for letter in word) for letters in (NARROW, WIDE))
    return round(1.05 * (len(word) + (wide - narrow) / 2))


def _widened(widths: Sequence[int], needed: Sequence[int]) -> list[int]:
    """What a column lacks is taken from those with room to spare; empty where they have not so much."""
    lacking = sum(max(need - width, 0) for width, need in zip(widths, needed, strict=True))
    spare = sum(max(width - need, 0) for width, need in zip(widths, needed, strict=True))
    if lacking > spare:
        return []
    kept = 1 - lacking / spare if spare else 1.0
    return shares([need + (width - need) * kept if width > need else need for width, need in zip(widths, needed, strict=True)])


def _lines(row: Sequence[str], widths: Sequence[int]) -> int:
    """Of the highest cell."""
    return max(sum(max(-(-len(line) // width), 1) for line in text.split("\n")) for text, width in zip(row, widths, strict=True))


def shares(wanted: Sequence[float]) -> list[int]:
    """Whole percents that add up to 100, in proportion."""
    ends = [round(100 * sum(wanted[:place]) / sum(wanted)) for place in range(len(wanted) + 1)]
    return [end - start for start, end in pairwise(ends)]
