"""What saved itself cell by cell is one line; everything else keeps its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from audit.gathering import lines_of
from audit.models import Event

AT = datetime(2026, 3, 12, 14, 5, 40, tzinfo=UTC)


def an_event(pk: int, kind: str = "worksheet.row_changed", **values: Any) -> Event:
    told = {"actor_name": "Ann Other", "object_type_id": 1, "object_id": "7", "at": AT, "data": {"key": "test-plan"}}
    return Event(pk=pk, kind=kind, **told | values)


def numbers(*events: Event) -> list[list[int]]:
    return [[line.event.pk, *(each.pk for each in line.others)] for line in lines_of(events)]


def test_cells_that_one_person_saved_of_one_table_in_one_minute_stand_together() -> None:
    first, second = an_event(9), an_event(8, "worksheet.row_added", at=AT.replace(second=1))

    assert numbers(first, second, an_event(7)) == [[9, 8, 7]]


def test_another_person_record_table_minute_or_reason_begins_a_new_line() -> None:
    others = ({"actor_name": "Bob"}, {"object_id": "8"}, {"data": {"key": "risks"}}, {"at": AT.replace(minute=4)}, {"reason": "A typo."})

    for place, values in enumerate(others):
        assert numbers(an_event(9), an_event(8, **values)) == [[9], [8]], place


def test_what_is_done_by_itself_is_never_folded_away() -> None:
    assert numbers(an_event(9, "sheet.signed_off"), an_event(8, "sheet.signed_off")) == [[9], [8]]
