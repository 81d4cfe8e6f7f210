"""What a declaration may ask for besides: an order, totals, values that rest on other rows, locks; on the lines of a quotation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.test import RequestFactory
from django.utils import translation

from accounts.models import Role
from audit.models import Event
from audit.refusals import Blocker, Refused
from catalogue.models import SheetOwner
from catalogue.services import name_sheet_owners
from catalogue.worksheets import SUPPLIER_PRICES
from process.models import QuotedPrice
from projects.models import QuotationLine
from tests.process.factories import a_material, a_price
from tests.projects import factories as make
from worksheets import changing, sheets
from worksheets.bound import bind, bind_to
from worksheets.changing import ADD, CHANGE, MOVE, REMOVE, Change, Outcome, change_rows
from worksheets.columns import plain
from worksheets.ordering import Order
from worksheets.printing import printed_table
from worksheets.sheet_files import SheetWriter
from worksheets.sheets import SheetColumn, Worksheet
from worksheets.showing import Shown

pytestmark = pytest.mark.django_db


def running(rows: Sequence[QuotationLine], _quotation: Any) -> dict[Any, dict[str, Any]]:
    """The sum down to each row."""
    total, found = Decimal(0), {}
    for row in rows:
        total += row.amount
        found[row.pk] = {"so_far": total}
    return found


LINES = Worksheet(
    key="test-lines",
    title="Lines",
    noun="line",
    model=QuotationLine,
    parent="quotation",
    order="order",
    columns=(
        SheetColumn("phase"),
        SheetColumn("description", width=30),
        SheetColumn("amount", total=True),
        SheetColumn("with_tax", "With tax", compute=lambda row: row.amount * 2, total=True),
        SheetColumn("so_far", "So far", derived=True, kind="number"),
    ),
    permission="projects.log_rfp",
    who="Business development writes lines.",
    together=running,
    locked=lambda row: "This line is agreed." if row.description == "Agreed" else "",
)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(sheets._sheets, "test-lines", LINES)
    quotation = make.a_quotation(make.a_project())
    return f"test-lines:{quotation.pk}"


def write(address: str, *changes: Change) -> Outcome:
    return change_rows(address, changes, actor=make.person(Role.BUSINESS_DEVELOPMENT))


def a_line(description: str, amount: str = "100", **more: Any) -> Change:
    return Change(ADD, values={"phase": "pilot", "description": description, "amount": amount}, **more)


def descriptions() -> list[str]:
    return list(QuotationLine.objects.order_by("order", "pk").values_list("description", flat=True))


def key_of(description: str) -> int:
    return QuotationLine.objects.get(description=description).pk


def test_rows_are_added_where_they_belong_and_moved(address: str) -> None:
    write(address, a_line("Last"), a_line("First", after=0), a_line("Second", after=key_of("Process development")))
    assert descriptions() == ["First", "Process development", "Second", "Pilot batches", "Last"]

    write(address, Change(MOVE, key_of("Last"), after=key_of("First")), Change(MOVE, key_of("Second"), after=0))
    assert descriptions() == ["Second", "First", "Last", "Process development", "Pilot batches"]

    write(address, Change(REMOVE, key_of("First")))
    assert list(QuotationLine.objects.order_by("order").values_list("order", flat=True)) == [1, 2, 3, 4]
    assert Event.objects.latest("pk").kind == "worksheet.row_removed"


def test_rows_that_only_make_room_are_not_counted_as_changed(address: str) -> None:
    """Of four rows below the inserted one only that is counted into which something was typed."""
    write(address, a_line("Third"), a_line("Fourth"))

    write(address, a_line("First", after=0), Change(CHANGE, key_of("Third"), {"amount": "7"}))

    assert Event.objects.latest("pk").words == "Lines: 1 rows added, 1 changed, 0 taken away."


def test_new_rows_behind_the_same_row_stand_in_their_order(address: str) -> None:
    one, other = key_of("Process development"), key_of("Pilot batches")

    write(address, *(a_line(words, after=after) for words, after in (("A", 0), ("D", one), ("B", 0), ("E", one), ("C", 0))))
    assert descriptions() == ["A", "B", "C", "Process development", "D", "E", "Pilot batches"]

    write(address, a_line("F", after=other), Change(MOVE, key_of("E"), after=0), a_line("G", after=other), Change(REMOVE, one))
    assert descriptions() == ["E", "A", "B", "C", "D", "Pilot batches", "F", "G"]


def test_a_move_behind_what_is_gone_is_refused_and_nothing_moves(address: str) -> None:
    numbers = list(QuotationLine.objects.values_list("pk", "order"))

    moved, added = write(address, Change(MOVE, key_of("Process development"), after=999_999), a_line("Lost", after=999_999)).results

    assert "not there any more" in moved.errors[""][0]
    assert "not there any more" in added.errors[""][0]
    assert list(QuotationLine.objects.values_list("pk", "order")) == numbers


def test_the_places_of_all_rows_are_read_only_where_one_comes_goes_or_moves(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing, "Order", None)

    assert write(address, Change(CHANGE, key_of("Pilot batches"), {"amount": "1"})).results[0].is_saved


def test_a_file_comes_in_as_one_request(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    orders: list[Any] = []
    monkeypatch.setattr(changing, "Order", lambda bound: orders.append(bound) or Order(bound))
    writer = SheetWriter(LINES, make.person(Role.BUSINESS_DEVELOPMENT), address.partition(":")[2], "")

    for words in ("Third", "Fourth", "Fifth"):
        writer.enter({"phase": "pilot", "description": words, "amount": Decimal(1)})
    writer.done()

    assert (descriptions()[2:], len(orders)) == (["Third", "Fourth", "Fifth"], 1)
    assert Event.objects.latest("pk").words == "Lines: 3 rows added, 0 changed, 0 taken away."


def test_what_rests_on_several_rows_is_computed_once_for_table_and_totals(address: str, client: Browser, rf: RequestFactory) -> None:
    asked: list[int] = []

    def counted(rows: Sequence[QuotationLine], quotation: Any) -> dict[Any, dict[str, Any]]:
        asked.append(len(rows))
        return running(rows, quotation)

    seller = make.person(Role.BUSINESS_DEVELOPMENT)
    sheets._sheets["test-lines"] = replace(LINES, together=counted, _by_name={})
    outcome = write(address, Change(CHANGE, key_of("Pilot batches"), {"amount": "1"}))
    client.force_login(seller)
    shown = Shown(bind(address, seller), rf.get("/"))

    ways: list[Callable[[], object]] = [
        lambda: outcome.bound.after([key_of("Pilot batches")]),
        lambda: printed_table(bind(address, seller)),
        lambda: client.get(f"/worksheets/{address}/rows.json"),
        lambda: (shown.rows, shown.totals),
    ]
    for way in ways:
        way()

    assert asked == [2] * len(ways)


def test_what_rests_on_other_rows_follows_with_the_totals(address: str) -> None:
    outcome = write(address, Change(CHANGE, key_of("Process development"), {"amount": "1000,50"}))

    rows, totals = outcome.bound.after([each.pk for each in outcome.saved])

    assert [row["values"]["so_far"] for row in rows] == ["1000.5", "241000.5"]
    assert totals == {"amount": "241000.5", "with_tax": "482001"}


def test_rows_to_which_no_name_of_their_parent_leads_are_found_all_the_same() -> None:
    keeper, chemist = make.person(Role.MANAGEMENT), make.person(Role.RESEARCH)
    name_sheet_owners(make.a_site().key, {"research": chemist}, actor=keeper)
    owned = replace(LINES, model=SheetOwner, parent="person", columns=(), order="", _by_name={})

    (row,) = bind_to(owned, chemist, keeper).base()

    assert row.person == chemist
    assert not bind_to(owned, keeper, keeper).base().exists()


def test_rows_of_a_model_that_only_says_others_in_other_words_are_its_own() -> None:
    quote = a_price(a_material("Water"), "0.02")
    prices = replace(SUPPLIER_PRICES, model=QuotedPrice, _by_name={})

    (row,) = bind_to(prices, quote.supplier, make.person(Role.MATERIAL_CONTROL)).base()

    assert (type(row), row.pk) == (QuotedPrice, quote.pk)


def test_sums_are_the_database_s_where_every_column_is_its_own(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(LINES, columns=LINES.columns[:3], together=None, _by_name={})
    monkeypatch.setitem(sheets._sheets, "test-lines", plain)

    assert bind(address, make.person(Role.BUSINESS_DEVELOPMENT)).totals() == {"amount": "420000"}


def test_a_locked_row_says_why_and_stays(address: str) -> None:
    write(address, a_line("Agreed"))

    (result,) = write(address, Change(CHANGE, key_of("Agreed"), {"amount": "1"})).results

    assert result.errors == {"": ["This line is agreed."]}
    assert bind(address, make.person(Role.BUSINESS_DEVELOPMENT)).table(list(QuotationLine.objects.all()))[-1]["locked"]


def test_a_closed_sheet_is_refused_with_its_reason(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = replace(LINES, blockers=lambda quotation: [Blocker("sent", "The quotation is sent.")], _by_name={})
    monkeypatch.setitem(sheets._sheets, "test-lines", closed)

    with pytest.raises(Refused, match="is sent"):
        write(address, a_line("Late"))


def test_the_event_of_a_row_is_that_of_its_parent_and_project(address: str) -> None:
    write(address, a_line("Extra"))

    event = Event.objects.latest("pk")
    line = QuotationLine.objects.get(description="Extra")
    assert (event.project_id, event.object) == (line.quotation.project_id, line.quotation)
    assert event.words == "Lines: Extra was added."


def test_a_printed_table_ends_with_its_totals(address: str) -> None:
    table = printed_table(bind(address, make.person(Role.BUSINESS_DEVELOPMENT)), names=("description", "amount", "so_far"))

    assert table["rows"] == [["Process development", "180,000", "180,000"], ["Pilot batches", "240,000", "420,000"], ["", "420,000", ""]]
    assert [column["align"] for column in table["columns"]] == ["left", "right", "right"]


def test_a_heading_of_any_language_means_one_column() -> None:
    for sheet in sheets.all_sheets():
        taken = [name for column in sheet.template() for name in column.names()]
        assert len(taken) == len(set(taken)), sheet.key


def test_a_template_of_another_language_comes_in() -> None:
    with translation.override("zh-hans"):
        heads = [column.title for column in sheets.sheet_of("inquiry-answers").template()]

    named = [column.name for head in heads for column in sheets.sheet_of("inquiry-answers").template() if plain(head) in column.names()]

    assert heads[0] == "物料 *" and named == [column.name for column in sheets.sheet_of("inquiry-answers").typed]
