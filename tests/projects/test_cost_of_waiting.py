"""What a late answer moves: the way through the plan as it was published, held against the plan itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projects.calendars import WorkingCalendar
from projects.cost_of_waiting import Cost, costs_of, work_before
from projects.forecasting import calendar_of
from projects.models import Milestone, Phase, Project, WaitingFor
from projects.schedule import Activity, Link, propagate
from projects.services.plan import reschedule_milestone
from projects.services.publishing import pending_moves, publish_plan
from projects.services.sharing import set_visibility
from projects.services.waiting import open_wait
from tests.kept import kept_until_the_end
from tests.projects import factories as make

MONDAY = make.date(2026, 3, 2)


def ways_to(target: str, durations: dict[str, int], links: list[Link]) -> dict[str, int]:
    return work_before([target], durations, links)[target]


def test_the_longest_way_counts_with_its_lags_and_its_work() -> None:
    durations = {"a": 0, "b": 3, "c": 0, "d": 5, "apart": 0}
    links = [
        Link("a", "b", lag_days=2),
        Link("b", "d", lag_days=1),
        Link("a", "d", lag_days=4),
        Link("a", "c", "FF", 1),
        Link("d", "apart"),
    ]

    assert ways_to("d", durations, links) == {"a": 11, "b": 6}
    assert ways_to("c", durations, links) == {"a": 1}


def test_many_targets_have_the_ways_that_each_has_alone() -> None:
    durations = {"a": 0, "b": 3, "c": 0, "d": 5, "alone": 1}
    links = [Link("a", "b", lag_days=2), Link("b", "d", lag_days=1), Link("a", "c", "FF", 1), Link("c", "d", "SS", 4)]

    assert work_before(durations, durations, links) == {target: ways_to(target, durations, links) for target in durations}


def test_what_is_achieved_is_no_way() -> None:
    assert ways_to("c", {"c": 0, "b": 0}, [Link("a", "b", lag_days=5), Link("b", "c", lag_days=2)]) == {"b": 2}


def test_a_way_that_overlaps_leaves_time_after_the_end_itself() -> None:
    """d waits for the beginning of b, which may lie days before b ends and so before a."""
    durations = {"a": 0, "b": 4, "d": 4}

    assert ways_to("d", durations, [Link("a", "b", "SF", 2), Link("b", "d", "SF", 1)]) == {"a": -1, "b": -3}


def test_of_two_relations_between_the_same_two_the_longer_counts() -> None:
    ladder = [Link("a", "b", "SS", 2), Link("a", "b", "FF", 9), Link("a", "b", "FS", 1)]

    assert [ways_to("b", {"a": 0, "b": 3}, order) for order in (ladder, ladder[::-1])] == [{"a": 9}, {"a": 9}]


KINDS = st.sampled_from(["FS", "SS", "FF", "SF"])
PLANS = st.lists(st.tuples(KINDS, st.integers(0, 9), st.integers(0, 3), KINDS), min_size=1, max_size=5)


@given(PLANS, st.integers(0, 4))
@example([("SF", 0, 0, "SF"), ("SF", 0, 0, "SF")], 1)  # the way is shorter than nothing
@example([("FF", 0, 0, "FF"), ("SF", 0, 0, "SF")], 2)
@example([("FF", 9, 0, "SS")], 1)  # two relations between the same two
def test_a_delay_beyond_what_is_free_moves_the_end_by_as_much(plan: list[tuple[str, int, int, str]], work: int) -> None:
    """The schedule is the oracle: with the first milestone on its last free day the end stays, a day later it moves by a day.

    Each milestone waits for the one before it, and by a relation without a lag for one that lies `back` further back.
    """
    keys = [f"m{number}" for number in range(len(plan) + 1)]
    durations = {key: (work if number else 0) for number, key in enumerate(keys)}
    links = []
    for number, (kind, lag, back, other) in enumerate(plan):
        links.append(Link(keys[number], keys[number + 1], kind, lag))
        links.append(Link(keys[max(number - back, 0)], keys[number + 1], other))
    calendar = WorkingCalendar()

    def end(start: int, floor: int = 0) -> int:
        first = calendar.add_working_days(MONDAY, start)
        last = calendar.add_working_days(MONDAY, floor)
        rows = [Activity(key, durations[key], earliest=first if key == keys[0] else last if key == keys[-1] else None) for key in keys]
        return propagate(rows, links, calendar, MONDAY).items[keys[-1]].early_finish

    needed, told = ways_to(keys[-1], durations, links)[keys[0]], end(0, 60)
    free = told - 1 - needed
    assert end(free, 60) == told
    assert end(free + 1, 60) == told + 1


# on a project


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        yield make.a_project_in(Phase.SMALL_SCALE).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def a_wait(project: Project, key: str) -> WaitingFor:
    wait = open_wait(f"test.answer:{key}", words="Answer", link="/", project=project, client=project.client)
    wait.milestone = Milestone.objects.get(project=project, key=key)
    wait.save(update_fields=["milestone"])
    return wait


def cost_of(wait: WaitingFor) -> Cost:
    return costs_of([wait])[wait.pk]


def publish(project: Project, *keys: str) -> None:
    publish_plan(project.code, keys=keys, reason_class="other", side="cdmo", reason="Told.", actor=make.manager())


def test_what_the_client_does_not_see_is_passed_through_to_what_it_sees(project: Project) -> None:
    """methods_ready → confirmation runs (10) → development report (15): neither of the first two is shared."""
    cost = cost_of(a_wait(project, "methods_ready"))

    assert cost.milestone.key == "process_report"
    assert cost.free_until == calendar_of(project).add_working_days(cost.published_on, -25)


def test_the_day_after_the_last_free_one_moves_what_is_named(project: Project) -> None:
    cost = cost_of(a_wait(project, "methods_ready"))

    def forecast_when_ready_on(days: int) -> object:
        ready = calendar_of(project).add_working_days(cost.free_until, days)
        reschedule_milestone(project.code, "methods_ready", not_before=ready, actor=make.manager(), reason="Late.")
        return Milestone.objects.get(project=project, key=cost.milestone.key).forecast_on

    assert forecast_when_ready_on(0) == cost.published_on
    assert forecast_when_ready_on(1) == calendar_of(project).add_working_days(cost.published_on, 1)


def test_a_later_date_that_is_published_leaves_more_time(project: Project) -> None:
    wait = a_wait(project, "methods_ready")
    before = cost_of(wait)
    later = before.published_on + timedelta(days=70)
    reschedule_milestone(project.code, "process_report", not_before=later, actor=make.manager(), reason="Inside.")
    assert cost_of(wait) == before

    publish(project, "process_report")
    assert cost_of(wait) == before or cost_of(wait).milestone.key != "process_report"  # the dates behind it still bind
    publish(project, *(move.key for move in pending_moves(project)))

    assert cost_of(wait).free_until > before.free_until


def test_what_is_no_longer_shared_is_not_named(project: Project) -> None:
    wait = a_wait(project, "methods_ready")

    set_visibility(project.code, "milestone", "process_report", visibility="internal", actor=make.manager())

    assert cost_of(wait).milestone.key == "g2"


def test_before_anything_is_published_nothing_is_said(db: None) -> None:
    project = make.a_planned_project()

    assert costs_of([a_wait(project, "g1")]) == {}
