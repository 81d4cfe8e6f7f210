"""An uploaded table as lines of cells: XLSX and CSV of one of our templates. What is wrong with the file as a whole is said at once."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, BinaryIO

from django.utils.translation import gettext as _t
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet._reader import WorkSheetParser

from audit.files import XLSX, accept_upload
from audit.refusals import BadInput
from worksheets.columns import Cell, Column, in_all, plain
from worksheets.writing import FORMULA_STARTS

UNPACKED_MAX_BYTES = 64 * 1024 * 1024
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also what a password makes of a new one
ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = (",", ";", "\t")
HEADINGS_WITHIN = 20  # rows
NAMED = 10  # of a long list of addresses


@dataclass(frozen=True)
class Line:
    """A row below the headings, by the names of the columns. number: of the row in the file."""

    number: int
    cells: dict[str, Cell]
    is_hidden: bool = False
    stray: tuple[str, ...] = ()  # addresses that have no heading above them


@dataclass(frozen=True)
class Sheet:
    """names: of our columns that the file has."""

    lines: list[Line]
    read_as: str
    names: frozenset[str] = frozenset()


@dataclass
class _Raw:
    """Rows as the file has them: (number, cells by column number), none of them empty."""

    rows: Iterator[tuple[int, dict[int, Cell]]]
    read_as: str
    hidden: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)


class UnknownHeadings(BadInput):
    """400: headings that are not ours; somebody may say what they are. headings: address and words."""

    def __init__(self, words: Sequence[str], headings: Sequence[tuple[str, str]]) -> None:
        self.headings = list(headings)
        super().__init__({"file": list(words)})


def media_type_of(content: BinaryIO, name: str) -> str:
    """What the upload is. Raises BadInput for what no table can be read from."""
    head = content.read(8)
    content.seek(0)
    extension = name.rpartition(".")[2].lower()
    if head == OLD_EXCEL or extension == "xls":
        raise _bad(_t("This is the old format of Excel (.xls), or it has a password. Save it as .xlsx without one."))
    if extension not in ("xlsx", "csv"):
        raise _bad(_t("Upload an .xlsx or .csv file, best our template."))
    if extension == "csv" and head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, _encoding = _text(content.read())
        content.seek(0)
        return accept_upload(io.BytesIO(text.encode()), name)
    return accept_upload(content, name)


def read(
    content: BinaryIO,
    media_type: str,
    columns: Sequence[Column],
    *,
    sheet: Any,
    most_rows: int,
    mapping: Mapping[str, str] = MappingProxyType({}),
    unread: Sequence[Any] = (),
) -> Sheet:
    """The lines below the headings. sheet: what the sheet of the template is called. Raises BadInput on `file`.

    unread: headings of ours below which nothing is read. mapping: foreign headings (as `plain` writes them) and the columns that they are;
    "" for what is left out.
    """
    raw = _xlsx(content, sheet, most_rows) if media_type == XLSX else _csv(content, columns)
    left_out = {plain(each): "" for words in unread for each in in_all(words)}
    found = _headings(raw.rows, columns, left_out | dict(mapping))
    lines = []
    for number, cells in raw.rows:
        given = {name: cells.pop(place) for place, name in found.items() if place in cells}
        given.pop("", None)
        lines.append(Line(number, given, number in raw.hidden, tuple(cell.address for cell in cells.values())))
        if len(lines) > most_rows:
            raise _bad(_t("The file has more than %(most)s rows. Divide it.") % {"most": f"{most_rows:,}"})
    if raw.merged:
        named = ", ".join(raw.merged[:NAMED])
        raise _bad(_t("Cells are merged (%(ranges)s), so that it is not clear which row they belong to. Unmerge them.") % {"ranges": named})
    if not lines:
        raise _bad(_t("There are headings, but no row below them."))
    return Sheet(lines, raw.read_as, frozenset(found.values()))


def _bad(*words: str) -> BadInput:
    return BadInput({"file": list(words)})


def _headings(rows: Iterator[tuple[int, dict[int, Cell]]], columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[int, str]:
    """Which column of the file is which of ours. Every heading that is missing, unknown or there twice is named in one answer."""
    number, cells = next(rows, (0, {}))
    if not cells:
        raise _bad(_t("The file is empty: there is not even a row of headings."))
    names = {each: column.name for column in columns for each in column.names()} | dict(mapping)
    found: dict[int, str] = {}
    unknown, twice, foreign = [], [], []
    for place, cell in cells.items():
        name = names.get(plain(cell.value))
        if name is None:
            unknown.append(f"{cell.address} “{cell.shown[:60]}”")
            foreign.append((cell.address, cell.shown[:200]))
        elif name and name in found.values():
            twice.append(f"{cell.address} “{cell.shown[:60]}”")
        else:
            found[place] = name
    if number > HEADINGS_WITHIN or not found:
        known = ", ".join(column.title for column in columns)
        words = _t("The first row does not hold our headings. They are: %(known)s.") % {"known": known}
        raise _bad(words) if number > HEADINGS_WITHIN else UnknownHeadings([words], foreign)
    missing = [str(column.heading) for column in columns if column.field.required and column.name not in found.values()]
    faults = [
        _t("These headings are missing: %(names)s.") % {"names": ", ".join(missing)} if missing else "",
        _t("These headings are not known: %(names)s. Remove the columns, or take the template.") % {"names": ", ".join(unknown)}
        if unknown
        else "",
        _t("These headings are there twice: %(names)s.") % {"names": ", ".join(twice)} if twice else "",
    ]
    if foreign and not twice:
        raise UnknownHeadings([*filter(None, faults)], foreign)
    if any(faults):
        raise _bad(*filter(None, faults))
    return found


def _xlsx(content: BinaryIO, wanted: Any, most_rows: int) -> _Raw:
    """Row by row with the parser of openpyxl, which knows hidden rows and merged cells too once it is through."""
    with zipfile.ZipFile(content) as archive:
        if sum(part.file_size for part in archive.infolist()) > UNPACKED_MAX_BYTES:
            raise _bad(_t("The file unpacks to more than %(size)d MB.") % {"size": UNPACKED_MAX_BYTES // 1024**2})
    content.seek(0)
    try:
        book = load_workbook(content, read_only=True)
        titles = {plain(name): name for name in book.sheetnames}
        only = book.sheetnames[0] if len(book.sheetnames) == 1 else None
        title = next((titles[plain(words)] for words in in_all(wanted) if plain(words) in titles), only)
        if title is None:
            there = ", ".join(f"“{name}”" for name in book.sheetnames)
            raise _bad(_t("The file has no sheet “%(wanted)s”; it has %(there)s.") % {"wanted": wanted, "there": there})
        with book[title]._get_source() as source:
            parser = WorkSheetParser(
                source,
                book[title]._shared_strings,
                data_only=False,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            rows = list(_filled(parser, most_rows))
    except BadInput:
        raise
    except Exception as fault:  # a damaged workbook fails in as many ways as it has parts
        raise _bad(_t("The file cannot be read as a spreadsheet; it is damaged.")) from fault
    hidden = {int(number) for number, attributes in parser.row_dimensions.items() if attributes.get("hidden") in ("1", "true")}
    last = rows[-1][0] if rows else 0
    merged = [str(each.ref) for each in getattr(parser.merged_cells, "mergeCell", ()) if range_boundaries(each.ref)[1] <= last]
    return _Raw(iter(rows), _t("spreadsheet, sheet “%(title)s”") % {"title": title}, hidden, merged)


def _filled(parser: Any, most_rows: int) -> Iterator[tuple[int, dict[int, Cell]]]:
    """The rows in which something stands; a few more than may be, so that too many are noticed."""
    given = 0
    for number, row in parser.parse():
        cells = {each["column"]: _cell(number, each) for each in row}
        cells = {place: cell for place, cell in cells.items() if not cell.is_empty}
        if cells and given <= most_rows + HEADINGS_WITHIN:
            given += 1
            yield number, cells


def _cell(number: int, raw: dict[str, Any]) -> Cell:
    value, kind = raw["value"], raw["data_type"]
    if isinstance(value, str) and not value.strip():
        value = None
    return Cell(f"{get_column_letter(raw['column'])}{number}", value, is_formula=kind == "f", is_error=kind == "e")


def _csv(content: BinaryIO, columns: Sequence[Column]) -> _Raw:
    text, encoding = _text(content.read())
    delimiter = max(DELIMITERS, key=lambda each: _known(text, each, columns))
    rows = _csv_rows(text, delimiter)
    return _Raw(rows, _t("CSV in %(encoding)s, divided by “%(delimiter)s”") % {"encoding": encoding, "delimiter": delimiter})


def _known(text: str, delimiter: str, columns: Sequence[Column]) -> int:
    names = set().union(*(column.names() for column in columns))
    return sum(plain(each) in names for each in text.split("\n", 1)[0].replace('"', "").split(delimiter))


def _csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, dict[int, Cell]]]:
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            cells = {place: _typed(f"{get_column_letter(place)}{number}", value) for place, value in enumerate(row, 1) if value.strip()}
            if cells:
                yield number, cells
    except csv.Error as fault:
        raise _bad(_t("The file cannot be read as CSV: %(fault)s.") % {"fault": fault}) from fault


def _typed(address: str, text: str) -> Cell:
    """The apostrophe that our own exports put before what a spreadsheet would run is no part of the text."""
    if text.startswith("'") and text[1:].startswith(FORMULA_STARTS):
        return Cell(address, text[1:])
    return Cell(address, text, is_formula=text.startswith("="))


def _text(raw: bytes) -> tuple[str, str]:
    """Decoded, and in which encoding. What only looks like GB18030 is refused: another encoding would be read as wrong letters."""
    for mark, encoding in ENCODINGS:
        if raw.startswith(mark):
            return _decoded(raw, encoding), encoding.removesuffix("-sig").upper()
    try:
        return raw.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        text = _decoded(raw, "gb18030")
    special = [letter for letter in text if ord(letter) > 127]
    common = sum(_is_common(letter) for letter in special)
    if common < 0.9 * len(special):
        raise _bad(_t("The encoding of the file is not UTF-8, UTF-16 or GB18030. Save it as “CSV UTF-8”."))
    return text, "GB18030"


def _is_common(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as fault:
        raise _bad(_t("The encoding of the file is not UTF-8, UTF-16 or GB18030. Save it as “CSV UTF-8”.")) from fault
