"""The words of an uploaded file: PDF, Word, Excel and plain text. Bounded in bytes, rows and seconds, because others made the file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, BinaryIO
from xml.parsers import expat

from openpyxl import load_workbook

from audit.archives import ArchiveRefusedError, check_archive
from audit.files import CHUNK_BYTES, DOCX, PDF, XLSX

TEXT_MAX_BYTES = 400_000  # about a hundred and fifty pages; of more words PostgreSQL makes no index entry
UNPACKED_MAX_BYTES = 64 * 1024 * 1024
SECONDS_MAX = 20.0
ROWS_MAX, COLUMNS_MAX = 50_000, 200  # of one sheet
WORDPROCESSING = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TEXT, ENDS = f"{WORDPROCESSING} t", {f"{WORDPROCESSING} {name}" for name in ("p", "tab", "br")}
PDF_WORDS = "documents.pdf_words"
BODY = "word/document.xml"
ASIDE = ("word/header", "word/footer", "word/footnotes", "word/endnotes")


class UnreadableError(Exception):
    """The file cannot be read; the message says why."""


class _Enough(Exception):
    """A bound is reached."""


class _Words:
    """What was read so far. Raises _Enough at the bound of bytes or seconds."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = TEXT_MAX_BYTES
        self.until = monotonic() + SECONDS_MAX

    def add(self, part: str) -> None:
        raw = part.encode("utf-8", "ignore")
        self.parts.append(raw[: self.left].decode("utf-8", "ignore"))
        self.left -= len(raw)
        self.look_at_the_clock()

    def look_at_the_clock(self) -> None:
        if self.left <= 0 or monotonic() > self.until:
            raise _Enough


def text_of(content: BinaryIO, media_type: str) -> str:
    """The words in the order of the file, up to `TEXT_MAX_BYTES` of UTF-8. Raises UnreadableError."""
    read, words = READERS[media_type], _Words()
    try:
        read(content, words)
    except _Enough:
        pass
    except UnreadableError:
        raise
    except Exception as fault:  # a damaged file fails in as many ways as it has parts
        raise UnreadableError(f"{type(fault).__name__}: {fault}") from fault
    return " ".join("".join(words.parts).replace("\x00", " ").split())


def _read_text(content: BinaryIO, words: _Words) -> None:
    raw = content.read(TEXT_MAX_BYTES + 1)
    try:
        words.add(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        is_cut = fault.start >= TEXT_MAX_BYTES - 4  # in the middle of a character
        words.add(raw[: fault.start].decode("utf-8-sig") if is_cut else raw.decode("cp1252", "replace"))


def _read_docx(content: BinaryIO, words: _Words) -> None:
    with _archive(content) as archive:
        asides = sorted(name for name in archive.namelist() if name.startswith(ASIDE) and name.endswith(".xml"))
        for name in (BODY, *asides):
            with archive.open(name) as part:
                _read_paragraphs(part, words)
            words.add("\n")


def _read_paragraphs(part: IO[bytes], words: _Words) -> None:
    """Only what stands in text runs; deleted text of a tracked change is in none."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    is_text = False

    def begin(name: str, _attributes: Mapping[str, str]) -> None:
        nonlocal is_text
        is_text = name == TEXT

    def end(name: str) -> None:
        nonlocal is_text
        is_text = False
        if name in ENDS:
            words.add("\n")

    def say(text: str) -> None:
        if is_text:
            words.add(text)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, say
    parser.StartDoctypeDeclHandler = _refuse_doctype
    while chunk := part.read(CHUNK_BYTES):
        parser.Parse(chunk)
        words.look_at_the_clock()
    parser.Parse(b"", True)


def _refuse_doctype(*_declared: object) -> None:
    """Entities that unfold each other stand in one; Word writes none."""
    raise UnreadableError("The file declares entities.")


def _read_xlsx(content: BinaryIO, words: _Words) -> None:
    """The values of all sheets; not the formulas behind them."""
    with _archive(content):
        book = load_workbook(content, read_only=True, data_only=True)
    for sheet in book.worksheets:
        words.add(f"{sheet.title}\n")
        for row in sheet.iter_rows(max_row=ROWS_MAX, max_col=COLUMNS_MAX, values_only=True):
            said = " ".join(value for value in row if isinstance(value, str))
            words.add(f"{said}\n") if said else words.look_at_the_clock()


def _read_pdf(content: BinaryIO, words: _Words) -> None:
    """In a process of its own (`documents.pdf_words`); what it said until its time was over is kept."""
    command = [sys.executable, "-m", PDF_WORDS, str(TEXT_MAX_BYTES), str(ceil(SECONDS_MAX))]
    with TemporaryFile() as file, TemporaryFile() as said, TemporaryFile() as faults:
        shutil.copyfileobj(content, file)
        file.seek(0)
        here = Path(__file__).resolve().parent.parent
        with subprocess.Popen(command, stdin=file, stdout=said, stderr=faults, cwd=here, env={"PATH": os.defpath}) as process:
            code = _ended(process)
        said.seek(0)
        text = said.read(TEXT_MAX_BYTES).decode("utf-8", "ignore")
        if code and not text.strip():
            faults.seek(0)
            raise UnreadableError(_last_line(faults) if code > 0 else "It takes longer to read than is given.")
        words.add(text)


def _ended(process: subprocess.Popen[bytes]) -> int:
    """How it ended; below zero when by force."""
    try:
        return process.wait(SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _last_line(faults: IO[bytes]) -> str:
    return (faults.read().decode("utf-8", "replace").strip().splitlines() or ["It cannot be read."])[-1]


def _archive(content: BinaryIO) -> zipfile.ZipFile:
    """Checked again: a file may be older than the check at the door, and here it is unfolded."""
    try:
        check_archive(content)
    except ArchiveRefusedError as refused:
        raise UnreadableError(str(refused)) from refused
    archive = zipfile.ZipFile(content)
    if sum(part.file_size for part in archive.infolist()) > UNPACKED_MAX_BYTES:
        raise UnreadableError("The file unfolds to more than is read.")
    return archive


READERS: Mapping[str, Callable[[BinaryIO, _Words], None]] = {
    DOCX: _read_docx,
    XLSX: _read_xlsx,
    PDF: _read_pdf,
    "text/plain": _read_text,
    "text/csv": _read_text,
}
