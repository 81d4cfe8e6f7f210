"""A worksheet as a page shows it: the plain table with its links, and what the grid's script is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from audit.refusals import Blocker
from worksheets.bound import Bound
from worksheets.changing import MOST_CHANGES

if TYPE_CHECKING:
    from django.http import HttpRequest

PLAIN_ROWS = 50
NUMBERS = ("number", "whole")


@dataclass(frozen=True)
class PlainCell:
    heading: str
    words: str
    link: str
    is_number: bool
    is_total: bool = False


@dataclass(frozen=True)
class PlainRow:
    pk: Any
    label: str
    cells: list[PlainCell]
    edit: str
    locked: str


class Shown:
    """For `{% include "worksheets/_sheet.html" with sheet=shown csrf_token=csrf_token only %}` on any page."""

    def __init__(self, bound: Bound, request: HttpRequest, rows: Sequence[Any] | None = None) -> None:
        """rows: all of the sheet's, in its order and with what its cells name, where the page has read them already."""
        self.bound, self.request, self.known = bound, request, rows
        self.title, self.noun, self.hint = str(bound.sheet.title), str(bound.sheet.noun), str(bound.sheet.hint)
        self.id = f"sheet-{bound.sheet.key}"
        self.config_id = f"{self.id}-config"

    @cached_property
    def blockers(self) -> list[Blocker]:
        return self.bound.blockers

    @cached_property
    def described(self) -> list[dict[str, Any]]:
        """Once: what can be chosen may be read from the database."""
        return self.bound.columns()

    @cached_property
    def columns(self) -> list[dict[str, Any]]:
        return [column | {"is_number": column["kind"] in NUMBERS} for column in self.described]

    @cached_property
    def every(self) -> list[Any]:
        """All rows, read once for the page, its totals, and whatever else stands beside the table."""
        return self.bound.rows() if self.known is None else list(self.known)

    @cached_property
    def page(self) -> Page[Any]:
        """Rows that all stand on one page are not counted before they are read."""
        asked = self.request.GET.get("page")
        if self.bound.needs_all_rows or self.bound.sheet.found is not None or self.known is not None:
            return Paginator(self.every, PLAIN_ROWS).get_page(asked)
        rows = self.bound.query()
        first = [] if asked else list(rows[: PLAIN_ROWS + 1])
        page = Paginator(rows if asked or len(first) > PLAIN_ROWS else first, PLAIN_ROWS).get_page(asked)
        if first:
            page.object_list = first[:PLAIN_ROWS]
        return page

    @cached_property
    def rows(self) -> list[PlainRow]:
        return [self._row(told, str(row)) for told, row in zip(self._told[0], self.page, strict=True)]

    @cached_property
    def _told(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The rows of the page, and the totals of all."""
        return self.bound.part(list(self.page), self.every if self.bound.needs_all_rows else None)

    @property
    def sums(self) -> dict[str, Any]:
        """The totals by column, as JSON tells them."""
        return self._told[1]

    def _row(self, row: Mapping[str, Any], label: str) -> PlainRow:
        links = row.get("links", {})
        cells = [
            PlainCell(
                column["heading"], words_for(column, row["values"][column["name"]]), links.get(column["name"], ""), column["is_number"]
            )
            for column in self.columns
        ]
        return PlainRow(row["id"], label, cells, self._at("worksheet-row", row["id"]), row.get("locked", ""))

    @cached_property
    def totals(self) -> list[PlainCell]:
        """Below the columns; empty where nothing is summed."""
        if not self.sums:
            return []
        return [
            PlainCell(
                column["heading"], words_for(column, self.sums.get(column["name"])), "", column["is_number"], column["name"] in self.sums
            )
            for column in self.columns
        ]

    def _at(self, name: str, *more: Any) -> str:
        return reverse(name, args=[self.bound.address, *more])

    @property
    def new_link(self) -> str:
        return self._at("worksheet-row-new")

    @property
    def import_link(self) -> str:
        key, scope = self.bound.sheet.key, self.bound.scope
        return reverse("import-new-of", args=[key, scope]) if scope else reverse("import-new", args=[key])

    @property
    def of_query(self) -> str:
        return urlencode({"of": self.bound.scope}) if self.bound.scope else ""

    @property
    def moves(self) -> bool:
        return bool(self.bound.sheet.order)

    @property
    def grows(self) -> bool:
        return self.bound.sheet.grows

    @cached_property
    def config(self) -> dict[str, Any]:
        """What static/js/worksheet.js needs to know."""
        asked = f"?{urlencode(self.bound.asked)}" if self.bound.asked else ""
        return {
            "columns": self.described,
            "may_change": not self.blockers,
            "moves": self.moves,
            "grows": self.grows,
            "most": MOST_CHANGES,
            "data": self._at("worksheet-data") + asked,
            "batch": reverse("api-worksheet-batch", args=[self.bound.address]) + asked,
            "lookup": self._at("worksheet-lookup", "COLUMN"),
            "noun": self.noun,
            "words": grid_words(),
        }


def grid_words() -> dict[str, str]:
    """What the grid says, with {name} for what it fills in."""
    return {
        "add": _t("Add a row"),
        "add_where": _t("At the end of the table"),
        "insert": _t("Insert below row {row}"),
        "copy": _t("Copy the row"),
        "remove": _t("Take rows away"),
        "up": _t("Up"),
        "down": _t("Down"),
        "fill": _t("Fill down"),
        "undo": _t("Undo"),
        "redo": _t("Redo"),
        "drag": _t("Drag down to fill the rows below"),
        "filter": _t("Filter"),
        "total": _t("Total"),
        "yes": _t("yes"),
        "no": _t("no"),
        "rows": _t("{count} rows"),
        "rows_one": _t("1 row"),
        "none": _t("There is no row yet."),
        "begin": _t("Press “Add a row”, then type, or paste rows of a spreadsheet into its first cell; or import a file."),
        "gone": _t("This row is there no more, and what you typed into it is not saved."),
        "no_row": _t("There is no row to do this with."),
        "removed_one": _t("One row is taken away; Undo brings it back."),
        "removed": _t("{count} rows are taken away; Undo brings them back."),
        "unsigned": _t("Nothing was signed: a row of this table was not saved."),
        "shown": _t("{shown} of {count} rows"),
        "saving": _t("Saving…"),
        "saved": _t("Saved: {count} rows."),
        "saved_one": _t("Saved."),
        "wrong": _t("{wrong} rows are not saved, all others are: correct the red cells. What you typed stays."),
        "wrong_one": _t("One row is not saved, all others are: correct the red cells. What you typed stays."),
        "next": _t("Show the next wrong cell"),
        "enter_all": _t("Enter all {count} that are not there yet: {names}"),
        "offline": _t("The server did not answer. What you typed stays here; press “Save again”."),
        "again": _t("Save again"),
        "computed": _t("This is computed; nobody types it."),
        "fixed": _t("This stays as it was entered."),
        "undone": _t("Taken back."),
        "nothing_to_undo": _t("There is nothing to take back."),
        "redone": _t("Done again."),
        "nothing_to_redo": _t("There is nothing to do again."),
        "cut": _t("Cut: it goes where you paste it. Escape leaves it here."),
        "at": _t("Row {row}, {column}"),
        "at_row": _t("Row {row}"),
        "more": _t("… and {count} more"),
        "show_all": _t("Show all rows"),
        "hidden": _t("Wrong in rows that the filter hides: {count}"),
        "theirs": _t("Take theirs: {value}"),
        "mine": _t("Keep mine: {value}"),
        "nothing": _t("nothing"),
        "there": _t("Show what is there"),
        "why_changed": _t("Why does it change?"),
        "why_gone": _t("Why are {count} rows taken away?"),
        "why_gone_one": _t("Why is the row taken away?"),
        "sure": _t("Take {count} rows away?"),
        "too_many": _t("At most {most} rows can be pasted at once."),
        "wide": _t("The block is wider than the table; what had no column was left out."),
        "long": _t("The block is longer than the table; what had no row was left out."),
        "unsaved": _t("Some rows are not saved yet."),
        "discard": _t("Discard what is not saved in this row"),
        "left": _t("Cells left as they are: {count}. {why}"),
        "since": _t("Something else was entered there since."),
        "at_end": _t("There is no row beyond this one."),
        "not_moved": _t("Only rows that are saved can be moved, and only beside saved ones."),
    }


def words_for(column: Mapping[str, Any], value: Any) -> str:
    """As people read it."""
    if value in (None, ""):
        return ""
    kind = column["kind"]
    if kind == "choice":
        return next((each["label"] for each in column["choices"] if each["key"] == value), str(value))
    if kind == "yesno":
        return _t("yes") if value else _t("no")
    if kind == "day":
        return date_format(date.fromisoformat(value), "j M Y")
    return grouped(value) if kind in NUMBERS and column["grouped"] else str(value)


def grouped(value: Any) -> str:
    """1,234.5"""
    try:
        return f"{Decimal(str(value)):,f}"
    except InvalidOperation:
        return str(value)
