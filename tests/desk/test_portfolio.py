"""The portfolio: what it says to whom, how it is filtered and ordered, what it costs, and that no cell of an export is a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from functools import partial
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
from desk.portfolio import portfolio
from projects.lateness import judge
from projects.models import Lateness, Milestone, Project, ProjectStanding
from projects.services.facts import refresh_facts
from projects.services.plan import reschedule_milestone
from projects.services.readiness import refresh_readiness
from tests.projects import factories
from tests.projects.one_and_three import one_and_three
from tests.projects.remembered import remembered
from worksheets.writing import harmless

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20
READS_EVERY_PRICE = (Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT)
READS_NO_PRICE = (Role.QUALITY_ASSURANCE, Role.RESEARCH, Role.PRODUCTION, Role.ADMINISTRATOR)


@remembered
def in_small_scale() -> Project:
    project = factories.a_project_in("small_scale")
    refresh_readiness([project.pk])
    refresh_facts([project.pk])
    return project


@remembered
def beside_another() -> Project:
    project = in_small_scale()
    refresh_facts([factories.a_project(factories.a_client("DCB")).pk])
    return project


@pytest.fixture
def project(db: None, request: pytest.FixtureRequest) -> Project:
    return beside_another() if "other" in request.fixturenames else in_small_scale()


def browser_of(role: str) -> Client:
    browser = Client()
    browser.force_login(factories.person(role))
    return browser


def slip(project: Project, days: int = 300) -> None:
    later = timezone.localdate() + timedelta(days=days)
    reschedule_milestone(project.code, "sample_shipped", not_before=later, actor=factories.manager(), reason="Occupied.")
    refresh_facts([project.pk])


def row_of(project: Project, role: str, name: str = "") -> Any:
    """As this person sees it on the board."""
    return portfolio(Project.objects.filter(pk=project.pk), reader=factories.person(role, name=name)).get()


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)  # read to its end, the client closes what is behind it


def rows_of(browser: Client, **asked: str) -> list[list[str]]:
    """The lines of the CSV export below its head."""
    text = body(browser.get(reverse("portfolio-csv"), asked)).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))[1:]


def codes(browser: Client, **asked: str) -> list[str]:
    return [row[0] for row in rows_of(browser, **asked)]


def test_revenue_at_risk_is_the_open_phases_of_late_projects(project: Project) -> None:
    before = row_of(project, Role.MANAGEMENT)
    slip(project)

    after = row_of(project, Role.MANAGEMENT)

    assert (before.standing.lateness, before.at_risk) == (Lateness.ON_TRACK, 0)
    assert (after.standing.lateness, str(after.at_risk), after.currency) == (Lateness.LATE, "420000.00", "EUR")
    assert after.standing.days_late > 0
    assert before.standing.late_milestone is None
    late = f"{after.standing.late_milestone.title}, +{after.standing.late_days} working days"
    assert late in browser_of(Role.MANAGEMENT).get(reverse("portfolio")).content.decode()


@pytest.mark.parametrize("role", [*READS_EVERY_PRICE, Role.PROJECT_MANAGER])
def test_who_answers_for_the_money_reads_it_on_card_table_and_file(project: Project, role: str) -> None:
    slip(project)
    browser = browser_of(role)

    page = browser.get(reverse("portfolio")).content.decode()

    assert page.count("EUR 420,000.00") == 3  # the sum, the card, the table
    assert rows_of(browser)[0][-2:] == ["EUR", "420000.00"]


@pytest.mark.parametrize("role", READS_NO_PRICE)
def test_nobody_else_reads_it(project: Project, role: str) -> None:
    slip(project)
    browser = browser_of(role)

    page = browser.get(reverse("portfolio")).content.decode()
    sheet = body(browser.get(reverse("portfolio-csv"))).decode()

    for text in (page, sheet):
        assert "420" not in text
        assert "Revenue" not in text
        assert "EUR" not in text


def test_a_project_manager_reads_the_money_of_the_own_projects_only(project: Project) -> None:
    slip(project)

    row = row_of(project, Role.PROJECT_MANAGER, name="Another manager")

    assert row.standing.lateness == Lateness.LATE
    assert (row.at_risk, row.currency) == (None, None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Lateness.ON_TRACK),
        ({"float_days": 4}, Lateness.AT_RISK),  # less than the tolerance of five working days is left
        ({"baseline_days": -20}, Lateness.LATE),
        ({"baseline_days": -3}, Lateness.ON_TRACK),  # within the tolerance
    ],
)
def test_dates_stand_as_their_worst_promise(project: Project, changes: dict[str, int], expected: str) -> None:
    today = timezone.localdate()
    on = today + timedelta(days=changes.get("baseline_days", 30))
    row = Milestone(project=project, kind="internal", baseline_on=on, forecast_on=max(on, today), float_days=changes.get("float_days", 9))

    assert judge(project, [row], today=today) == expected


def test_a_project_without_promises_is_planned_and_one_on_hold_is_not_judged() -> None:
    project = factories.a_project()

    assert judge(project, [], today=timezone.localdate()) == Lateness.PLANNED
    assert judge(factories.hold(project), [], today=timezone.localdate()) is None


def cost(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["portfolio", "portfolio-gantt", "kpis"])
def test_the_pages_cost_the_same_for_three_projects(name: str) -> None:
    def costs(projects: list[Project]) -> tuple[int, int]:
        for project in projects:
            slip(project)
        refresh_readiness([project.pk for project in projects])
        first, browser = projects[0], browser_of(Role.MANAGEMENT)
        asked = f"?client={first.client_id}&site={first.site_id}&manager={first.project_manager_id}&dates=late"
        return cost(browser, reverse(name) + (asked if name != "kpis" else "?figure=first_pass")), cost(browser, reverse(name))

    (one, _all_of_one), (three, all_of_three) = one_and_three(partial(factories.a_project_in, "small_scale"), costs)

    assert three == one
    assert all_of_three <= MOST_QUERIES


def test_filters_stand_in_the_address_of_page_and_files(project: Project) -> None:
    browser = browser_of(Role.MANAGEMENT)

    page = browser.get(reverse("portfolio"), {"phase": "pilot"})
    sheet = load_workbook(BytesIO(body(browser.get(reverse("portfolio-xlsx"))))).active

    assert project.code not in page.content.decode()
    assert "phase=pilot" in page.content.decode()
    assert rows_of(browser, phase="pilot") == []
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [project.code]


@pytest.fixture
def other(project: Project) -> Project:
    """Of another client, in evaluation, nobody's and nowhere yet."""
    return Project.objects.get(client__code="DCB")


