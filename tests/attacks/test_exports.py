"""Tables that leave as files: whatever people have written, no cell runs, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.attacks.filling import fill
from tests.attacks.walking import address_of, body_of, pages
from tests.routes.world import World

pytestmark = pytest.mark.django_db

EXPORTS = [each for each in pages() if each[0].endswith(("-csv", "-xlsx"))]
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
ATTACKS = (
    "=HYPERLINK(A1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "＝1＋1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "  =1+1",
    "\x07=1\x0b",
    "\x0b\x1f",
)


@pytest.mark.parametrize("turn", range(3))
def test_no_cell_of_any_table_runs(world: World, turn: int) -> None:
    assert len(fill(*ATTACKS[turn:], *ATTACKS[:turn])) > 30

    found = 0
    for name, pattern, caller in EXPORTS:
        for row in cells(world, name, pattern, caller):
            for value in row:
                if isinstance(value, str):
                    assert not unicodedata.normalize("NFKC", value.lstrip(" \x07")).startswith(STARTS), (name, value)
                    found += value.startswith("'")
    assert found, "what was written is in the tables"


def test_numbers_stay_numbers(world: World) -> None:
    tables = [cells(world, *each) for each in EXPORTS if each[0].endswith("xlsx")]

    assert {int, str} <= {type(value) for table in tables for row in table for value in row}


def cells(world: World, name: str, pattern: str, caller: str) -> list[list[Any]]:
    answer = world.callers[caller].get(address_of(world, name, pattern))
    content = body_of(answer)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    if answer.headers["Content-Type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    book = load_workbook(io.BytesIO(content))
    for row in book.active.iter_rows():  # type: ignore[union-attr]
        assert [cell.coordinate for cell in row if cell.data_type == "f"] == []
    return [list(row) for row in book.active.iter_rows(values_only=True)]  # type: ignore[union-attr]
