"""Tables as files: CSV line by line, XLSX by the writer that keeps no sheet in memory. No cell can begin a formula."""

from __future__ import annotations

import csv
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

LINE_STARTS = ("\t", "\r", "\n")
FORMULA_STARTS = ("=", "+", "-", "@")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet program takes the file for the machine's old encoding


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers and dates stay what they are.

    Blanks before it do not save it, and a program may read a full-width sign as its narrow one. Control characters are in no file.
    """
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    begins = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if begins in FORMULA_STARTS or text.startswith(LINE_STARTS) else text


class _Echo:
    """A file that gives back what is written, for the csv writer."""

    def write(self, text: str) -> str:
        return text


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    writer: Any = csv.writer(_Echo())  # type: ignore[arg-type]

    def lines() -> Iterator[str]:
        yield BYTE_ORDER_MARK + writer.writerow([harmless(words) for words in head])
        for row in rows:
            yield writer.writerow([harmless(value) for value in row])

    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


def xlsx_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """Written to a file without a name, then streamed from it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.append([harmless(words) for words in head])
    for row in rows:
        sheet.append([harmless(value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
