"""Tables as files: CSV line by line, XLSX by the writer that keeps no sheet in memory. No cell can begin a formula."""

from __future__ import annotations

import csv
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

if TYPE_CHECKING:
    from worksheets.exports import Table

LINE_STARTS = ("\t", "\r", "\n")
FORMULA_STARTS = ("=", "+", "-", "@")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet program takes the file for the machine's old encoding
IN_MEMORY_BYTES = 1024 * 1024


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers and dates stay what they are.

    Blanks before it do not save it, and a program may read a full-width sign as its narrow one. Control characters are in no file.
    """
    if not isinstance(value, str | Promise):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    begins = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if begins in FORMULA_STARTS or text.startswith(LINE_STARTS) else text


def _in_csv(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else harmless(value)


def _in_xlsx(value: Any) -> Any:
    """A moment on the reader's clock, because a spreadsheet knows no zones."""
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    return harmless(value)


class _Echo:
    """A file that gives back what is written, for the csv writer."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())  # type: ignore[arg-type]
    yield BYTE_ORDER_MARK + writer.writerow([harmless(words) for words in head])
    for row in rows:
        yield writer.writerow([_in_csv(value) for value in row])


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(csv_lines(head, rows), content_type=CSV, headers=headers)


def finished_csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """The same, read to its end before the answer begins: for readers whose rights end with the request."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the response closes it
    for line in csv_lines(head, rows):
        file.write(line.encode())
    return _file_response(file, f"{name}.csv", CSV)


def xlsx_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """Written to a file without a name, then streamed from it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_in_xlsx(words) for words in head])
    for row in rows:
        sheet.append([_in_xlsx(value) for value in row])
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the response closes it
    book.save(file)
    return _file_response(file, f"{name}.xlsx", XLSX)


def _file_response(file: IO[bytes], name: str, media_type: str) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type)


def table_response(table: Table, form: str, *, reader_is_client: bool) -> StreamingHttpResponse:
    if form == "xlsx":
        return xlsx_response(table.name, table.head, table.rows)
    answer = finished_csv_response if reader_is_client else csv_response
    return answer(table.name, table.head, table.rows)
