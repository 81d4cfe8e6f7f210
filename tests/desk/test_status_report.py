"""The Project Status Report: what the client may know, and nothing besides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Role
from documents.models import Document, DocumentVersion
from projects.models import Milestone, Project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from tests.finished import finished, text_of
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.a_project_in("small_scale")


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


def test_status_report_leaves_out_what_is_internal(project: Project) -> None:
    slip(project, "sample_shipped", told="A supplier delivers late.")
    Milestone.objects.filter(project=project, key="confirmation_runs_done").update(title="Secret confirmation")

    version = finished("project_status_report", project, author=factories.manager())

    assert "Secret confirmation" not in text_of(version)
    assert "internal words" not in str(version.snapshot)
    assert {row["published"] for row in version.snapshot["data"]["plan"]} == {None}
    assert not any(key in str(version.snapshot["data"]) for key in ("Route Selection Report", "float"))


def test_one_click_makes_the_report_and_the_next_one(project: Project) -> None:
    browser = Client()
    browser.force_login(factories.manager())
    address = f"/documents/new/?project={project.code}"

    answers = [browser.post(address, {"type_key": "project_status_report"}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    document = Document.objects.get(project=project)
    assert list(document.versions.order_by("number").values_list("reason", flat=True)) == ["Regular report.", "Regular report."]


def test_the_button_is_shown_to_those_who_may(project: Project) -> None:
    for role, shown in ((Role.PROJECT_MANAGER, True), (Role.QUALITY_ASSURANCE, False)):
        browser = Client()
        browser.force_login(factories.person(role))

        assert ('value="project_status_report"' in browser.get(f"/projects/{project.code}/").content.decode()) is shown
