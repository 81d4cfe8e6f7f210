"""The words of files that others made, and that what attacks the reader is unreadable and costs nothing."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from django.conf import settings
from django.forms import CharField
from openpyxl import Workbook
from pypdf import PdfWriter
from weasyprint import HTML

from audit.files import DOCX, PDF, XLSX
from audit.refusals import BadInput
from documents import file_reading, pdf_words
from documents.file_reading import TEXT_MAX_BYTES, UnreadableError, text_of
from tests.attacks import bombs
from worksheets.columns import Column
from worksheets.reading import read

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, **parts: str) -> bytes:
    named = {f"word/{name}.xml": f"<w:part {WORD}>{inside}</w:part>".encode() for name, inside in parts.items()}
    return bombs.office(**{"word/document.xml": f"<w:document {WORD}>{body}</w:document>".encode(), **named})


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(kept)
    return kept.getvalue()


def pdf(*pages: str, password: str | None = None) -> bytes:
    raw, kept = HTML(string="".join(f"<p style='break-after: page'>{page}</p>" for page in pages)).write_pdf(), io.BytesIO()
    if password is None:
        return bytes(raw)
    writer = PdfWriter(clone_from=io.BytesIO(raw))
    writer.encrypt(password, "of the owner", algorithm="AES-256")
    writer.write(kept)
    return kept.getvalue()


def said(raw: bytes, media_type: str) -> str:
    return text_of(io.BytesIO(raw), media_type)


def test_word_says_its_runs_without_what_was_deleted_and_its_notes_last() -> None:
    body = (
        "<w:p><w:r><w:t>Crystal</w:t></w:r><w:r><w:t>lise</w:t><w:tab/><w:delText>slowly</w:delText></w:r></w:p><w:p><w:t>Dry</w:t></w:p>"
    )

    assert said(docx(body, footnotes1="<w:p><w:t>Under nitrogen</w:t></w:p>"), DOCX) == "Crystallise Dry Under nitrogen"


def test_excel_says_the_words_of_its_cells() -> None:
    assert said(xlsx(("Solvent", "kg"), ("isopropanol", 12.5), (None, None)), XLSX) == "Sheet Solvent kg isopropanol"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Löslich in\r\nWasser".encode(), "Löslich in Wasser"),
        ("\ufeffLöslich".encode(), "Löslich"),
        ("Löslich".encode("cp1252"), "Löslich"),
        (("x" * (TEXT_MAX_BYTES - 1) + "€").encode(), "x" * (TEXT_MAX_BYTES - 1)),
    ],
    ids=["utf-8", "with a mark", "of Windows", "cut in a character"],
)
def test_plain_text_is_read_as_it_was_written(raw: bytes, text: str) -> None:
    assert said(raw, "text/plain") == text


@pytest.mark.parametrize(
    "raw",
    [
        bombs.lying(),
        bombs.overlapping(),
        bombs.with_part("word/a.bin", b"0" * 40 * bombs.MB),
        docx("").replace(b"PK\x05\x06", b"PK\x05\x07"),
        bombs.office(**{"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>'}),
        bombs.office(**{"word/document.xml": b"<a><b></a>"}),
    ],
    ids=["lying", "overlapping", "unfolding", "damaged", "entities", "no XML"],
)
def test_what_attacks_or_is_damaged_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableError):
        said(raw, DOCX)


def test_no_more_is_kept_than_the_index_takes() -> None:
    long = said(docx("<w:p><w:t>€uro words</w:t></w:p>" * 60_000), DOCX)

    assert TEXT_MAX_BYTES - 10 < len(long.encode()) <= TEXT_MAX_BYTES


def test_a_cell_far_away_does_not_make_a_sheet_of_a_billion() -> None:
    book, kept = Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD1048576"] = "near", "far"
    book.save(kept)

    assert said(kept.getvalue(), XLSX) == "Sheet near"


def test_what_was_read_until_time_is_up_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_reading, "SECONDS_MAX", -1.0)

    assert said(docx("<w:p><w:t>First</w:t></w:p><w:p><w:t>second</w:t></w:p>"), DOCX) == "First"


def test_a_pdf_says_its_pages_also_where_a_character_has_no_font() -> None:
    text = said(pdf("Löslich – efficiently \U000f0000", "dried"), PDF)

    assert text.startswith("Löslich – efficiently")
    assert text.endswith(" dried")


def test_a_pdf_that_is_protected_against_changes_alone_is_read() -> None:
    assert said(pdf("Crystallised", password=""), PDF) == "Crystallised"


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: pdf("Secret", password="of the reader"), "password"),
        (lambda: pdf("Cut")[:-400], "Stream has ended"),
        (lambda: bombs.packed_pages(b"0 " * 40 * bombs.MB), "Limit reached"),
    ],
    ids=["opened with a password", "damaged", "unfolding"],
)
def test_a_pdf_that_cannot_be_read_says_why(make: Callable[[], bytes], fault: str) -> None:
    with pytest.raises(UnreadableError, match=fault):
        said(make(), PDF)


def test_of_a_pdf_no_more_pages_and_bytes_are_read_than_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_words, "PAGES_MAX", 3)
    kept = io.BytesIO()

    pages = list(pdf_words.words_of(io.BytesIO(bombs.many_pages(10))))
    pdf_words.write(iter(["Löslich", "in Wasser"]), kept, 3)

    assert (len(pages), kept.getvalue()) == (3, "Lö".encode())


def test_a_page_without_end_costs_its_time_and_not_what_was_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_reading, "SECONDS_MAX", 3.0)
    endless = b"BT /F 9 Tf " + b"(a) Tj " * 600_000

    assert said(bombs.packed_pages(b"BT /F 9 Tf (First) Tj ET", endless), PDF) == "First"

    monkeypatch.setattr(file_reading, "SECONDS_MAX", 0.01)
    with pytest.raises(UnreadableError, match="longer"):
        said(bombs.packed_pages(endless), PDF)


def with_entity(part: str) -> bytes:
    """A workbook of Excel with an entity declared in one of its parts."""
    book, kept, made = Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(["Acidity", "4.5"])
    book.save(kept)
    with zipfile.ZipFile(kept) as whole, zipfile.ZipFile(made, "w") as other:
        for each in whole.namelist():
            declared = b'<!DOCTYPE a [<!ENTITY b "cc">]>' if each == part else b""
            other.writestr(each, declared + re.sub(rb"^<\?xml[^>]*\?>", b"", whole.read(each)))
    return made.getvalue()


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_entities_of_a_workbook_are_refused_for_the_search_and_for_an_import(part: str) -> None:
    raw, column = with_entity(part), Column("acidity", "Acidity", CharField())

    with pytest.raises(UnreadableError):
        said(raw, XLSX)
    with pytest.raises(BadInput, match="it is damaged"):
        read(io.BytesIO(raw), XLSX, (column,), sheet="Sheet", most_rows=5)


def test_so_it_is_where_the_product_runs() -> None:
    """The tests have this package from elsewhere too; openpyxl expands entities where it is missing."""
    pinned = (settings.BASE_DIR / "requirements.txt").read_text()

    assert "\ndefusedxml==" in pinned
    assert openpyxl.DEFUSEDXML
