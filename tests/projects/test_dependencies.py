"""What waits for what: all four relations with lags, loops named at the field, the plan that follows, the charter that leaves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.refusals import BadInput, Refused
from projects.calendars import WorkingCalendar
from projects.forecasting import calendar_for, is_provisional
from projects.limits import MOST_WORKING_DAYS
from projects.models import Milestone, MilestoneLink, Phase, Project
from projects.services import dependencies as services
from projects.services.plan import reschedule_milestone
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def add(project: Project, key: str, after: str, kind: str = "FS", lag: int = 0, reason: str = "It needs it.") -> MilestoneLink:
    return services.add_dependency(project.code, key, predecessor=after, kind=kind, lag_days=lag, reason=reason, actor=make.manager())


def row(project: Project, key: str) -> Milestone:
    return Milestone.objects.get(project=project, key=key)


def test_relations_bind_begin_and_end_of_the_work(project: Project) -> None:
    """Ten days of work: finish to start ends ten days later than finish to finish."""
    ends = {}
    today = timezone.localdate()
    extra = Milestone.objects.create(project=project, key="extra", title="Extra", phase="small_scale", kind="internal", order=99)
    reschedule_milestone(project.code, "extra", not_before=None, duration_days=10, actor=make.manager(), reason="It is work.")
    link = add(project, "extra", "sample_shipped", lag=30)
    for kind in ("FS", "SS", "FF", "SF"):
        services.change_dependency(project.code, "extra", link.pk, kind=kind, lag_days=30, reason="Another relation.", actor=make.manager())
        ends[kind] = row(project, "extra").forecast_on

    calendar = calendar_for(extra, project)
    assert ends["FS"] == ends["SS"] > ends["FF"] == ends["SF"] > today
    assert calendar.working_days_between(ends["FF"], ends["FS"]) == 10


def test_a_loop_is_refused_at_the_field_with_its_titles(project: Project, nothing_written: Check) -> None:
    refusal = nothing_written(lambda: add(project, "sample_shipped", "g2"), BadInput)

    message = refusal.errors["predecessor"][0]  # type: ignore[attr-defined]
    assert row(project, "g2").title in message
    assert row(project, "sample_shipped").title in message


def test_a_dependency_is_there_once_and_never_of_what_is_achieved(project: Project, nothing_written: Check) -> None:
    link = MilestoneLink.objects.filter(successor__project=project, successor__actual_on=None).select_related("predecessor", "successor")[0]

    nothing_written(lambda: add(project, link.successor.key, link.predecessor.key), BadInput)
    nothing_written(lambda: add(project, "g1", "quotation_accepted"), Refused)


def test_removing_lets_the_plan_go_back(project: Project) -> None:
    before = row(project, "g2").forecast_on
    link = add(project, "g2", "sample_shipped", lag=300)
    later = row(project, "g2").forecast_on

    services.remove_dependency(project.code, "g2", link.pk, reason="A mistake.", actor=make.manager())

    assert later > before == row(project, "g2").forecast_on


def test_a_lag_longer_than_may_be_typed_keeps_no_dependency_in_the_plan(project: Project) -> None:
    """What leads over a milestone that was taken out adds lags up."""
    link = add(project, "g2", "sample_shipped", lag=300)
    MilestoneLink.objects.filter(pk=link.pk).update(lag_days=MOST_WORKING_DAYS + 1)

    services.remove_dependency(project.code, "g2", link.pk, reason="A mistake.", actor=make.manager())

    assert not MilestoneLink.objects.filter(pk=link.pk).exists()


def test_planning_the_charter_anew_keeps_what_was_linked_by_hand() -> None:
    project = make.a_planned_project()
    link = add(project, "g2", "g1", lag=5)

    make.charter(project)

    assert MilestoneLink.objects.filter(pk=link.pk).exists()


def test_the_page_adds_changes_and_names_the_loop(project: Project) -> None:
    browser = Client()
    browser.force_login(make.manager())
    page = reverse("project-dependencies", args=[project.code])
    values = {"kind": "SS", "lag_days": "-2", "reason": "Overlap."}

    loop = browser.post(page, {"successor": "sample_shipped", "predecessor": "g2", **values})
    added = browser.post(page, {"successor": "g3", "predecessor": "sample_shipped", **values})
    link = MilestoneLink.objects.get(successor__project=project, by_hand=True)
    opened = browser.get(page, {"change": link.pk})
    changed = browser.post(reverse("dependency-change", args=[project.code, link.pk]), values | {"lag_days": "4"})
    removed = browser.post(reverse("dependency-remove", args=[project.code, link.pk]), {"remove-reason": "No longer."})

    assert [answer.status_code for answer in (loop, added, opened, changed, removed)] == [400, 302, 200, 302, 302]
    assert "circle" in loop.content.decode()


def test_a_date_kept_by_both_falls_on_no_holiday_of_either(project: Project) -> None:
    project.client.country = "CN"
    shared = row(project, "sample_shipped")

    calendar = calendar_for(shared, project)

    assert calendar == WorkingCalendar(country="CH", also=WorkingCalendar(country="CN"))
    assert not calendar.is_working_day(date(2026, 2, 17))  # Chinese New Year
    assert not calendar.is_working_day(date(2026, 2, 28))  # a Saturday that only China works
    assert not calendar.is_working_day(date(2026, 12, 25))  # Christmas Day
    assert is_provisional(shared, project, date(2099, 3, 2))


def test_an_internal_milestone_keeps_the_sites_days_only(project: Project) -> None:
    project.client.country = "CN"

    assert calendar_for(row(project, "methods_ready"), project) == WorkingCalendar(country="CH")
