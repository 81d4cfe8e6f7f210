"""Links of the portal, also while one of ours looks on as the client does."""

from __future__ import annotations

from django import template

from desk.as_client import Preview

register = template.Library()


@register.simple_tag
def seen_in(link: str, preview: Preview | str = "") -> str:
    """The link itself for a client; in a preview the same page as the client sees it, or nothing where there is no such page."""
    return preview.path(link) if isinstance(preview, Preview) else link
