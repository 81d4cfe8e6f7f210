"""Working days from what was promised to what is expected: one count for tables, reports and the API; a client's from told dates alone."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Role, User
from desk.documents import status_report
from desk.portal import project_context
from projects.forecasting import calendar_for
from projects.milestone_rows import chosen, milestone_rows
from projects.models import Milestone, Phase, Project
from projects.services.baselines import take_baseline
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.variance import told_variance, variance_of, variance_words
from tests.projects import factories as make

KEY = "sample_shipped"


@pytest.mark.parametrize(("days", "words"), [(12, "+12 d late"), (-3, "−3 d early"), (0, "0 d"), (None, "–")])
def test_late_and_early_are_said_in_words(days: int | None, words: str) -> None:
    assert variance_words(days) == words


@pytest.fixture
def slipped(db: None) -> Milestone:
    """Twelve working days behind its baseline inside; the client is told nothing of it."""
    project = make.a_project_in(Phase.SMALL_SCALE)
    row = Milestone.objects.get(project=project, key=KEY)
    assert row.baseline_on is not None
    later = calendar_for(row, project).add_working_days(row.baseline_on, 12)
    reschedule_milestone(project.code, KEY, not_before=later, actor=make.manager(), reason="Occupied.")
    return again(row)


def again(row: Milestone) -> Milestone:
    return Milestone.objects.select_related("project__client", "project__site").get(pk=row.pk)


def told(row: Milestone) -> tuple[Any, ...]:
    """What a client reads in the portal, in a report and through the API."""
    client = make.person(Role.CLIENT_APPROVER, client=row.project.client)
    listed = next(days for found, *_facts, days, _watch in project_context(client, row.project.code)["milestones"] if found.pk == row.pk)
    report = next(line for line in status_report(row.project)["milestones"]["rows"] if line[0] == row.title)
    [(_facts, data)] = milestone_rows(chosen(Milestone.objects.filter(pk=row.pk)), internal=False)
    return variance_words(listed), report[4], data["variance_days"]


def test_the_plan_and_the_api_count_alike_for_us(slipped: Milestone) -> None:
    [(_facts, data)] = milestone_rows(chosen(Milestone.objects.filter(pk=slipped.pk)), internal=True)

    assert data["variance_days"] == variance_of(slipped, slipped.project, promised=slipped.baseline_on) == 12
    assert "+12 d late" in plan_page(slipped.project).content.decode()


def test_a_client_reads_no_day_that_was_not_published(slipped: Milestone) -> None:
    assert told(slipped) == ("0 d", "0 d", 0)

    publish_milestone(slipped.project.code, KEY, reason_class="material", side="third_party", reason="Late.", actor=make.manager())

    assert told(again(slipped)) == ("+12 d late", "+12 d late", 12)


def test_before_anything_is_told_a_client_reads_no_difference(slipped: Milestone) -> None:
    slipped.published_on = None

    assert told_variance(slipped, slipped.project) is None


def plan_page(project: Project, **query: object) -> Any:
    browser = Client()
    browser.force_login(User.objects.get(pk=make.manager().pk))
    return browser.get(reverse("project-plan", args=[project.code]), query)


def test_another_baseline_may_be_compared_with(slipped: Milestone) -> None:
    project = slipped.project
    taken = take_baseline(project.code, name="After the slip", reason="To remember.", actor=make.manager())

    page = plan_page(project, against=taken.pk)

    row = next(each for each in page.context["milestones"] if each.row.pk == slipped.pk)
    drawn = next(line for line in page.context["gantt"]["data"]["values"] if line["key"] == KEY)
    assert (row.promised, row.days) == (slipped.forecast_on, 0)
    assert drawn["baseline"] == drawn["live"]
    assert f'?against={taken.pk}"' in page.content.decode()
    assert plan_page(project, against="0").status_code == 404


def test_the_table_leaves_as_a_spreadsheet_with_the_same_days(slipped: Milestone) -> None:
    browser = Client()
    browser.force_login(make.manager())

    answer = browser.get(reverse("project-plan-xlsx", args=[slipped.project.code]))

    head, *lines = load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    line = dict(zip(head, next(line for line in lines if line[0] == slipped.title), strict=True))
    assert line["Variance (working days)"] == 12
    assert line["Baseline"].date() == slipped.baseline_on


def test_a_baseline_that_lacks_the_milestone_promises_nothing(slipped: Milestone) -> None:
    slipped.forecast_on = (slipped.forecast_on or slipped.baseline_on) + timedelta(days=1)  # type: ignore[operator]

    assert variance_of(slipped, slipped.project, promised=None) is None
