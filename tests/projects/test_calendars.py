from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.calendars import WorkingCalendar

CHINA, HESSE, USA, PLAIN = (WorkingCalendar(country) for country in ("CN", "DE", "US", ""))
FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
calendars = st.sampled_from([CHINA, HESSE, USA, PLAIN, WorkingCalendar("AE"), WorkingCalendar("XX")])


def test_working_days_of_february_2026() -> None:
    """Case SC-06."""
    assert [len(calendar.working_days(FIRST, LAST)) for calendar in (CHINA, HESSE, USA)] == [16, 20, 19]
    assert [day.day for day in CHINA.working_days(date(2026, 2, 13), LAST)] == [13, 14, 24, 25, 26, 27, 28]


def test_five_working_days_after_13_february_2026() -> None:
    """Case SC-06."""
    ends = [calendar.add_working_days(date(2026, 2, 13), 5).day for calendar in (CHINA, HESSE, USA)]

    assert ends == [27, 20, 23]


def test_make_up_days_of_2026_in_china() -> None:
    """Case SC-06."""
    worked = [day for day in CHINA.working_days(date(2026, 1, 1), date(2026, 12, 31)) if day.weekday() > 4]

    assert worked == [date(2026, 1, 4), date(2026, 2, 14), LAST, date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)]


@pytest.mark.parametrize(
    ("calendar", "day", "provisional"),
    [
        (CHINA, date(2026, 12, 31), False),
        (CHINA, date(2050, 1, 1), True),
        (HESSE, date(2050, 1, 1), False),
        (PLAIN, date(2050, 1, 1), False),
    ],
)
def test_unannounced_years_are_provisional(calendar: WorkingCalendar, day: date, provisional: bool) -> None:
    assert calendar.is_provisional(day) is provisional


def test_unknown_country_works_monday_to_friday_and_is_provisional() -> None:
    unknown = WorkingCalendar("XX")

    assert unknown.working_days(FIRST, LAST) == PLAIN.working_days(FIRST, LAST)
    assert unknown.is_provisional(FIRST)


def test_closures_and_worked_days_of_a_site_win() -> None:
    site = WorkingCalendar(
        "CN", closures=frozenset({date(2026, 2, 24), date(2026, 2, 25)}), worked=frozenset({date(2026, 2, 22), date(2026, 2, 25)})
    )

    assert [day.day for day in site.working_days(date(2026, 2, 15), date(2026, 2, 26))] == [22, 25, 26]


def test_no_days_lead_nowhere() -> None:
    assert PLAIN.add_working_days(FIRST, 0) == FIRST
    assert (PLAIN.next_working_day(FIRST), PLAIN.previous_working_day(FIRST)) == (date(2026, 2, 2), date(2026, 1, 30))


@given(calendars, days, st.integers(-700, 700))
def test_adding_is_walking_day_by_day(calendar: WorkingCalendar, day: date, count: int) -> None:
    walked, left = day, abs(count)
    while left:
        walked += timedelta(1 if count > 0 else -1)
        left -= calendar.is_working_day(walked)

    assert calendar.add_working_days(day, count) == walked


@given(calendars, days, days, days)
def test_stages_add_up_and_the_way_back_costs_the_same(calendar: WorkingCalendar, a: date, b: date, c: date) -> None:
    between = calendar.working_days_between

    assert between(a, b) + between(b, c) == between(a, c)
    assert between(a, b) == -between(b, a)


@given(calendars, days, st.integers(0, 700))
def test_between_undoes_adding(calendar: WorkingCalendar, day: date, count: int) -> None:
    assert calendar.working_days_between(day, calendar.add_working_days(day, count)) == count
