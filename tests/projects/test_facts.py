"""The stored facts of projects: what happens reaches them through the outbox, and they equal what is computed afresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Event
from audit.outbox import consume
from projects.kpi_cases import kpi_cases
from projects.lateness import standings
from projects.models import PHASES, KpiCase, Lateness, Milestone, Phase, Project, ProjectStanding
from projects.models.facts import old
from projects.outbox_consumers import mark_facts_of
from projects.services import facts
from projects.services.calendars import add_own_days
from projects.services.facts import mark_all_facts, refresh_facts, refresh_stale_facts
from projects.services.plan import achieve_milestone, reschedule_milestone
from projects.services.publishing import publish_plan
from tests.audit.conftest import settle
from tests.projects import factories as make
from tests.projects.one_and_three import one_and_three

pytestmark = pytest.mark.django_db
STORED = ("lateness", "baseline_on", "forecast_on", "days_late", "currency", "at_risk")


def stored(project: Project) -> tuple[Any, ...]:
    standing = ProjectStanding.objects.get(project=project)
    return _facts(standing, KpiCase.objects.filter(project=project))


def fresh(project: Project) -> tuple[Any, ...]:
    project = Project.objects.select_related("client", "site", "rfp").get(pk=project.pk)
    (standing,) = standings([project], today=timezone.localdate())
    return _facts(standing, kpi_cases([project]))


def _facts(standing: ProjectStanding, cases: Any) -> tuple[Any, ...]:
    return tuple(getattr(standing, name) for name in STORED), sorted((case.facts for case in cases), key=str)


@pytest.fixture
def news(db: None) -> Callable[[], int]:
    """Give the consumer the events since the last time, and let the worker work; how many projects it computed."""
    seen = iter(_batches())

    def read() -> int:
        mark_facts_of(next(seen))
        return refresh_stale_facts()

    return read


def _batches() -> Iterator[list[Event]]:
    last = 0
    while True:
        events = list(Event.objects.filter(pk__gt=last).order_by("pk"))
        last = events[-1].pk if events else last
        yield events


def slip(project: Project, days: int = 300) -> None:
    later = timezone.localdate() + timedelta(days=days)
    reschedule_milestone(project.code, "sample_shipped", not_before=later, actor=make.manager(), reason="Occupied.")


def publish(project: Project) -> None:
    slip(project)
    publish_plan(project.code, keys=["sample_shipped"], reason_class="capacity", side="cdmo", reason="Occupied.", actor=make.manager())


def achieve(project: Project) -> None:
    Milestone.objects.filter(project=project, key="sample_shipped").update(source="", visibility="shared")
    achieve_milestone(project.code, "sample_shipped", on=timezone.localdate(), actor=make.manager())


def order_a_change(project: Project) -> None:
    make.accept_change_order(make.sent_change_order(project))


def shut_down(project: Project) -> None:
    """Only the days between a baseline and its forecast change: no plan moves."""
    assert project.site is not None
    Milestone.objects.filter(project=project, kind="gate", phase=project.phase).update(
        baseline_on=timezone.localdate() - timedelta(days=60)
    )
    refresh_facts([project.pk])
    first = timezone.localdate() - timedelta(days=40)
    words = "Annual shut-down"
    add_own_days("site", project.site.key, first=first, last=first + timedelta(days=20), worked=False, words=words, actor=make.manager())


def hold(project: Project) -> None:
    make.hold(project)


@pytest.mark.parametrize("phase", PHASES)
def test_a_project_of_each_phase_has_its_facts_when_the_outbox_was_read(phase: Phase, news: Callable[[], int]) -> None:
    project = make.a_project_in(phase)

    assert news() == 1

    assert stored(project) == fresh(project)
    assert {case.figure for case in KpiCase.objects.filter(project=project)} >= {f"cycle_{each}" for each in PHASES[: PHASES.index(phase)]}


@pytest.mark.parametrize("happens", [slip, publish, achieve, order_a_change, shut_down, hold])
def test_what_happens_is_in_the_facts_when_the_outbox_was_read(happens: Callable[[Project], None], news: Callable[[], int]) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    news()
    before = stored(project)

    happens(project)

    assert fresh(project) != before
    assert news() == 1
    assert stored(project) == fresh(project)


def test_a_returned_phase_is_in_the_facts_when_the_outbox_was_read(news: Callable[[], int]) -> None:
    project = make.a_project_in(Phase.PILOT)
    news()
    before = stored(project)

    make.decide(project, "return", return_to=Phase.SMALL_SCALE)
    news()

    assert before != stored(project) == fresh(project)


def test_a_project_that_slips_is_late_with_its_open_prices() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    slip(project)

    refresh_facts([project.pk])

    standing = ProjectStanding.objects.get(project=project)
    assert (standing.lateness, standing.currency, str(standing.at_risk)) == (Lateness.LATE, "EUR", "420000.00")


def test_a_case_that_is_the_same_stays_the_row_that_it_is() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    refresh_facts([project.pk])
    before = dict(KpiCase.objects.values_list("pk", "figure"))
    KpiCase.objects.filter(figure="first_pass").update(number=7)

    refresh_facts([project.pk])

    kept = {pk: figure for pk, figure in before.items() if figure != "first_pass"}
    after = dict(KpiCase.objects.values_list("pk", "figure"))
    assert kept.items() <= after.items()
    assert sorted(after.values()) == sorted(before.values())
    assert KpiCase.objects.get(figure="first_pass").number == 1


def test_one_that_fails_stays_queued_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = make.a_project(), make.a_project(make.a_client("DCB"))

    def fails_for_one(projects: list[Project], **given: Any) -> list[ProjectStanding]:
        if bad in projects:
            raise ArithmeticError("a day that is none")
        return standings(projects, **given)

    monkeypatch.setattr(facts, "standings", fails_for_one)
    mark_all_facts()

    assert refresh_stale_facts() == 1
    assert [row.project_id for row in ProjectStanding.objects.stale()] == [bad.pk]
    assert ProjectStanding.objects.get(project=good).refreshed_at is not None


def test_the_night_computes_every_project_also_one_that_nothing_happened_to(in_days: Callable[[int], Any]) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    refresh_facts([project.pk])
    in_days(400)

    mark_all_facts()
    refresh_stale_facts()

    assert ProjectStanding.objects.get(project=project).lateness == Lateness.LATE
    assert not ProjectStanding.objects.stale().exists()


def test_more_than_a_turn_of_projects_calls_the_worker_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for client in ("DCA", "DCB"):
        make.a_project(make.a_client(client))
    rung: list[str] = []
    monkeypatch.setattr(facts, "call_worker", lambda: rung.append("ring"))
    monkeypatch.setattr(facts, "A_TURN", 1)
    mark_all_facts()

    turns = [refresh_stale_facts() for _turn in range(3)]

    assert (turns, rung) == ([1, 1, 0], ["ring", "ring"])


def test_three_projects_cost_what_one_does() -> None:
    def cost(projects: list[Project]) -> int:
        ids = [project.pk for project in projects]
        KpiCase.objects.all().delete()
        ProjectStanding.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            refresh_facts(ids)
        return len(captured)

    one, three = one_and_three(partial(make.a_project_in, "small_scale"), cost)

    assert three == one


def test_facts_of_yesterday_are_old() -> None:
    now = timezone.now()

    assert old(now - timedelta(hours=25)) is not None
    assert old(now - timedelta(hours=23)) is None
    assert old(None) is None


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_commit_marks_the_facts_through_the_outbox() -> None:
    project = make.a_project()
    settle()
    consume("projects.facts")
    refresh_stale_facts()
    assert stored(project) == fresh(project)

    make.hold(project)
    assert ProjectStanding.objects.get(project=project).lateness == Lateness.PLANNED  # committed, not read yet
    settle()
    consume("projects.facts")
    refresh_stale_facts()

    assert ProjectStanding.objects.get(project=project).lateness == ""