Asked = Callable[[Project], Any]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client", lambda project: project.client_id),
        ("site", lambda project: project.site_id),
        ("manager", lambda project: project.project_manager_id),
        ("phase", lambda project: project.phase),
        ("dates", lambda project: "late"),
        ("q", lambda project: project.code.lower()),
    ],
)
def test_each_filter_leaves_what_it_names(project: Project, other: Project, name: str, value: Asked) -> None:
    slip(project)
    browser = browser_of(Role.MANAGEMENT)

    assert sorted(codes(browser)) == sorted([project.code, other.code])
    assert codes(browser, **{name: str(value(project))}) == [project.code]


def test_what_is_at_risk_and_what_is_only_planned_is_found(project: Project, other: Project) -> None:
    browser = browser_of(Role.MANAGEMENT)
    Milestone.objects.filter(project=project).update(float_days=1)
    refresh_facts([project.pk])

    assert codes(browser, dates="at_risk") == [project.code]
    assert codes(browser, dates="planned") == [other.code]
    assert codes(browser, dates="on_track") == []


def test_closed_projects_are_asked_for_by_their_status(project: Project, other: Project) -> None:
    browser = browser_of(Role.MANAGEMENT)
    factories.hold(other)

    assert codes(browser, status="on_hold") == [other.code]
    assert codes(browser, status="cancelled") == []


@pytest.mark.parametrize(
    "column", ["project", "client", "phase", "gate", "blocker", "baseline", "forecast", "days_late", "dates", "at_risk"]
)
def test_every_column_orders_page_and_file_both_ways(project: Project, other: Project, column: str) -> None:
    """The other project lacks most values: it stands first upwards, last downwards; two columns tell them apart by their words."""
    slip(project)
    browser = browser_of(Role.MANAGEMENT)

    up, down = codes(browser, sort=column), codes(browser, sort=f"-{column}")
    page = browser.get(reverse("portfolio"), {"sort": column}).content.decode()

    first = project if column in ("project", "client", "dates") else other
    assert up == [first.code, *(each.code for each in (project, other) if each != first)]
    assert down == up[::-1]
    table = page[page.index("<tbody>") :]
    assert table.index(up[0]) < table.index(up[1])
    assert 'aria-sort="ascending"' in page


def test_the_table_is_paged_and_the_board_says_what_it_leaves_out(
    project: Project, other: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.views.portfolio.PAGE", 1)
    monkeypatch.setattr("desk.views.portfolio.CARDS", 0)
    browser = browser_of(Role.MANAGEMENT)

    first = browser.get(reverse("portfolio"), {"sort": "project"}).content.decode()
    second = browser.get(reverse("portfolio"), {"sort": "project", "page": "2"}).content.decode()

    assert [project.code in page for page in (first, second)] == [True, False]
    assert [other.code in page for page in (first, second)] == [False, True]
    assert "1–1 of 2" in first
    assert "1 more in the table" in first
    assert len(codes(browser)) == 2


def test_a_project_whose_facts_are_not_computed_yet_is_on_the_board(project: Project) -> None:
    new = factories.a_project(factories.a_client("DCB"))
    browser = browser_of(Role.MANAGEMENT)

    assert codes(browser) == [project.code, new.code]
    assert browser.get(reverse("portfolio")).content.decode().count(f'<span class="code">{new.code}</span>') == 2


def test_the_board_says_when_its_facts_are_old(project: Project) -> None:
    browser = browser_of(Role.MANAGEMENT)
    assert "computed on" not in browser.get(reverse("portfolio")).content.decode()

    ProjectStanding.objects.filter(project=project).update(refreshed_at=timezone.now() - timedelta(days=2))

    assert "computed on" in browser.get(reverse("portfolio")).content.decode()


def test_a_card_says_how_late_why_and_what_it_costs(project: Project) -> None:
    slip(project)
    refresh_readiness([project.pk])
    row = row_of(project, Role.MANAGEMENT)

    page = browser_of(Role.MANAGEMENT).get(reverse("portfolio")).content.decode()
    card = " ".join(page[page.index('class="board"') : page.index("portfolio-table")].split())

    assert f"{row.standing.days_late} working days late" in card
    assert f"Waits for: {row.readiness.first_blocker}" in card
    assert "0 of 5 criteria" in card
    assert "EUR 420,000.00" in card


@pytest.mark.parametrize(("role", "there"), [(Role.MANAGEMENT, True), (Role.QUALITY_ASSURANCE, True), (Role.RESEARCH, False)])
def test_the_bar_leads_those_to_the_portfolio_who_see_it_whole(role: str, there: bool) -> None:
    page = browser_of(role).get(reverse("my-work")).content.decode()

    assert (f'href="{reverse("portfolio")}" >Portfolio' in page) is there


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(-1) == -1
