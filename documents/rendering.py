"""From a version's pinned content to a PDF/A-3a: three plain functions, no database, the same bytes each time.

Nothing is fetched from the network; only our own templates and fonts, and data inside the page. Characters that no
shipped font has are reported instead of being dropped.
"""

from __future__ import annotations

import gc
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _t
from fontTools.ttLib import TTFont
from weasyprint import HTML, Attachment
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from documents.content import key_values, moment

TEMPLATES_DIR = Path(settings.BASE_DIR) / "templates" / "documents"
FONTS_DIR = Path(settings.BASE_DIR) / "static" / "vendor" / "fonts"
ALLOWED_DIRS = (TEMPLATES_DIR, FONTS_DIR)
PDF_VARIANT = "pdf/a-3a"
CONTENTS_MARK = "<!--contents-->"
HEADING = re.compile(r"<h([12])((?:\s[^>]*)?)>(.*?)</h\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
UNPRINTED = re.compile(r"<head>.*?</head>", re.DOTALL)
INVISIBLE = frozenset("\n\r\t\f\v\u00ad\u200b\u200c\u200d\u2060\ufeff")
FONT_FACE_FILE = re.compile(r"/fonts/([\w.-]+\.ttf)")

Progress = Callable[[str, int], None]
"""Called with the step (`styling`, `layout`, `drawing`) and, in the layout, the page reached."""


@dataclass(frozen=True)
class RenderedPdf:
    """The bytes of a PDF and how many pages it has."""

    content: bytes
    pages: int


class OwnFilesOnly(URLFetcher):
    """Serves files of the allowed folders and data addresses; everything else stops the rendering."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("file", "data"), allow_redirects=False)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        parts = urlsplit(url)
        if parts.scheme != "data" and not self._is_ours(parts.scheme, parts.netloc, parts.path):
            raise FatalURLFetchingError(f"A document may not fetch {url[:200]}")
        return super().fetch(url, headers)

    @staticmethod
    def _is_ours(scheme: str, host: str, path: str) -> bool:
        file = Path(unquote(path)).resolve()
        return scheme == "file" and not host and any(file.is_relative_to(folder.resolve()) for folder in ALLOWED_DIRS)


def build_context(
    content: Mapping[str, Any],
    *,
    status: str,
    content_hash: str,
    is_draft: bool,
    narrative: list[dict[str, str]],
    figures: Mapping[str, str],
    signatures: list[dict[str, Any]],
    issued_at: datetime,
) -> dict[str, Any]:
    """What a template sees: `document`, `project`, `compound`, `revisions` and `data` of the pinned content, and what surrounds it."""
    dated = [(_t("Status"), status), (_t("Prepared") if is_draft else _t("Effective since"), moment(issued_at))]
    return {
        **content,
        "cover": [*content["cover"], *key_values(*dated)],
        "status": status,
        "content_hash": content_hash,
        "is_draft": is_draft,
        "narrative": {section["key"]: section for section in narrative},
        "narrative_sections": narrative,
        "figures": figures,
        "signatures": signatures,
        "issued_at": issued_at,
        "organisation": settings.ORGANISATION_NAME,
    }


def render_html(template: str, context: Mapping[str, Any], *, language: str = "en") -> str:
    """The page in the document's language, its headings numbered and listed in the contents."""
    with translation.override(language):
        html = render_to_string(template, {**context, "language": language})
    return _with_contents(html)


def render_pdf(html: str, *, attachment: bytes, attachment_name: str, created: datetime, progress: Progress | None = None) -> RenderedPdf:
    """The page as tagged PDF/A-3a with its data attached. The same arguments give the same bytes."""
    with _progress_reported(progress), _seldom_collecting():
        page = HTML(string=html, base_url=TEMPLATES_DIR.as_uri() + "/", url_fetcher=OwnFilesOnly())
        document = page.render(pdf_variant=PDF_VARIANT, pdf_tags=True)
        document.metadata.attachments = [
            Attachment(
                string=attachment,
                name=attachment_name,
                description="The data that this document was made from",
                created=created,
                modified=created,
                relationship="Data",
            )
        ]
        content = document.write_pdf(pdf_variant=PDF_VARIANT, pdf_tags=True)
    return RenderedPdf(content, len(document.pages))


def canonical_json(value: Any) -> bytes:
    """The one way we write a snapshot as a file: sorted, readable, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def missing_characters(html: str) -> str:
    """Every character of the page's text that none of the shipped fonts can draw, in order and once each."""
    text = unescape(TAG.sub("", UNPRINTED.sub("", html)))
    return "".join(sorted({char for char in text if char not in INVISIBLE and ord(char) not in _covered()}))


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """The code points of the fonts that the style sheet names for normal weight; bold has the same ones."""
    names = FONT_FACE_FILE.findall((TEMPLATES_DIR / "print.css").read_text())
    regular = [name for name in names if name.endswith("-400.ttf")]
    covered: set[int] = set()
    for name in regular:
        with TTFont(FONTS_DIR / name, lazy=True) as font:
            covered.update(font.getBestCmap())
    return frozenset(covered)


def _with_contents(html: str) -> str:
    """Number the headings of the body in the text itself (so that bookmarks and extracted text have them) and fill the contents."""
    head, mark, body = html.partition(CONTENTS_MARK)
    if not mark:
        return html
    numbers, entries = [0, 0], []

    def numbered(match: re.Match[str]) -> str:
        level, attributes, words = int(match[1]), match[2], match[3].strip()
        numbers[level - 1] += 1
        if level == 1:
            numbers[1] = 0
        number = ".".join(str(part) for part in numbers[:level])
        anchor = f"section-{number.replace('.', '-')}"
        entries.append((level, number, words, anchor))
        return f'<h{level}{attributes} id="{anchor}"><span class="number">{number}</span> {words}</h{level}>'

    body = HEADING.sub(numbered, body)
    return head + _contents(entries) + body


def _contents(entries: list[tuple[int, str, str, str]]) -> str:
    rows = (
        f'<li class="level-{level}"><a href="#{anchor}"><span class="number">{number}</span> '
        f'<span class="words">{escape(unescape(TAG.sub("", words)))}</span></a></li>'
        for level, number, words, anchor in entries
    )
    return f"<ul>{''.join(rows)}</ul>"


class _ProgressHandler(logging.Handler):
    """Turns the renderer's progress messages into calls."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(logging.INFO)
        self.progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        step = re.match(r"Step (\d)", str(record.msg))
        if step is None:
            return
        number = int(step[1])
        if number == 5 and record.args:
            self.progress("layout", int(str(record.args[0])))  # type: ignore[index]
        elif number != 5:
            self.progress("styling" if number < 5 else "drawing", 0)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """A layout makes millions of objects and few cycles; to look for those after every seven hundred takes a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _progress_reported(progress: Progress | None) -> Iterator[None]:
    logger = logging.getLogger("weasyprint.progress")
    if progress is None:
        yield
        return
    handler, level, propagate = _ProgressHandler(progress), logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
