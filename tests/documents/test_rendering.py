"""The three plain functions from pinned content to PDF/A."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from catalogue.chemistry import draw_svg
from documents import rendering
from tests.documents import sample

HASH = hashlib.sha256(b"content").hexdigest()
ISSUED = datetime(2026, 3, 12, 14, 5, tzinfo=UTC)


def page(*, is_draft: bool = False, rows: int = 12, status: str = "Effective", **changes: Any) -> str:
    context = rendering.build_context(
        sample.sample_content(rows) | changes,
        status=status,
        content_hash=HASH,
        is_draft=is_draft,
        narrative=sample.NARRATIVE,
        figures={"structure": draw_svg(sample.PARACETAMOL, 460, 300)},
        signatures=[] if is_draft else sample.SIGNATURES,
        issued_at=ISSUED,
    )
    return rendering.render_html("documents_sample/report.html", context)


def pdf_of(html: str) -> bytes:
    data = rendering.canonical_json(sample.sample_content(12))
    return rendering.render_pdf(html, attachment=data, attachment_name="data.json", created=ISSUED).content


@pytest.fixture(scope="module")
def pdf(sample_templates: None) -> bytes:
    return pdf_of(page())


@pytest.fixture(scope="module")
def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(reader: PdfReader) -> str:
    return "\n".join(each.extract_text() for each in reader.pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_pdf_says_what_was_put_in(reader: PdfReader) -> None:
    text = squeezed(text_of(reader))

    for words in (sample.LATIN, sample.CHINESE, "Process development of paracetamol", "Confirmation runs added", "PB-012"):
        assert squeezed(words) in text


def test_every_page_names_number_version_status_page_and_hash(reader: PdfReader) -> None:
    total = len(reader.pages)

    for position, each in enumerate(reader.pages, start=1):
        text = squeezed(each.extract_text())
        for words in ("API-2026-0001-SR-01", "Version 2", "Effective", f"Page {position} of {total}", "sample_report/1", HASH):
            assert squeezed(words) in text


def test_signature_page_names_person_function_meaning_and_time_with_zone(reader: PdfReader) -> None:
    text = squeezed(reader.pages[-1].extract_text())

    for words in ("Quality Manager", "Head of quality assurance", "Approved", "12 Mar 2026 14:05 UTC"):
        assert squeezed(words) in text


def test_contents_numbers_headings_and_links_to_them(reader: PdfReader) -> None:
    contents = squeezed(reader.pages[1].extract_text())

    assert "1Summary3" in contents
    assert "2.2Stepsoftheprocess3" in contents
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == [
        "1 Summary",
        "2 Product",
        "3 Results",
        "4 Conclusion",
    ]


def test_the_note_on_the_cover_of_a_draft_is_not_broken_after_its_first_word(sample_templates: None) -> None:
    cover = PdfReader(io.BytesIO(pdf_of(page(is_draft=True, rows=1)))).pages[0].extract_text()

    assert "Draft for review. Not for use" in cover


def test_data_is_attached(reader: PdfReader) -> None:
    attached = reader.attachments["data.json"][0]
    relation = reader.trailer["/Root"]["/AF"][0].get_object()["/AFRelationship"]

    assert json.loads(attached) == json.loads(rendering.canonical_json(sample.sample_content(12)))
    assert relation == "/Data"


def test_all_fonts_are_embedded(reader: PdfReader) -> None:
    embedded, not_embedded = set(), set()
    for each in reader.pages:
        for font in each["/Resources"]["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            (
                embedded if "/FontFile2" in descendant["/FontDescriptor"] or "/FontFile3" in descendant["/FontDescriptor"] else not_embedded
            ).add(str(descendant["/BaseFont"]))

    assert not_embedded == set()
    assert any(name.endswith("Paper-Chinese") for name in embedded)


def test_same_content_gives_same_bytes_in_another_process(pdf: bytes) -> None:
    code = (
        "import os, sys, django; django.setup(); from django.conf import settings; from pathlib import Path;"
        "settings.TEMPLATES[0]['DIRS'].append(Path('tests/documents/templates').resolve());"
        "from tests.documents.test_rendering import page, pdf_of; sys.stdout.buffer.write(pdf_of(page()))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment, cwd=rendering.settings.BASE_DIR)

    assert hashlib.sha256(other.stdout).hexdigest() == hashlib.sha256(pdf).hexdigest()


def test_draft_says_so_and_carries_no_signature(sample_templates: None) -> None:
    text = squeezed(text_of(PdfReader(io.BytesIO(pdf_of(page(is_draft=True, status="Draft for review"))))))

    assert "Draftforreview" in text
    assert "QualityManager" not in text


def test_missing_characters_are_reported(sample_templates: None) -> None:
    html = page(data=sample.sample_data(1) | {"lead": "Runes ᚠᚢ and \N{GRINNING FACE}, but µ, 收 and ₂ are there"})

    assert rendering.missing_characters(html) == "ᚠᚢ"  # the smiling face is in the symbols
    assert rendering.missing_characters(page()) == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/x.png",
        "file:///etc/passwd",
        "file://host/etc/passwd",
        "../../cdmo/settings.py",
        "ftp://example.com/x",
        "//example.com/x.png",
    ],
)
def test_nothing_foreign_is_fetched(address: str) -> None:
    html = f'<html lang="en"><head><title>x</title></head><body><img alt="x" src="{address}"></body></html>'

    with pytest.raises(FatalURLFetchingError):
        pdf_of(html)


def test_progress_is_told_page_by_page(sample_templates: None) -> None:
    told: list[tuple[str, int]] = []

    rendering.render_pdf(
        page(), attachment=b"{}", attachment_name="x.json", created=ISSUED, progress=lambda step, number: told.append((step, number))
    )

    assert next(step for step, _number in told) == "styling"
    assert ("layout", 3) in told
    assert told[-1][0] == "drawing"
