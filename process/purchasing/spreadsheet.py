"""The spreadsheet that goes with a letter: the template of the table of answers, with the rows of one supplier begun and what it is asked
for beside each material.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.utils import translation
from openpyxl import load_workbook

from accounts.languages import language_of
from documents.content import shortest
from process.purchasing.letters import asked_lines
from process.purchasing.worksheets import ANSWERS
from worksheets.blanks import TOLD, places_of, xlsx_blank
from worksheets.kinds import import_kind
from worksheets.writing import harmless

if TYPE_CHECKING:
    from process.purchasing.models import InquiryLine, InquirySupplier

ASKED_AFTER = 2  # material and supplier


def answer_sheet(addressee: InquirySupplier) -> bytes:
    """In the language of the letter. What comes back in it is imported as it is, whoever imports it. The supplier reads of itself alone."""
    with translation.override(language_of(addressee.supplier)):
        kind = import_kind(ANSWERS.key)
        book = load_workbook(io.BytesIO(xlsx_blank(kind, told_after=ASKED_AFTER)))
        sheet = book.worksheets[0]
        places = places_of(kind.columns(), len(kind.unread), ASKED_AFTER)
        for number, ask in enumerate(asked_lines(addressee), 2):
            begun = {"line": str(ask.line), "supplier": str(addressee.supplier), "reference": addressee.letter_number}
            for name, words in begun.items():
                sheet.cell(number, places[name], harmless(words))
            for place, told in enumerate(_asked(ask.line), ASKED_AFTER + 1):
                sheet.cell(number, place, told).fill = TOLD
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _asked(line: InquiryLine) -> tuple[Any, ...]:
    """As its headings name it (`ANSWERS.unread`)."""
    return shortest(line.quantity_kg), harmless(line.specification), shortest(line.pack_kg), line.wanted_on


def sheet_name(addressee: InquirySupplier) -> str:
    return f"{addressee.letter_number}-answer.xlsx"
