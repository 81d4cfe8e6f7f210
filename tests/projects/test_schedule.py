"""The schedule against published cases (SC-01, SC-04), against an oracle, and at its edges."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.calendars import WorkingCalendar
from projects.milestone_state import MilestoneState, milestone_state
from projects.schedule import Activity, Item, Link, Schedule, ScheduleError, propagate

MONDAY = date(2026, 3, 2)
WEEKDAYS = WorkingCalendar()
CHINA = WorkingCalendar("CN")

Offsets = tuple[int, int, int, int]


def offsets(item: Item) -> Offsets:
    return item.early_start, item.early_finish, item.late_start, item.late_finish


def plan(
    *activities: Activity, links: tuple[Link, ...] = (), calendar: WorkingCalendar = WEEKDAYS, data_date: date = MONDAY, **options: object
) -> Schedule:
    return propagate(activities, links, calendar, data_date, **options)  # type: ignore[arg-type]


def remarks(schedule: Schedule) -> list[tuple[str, str]]:
    return [(remark.kind, remark.key) for remark in schedule.remarks]


def test_seventeen_activities_of_a_published_project() -> None:
    """Case SC-01."""
    durations = [1, 2, 2, 4, 3, 3, 3, 2, 1, 1, 2, 1, 1, 1, 1, 2, 1]
    follows = {1: (2, 3), 2: (4, 5, 6), 3: (7, 8, 9, 10), 4: (11,), 5: (11,), 6: (11,), 7: (12,), 8: (13,), 9: (14,), 10: (15,)}
    follows |= dict.fromkeys((11, 12, 13, 14, 15), (16, 17))
    links = tuple(Link(str(ahead), str(behind)) for ahead, all_behind in follows.items() for behind in all_behind)

    schedule = plan(*(Activity(str(number), days) for number, days in enumerate(durations, start=1)), links=links)

    assert len(links) == 26
    assert (schedule.duration_days, schedule.critical) == (11, ("1", "2", "4", "11", "16"))
    assert schedule.items["16"].finish == date(2026, 3, 16)


# Case SC-04: begin (1 day), a, b, end (1 day); begin → a and b → end are finish-start; between a and b the relation named.
RELATIONS = [
    ("FS", 3, 3, 8, [(0, 1, 0, 1), (1, 4, 1, 4), (4, 7, 4, 7), (7, 8, 7, 8)]),
    ("FS", 3, 5, 10, [(0, 1, 0, 1), (1, 4, 1, 4), (4, 9, 4, 9), (9, 10, 9, 10)]),
    ("FS", 5, 3, 10, [(0, 1, 0, 1), (1, 6, 1, 6), (6, 9, 6, 9), (9, 10, 9, 10)]),
    ("FF", 3, 3, 5, [(0, 1, 0, 1), (1, 4, 1, 4), (1, 4, 1, 4), (4, 5, 4, 5)]),
    ("FF", 3, 5, 6, [(0, 1, 0, 1), (1, 4, 1, 4), (-1, 4, -1, 4), (4, 5, 4, 5)]),
    ("FF", 5, 3, 7, [(0, 1, 0, 1), (1, 6, 1, 6), (3, 6, 3, 6), (6, 7, 6, 7)]),
    ("SS", 3, 3, 5, [(0, 1, 0, 1), (1, 4, 1, 4), (1, 4, 1, 4), (4, 5, 4, 5)]),
    ("SS", 3, 5, 7, [(0, 1, 0, 1), (1, 4, 1, 4), (1, 6, 1, 6), (6, 7, 6, 7)]),
    ("SS", 5, 3, 6, [(0, 1, 1, 2), (1, 6, 2, 7), (1, 4, 2, 5), (4, 5, 5, 6)]),
    ("SF", 3, 3, 6, [(0, 1, 2, 3), (1, 4, 3, 6), (-2, 1, 0, 3), (1, 2, 3, 4)]),
    ("SF", 3, 5, 8, [(0, 1, 2, 3), (1, 4, 3, 6), (-4, 1, -2, 3), (1, 2, 3, 4)]),
    ("SF", 5, 3, 8, [(0, 1, 4, 5), (1, 6, 5, 10), (-2, 1, 2, 5), (1, 2, 5, 6)]),
]


@pytest.mark.parametrize(("kind", "a", "b", "duration", "expected"), RELATIONS)
def test_relation_types_reproduce_the_published_offsets(kind: str, a: int, b: int, duration: int, expected: list[Offsets]) -> None:
    activities = (Activity("begin", 1), Activity("a", a), Activity("b", b), Activity("end", 1))
    links = (Link("begin", "a"), Link("a", "b", kind), Link("b", "end"))

    schedule = plan(*activities, links=links, bounded=False)

    assert ([offsets(item) for item in schedule.items.values()], schedule.duration_days) == (expected, duration)


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Activity], list[Link]]:
    count = draw(st.integers(1, 9))
    activities = [
        Activity(str(n), draw(st.integers(0, 6)), draw(st.none() | st.integers(-9, 20).map(lambda d: MONDAY + timedelta(d))))
        for n in range(count)
    ]
    pairs = [(a, b) for b in range(count) for a in range(b)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=14)) if pairs else []
    links = [Link(str(a), str(b), draw(st.sampled_from(["FS", "SS", "FF", "SF"])), draw(st.integers(-4, 5))) for a, b in chosen]
    return draw(st.permutations(activities)), draw(st.permutations(links))


def oracle(activities: list[Activity], links: list[Link]) -> dict[str, Offsets]:
    """Push every start forward, then every finish back, until no constraint is broken."""
    days = {activity.key: activity.duration_days for activity in activities}
    start = {activity.key: lowest(activity) for activity in activities}
    while pushed := [(link.successor, to) for link in links if (to := wanted(link, start, days)) > start[link.successor]]:
        start |= dict([max(pushed, key=lambda each: each[1])])
    late = {key: max(start[each] + days[each] for each in days) - days[key] for key in days}
    while pulled := [(link, over) for link in links if (over := wanted(link, late, days) - late[link.successor]) > 0]:
        late[pulled[0][0].predecessor] -= pulled[0][1]
    return {key: (start[key], start[key] + days[key], late[key], late[key] + days[key]) for key in days}


def lowest(activity: Activity) -> int:
    held = WEEKDAYS.working_days_between(MONDAY - timedelta(1), activity.earliest - timedelta(1)) if activity.earliest else 0
    return max(0, held) + (activity.duration_days == 0)


def wanted(link: Link, start: dict[str, int], days: dict[str, int]) -> int:
    ahead, behind = link.predecessor, link.successor
    return start[ahead] + link.lag_days + (days[ahead] if link.kind[0] == "F" else 0) - (days[behind] if link.kind[1] == "F" else 0)


@given(networks())
def test_any_network_agrees_with_the_oracle(network: tuple[list[Activity], list[Link]]) -> None:
    activities, links = network

    schedule = propagate(activities, links, WEEKDAYS, MONDAY)

    assert {key: offsets(item) for key, item in schedule.items.items()} == oracle(activities, links)


@given(networks(), st.sampled_from([WEEKDAYS, CHINA, WorkingCalendar("DE")]), st.integers(-3, 400))
def test_any_schedule_keeps_its_promises(network: tuple[list[Activity], list[Link]], calendar: WorkingCalendar, shift: int) -> None:
    activities, links = network
    data_date = MONDAY + timedelta(shift)

    schedule = propagate(activities, links, calendar, data_date)

    assert schedule.critical
    for activity in activities:
        item = schedule.items[activity.key]
        assert item.float_days is not None
        assert item.float_days >= 0
        assert item.finish >= max(data_date, activity.earliest or data_date)
        assert calendar.is_working_day(item.finish)
        assert len(calendar.working_days(item.start, item.finish)) == max(activity.duration_days, 1)


@given(networks(), st.integers(1, 30))
def test_moving_one_activity_later_moves_nothing_earlier(network: tuple[list[Activity], list[Link]], days: int) -> None:
    activities, links = network
    later = [Activity(activities[0].key, activities[0].duration_days, MONDAY + timedelta(30 + days)), *activities[1:]]

    before, after = (propagate(each, links, WEEKDAYS, MONDAY) for each in (activities, later))

    assert all(after.items[key].finish >= item.finish for key, item in before.items.items())


def test_empty_plan_is_a_schedule_of_nothing() -> None:
    schedule = plan()

    assert (schedule.items, schedule.critical, schedule.duration_days, schedule.remarks) == ({}, (), 0, ())


def test_one_day_task_and_milestone_end_on_the_day_they_begin() -> None:
    schedule = plan(Activity("task", 1), Activity("milestone"))

    assert [(item.start, item.finish) for item in schedule.items.values()] == [(MONDAY, MONDAY), (MONDAY, MONDAY)]


def test_milestones_follow_each_other_by_working_days_of_the_site() -> None:
    """Case SC-06: five working days after Friday 13 February 2026 end on 27 February in China."""
    schedule = plan(
        Activity("sample"),
        Activity("confirmed"),
        links=(Link("sample", "confirmed", "FS", 5),),
        calendar=CHINA,
        data_date=date(2026, 2, 13),
    )

    assert [item.finish for item in schedule.items.values()] == [date(2026, 2, 13), date(2026, 2, 27)]


def test_milestone_falls_on_the_last_day_of_the_task_before_it() -> None:
    schedule = plan(
        Activity("task", 5), Activity("milestone"), Activity("next", 1), links=(Link("task", "milestone"), Link("milestone", "next"))
    )

    assert [schedule.items[key].finish for key in ("task", "milestone", "next")] == [date(2026, 3, 6), date(2026, 3, 6), date(2026, 3, 9)]


def test_data_date_on_a_weekend_begins_on_monday() -> None:
    assert plan(Activity("milestone"), data_date=date(2026, 3, 1)).items["milestone"].finish == MONDAY


def test_circle_is_refused_with_its_names() -> None:
    links = (Link("a", "b"), Link("b", "c", "SS"), Link("c", "a", "FF"), Link("c", "d"))

    with pytest.raises(ScheduleError, match=r"a → b → c → a|b → c → a → b|c → a → b → c"):
        plan(*(Activity(key, 1) for key in "abcd"), links=links)


@pytest.mark.parametrize(
    ("activities", "links", "words"),
    [
        ([Activity("a"), Activity("a")], [], "Two activities are called a"),
        ([Activity("a", -1)], [], "negative duration"),
        ([Activity("a", 1, actual_start=MONDAY, actual_finish=MONDAY - timedelta(1))], [], "finished before it is started"),
        ([Activity("a")], [Link("a", "b")], "names b, which is not in the plan"),
        ([Activity("a")], [Link("a", "a")], "circle: a → a"),
        ([Activity("a"), Activity("b")], [Link("a", "b", "XX")], "XX is not a kind of dependency"),
    ],
)
def test_nonsense_is_refused_in_words(activities: list[Activity], links: list[Link], words: str) -> None:
    with pytest.raises(ScheduleError, match=words):
        propagate(activities, links, WEEKDAYS, MONDAY)


def test_actual_dates_override_the_plan_and_move_what_follows() -> None:
    done = Activity("a", 5, actual_start=date(2026, 2, 23), actual_finish=date(2026, 2, 25))

    schedule = plan(done, Activity("b", 2), links=(Link("a", "b"),))

    assert (schedule.items["a"].start, schedule.items["a"].finish, schedule.items["a"].float_days) == (
        date(2026, 2, 23),
        date(2026, 2, 25),
        None,
    )
    assert (schedule.items["b"].start, schedule.items["b"].finish) == (MONDAY, date(2026, 3, 3))
    assert (schedule.critical, schedule.remarks) == (("b",), ())


def test_actual_date_on_a_saturday_stays() -> None:
    schedule = plan(Activity("a", actual_finish=date(2026, 2, 28)), Activity("b"), links=(Link("a", "b", "FS", 10),))

    assert [item.finish for item in schedule.items.values()] == [date(2026, 2, 28), date(2026, 3, 13)]


@pytest.mark.parametrize(
    ("begun", "days", "finish"),
    [(date(2026, 2, 25), 5, date(2026, 3, 3)), (date(2026, 2, 2), 5, MONDAY), (MONDAY, 5, date(2026, 3, 6))],
)
def test_unfinished_work_goes_on_and_never_ends_before_the_data_date(begun: date, days: int, finish: date) -> None:
    item = plan(Activity("a", days, actual_start=begun)).items["a"]

    assert (item.start, item.finish) == (begun, finish)


def test_work_ahead_of_its_predecessor_waits_and_is_remarked() -> None:
    begun = Activity("b", 5, actual_start=date(2026, 2, 26))

    schedule = plan(Activity("a", 10), begun, links=(Link("a", "b"),))

    assert remarks(schedule) == [("out_of_sequence", "b")]
    assert schedule.items["b"].finish == date(2026, 3, 18)


@pytest.mark.parametrize(
    ("kind", "lag", "ahead", "behind", "remarked"),
    [
        ("FS", 0, date(2026, 2, 20), date(2026, 2, 19), True),
        ("FS", 0, date(2026, 2, 19), date(2026, 2, 19), False),
        ("FS", 20, date(2026, 2, 18), date(2026, 2, 19), False),
        ("FS", -5, date(2026, 2, 20), date(2026, 2, 13), False),
        ("FF", 0, date(2026, 2, 20), date(2026, 2, 13), True),
        ("FS", 0, None, date(2026, 2, 13), True),
        ("SF", 0, None, None, False),
    ],
)
def test_out_of_sequence_is_told_from_early(kind: str, lag: int, ahead: date | None, behind: date | None, remarked: bool) -> None:
    schedule = plan(Activity("a", actual_finish=ahead), Activity("b", actual_finish=behind), links=(Link("a", "b", kind, lag),))

    assert remarks(schedule) == ([("out_of_sequence", "b")] if remarked else [])


def test_negative_lag_is_held_at_the_data_date_and_remarked() -> None:
    schedule = plan(Activity("a", 3), Activity("b", 2), links=(Link("a", "b", "FS", -9),))

    assert (schedule.items["b"].start, remarks(schedule)) == (MONDAY, [("clamped", "b")])


def test_negative_lag_that_fits_is_not_remarked() -> None:
    schedule = plan(Activity("a", 3), Activity("b", 2), links=(Link("a", "b", "FS", -3),))

    assert (schedule.items["b"].start, schedule.remarks) == (MONDAY, ())


def test_actual_date_after_the_data_date_is_remarked() -> None:
    assert remarks(plan(Activity("a", actual_finish=date(2026, 3, 3)))) == [("future_actual", "a")]


def test_several_critical_paths_are_all_critical() -> None:
    schedule = plan(Activity("a", 2), Activity("b", 2), Activity("c", 1), Activity("end"), links=tuple(Link(key, "end") for key in "abc"))

    assert (schedule.critical, schedule.items["c"].float_days) == (("a", "b", "end"), 1)


@pytest.mark.parametrize(("finish_by", "slack"), [(date(2026, 3, 6), 2), (date(2026, 3, 2), -2)])
def test_float_counts_towards_a_date_that_is_set(finish_by: date, slack: int) -> None:
    schedule = plan(Activity("a", 3), finish_by=finish_by)

    assert (schedule.items["a"].float_days, schedule.critical) == (slack, ("a",))


def test_activity_counts_its_own_working_days() -> None:
    own = WorkingCalendar(closures=frozenset({date(2026, 3, 3), date(2026, 3, 4)}))

    schedule = plan(Activity("a", 2, calendar=own), Activity("b", 1), links=(Link("a", "b"),))

    assert [(item.start, item.finish) for item in schedule.items.values()] == [
        (MONDAY, date(2026, 3, 5)),
        (date(2026, 3, 6), date(2026, 3, 6)),
    ]


def test_what_follows_a_saturday_that_only_the_predecessor_works_waits_for_monday() -> None:
    """14 February 2026 is worked in China for the days off of the Spring Festival."""
    activities = [Activity("a", 6, calendar=CHINA), Activity("b")]

    schedule = propagate(activities, [Link("a", "b")], WEEKDAYS, date(2026, 2, 9))

    assert (schedule.items["a"].finish, schedule.items["b"].finish) == (date(2026, 2, 14), date(2026, 2, 16))


@given(networks())
def test_other_calendars_never_break_a_finish_start_link(network: tuple[list[Activity], list[Link]]) -> None:
    activities = [Activity(a.key, a.duration_days, a.earliest, calendar=CHINA if int(a.key) % 2 else None) for a in network[0]]
    links = [Link(link.predecessor, link.successor, "FS", abs(link.lag_days)) for link in network[1]]

    schedule = propagate(activities, links, WEEKDAYS, date(2026, 2, 9))

    for link in links:
        assert schedule.items[link.successor].start >= schedule.items[link.predecessor].finish
    assert all(CHINA.is_working_day(schedule.items[a.key].finish) for a in activities if a.calendar)


def test_date_in_a_year_without_announced_holidays_is_provisional() -> None:
    schedule = plan(Activity("a", earliest=date(2026, 12, 30)), Activity("b", earliest=date(2040, 1, 4)), calendar=CHINA)

    assert [item.provisional for item in schedule.items.values()] == [False, True]


FORECAST, BASELINE = date(2026, 6, 12), date(2026, 6, 12)
STATES = [
    ({"actual": date(2027, 1, 1)}, MilestoneState.ACHIEVED),
    ({"actual": date(2027, 1, 1), "baseline": None}, MilestoneState.ACHIEVED),
    ({"baseline": None}, MilestoneState.PLANNED),
    ({"baseline": None, "late_predecessor": True, "float_days": 0}, MilestoneState.PLANNED),
    ({}, MilestoneState.ON_TRACK),
    ({"forecast": date(2026, 6, 19)}, MilestoneState.ON_TRACK),
    ({"forecast": date(2026, 6, 20)}, MilestoneState.LATE),
    ({"forecast": date(2026, 6, 15), "tolerance_days": 0, "float_days": 0}, MilestoneState.LATE),
    ({"today": date(2026, 6, 19)}, MilestoneState.ON_TRACK),
    ({"today": date(2026, 6, 20)}, MilestoneState.LATE),
    ({"today": date(2026, 6, 20), "forecast": None}, MilestoneState.LATE),
    ({"forecast": None}, MilestoneState.ON_TRACK),
    ({"float_days": 5}, MilestoneState.ON_TRACK),
    ({"float_days": 4}, MilestoneState.AT_RISK),
    ({"float_days": None}, MilestoneState.ON_TRACK),
    ({"late_predecessor": True}, MilestoneState.AT_RISK),
    ({"late_predecessor": True, "forecast": date(2026, 7, 1)}, MilestoneState.LATE),
]


@pytest.mark.parametrize(("changed", "state"), STATES)
def test_state_of_a_milestone_follows_the_rules(changed: dict[str, object], state: MilestoneState) -> None:
    usual = {
        "actual": None,
        "forecast": FORECAST,
        "baseline": BASELINE,
        "today": MONDAY,
        "float_days": 10,
        "tolerance_days": 5,
        "late_predecessor": False,
    }

    assert milestone_state(calendar=WEEKDAYS, **(usual | changed)) == state  # type: ignore[arg-type]


def test_tolerance_counts_working_days_of_the_calendar() -> None:
    given_ = {
        "actual": None,
        "baseline": date(2026, 2, 13),
        "today": date(2026, 2, 13),
        "float_days": 9,
        "tolerance_days": 5,
        "late_predecessor": False,
    }

    in_china, elsewhere = (milestone_state(calendar=each, forecast=date(2026, 2, 27), **given_) for each in (CHINA, WEEKDAYS))  # type: ignore[arg-type]

    assert (in_china, elsewhere) == (MilestoneState.ON_TRACK, MilestoneState.LATE)


def test_every_state_has_a_label() -> None:
    assert [str(state.label) for state in MilestoneState] == ["Achieved", "Late", "At risk", "On track", "Planned"]
