"""The questionnaire that a client fills in: one sheet of question, answer, unit and note, and what is read of it again.

Every answer that can be read is taken; of one that cannot, what was typed and what is wrong with it are kept for the person who asks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from audit.files import XLSX
from audit.refusals import BadInput, Words
from projects.completeness import QUESTIONS
from projects.limits import limits
from projects.models.rfp_choices import ROLE_BY_FORMER_ANSWER, YesNo
from projects.rfp_fields import GIVEN, unit_of
from projects.rfp_import import columns
from worksheets.blanks import possible
from worksheets.columns import Cell, ChoiceField, Column, TextField, in_all, plain
from worksheets.reading import Line, read

SHEET = _("Questionnaire")
OURS = frozenset({"reference", "account_owner", "channel"})  # of the table of many requests; no question to a client
UNITS: Mapping[str, Words] = {
    "maximum_daily_dose_mg": _("mg/day"),
    "validation_quantity_kg": _("kg per batch"),
    "commercial_quantity_kg_per_year": _("kg/year"),
}  # where the words of the field have none, or another one

IN_THEIR_WORDS: Mapping[str, Words] = {
    "client_name": _("Your organisation"),
    "client_country": _("Its country"),
    "contact_name": _("Whom may we ask?"),
    "contact_email": _("E-mail"),
    "contact_phone": _("Telephone"),
    "compound_name": _("What is the compound called (name or your code)?"),
    "wanted": _("What do you want from us?"),
    "first_sample_wanted_on": _("When do you want the first sample?"),
    "filing_planned_on": _("When is the filing planned?"),
    "source_wish": _("Which source would we be for you?"),
    "timeline_is": _("Is the timeline firm?"),
    "ip_wish": _("To whom shall the results belong?"),
    "decision_criteria": _("What decides who gets the work?"),
    **{question.field: question.words for question in QUESTIONS},
    "exposure_band": _("What is the occupational exposure band?"),
}
PARTS = (  # of the sheet: columns of question, answer, unit, note and the name of the field
    Column("question", _("Question"), TextField()),
    Column("answer", _("Answer"), TextField()),
    Column("unit", _("Unit"), TextField(required=False)),
    Column("note", _("Note"), TextField(required=False)),
    Column("field", _("Field"), TextField(required=False)),
)
FORMER = "registration_intermediate"  # the row that asked before the role did: questionnaires with it are still at clients
FORMER_WORDS = _("Is the compound a registration intermediate?")
WIDTHS = {"A": 52, "B": 48, "C": 14, "D": 64, "E": 24}
MOST_LINES = 200
BOLD, WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")
TO_FILL_IN, NEEDED = PatternFill("solid", fgColor="F4F8FC"), PatternFill("solid", fgColor="FFE9B8")  # beside the star, never alone


@dataclass
class Answers:
    """`values` by field; `problems`: field, label, address, what was typed, what is wrong with it."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)


def questions() -> tuple[Column, ...]:
    """The fields of a request that a client can know, as the import of many requests reads them."""
    return tuple(column for column in columns() if column.name not in OURS)


def _former_question() -> Column:
    """Its yes or no is read as the role that it means."""
    roles = [(role, YesNo(answer).label) for answer, role in ROLE_BY_FORMER_ANSWER.items()]
    return Column("compound_role", FORMER_WORDS, ChoiceField(choices=roles, required=False))


def words_of(column: Column) -> Words:
    """The question, as a client is asked it."""
    return IN_THEIR_WORDS.get(column.name, column.heading)


def unit(column: Column) -> Words:
    return UNITS.get(column.name) or (unit_of(column.name) if column.name in GIVEN else "")


def blank() -> bytes:
    """The empty questionnaire, in the language of whoever fetches it."""
    book = Workbook()
    sheet = book.active
    sheet.title = str(SHEET)
    sheet.append([str(part.heading) for part in PARTS])
    for column in questions():
        star = " *" if column.field.required else ""
        notes = [str(column.note) if column.name not in IN_THEIR_WORDS else "", possible(column)]
        sheet.append([f"{words_of(column)}{star}", None, str(unit(column)), " ".join(filter(None, notes)), column.name])
    _laid_out(sheet)
    _choices(book, sheet)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        return file.read()


