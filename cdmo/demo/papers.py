"""A file as somebody uploads it: one page that says what it stands for."""

from __future__ import annotations

from functools import cache

from weasyprint import HTML


@cache
def a_report(title: str) -> bytes:
    """The PDF of a report that was written elsewhere."""
    words = "This report stands for one that was written in another system."
    page = f"<html lang='en'><title>{title}</title><h1>{title}</h1><p>{words}</p></html>"
    pdf: bytes = HTML(string=page).write_pdf()
    return pdf
