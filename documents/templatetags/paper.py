"""Filters for what goes on paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import Form
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from documents import content, table_layout

register = template.Library()
SPACES = re.compile(r"(?<=\d)\N{NARROW NO-BREAK SPACE}(?=\d{3})")


@register.filter
def paper_day(value: date | str | None) -> str:
    """A date, or its ISO form in a snapshot, as 12 Mar 2026."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value).date() if value else None
    return content.day(value)


@register.filter
def paper_moment(value: datetime | str | None) -> str:
    """A time, or its ISO form in a snapshot, as 12 Mar 2026 14:05 UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if value else None
    return content.moment(value)


@register.filter
def in_thousands(words: str) -> str:
    """12,300.00, as sentences and pictures write it. What is kept has spaces: documents in force are compared with it."""
    return SPACES.sub(",", words)


@register.filter
def in_lines(text: str) -> list[str]:
    """The lines of a text that has several, else nothing."""
    lines = content.numbered(text)
    return lines if len(lines) > 1 else []


@register.filter
def laid_out(table: Mapping[str, Any] | None) -> dict[str, Any]:
    """A kept table as it is printed; nothing of one that a version of an earlier release does not have."""
    if not table or not table["columns"]:
        return {}
    table = table_layout.with_whole_words(table_layout.without_empty_columns(table))
    return {**table, "is_short": table_layout.is_short(table)}


@register.filter
def svg_image(svg: str) -> str:
    """An SVG as the address of an image, so that its text and style stay its own."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


@register.filter
def sanitised(html: str) -> SafeString:
    """Narrative text that `save_narrative` has cleaned before it was stored."""
    return mark_safe(html)  # noqa: S308 - nh3 cleaned it


@register.filter
def grouped_hash(value: str) -> str:
    """A hash in groups of eight, for people who compare it."""
    return " ".join(value[start : start + 8] for start in range(0, len(value), 8))


@register.simple_tag
def media_with_nonce(form: Form, request: HttpRequest) -> SafeString:
    """The form's scripts and styles; the editor's import map is inline and needs the page's nonce."""
    return form.media.render(attrs={"nonce": str(request.csp_nonce)})  # type: ignore[attr-defined]
