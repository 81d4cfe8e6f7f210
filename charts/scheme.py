"""A synthesis as chemists draw it: structures with numbers, arrows between them, what is added above and conditions below.

One SVG element of attributes alone, so that a strict content security policy lets it stand in a page; the same in a PDF.
A branch is a line of its own, and says at its end into which step it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from textwrap import wrap

STRUCTURE_WIDTH, STRUCTURE_HEIGHT = 190, 150
ARROW_WIDTH, LABEL_HEIGHT = 170, 46
LINE_GAP, HEAD_HEIGHT, MARGIN = 26, 22, 8
TEXT_HEIGHT, TEXT_WIDE, NAME_WIDE = 14, 27, 32  # pixels; letters in a line over an arrow, under a structure
MOST_OVER, MOST_UNDER = 8, 6
AMOUNT = re.compile(r"(?<=\S) (?=[^\s()]+\)$)")  # the space before the unit at the end of a line
FONT = 'font-family="Inter, Noto Sans, Noto Sans SC, sans-serif"'


@dataclass(frozen=True)
class Compound:
    """number: as the scheme calls it, "3". drawing: a whole SVG element of the size above, empty where there is no structure.

    structure: what is drawn, for whoever draws it later.
    """

    number: str
    name: str
    drawing: str = ""
    structure: str = ""


@dataclass(frozen=True)
class Reaction:
    """An arrow and what it leads to. over: what is added, a line each; under: solvent, temperature, yield. title: for the reader's ear."""

    product: Compound
    over: Sequence[str] = field(default=())
    under: Sequence[str] = field(default=())
    title: str = ""


@dataclass(frozen=True)
class Chain:
    """From a starting material over its reactions. head: above the line ("Branch A"); goes_to: after its last product."""

    start: Compound
    reactions: Sequence[Reaction]
    head: str = ""
    goes_to: str = ""


def scheme(chains: Sequence[Chain], *, title: str, description: str, per_line: int = 3) -> str:
    """Lines of at most `per_line` arrows; a chain goes on below where its line is full. Empty without chains."""
    if not chains:
        return ""
    parts, bottom, width = [], float(MARGIN), 0.0
    for chain in chains:
        for line in _lines(chain, per_line):
            shapes, height, line_width = _line(line, bottom)
            parts.append(shapes)
            bottom, width = bottom + height + LINE_GAP, max(width, line_width)
    total_width, total_height = round(width + 2 * MARGIN), round(bottom - LINE_GAP + MARGIN)
    size = f'width="{total_width}" height="{total_height}" viewBox="0 0 {total_width} {total_height}"'
    words = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" {size}>{words}{"".join(parts)}</svg>'


@dataclass(frozen=True)
class _Line:
    """A part of a chain. starts: the compound on its left, drawn again at the beginning of a continuation."""

    start: Compound
    reactions: Sequence[Reaction]
    head: str
    goes_to: str


def _lines(chain: Chain, per_line: int) -> Iterator[_Line]:
    start, rest, head = chain.start, list(chain.reactions), chain.head
    while True:
        part, rest = rest[:per_line], rest[per_line:]
        yield _Line(start, part, head, "" if rest else chain.goes_to)
        if not rest:
            return
        start, head = part[-1].product, ""


def _line(line: _Line, top: float) -> tuple[str, float, float]:
    """Its shapes, height and width."""
    shapes, left, y = [], float(MARGIN), top
    if line.head:
        shapes.append(_text(left, y + 12, line.head, weight="600"))
        y += HEAD_HEIGHT
    over = [_wrapped(reaction.over, MOST_OVER) for reaction in line.reactions]
    above = max([len(words) for words in over], default=0) * TEXT_HEIGHT + 10
    middle = y + max(STRUCTURE_HEIGHT / 2, above)
    shapes.append(_compound(line.start, left, middle))
    left += STRUCTURE_WIDTH
    for words, reaction in zip(over, line.reactions, strict=True):
        shapes.append(_arrow(reaction, words, left, middle))
        left += ARROW_WIDTH
        shapes.append(_compound(reaction.product, left, middle))
        left += STRUCTURE_WIDTH
    if line.goes_to:
        shapes.append(_text(left + 8, middle + 4, line.goes_to, weight="600"))
        left += 8 + 7.5 * len(line.goes_to)
    return "".join(shapes), middle - top + STRUCTURE_HEIGHT / 2 + LABEL_HEIGHT, left


def _compound(compound: Compound, left: float, middle: float) -> str:
    top, centre = middle - STRUCTURE_HEIGHT / 2, left + STRUCTURE_WIDTH / 2
    label = _text(centre, top + STRUCTURE_HEIGHT + 14, compound.number, anchor="middle", weight="700")
    for place, words in enumerate(_wrapped([compound.name], 2, NAME_WIDE), 2):
        label += _text(centre, top + STRUCTURE_HEIGHT + TEXT_HEIGHT * place, words, anchor="middle", size=11)
    if compound.drawing:
        placed = compound.drawing.replace("<svg ", f'<svg x="{left:g}" y="{top:g}" ', 1)
        return placed + label
    box = f'x="{left + 20:g}" y="{top + 25:g}" width="{STRUCTURE_WIDTH - 40}" height="{STRUCTURE_HEIGHT - 50}" rx="4"'
    return f'<rect {box} fill="none" stroke="currentColor" stroke-dasharray="3 3"></rect>{label}'


def _arrow(reaction: Reaction, over: Sequence[str], left: float, middle: float) -> str:
    start, end, centre = left + 6, left + ARROW_WIDTH - 6, left + ARROW_WIDTH / 2
    line = f'<line x1="{start:g}" y1="{middle:g}" x2="{end - 6:g}" y2="{middle:g}" stroke="currentColor" stroke-width="1.5"></line>'
    head = f'<path d="M{end:g},{middle:g} l-9,-4 v8 z" fill="currentColor"></path>'
    first = middle - 8 - TEXT_HEIGHT * (len(over) - 1)
    words = [_text(centre, first + TEXT_HEIGHT * place, each, anchor="middle", size=11) for place, each in enumerate(over)]
    under = _wrapped(reaction.under, MOST_UNDER)
    words += [_text(centre, middle + 17 + TEXT_HEIGHT * place, each, anchor="middle", size=11) for place, each in enumerate(under)]
    return f"<g><title>{escape(reaction.title)}</title>{line}{head}{''.join(words)}</g>"


def _wrapped(lines: Sequence[str], most: int, wide: int = TEXT_WIDE) -> list[str]:
    """At most so many lines; what does not fit is cut with a mark, and stands in the table beside the picture."""
    found = [part for line in lines for part in (in_lines(line, wide) or [""])]
    return found if len(found) <= most else [*found[: most - 1], f"{found[most - 1][: wide - 2]} …"]


def in_lines(words: str, wide: int = TEXT_WIDE) -> list[str]:
    """A number stays beside its unit."""
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in wrap(AMOUNT.sub("\N{NO-BREAK SPACE}", words), wide)]


def _text(x: float, y: float, words: str, *, anchor: str = "start", weight: str = "400", size: int = 12) -> str:
    given = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" fill="currentColor" {FONT}'
    return f"<text {given}>{escape(words)}</text>"
