"""Files as people upload them: what can be read is read, what cannot is refused in words that say what to do."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from accounts.currencies import CURRENCIES, OFFERED
from accounts.currency_names import named_currency
from accounts.numbers import NumberField
from audit.refusals import BadInput
from tests.worksheets.tables import csv_text, xlsx
from worksheets import reading
from worksheets.blanks import csv_blank, possible, xlsx_blank
from worksheets.columns import Cell, ChoiceField, ChoicesField, Column, CurrencyChoiceField, NotChosen, TextField, YesNoField
from worksheets.days import DayField, day_as_typed
from worksheets.kinds import ImportKind, import_kinds

COLUMNS = (
    Column("title", "Title", TextField(max_length=20)),
    Column("amount", "Amount (kg)", NumberField(max_digits=9, decimal_places=3, required=False)),
    Column("on", "Day", DayField(required=False)),
    Column("kind", "Kind", ChoiceField(choices=[("a", "First kind"), ("b", "Second kind")], required=False)),
    Column("kinds", "Kinds", ChoicesField(choices=[("a", "First kind"), ("b", "Second kind")], required=False)),
    Column("sure", "Sure", YesNoField()),
)
HEAD = ("Title *", "Amount (kg)", "Day", "Kind", "Kinds", "Sure")


def read(content: io.BytesIO | bytes, name: str = "filled.xlsx") -> reading.Sheet:
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    return reading.read(file, reading.media_type_of(file, name), COLUMNS, sheet="Rows", most_rows=5)


def values(content: io.BytesIO | bytes, name: str = "filled.xlsx") -> list[dict[str, Any]]:
    lines = read(content, name).lines
    return [{column.name: column.read(line.cells[column.name]) for column in COLUMNS if column.name in line.cells} for line in lines]


def filled(*rows: Any, head: Any = HEAD, **more: Any) -> io.BytesIO:
    return xlsx(head, *rows, **{"sheet": "Rows", **more})


def refusal(content: Any, name: str = "filled.xlsx") -> str:
    with pytest.raises(BadInput) as refused:
        read(content, name)
    return str(refused.value)


def test_numbers_days_and_choices_are_read_as_they_are_meant() -> None:
    row = (12345.0, 0.1 + 0.2, datetime(2026, 3, 12), "second KIND", "a; Second kind", True)

    assert values(filled(row)) == [
        {"title": "12345", "amount": Decimal("0.3"), "on": date(2026, 3, 12), "kind": "b", "kinds": ["a", "b"], "sure": True}
    ]


def test_a_hyphen_is_as_good_as_a_dash_in_a_choice() -> None:
    field = ChoiceField(choices=[("c_n", "C–N coupling"), ("other", "Other")])

    assert [field.clean(typed) for typed in ("C-N coupling", "c–n  COUPLING", "C‑N coupling", "c_n")] == ["c_n"] * 4


def test_of_many_choices_those_that_are_written_nearly_so_are_named_first() -> None:
    """“Suzuki” and a letter too many: the refusal shows twelve of the forty."""
    field = ChoiceField(choices=[(f"k{number}", f"Kind {number}") for number in range(38)] + [("s", "Suzuki coupling"), ("w", "Wittig")])

    for typed, meant in (("Suzuki", "Suzuki coupling"), ("Witttig", "Wittig")):
        with pytest.raises(NotChosen, match=rf"“{typed}” is none of the possible values: {meant}, ") as refused:
            field.clean(typed)
        assert refused.value.near == [meant]
        assert refused.value.messages[0].endswith(f"Did you mean “{meant}”?")


@pytest.mark.parametrize(
    ("number", "typed", "near"),
    [
        (3, "Kind", ["Kind 0", "Kind 1", "Kind 2"]),
        (3, "nonsense", ["Kind 0", "Kind 1", "Kind 2"]),
        (40, "nonsense", []),
        (40, "kind", ["Kind 0", "Kind 1", "Kind 2", "Kind 3", "Kind 4"]),
    ],
)
def test_what_may_have_been_meant_is_offered_unless_it_may_be_anything(number: int, typed: str, near: list[str]) -> None:
    field = ChoiceField(choices=[(f"k{place}", f"Kind {place}") for place in range(number)])

    with pytest.raises(NotChosen) as refused:
        field.clean(typed)

    assert refused.value.near == near
    assert ("Did you mean" in refused.value.messages[0]) == (typed.lower() == "kind")


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Dollar", ["USD", "AUD", "CAD", "HKD", "SGD"]),
        ("pound", ["GBP", "EGP", "FKP", "GIP", "LBP"]),
        ("franc", ["CHF", "BIF", "CDF", "DJF", "GNF"]),
        ("Yen", ["JPY"]),
        ("yuan", ["CNY"]),
        ("Renminbi", ["CNY"]),
    ],
)
def test_a_currency_that_is_typed_by_its_name_is_offered_by_its_code(typed: str, near: list[str]) -> None:
    field = CurrencyChoiceField(choices=[("", ""), *CURRENCIES])

    with pytest.raises(NotChosen, match=f"“{typed}” is none of the possible values: {named_currency(near[0])[:9]}") as refused:
        field.clean(typed)

    assert [words[:3] for words in refused.value.near] == near
    assert field.clean(refused.value.near[0]) == near[0]


def test_a_name_that_one_currency_has_is_understood() -> None:
    field = CurrencyChoiceField(choices=[("", ""), *OFFERED])

    assert [field.clean(typed) for typed in ("euro", "US Dollar", "chf", "Swiss franc")] == ["EUR", "USD", "CHF", "CHF"]
    with pytest.raises(NotChosen) as refused:
        field.clean("dinar")
    assert "KWD" not in str(refused.value)


def test_rows_keep_their_number_below_empty_ones_and_columns_come_in_any_order() -> None:
    lines = read(filled((), ("1,5", "one"), ("", "  "), ("2", "two"), head=("Amount (kg)", "title"))).lines

    assert [(line.number, line.cells["title"].address, line.cells["title"].value) for line in lines] == [(3, "B3", "one"), (5, "B5", "two")]


def test_a_workbook_that_counts_from_1904_has_the_same_days() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.title = "Rows"
    for row in (HEAD, ("one", "", date(2026, 3, 12))):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)

    assert values(file)[0]["on"] == date(2026, 3, 12)


def merge(sheet: Any) -> None:
    sheet.merge_cells("A2:A3")


def another(sheet: Any) -> None:
    sheet.parent.create_sheet("Other")


def old_excel() -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600


def bomb() -> bytes:
    file = filled(("one",))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b" " * (reading.UNPACKED_MAX_BYTES + 1))
    return file.getvalue()


def damaged() -> bytes:
    source, target = zipfile.ZipFile(filled(("one",))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, b"<broken" if "sheet1" in name else source.read(name))
    return target.getvalue()


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (lambda: filled(("one",), sheet="Sheet1", edit=another), "f.xlsx", "no sheet “Rows”; it has “Sheet1”, “Other”"),
        (
            lambda: filled(("one",), head=("Amount (kg)", "Nonsense")),
            "f.xlsx",
            "missing: Title. These headings are not known: B1 “Nonsense”",
        ),
        (lambda: filled(("one", "two"), head=("Title", "title *")), "f.xlsx", "there twice: B1 “title *”"),
        (lambda: filled(("one",), head=("1", "2")), "f.xlsx", "does not hold our headings. They are: Title *, Amount"),
        (lambda: filled(head=()), "f.xlsx", "is empty: there is not even"),
        (lambda: filled(), "f.xlsx", "no row below"),
        (lambda: filled(("one",), ("two",), edit=merge), "f.xlsx", "merged (A2:A3)"),
        (lambda: filled(*[(str(number),) for number in range(6)]), "f.xlsx", "more than 5 rows"),
        (old_excel, "f.xls", "old format of Excel"),
        (old_excel, "f.xlsx", "it has a password"),
        (bomb, "f.xlsx", "unfolds to far more"),
        (damaged, "f.xlsx", "damaged"),
        (lambda: b"%PDF-1.4", "f.pdf", "Upload an .xlsx or .csv file"),
        (lambda: b"", "f.csv", "The file is empty"),
        (lambda: b'Title\n"one', "f.csv", "cannot be read as CSV"),
        (lambda: "Title\nMüller\n".encode("cp1252"), "f.csv", "Save it as “CSV UTF-8”"),
        (lambda: b"Title\nM\xfc\xff\n", "f.csv", "Save it as “CSV UTF-8”"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(make: Callable[[], Any], name: str, words: str) -> None:
    assert words in refusal(make(), name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encode", "said"),
    [
        (lambda text: text.encode(), "UTF-8"),
        (lambda text: codecs.BOM_UTF8 + text.encode(), "UTF-8"),
        (lambda text: text.encode("utf-16"), "UTF-16"),
        (lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "UTF-16"),
        (lambda text: text.encode("gb18030"), "GB18030"),
    ],
)
def test_csv_comes_in_every_encoding_and_with_every_delimiter(encode: Callable[[str], bytes], said: str, delimiter: str) -> None:
    text = csv_text(HEAD, ("对乙酰氨基酚", "1,5", "2026年3月12日", "First kind", "a、b", "no"), ("'=SUM", "2"), delimiter=delimiter)

    sheet = read(encode(text), "f.csv")

    assert said in sheet.read_as
    first, second = values(encode(text), "f.csv")
    assert (first["title"], first["amount"], first["on"], first["kinds"]) == ("对乙酰氨基酚", Decimal("1.5"), date(2026, 3, 12), ["a", "b"])
    assert second["title"] == "=SUM"  # the apostrophe is that of our own exports


def test_a_value_without_a_heading_is_not_lost() -> None:
    (line,) = read(filled(("one", "", "", "", "", "", "stray"))).lines

    assert line.stray == ("G2",)


def test_what_the_spreadsheet_made_of_a_cell_is_said() -> None:
    title, on = COLUMNS[0], COLUMNS[2]
    for column, cell, words in (
        (title, Cell("A2", "=B2", is_formula=True), "formula"),
        (title, Cell("A2", "#N/A", is_error=True), "#N/A"),
        (title, Cell("A2", datetime(2026, 3, 12)), "took this for a date"),
        (title, Cell("A2", "x" * 21), "at most 20"),
        (on, Cell("C2", 46093), "Format the cell as a date"),
        (on, Cell("C2", datetime(2026, 3, 12, 8, 30)), "time of day"),
        (COLUMNS[1], Cell("B2", "1,250"), "can be read as"),
        (COLUMNS[3], Cell("D2", "third"), "First kind, Second kind"),
    ):
        with pytest.raises(ValidationError, match=words):
            column.read(cell)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-12",
        "2026/3/12",
        "12 Mar 2026",
        "12 March 2026",
        "March 12, 2026",
        "12.03.2026",
        "12.03.26",
        "12. 3. 26",
        "12-Mar-2026",
        "12-Mar-26",
        "Mar 12, 26",
        "2026年3月12日",
        "2026-03-12 00:00",
    ],
)
def test_a_day_with_one_reading_is_read(typed: str) -> None:
    assert day_as_typed(typed) == date(2026, 3, 12)


def test_a_day_with_two_readings_names_both() -> None:
    with pytest.raises(ValidationError, match=r"2026-04-03 or as 2026-03-04"):
        day_as_typed("03/04/2026")
    with pytest.raises(ValidationError, match=r"2026-04-03 or as 2026-03-04"):
        day_as_typed("03/04/26")
    assert {day_as_typed(typed) for typed in ("25/03/2026", "03/25/2026", "25/03/26", "03/25/26")} == {date(2026, 3, 25)}
    assert day_as_typed("03/03/2026") == date(2026, 3, 3)
    for wrong in ("30-04-27", "27-04-30", "soon", "31.02.26", "13/13/26", "12 Mux 2026"):
        with pytest.raises(ValidationError, match=r"Write 2026-03-12, 12 Mar 2026, 12\.03\.2026 or 12\.03\.26\."):
            day_as_typed(wrong)
    for old in ("12.03.85", "31/12/99", "12 Mar 85"):
        with pytest.raises(ValidationError, match="year with four digits"):
            day_as_typed(old)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", import_kinds(), ids=lambda kind: kind.key)
def test_every_template_has_headings_notes_and_lists_and_is_read_again(kind: ImportKind) -> None:
    book = load_workbook(io.BytesIO(xlsx_blank(kind)))
    sheet, notes, _lists = book.worksheets
    columns = kind.columns()

    assert [cell.value for cell in sheet[1]] == [column.title for column in columns]
    assert [cell.value for cell in notes["A"]][1 : len(columns) + 1] == [str(column.heading) for column in columns]
    picked = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    single = [column for column in columns if column.choices and not isinstance(column.field, ChoicesField)]
    assert len(picked) == len(single)
    assert len({name for column in columns for name in column.names()}) == sum(len(column.names()) for column in columns)
    for column in columns:  # what the notes give as an example is understood
        if column.example and not column.name.endswith(("owner",)):
            column.read(Cell("A2", column.example))
    with pytest.raises(BadInput, match="no row below"):
        reading.read(io.BytesIO(csv_blank(kind).encode()), "text/csv", columns, sheet=kind.sheet, most_rows=5)


def test_what_may_stand_in_a_column_is_said_in_words() -> None:
    assert [possible(column) for column in COLUMNS] == [
        "text of up to 20 characters",
        "a number, with decimal point or comma",
        "a day: 2026-03-12, 12 Mar 2026, 12.03.2026 or 12.03.26",
        "First kind, Second kind",
        "one or more, with a semicolon between: First kind, Second kind",
        "yes, no",
    ]
