"""Tables that leave as files: whatever people have written, no cell runs, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.urls import reverse
from openpyxl import load_workbook

from tests.attacks.filling import fill
from tests.attacks.walking import OURS_FIRST, address_of, body_of, pages
from tests.routes.world import World
from worksheets.exports import all_exports
from worksheets.sheets import all_sheets

pytestmark = pytest.mark.django_db

FORMS = ("csv", "xlsx")
ROUTES = [each for each in pages() if each[0].endswith(("-csv", "-xlsx"))]
PARENTS = 3  # of each worksheet that has one: its tables of so many
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
    """Every field with another attack in each turn; numbers stay numbers. Both forms in the first turn: a cell holds the same in both."""
    assert len(fill(*ATTACKS[turn:], *ATTACKS[:turn])) > 30

    seen, attacked, kinds = set(), set(), set()
    for key, answer in files(world, FORMS if turn == 0 else FORMS[:1]):
        seen.add(key)
        for value in (value for row in cells(answer) for value in row):
            kinds.add(type(value))
            if isinstance(value, str):
                assert not unicodedata.normalize("NFKC", value.lstrip(" \x07")).startswith(STARTS), (key, value)
                attacked |= {key} if value.startswith("'") else set()

    assert seen >= {each.key for each in all_exports()}
    assert len(attacked) >= 25, "what was written is in the tables"
    assert kinds >= ({int, str} if turn == 0 else {str})


def files(world: World, forms: Sequence[str]) -> Iterator[tuple[str, HttpResponseBase]]:
    """(name, answer) of every file that is a table: of the lists, of every worksheet, of what else has an address for it."""
    for export in all_exports():
        of = {"code": world.things["code"]} if export.of_project else {}
        for query in [{"of": parent} for parent in parents(export.key)] or [{"site": world.things["site"]}]:
            for form in forms:
                name = f"{'project-' if of else ''}list-{form}"
                yield export.key, first_answer(world, reverse(name, kwargs={"key": export.key, **of}), query)
    for name, pattern, _caller in ROUTES:
        if "list-" not in name and name.endswith(tuple(forms)):
            yield name, first_answer(world, address_of(world, name, pattern), {})


def parents(key: str) -> list[str]:
    sheet = next((each for each in all_sheets() if each.key == key), None)
    if sheet is None or not sheet.parent:
        return []
    return [str(getattr(parent, sheet.parent_key)) for parent in sheet.parent_model._default_manager.order_by("pk")[:PARENTS]]


def first_answer(world: World, address: str, query: dict[str, str]) -> HttpResponseBase:
    """What the first gets who finds it."""
    found = next((answer for caller in OURS_FIRST if (answer := world.callers[caller].get(address, query)).status_code == 200), None)
    assert found is not None, f"nobody gets {address} {query}"
    return found


def cells(answer: HttpResponseBase) -> list[list[Any]]:
    content = body_of(answer)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    if answer.headers["Content-Type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    book = load_workbook(io.BytesIO(content))
    for row in book.active.iter_rows():  # type: ignore[union-attr]
        assert [cell.coordinate for cell in row if cell.data_type == "f"] == []
    return [list(row) for row in book.active.iter_rows(values_only=True)]  # type: ignore[union-attr]
