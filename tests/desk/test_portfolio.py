"""The portfolio and the key figures: what they say, what they cost, and that no cell of an export is a formula."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Role
from desk.kpis import figures
from desk.portfolio import standings
from desk.spreadsheets import harmless
from projects.models import Project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.services.readiness import refresh_readiness
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db: None) -> Project:
    project = factories.a_project_in("small_scale")
    refresh_readiness([project.pk])
    return project


def browser_of(role: str) -> Client:
    browser = Client()
    browser.force_login(factories.person(role))
    return browser


def slip(project: Project) -> None:
    later = timezone.localdate() + timedelta(days=300)
    reschedule_milestone(project.code, "sample_shipped", not_before=later, actor=factories.manager(), reason="Occupied.")


def body(answer: Any) -> bytes:
    content = b"".join(answer.streaming_content)
    answer.close()
    return content


def test_revenue_at_risk_is_the_open_phases_of_late_projects(project: Project) -> None:
    (before,) = standings([project], today=timezone.localdate())
    slip(project)

    (after,) = standings([project], today=timezone.localdate())

    assert (before.late, before.at_risk) == (False, 0)
    assert (after.late, str(after.at_risk), after.currency) == (True, "420000.00", "EUR")
    assert after.days_late is not None
    assert after.days_late > 0


@pytest.mark.parametrize("name", ["portfolio", "kpis"])
def test_the_pages_cost_the_same_for_three_projects(project: Project, name: str) -> None:
    browser, address = browser_of(Role.MANAGEMENT), reverse(name)

    def cost() -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    one = cost()
    for _number in range(2):
        refresh_readiness([factories.a_project_in("small_scale").pk])

    assert cost() == one


def test_filters_stand_in_the_address_of_page_and_files(project: Project) -> None:
    browser = browser_of(Role.MANAGEMENT)

    page = browser.get(reverse("portfolio"), {"phase": "pilot"})
    rows = list(csv.reader(StringIO(body(browser.get(reverse("portfolio-csv"), {"phase": "pilot"})).decode("utf-8-sig"))))
    sheet = load_workbook(BytesIO(body(browser.get(reverse("portfolio-xlsx"))))).active

    assert project.code not in page.content.decode()
    assert "phase=pilot" in page.content.decode()
    assert len(rows) == 1
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [project.code]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(-1) == -1


def test_figures_name_their_cases(project: Project) -> None:
    slip(project)
    publish_milestone(project.code, "sample_shipped", reason_class="capacity", side="cdmo", reason="Occupied.", actor=factories.manager())

    found = {figure.key: figure for figure in figures([project])}

    assert found["first_pass"].value == "100 %"
    assert [case.what for case in found["first_pass"].cases] == ["G1"]
    assert found["quotation"].value is not None
    assert found["cycle_evaluation"].cases[0].project == project
    assert {"on_time", "slippage_cdmo", "slippage_client"} <= set(found)


def test_a_figure_opens_its_cases(project: Project) -> None:
    page = browser_of(Role.MANAGEMENT).get(reverse("kpis"), {"figure": "first_pass"})

    assert project.code in page.content.decode()
