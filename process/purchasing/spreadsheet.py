"""The spreadsheet that goes with a letter: the template of the table of answers, with the rows of one supplier begun."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.utils import translation
from openpyxl import load_workbook

from accounts.languages import language_of
from process.purchasing.letters import asked_lines
from process.purchasing.worksheets import ANSWERS
from worksheets.blanks import xlsx_blank
from worksheets.kinds import import_kind
from worksheets.writing import harmless

if TYPE_CHECKING:
    from process.purchasing.models import InquirySupplier


def answer_sheet(addressee: InquirySupplier) -> bytes:
    """In the language of the letter. What comes back in it is imported as it is, whoever imports it. The supplier reads of itself alone."""
    with translation.override(language_of(addressee.supplier)):
        book = load_workbook(io.BytesIO(xlsx_blank(import_kind(ANSWERS.key))))
        sheet = book.worksheets[0]
        places = {column.name: place for place, column in enumerate(ANSWERS.typed, 1)}
        for number, ask in enumerate(asked_lines(addressee), 2):
            begun = {"line": str(ask.line), "supplier": str(addressee.supplier), "reference": addressee.letter_number}
            for name, words in begun.items():
                sheet.cell(number, places[name], harmless(words))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet_name(addressee: InquirySupplier) -> str:
    return f"{addressee.letter_number}-answer.xlsx"