def _laid_out(sheet: Any) -> None:
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["E"].hidden = True
    sheet.freeze_panes = "A2"
    sheet.protection.sheet = True  # without a password: so that an answer is typed where it is read
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment, cell.number_format = WRAPPED, "@"
    for cell in sheet[1]:
        cell.font = BOLD
    for row, column in enumerate(questions(), 2):
        answer = sheet.cell(row, 2)
        answer.protection = Protection(locked=False)
        answer.fill = NEEDED if column.field.required else TO_FILL_IN


def _choices(book: Workbook, sheet: Any) -> None:
    """A list to pick from where one of several is asked for."""
    lists = book.create_sheet(_t("Lists"))
    place = 0
    for row, column in enumerate(questions(), 2):
        if not column.choices or isinstance(column.field, forms.MultipleChoiceField):
            continue
        place += 1
        for number, words in enumerate(column.choices, 1):
            lists.cell(number, place, words)
        letter = lists.cell(1, place).column_letter
        rule = DataValidation(type="list", formula1=f"'{lists.title}'!${letter}$1:${letter}${len(column.choices)}", allow_blank=True)
        rule.add(f"B{row}")
        sheet.add_data_validation(rule)
    lists.sheet_state = "hidden"


def read_answers(content: BinaryIO, *, received_on: date) -> Answers:
    """What the filled-in questionnaire says, judged as of the day on which it came, whenever it is read again.

    Raises BadInput on `file` for what is not our questionnaire.
    """
    sheet = read(content, XLSX, PARTS, sheet=SHEET, most_rows=MOST_LINES)
    known = {column.name: column for column in questions()}
    by_words = {plain(words): column for column in known.values() for words in in_all(words_of(column))}
    former = _former_question()
    known |= {FORMER: former}
    by_words |= {plain(words): former for words in in_all(FORMER_WORDS)}
    answers = Answers()
    for line in sheet.lines:
        column = known.get(_text(line, "field")) or by_words.get(plain(_text(line, "question")))
        answer = line.cells.get("answer")
        if column is not None and answer is not None:
            _take(answers, column, answer, line)
        elif answer is not None:
            _problem(answers, "", _text(line, "question"), answer, _t("This question is none of ours; look where the answer belongs."))
    _judge(answers, known, received_on)
    return answers


def _text(line: Line, part: str) -> str:
    return line.cells[part].shown.strip() if part in line.cells else ""


def _take(answers: Answers, column: Column, answer: Cell, line: Line) -> None:
    """A unit that somebody wrote over ours is not converted: what the number means is asked."""
    typed, ours = plain(_text(line, "unit")), unit(column)
    if typed and typed not in {plain(words) for words in (in_all(ours) if ours else [])}:
        words = _t("The unit was changed to “%(unit)s”; ours is %(ours)s. Nothing is converted.")
        words = words if ours else _t("A unit stands here: %(unit)s.")
        _problem(answers, column.name, str(column.heading), answer, words % {"unit": _text(line, "unit"), "ours": ours})
        return
    try:
        answers.values[column.name] = column.read(answer)
    except ValidationError as fault:
        _problem(answers, column.name, str(column.heading), answer, " ".join(fault.messages))


def _problem(answers: Answers, name: str, label: str, answer: Cell, words: str) -> None:
    said = {"field": name, "label": label[:200], "address": answer.address, "typed": answer.shown[:500], "words": words}
    answers.problems.append(said)


def _judge(answers: Answers, known: Mapping[str, Column], received_on: date) -> None:
    """What can be read and cannot be meant: a day gone by, a quantity of nothing."""
    for name, words in limits(answers.values, received_on=received_on).items():
        typed = Cell("", answers.values.pop(name))
        _problem(answers, name, str(known[name].heading), typed, " ".join(words))


def try_answers(content: BinaryIO, *, received_on: date) -> Answers | None:
    """None for a spreadsheet that is not our questionnaire."""
    try:
        return read_answers(content, received_on=received_on)
    except BadInput:
        return None
