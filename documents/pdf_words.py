"""The words of a PDF, page after page: `python -m documents.pdf_words BYTES SECONDS < file`.

A process of its own, because of what others made into a file nobody can say how long it takes and how much memory: the kernel ends it at
its bounds, also when whoever started it is gone. It loads nothing of the product.
"""

from __future__ import annotations

import logging
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, NameObject, StreamObject

PAGES_MAX = 2_000
MEMORY_MAX_BYTES = 1024**3


def main() -> None:
    """Ends with 0 when it said what it could; else the last line of its errors says why not."""
    most_bytes, seconds = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":  # elsewhere it is not kept
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    logging.disable()  # of every oddity that it reads over
    try:
        write(words_of(sys.stdin.buffer), sys.stdout.buffer, most_bytes)
    except Exception as fault:  # a damaged file fails in as many ways as it has parts
        sys.exit(f"{type(fault).__name__}: {fault}")


def write(pages: Iterator[str], out: BinaryIO, left: int) -> None:
    """Each page as soon as it is read, so that what was said stays said."""
    for page in pages:
        raw = page.encode("utf-8", "ignore")
        out.write(raw[:left])
        out.flush()
        left -= len(raw)
        if left <= 0:
            return


def words_of(content: BinaryIO) -> Iterator[str]:
    """A page that cannot be read is passed over, where another can. Raises PyPdfError, and whatever pypdf raises for a damaged file."""
    reader = PdfReader(content)
    if reader.is_encrypted and not reader.decrypt(""):  # many a file is encrypted for everybody, against changes alone
        raise PyPdfError("It is opened with a password.")
    fault, read = None, 0
    for page in islice(reader.pages, PAGES_MAX):
        try:
            read_codes_by_two_bytes(page)
            words = page.extract_text()
        except Exception as error:
            fault = error
            continue
        read += 1
        yield words + "\n"
    if fault and not read:
        raise fault


def read_codes_by_two_bytes(page: PageObject) -> None:
    """A composite font may bring a table of its codes along, which pypdf takes for a table of single bytes. The table that it reads from
    codes to characters is another.
    """
    fonts = _part(_part(page, "/Resources"), "/Font")
    for font in (each.get_object() for each in fonts.values()):
        if isinstance(font, DictionaryObject) and font.get("/Subtype") == "/Type0" and isinstance(_part(font, "/Encoding"), StreamObject):
            font[NameObject("/Encoding")] = NameObject("/Identity-H")


def _part(of: Any, name: str) -> Any:
    """Also where it stands elsewhere in the file."""
    return of.get(name, DictionaryObject()).get_object()


if __name__ == "__main__":
    main()
