"""The Project Status Report: what the client may know, and nothing besides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import Role
from audit.models import Event
from desk.documents import status_report
from desk.internal_report import internal_status_report
from documents.content import day
from documents.models import Document, DocumentVersion
from phases.reports import facts_of
from projects.models import Milestone, Phase, Project, Task
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.services.risks import close_risk, report_risk, report_task
from tests.finished import finished, render, text_of
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.a_project_in("small_scale")


def again(project: Project) -> Project:
    return Project.objects.select_related("client", "project_manager").get(pk=project.pk)


def slip(project: Project, key: str, *, told: str) -> None:
    row = Milestone.objects.get(project=project, key=key)
    assert row.forecast_on is not None
    manager = factories.manager()
    reschedule_milestone(project.code, key, not_before=row.forecast_on + timedelta(days=30), reason="internal words", actor=manager)
    publish_milestone(project.code, key, reason_class="material", side="third_party", reason=told, actor=manager)


def test_status_report_gives_published_dates_and_their_reasons(project: Project) -> None:
    slip(project, "sample_shipped", told="A supplier delivers late.")

    version = finished("project_status_report", project, author=factories.manager())

    said = text_of(version)
    for words in (
        "Sample shipped",
        "A supplier delivers late.",
        "Third party",
        "G2 Release to pilot",
        "What we need from you",
        "Summary: three",
    ):
        assert words in said
    assert version.state == DocumentVersion.State.EFFECTIVE


@pytest.mark.usefixtures("unlaid")
def test_status_report_leaves_out_what_is_internal(project: Project) -> None:
    slip(project, "sample_shipped", told="A supplier delivers late.")
    Milestone.objects.filter(project=project, key="confirmation_runs_done").update(title="Secret confirmation")

    version = finished("project_status_report", project, author=factories.manager())

    assert "Secret confirmation" not in text_of(version)
    assert "internal words" not in str(version.snapshot)
    assert {row["published"] for row in version.snapshot["data"]["plan"]} == {None}
    assert not any(key in str(version.snapshot["data"]) for key in ("Route Selection Report", "float"))


def test_a_report_of_a_phase_gives_the_dates_that_were_told(project: Project) -> None:
    """It may be shared once it is signed, and its data lie in the file."""
    told = day(Milestone.objects.get(project=project, key="sample_shipped").published_on)
    Milestone.objects.filter(project=project, actual_on=None).update(forecast_on=date(2031, 5, 6))

    rows = {row[0]: row for row in facts_of(Phase.SMALL_SCALE, "process_development_report", project)["milestones"]["rows"]}

    assert rows["Sample shipped"][2] == told
    assert "2031" not in str(rows)
    hidden = [row.title for row in Milestone.objects.filter(project=project, phase=Phase.SMALL_SCALE, actual_on=None) if not row.is_shared]
    assert hidden and {tuple(rows[title][2:]) for title in hidden if title in rows} == {("–",) * 3}


def test_the_client_reads_no_risk_and_no_task_that_was_not_chosen(project: Project) -> None:
    factories.a_risk(project, text="Secret risk", mitigation="Secret measure")
    task = Task.objects.filter(project=project).order_by("pk")[0]
    Task.objects.filter(pk=task.pk).update(title="Secret task")

    hidden = str(status_report(again(project)))
    ours = str(internal_status_report(again(project)))

    assert "Secret" not in hidden
    assert all(words in ours for words in ("Secret risk", "Secret measure", "Secret task"))


def test_what_was_chosen_stands_there_without_a_date_of_ours(project: Project) -> None:
    manager = factories.manager()
    risk = factories.a_risk(project)
    task = Task.objects.filter(project=project, milestone__key="route_selected").order_by("pk")[0]
    Task.objects.filter(pk=task.pk).update(due_on=date(2031, 5, 6), forecast_on=date(2031, 5, 7), starts_on=date(2031, 5, 5))
    report_risk(project.code, risk.number, shown=True, actor=manager)
    report_task(project.code, task.pk, shown=True, actor=manager)

    data = status_report(again(project))

    told = Milestone.objects.get(pk=task.milestone_id).published_on
    assert [row[0] for row in data["risks"]["rows"]] == [risk.text]
    assert [(row[0], row[3]) for row in data["actions"]["rows"]] == [(task.title, day(told))]
    assert "2031" not in str(data)


def test_a_closed_risk_and_a_done_task_leave_the_report(project: Project) -> None:
    manager = factories.manager()
    risk = factories.a_risk(project)
    report_risk(project.code, risk.number, shown=True, actor=manager)
    close_risk(project.code, risk.number, reason="A second supplier is qualified.", actor=manager)

    assert status_report(again(project))["risks"]["rows"] == []


def test_our_copy_says_what_the_client_does_not_know(project: Project) -> None:
    row = Milestone.objects.get(project=project, key="sample_shipped")
    assert row.forecast_on is not None
    reschedule_milestone(
        project.code, row.key, not_before=row.forecast_on + timedelta(days=30), reason="Late enzyme.", actor=factories.manager()
    )
    moved = Milestone.objects.get(pk=row.pk)

    version = finished("internal_status_report", again(project), author=factories.manager())

    said = text_of(version)
    assert day(moved.forecast_on) in said and day(row.published_on) in said
    assert "What the client does not know" in said and "Who is waited for" in said
    assert day(moved.forecast_on) not in str(status_report(again(project)))


@pytest.mark.usefixtures("unlaid")
def test_the_next_report_tells_the_moves_since_the_last(project: Project) -> None:
    slip(project, "sample_shipped", told="A supplier delivers late.")
    finished("project_status_report", project, author=factories.manager())
    slip(project, "process_report", told="A study takes longer.")

    moves = str(status_report(again(project))["moves"]["rows"])

    assert "A study takes longer." in moves and "A supplier delivers late." not in moves


def the_form(browser: Client, project: Project, **changes: str) -> dict[str, str]:
    """What the page sends when it is sent as it was opened."""
    page = browser.get(f"/projects/{project.code}/status-report/")
    return {"message": "All is well.", "expected_hash": page.context["expected_hash"], "summary": "<p>On track.</p>", **changes}


@pytest.fixture
def browser() -> Client:
    browser = Client()
    browser.force_login(factories.manager())
    return browser


@pytest.mark.usefixtures("unlaid")
def test_one_act_issues_and_shares_the_report_with_our_own_copy(project: Project, browser: Client) -> None:
    answer = browser.post(f"/projects/{project.code}/status-report/", the_form(browser, project, internal_copy="on"))

    assert answer.status_code == 302
    versions = {each.document.type_key: each for each in DocumentVersion.objects.select_related("document")}
    for version in versions.values():
        render(version)
        render(version)
    report, copy = (Document.objects.get(type_key=key) for key in ("project_status_report", "internal_status_report"))
    assert (report.is_shared, copy.is_shared) == (True, False)
    assert Event.objects.get(kind="document.sent").client_data["message"] == "All is well."
    assert versions["project_status_report"].narrative["summary"] == "<p>On track.</p>"


def test_the_preview_shows_what_the_client_gets_and_who_is_told(project: Project, browser: Client) -> None:
    factories.a_risk(project, text="Secret risk")
    reader = factories.person(Role.CLIENT_APPROVER, client=project.client)

    page = browser.get(f"/projects/{project.code}/status-report/").content.decode()

    assert reader.full_name in page and "Sample shipped" in page
    assert "Secret risk" not in page


def test_the_words_of_the_last_report_are_written_on(project: Project, browser: Client) -> None:
    browser.post(f"/projects/{project.code}/status-report/", the_form(browser, project, internal_copy="on"))

    form = browser.get(f"/projects/{project.code}/status-report/").context["form"]

    assert form["summary"].value() == "<p>On track.</p>"


def test_a_report_that_changed_since_its_preview_is_refused_with_what_was_typed(project: Project, browser: Client) -> None:
    sent = the_form(browser, project, message="Words of mine.")
    slip(project, "sample_shipped", told="A supplier delivers late.")

    answer = browser.post(f"/projects/{project.code}/status-report/", sent)

    assert answer.status_code == 409
    assert "Words of mine." in answer.content.decode() and "Something changed since you looked" in answer.content.decode()
    assert not Document.objects.filter(project=project, type_key="project_status_report").exists()


def test_the_message_is_asked_for_at_its_field(project: Project, browser: Client) -> None:
    answer = browser.post(f"/projects/{project.code}/status-report/", the_form(browser, project, message=" "))

    assert answer.status_code == 400
    assert "message" in answer.context["form"].errors


def test_who_may_not_share_is_told_so(project: Project) -> None:
    browser = Client()
    browser.force_login(factories.person(Role.MANAGEMENT))

    page = browser.get(f"/projects/{project.code}/status-report/")

    assert "issues and shares the report" in page.content.decode()
    assert browser.post(f"/projects/{project.code}/status-report/", the_form(browser, project)).status_code == 403


def test_the_button_is_shown_to_those_who_may(project: Project) -> None:
    for role, shown in ((Role.PROJECT_MANAGER, True), (Role.QUALITY_ASSURANCE, False)):
        browser = Client()
        browser.force_login(factories.person(role))

        assert (f"/projects/{project.code}/status-report/" in browser.get(f"/projects/{project.code}/").content.decode()) is shown
