"""How what is kept is laid out for paper: one style of numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string

from documents.content import Column, cell, data_table, key_values
from documents.templatetags.paper import in_thousands


def printed(table: dict[str, Any]) -> str:
    return " ".join(render_to_string("documents/_table.html", {"table": table}).split())


def test_tables_and_lists_group_thousands_as_sentences_and_pictures_do() -> None:
    table = data_table([Column("What", 50), Column("EUR", 50, "right")], [("Price", Decimal("1067015.91"))])
    facts = key_values(("Price", f"EUR {cell(Decimal(12300))}"))

    assert "1,067,015.91" in printed(table)
    assert "EUR 12,300" in render_to_string("documents/_key_values.html", {"rows": facts})


def test_a_space_that_is_no_separator_of_thousands_stays() -> None:
    assert in_thousands("20\N{NARROW NO-BREAK SPACE}°C, 5\N{NARROW NO-BREAK SPACE}000 kg") == "20\N{NARROW NO-BREAK SPACE}°C, 5,000 kg"
