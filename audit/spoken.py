"""What the record keeps in the product's own language, said in the reader's.

Events and waits are written once, by whoever acts, and read by people of several languages. The words of a kind are translated when
they are read; what fills them (a role, a phase, the title of a planned milestone, a whole sentence of a wait) was written as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext

if TYPE_CHECKING:
    from audit.refusals import Words

LONGEST = 300
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
SHAPES = {
    "code": r"[A-Z0-9-]+",
    "number": r"[A-Z0-9-]+",
    "version": r"\d+",
    "day": r"\d{1,2} [A-Z][a-z]{2} \d{4}",
}  # so that no other sentence is taken for one of ours

_sentences: list[Words] = []
_names: dict[str, Words] = {}


def register_sentences(*sentences: Words) -> None:
    """Sentences that are written filled in; of two that fit, the one registered first is taken."""
    _sentences.extend(sentence for sentence in sentences if sentence not in _sentences)


def register_names(names: Mapping[str, Words]) -> None:
    """What the codes are called that events keep as they are."""
    _names.update(names)


def spoken(text: str) -> str:
    """A standard word or sentence in the active language; everything else, and everything in the product's own language, as it is."""
    if translation.get_language() in (None, settings.LANGUAGE_CODE) or not 0 < len(text) <= LONGEST or "\n" in text or "\r" in text:
        return text
    if text in _names:
        return str(_names[text])
    said = gettext(text)
    return said if said != text else _sentence(text)


def _sentence(text: str) -> str:
    for sentence in _sentences:
        with translation.override(settings.LANGUAGE_CODE):
            written = str(sentence)
        found = _pattern(written).fullmatch(text)
        if found:
            return PLACEHOLDER.sub(r"%(\1)s", str(sentence)) % {name: _filled(name, value) for name, value in found.groupdict().items()}
    return text


def _filled(name: str, value: str) -> str:
    return date_format(datetime.strptime(value, "%d %b %Y")) if name == "day" else spoken(value)  # noqa: DTZ007 - a day, not a moment


@lru_cache(maxsize=256)
def _pattern(written: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(written)  # text, name, text, name, …
    return re.compile(
        "".join(re.escape(part) if not place % 2 else f"(?P<{part}>{SHAPES.get(part, '.+?')})" for place, part in enumerate(parts))
    )
