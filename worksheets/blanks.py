"""The empty table of an import: headings with units, lists of what may be chosen, and a sheet that says what each column means."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _t
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from worksheets.columns import Column
from worksheets.days import DayField
from worksheets.writing import BYTE_ORDER_MARK

if TYPE_CHECKING:
    from worksheets.kinds import ImportKind

BOLD = Font(bold=True)
NEEDED = PatternFill("solid", fgColor="FFE9B8")  # beside the star, never alone
TOLD = PatternFill("solid", fgColor="D9D9D9")
OPTIONAL = PatternFill("solid", fgColor="E8EDF2")
WRAPPED = Alignment(wrap_text=True, vertical="top")
NARROWEST, WIDEST = 14, 44
SHOWN_CHOICES = 30


def xlsx_blank(kind: ImportKind, *, told_after: int | None = None) -> bytes:
    """told_after: behind how many columns those stand that only tell (`ImportKind.unread`); without it they are left out."""
    book, columns = Workbook(), kind.columns()
    told = () if told_after is None else kind.unread
    places = places_of(columns, len(told), told_after or 0)
    sheet = book.active
    sheet.title = str(kind.sheet)
    _headings(sheet, columns, places)
    for place, words in enumerate(told, (told_after or 0) + 1):
        _heading(sheet, place, str(words), TOLD)
    _notes(book.create_sheet(_t("What the columns mean")), kind, columns, told)
    _lists(book, sheet, columns, places, rows=kind.most_rows + 1)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        return file.read()


def csv_blank(kind: ImportKind) -> str:
    """The headings alone; what they mean stands on the page and in the other template."""
    text = io.StringIO()
    csv.writer(text).writerow([column.title for column in kind.columns()])
    return BYTE_ORDER_MARK + text.getvalue()


def places_of(columns: Sequence[Column], told: int, after: int) -> dict[str, int]:
    """By name where a column stands beside so many that only tell."""
    return {column.name: number + (told if number > after else 0) for number, column in enumerate(columns, 1)}


def _headings(sheet: Any, columns: tuple[Column, ...], places: Mapping[str, int]) -> None:
    for column in columns:
        letter = _heading(sheet, places[column.name], column.title, NEEDED if column.field.required else OPTIONAL)
        sheet.column_dimensions[letter].number_format = _format(column)
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "B2"


def _heading(sheet: Any, place: int, words: str, fill: PatternFill) -> str:
    """The letter of its column."""
    letter, head = get_column_letter(place), sheet.cell(1, place, words)
    head.font, head.fill, head.alignment = BOLD, fill, WRAPPED
    sheet.column_dimensions[letter].width = min(max(len(words) + 2, NARROWEST), WIDEST)
    return letter


def _format(column: Column) -> str:
    """Text stays text: a spreadsheet makes a date of a CAS number."""
    if isinstance(column.field, DayField):
        return "yyyy-mm-dd"
    return "General" if isinstance(column.field, forms.IntegerField) else "@"


def _notes(sheet: Any, kind: ImportKind, columns: tuple[Column, ...], told: Sequence[Any]) -> None:
    sheet.append([_t("Column"), _t("Needed"), _t("What it means"), _t("Possible values"), _t("Example")])
    for column in columns:
        needed = _t("yes") if column.field.required else _t("no")
        sheet.append([str(column.heading), needed, str(column.note), possible(column), str(column.example)])
    for words in told:
        sheet.append([str(words), _t("no"), _t("What is asked for; it stays as it is."), "", ""])
    for letter, width in zip("ABCDE", (32, 10, 60, 60, 32), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment, cell.number_format = WRAPPED, "@"
    for cell in sheet[1]:
        cell.font = BOLD
    words = _t("One row below the headings for each; at most %(most)s rows. Columns that are not needed may be left out.")
    sheet.append([])
    sheet.append([words % {"most": f"{kind.most_rows:,}"}])


def possible(column: Column) -> str:
    """What may stand in the column, in words."""
    if isinstance(column.field, DayField):
        return _t("a day: 2026-03-12, 12 Mar 2026, 12.03.2026 or 12.03.26")
    if choices := column.choices:
        shown = ", ".join(choices[:SHOWN_CHOICES])
        more = _t("%(shown)s, … (%(all)d in all)") % {"shown": shown, "all": len(choices)} if len(choices) > SHOWN_CHOICES else shown
        several = isinstance(column.field, forms.MultipleChoiceField)
        return _t("one or more, with a semicolon between: %(values)s") % {"values": more} if several else more
    if isinstance(column.field, forms.DecimalField):  # first, because it is an IntegerField to Django
        return _t("a number, with decimal point or comma")
    if isinstance(column.field, forms.IntegerField):
        return _t("a whole number")
    longest = getattr(column.field, "max_length", None)
    return _t("text of up to %(most)d characters") % {"most": longest} if longest else ""


def _lists(book: Any, sheet: Any, columns: tuple[Column, ...], places: Mapping[str, int], *, rows: int) -> None:
    """The choices as lists to pick from. Several in one cell cannot be picked, so that such a column only names them."""
    lists = book.create_sheet(_t("Lists"))
    place = 0
    for column in columns:
        number, choices = places[column.name], column.choices
        if not choices or isinstance(column.field, forms.MultipleChoiceField):
            continue
        place += 1
        letter = get_column_letter(place)
        for row, words in enumerate([str(column.heading), *choices], 1):
            lists.cell(row, place, words)
        rule = DataValidation(
            type="list",
            formula1=f"'{lists.title}'!${letter}$2:${letter}${len(choices) + 1}",
            allow_blank=True,
            errorTitle=str(column.heading)[:32],
            error=_t("Choose one of the values of the list."),
        )
        rule.add(f"{get_column_letter(number)}2:{get_column_letter(number)}{rows}")
        sheet.add_data_validation(rule)
    lists.sheet_state = "hidden"
