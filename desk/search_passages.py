"""The words that were looked for, where a text says them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

AROUND = 90  # characters before and after the words
KEY = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")  # data names a milestone by its key and by its words; people read the words


@dataclass(frozen=True)
class Passage:
    """Where a document says it."""

    before: str
    words: str
    after: str


def passage_in(texts: Iterable[str], words: str) -> Passage | None:
    """The first place where one of the words stands; None where only another form of them does."""
    parts = [re.escape(part) for part in re.findall(r"\w+", words) if part]
    if not parts:
        return None
    asked = re.compile(rf"\b(?:{'|'.join(parts)})\w*", re.IGNORECASE)
    for text in texts:
        place = asked.search(text)
        if place and not KEY.fullmatch(text):
            start, end = place.span()
            before = ("… " if start > AROUND else "") + text[max(0, start - AROUND) : start]
            return Passage(before, text[start:end], text[end : end + AROUND] + (" …" if len(text) > end + AROUND else ""))
    return None
