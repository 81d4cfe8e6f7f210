"""How what is kept is laid out for paper: one style of numbers, no empty columns, headings beside what they head."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from documents.content import Column, cell, data_table, key_values, numbered
from documents.rendering import render_pdf
from documents.table_layout import without_empty_columns
from documents.templatetags.paper import in_thousands


def printed(table: dict[str, Any]) -> str:
    return " ".join(render_to_string("documents/_table.html", {"table": table}).split())


def pages_of(body: str) -> list[str]:
    """What each page says of these parts of a document, one after the other."""
    html = f'<html lang="en"><head><title>T</title><link rel="stylesheet" href="print.css"></head><body><main>{body}</main></body></html>'
    pdf = render_pdf(html, attachment=b"{}", attachment_name="data.json", created=datetime(2026, 3, 12, tzinfo=UTC))
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf.content)).pages]


def test_tables_and_lists_group_thousands_as_sentences_and_pictures_do() -> None:
    table = data_table([Column("What", 50), Column("EUR", 50, "right")], [("Price", Decimal("1067015.91"))])
    facts = key_values(("Price", f"EUR {cell(Decimal(12300))}"))

    assert "1,067,015.91" in printed(table)
    assert "EUR 12,300" in render_to_string("documents/_key_values.html", {"rows": facts})


def test_what_a_list_puts_before_a_line_goes_and_a_minus_stays() -> None:
    text = " - Toluene\n• -20 °C\n-20 to -10 °C\r\n-- THF -\n---\n\nStep 1 - as Cl-"

    assert numbered(text) == ["Toluene", "-20 °C", "-20 to -10 °C", "THF -", "Step 1 - as Cl-"]


def test_a_space_that_is_no_separator_of_thousands_stays() -> None:
    assert in_thousands("20\N{NARROW NO-BREAK SPACE}°C, 5\N{NARROW NO-BREAK SPACE}000 kg") == "20\N{NARROW NO-BREAK SPACE}°C, 5,000 kg"


def test_a_column_that_is_empty_in_every_row_is_left_out_and_the_first_and_what_is_filled_in_by_hand_stay() -> None:
    columns = [Column("What", 40), Column("By", 20), Column("Amount", 20), Column("Signature", 20)]

    table = without_empty_columns(data_table(columns, [("", None, 1, "\N{NO-BREAK SPACE}"), ("", "", None, "\N{NO-BREAK SPACE}")]))

    assert [(column["label"], column["width"]) for column in table["columns"]] == [("What", 50), ("Amount", 25), ("Signature", 25)]
    assert table["rows"] == [["–", "1", "\N{NO-BREAK SPACE}"], ["–", "–", "\N{NO-BREAK SPACE}"]]


def test_a_table_without_rows_keeps_its_head() -> None:
    table = data_table([Column("File", 50), Column("SHA-256", 50)], [], empty="No file was sent.")

    assert without_empty_columns(table) == table


@pytest.mark.parametrize("filled_mm", [215, 222, 230])
def test_a_heading_and_the_words_over_a_table_stand_on_its_page(filled_mm: int) -> None:
    table = printed(data_table([Column("No.", 50), Column("Option", 50)], [(4, "Second crystallisation")]))

    pages = pages_of(f'<div style="height: {filled_mm}mm">Before</div><h2>Options</h2><p>Not in the total.</p>{table}')

    assert pages == ["Before", "Options Not in the total. No. Option 4 Second crystallisation"]


@pytest.mark.parametrize(
    ("heads", "row"),
    [
        (("Test", "Samples per batch", "Samples"), ("In-process conversion", "2", "10")),
        (("Material", "CAS", "Quoted on"), ("N,N-Dimethylformamide", "119532-26-2", "20 Oct 2026")),
        (("Phase", "Low", "High"), ("Validation", cell(Decimal("1270740.75")), cell(Decimal("41469659.35")))),
        (("Material", "Quantity", "Price"), ("1-(2,3-Dichlorophenyl)piperazine hydrochloride", "1,733.272 kg", "38,000 USD")),
    ],
)
def test_no_word_day_or_amount_is_broken_where_the_page_has_room(heads: tuple[str, ...], row: tuple[str, ...]) -> None:
    columns = [Column("What it is", 76), *(Column(head, 8) for head in heads)]

    (page,) = pages_of(printed(data_table(columns, [("Long words that take several lines where they have to. " * 4, *row)])))

    for words in (*(word for head in heads for word in head.split()), *map(in_thousands, row[1:]), *re.findall(r"[^\s-]{12,}", row[0])):
        assert words in page, words


def test_a_short_table_stays_on_one_page() -> None:
    table = data_table([Column("No.", 20), Column("What", 80)], [(f"Row {number}", "It") for number in range(6)])

    assert [page.count("Row") for page in pages_of(f'<div style="height: 215mm">Before</div>{printed(table)}')] == [0, 6]


def test_a_long_table_leaves_no_row_alone_on_a_page() -> None:
    table = printed(data_table([Column("No.", 20), Column("What", 80)], [(f"Row {number}", "It") for number in range(12)]))

    for filled_mm in range(150, 236, 3):
        rows = [page.count("Row") for page in pages_of(f'<div style="height: {filled_mm}mm">Before</div>{table}')]
        assert sum(rows) == 12 and 1 not in rows, filled_mm
