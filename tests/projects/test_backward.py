"""Counting back from a date: forward and back agree on any network, and the edges are said in words of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.backward import CountedBack, count_back
from projects.calendars import WorkingCalendar
from projects.schedule import Activity, Link, ScheduleError, propagate
from tests.projects.test_schedule import CHINA, MONDAY, WEEKDAYS, networks

BOTH = WorkingCalendar("CH", also=CHINA)
FRIDAY = date(2026, 5, 29)


def back(*activities: Activity, links: tuple[Link, ...] = (), on: date = FRIDAY, today: date = MONDAY, goal: str = "goal") -> CountedBack:
    return count_back(activities, links, WEEKDAYS, goal=goal, on=on, today=today)


@given(networks(), st.sampled_from([WEEKDAYS, CHINA, WorkingCalendar("CH")]), st.booleans(), st.integers(0, 400))
def test_forward_and_back_agree(network: tuple[list[Activity], list[Link]], calendar: WorkingCalendar, two_sides: bool, shift: int) -> None:
    """From the day it gives the goal is reached in time, and no date is later than the latest; a working day later it is not."""
    own = replace(calendar, also=BOTH) if two_sides else None
    activities = [replace(activity, earliest=None, calendar=own if int(activity.key) % 2 else None) for activity in network[0]]
    goal, on = max(activity.key for activity in activities), FRIDAY + timedelta(shift)

    found = count_back(activities, network[1], calendar, goal=goal, on=on, today=MONDAY)

    in_time = propagate(activities, network[1], calendar, found.start).items
    too_late = propagate(activities, network[1], calendar, calendar.add_working_days(found.start, 1)).items
    assert all(in_time[key].finish <= latest for key, latest in found.latest.items())
    assert found.latest[goal] <= on < too_late[goal].finish


def test_a_chain_of_lags_is_taken_off_in_working_days() -> None:
    found = back(Activity("start"), Activity("work", 5), Activity("goal"), links=(Link("start", "work"), Link("work", "goal", lag_days=10)))

    assert found.latest == {"start": date(2026, 5, 8), "work": date(2026, 5, 15), "goal": FRIDAY}
    assert (found.start, found.late_days) == (date(2026, 5, 8), 0)


def test_what_does_not_lead_to_the_goal_has_no_latest_date() -> None:
    found = back(Activity("goal"), Activity("afterwards"), Activity("beside", 3), links=(Link("goal", "afterwards"),))

    assert found.latest == {"goal": FRIDAY}


def test_a_date_on_a_weekend_is_kept_on_the_friday_before() -> None:
    assert back(Activity("goal"), on=date(2026, 5, 31)).latest == {"goal": FRIDAY}


def test_each_relation_and_an_overlap() -> None:
    """Ten days of work beside five: where the overlap would begin before the rest, the plan has to begin with it."""
    work = (Activity("a", 5), Activity("goal", 10))
    starts = {kind: back(*work, links=(Link("a", "goal", kind),)).start for kind in ("FS", "SS", "FF", "SF")}
    overlap = back(*work, links=(Link("a", "goal", "FS", -7),))

    assert starts == {"FS": date(2026, 5, 11), "SS": date(2026, 5, 18), "FF": date(2026, 5, 18), "SF": date(2026, 5, 18)}
    assert (overlap.start, overlap.latest["a"]) == (date(2026, 5, 18), date(2026, 5, 26))


@pytest.mark.parametrize(
    ("today", "late"), [(date(2026, 5, 28), 0), (FRIDAY, 0), (date(2026, 5, 30), 1), (date(2026, 6, 1), 1), (date(2026, 6, 5), 5)]
)
def test_too_late_is_counted_from_the_first_day_on_which_it_can_still_begin(today: date, late: int) -> None:
    assert back(Activity("goal"), today=today).late_days == late


def test_a_loop_and_an_unknown_goal_are_refused() -> None:
    with pytest.raises(ScheduleError, match="circle"):
        back(Activity("goal"), Activity("a"), links=(Link("a", "goal"), Link("goal", "a")))
    with pytest.raises(KeyError):
        back(Activity("a"))


def test_float_is_counted_towards_the_date_that_must_be_kept() -> None:
    goal = Activity("goal", finish_by=date(2026, 3, 16))

    schedule = propagate([Activity("a", 2), goal], [Link("a", "goal", lag_days=5)], WEEKDAYS, MONDAY)

    assert [item.float_days for item in schedule.items.values()] == [4, 4]


def test_a_date_that_cannot_be_kept_gives_negative_float() -> None:
    goal = Activity("goal", finish_by=date(2026, 3, 3))

    schedule = propagate([Activity("a", 5), goal], [Link("a", "goal")], WEEKDAYS, MONDAY)

    assert [item.float_days for item in schedule.items.values()] == [-3, -3]
    assert schedule.critical == ("a", "goal")
