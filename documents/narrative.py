"""Text written in the browser: what may stand in it, and nothing else is kept."""

from __future__ import annotations

import re

import nh3

MAX_LENGTH = 200_000
TAGS = frozenset(
    ["p", "br", "strong", "em", "u", "sub", "sup", "ul", "ol", "li", "h3", "h4", "blockquote", "table", "thead", "tbody", "tr", "th", "td"]
)
ATTRIBUTES = {"th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
EDITOR_EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Underline": True,
    "Subscript": True,
    "Superscript": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Heading": {"levels": [3, 4]},
    "Blockquote": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "HardBreak": True,
    "History": True,
}
RENAMED = (("<b>", "<strong>"), ("</b>", "</strong>"), ("<i>", "<em>"), ("</i>", "</em>"))


def sanitise(html: str) -> str:
    """The HTML reduced to text, emphasis, lists, small headings and tables; "" when no text is left."""
    for old, new in RENAMED:
        html = html.replace(old, new)
    cleaned = nh3.clean(html, tags=set(TAGS), attributes={tag: set(names) for tag, names in ATTRIBUTES.items()}, link_rel=None)
    return cleaned.strip() if has_text(cleaned) else ""


def has_text(html: str) -> bool:
    return bool(re.sub(r"<[^>]*>|&nbsp;|\s|\u00a0", "", html))
