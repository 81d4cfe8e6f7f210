"""One Gantt over all projects: what is drawn, how it stands, the same as a table, page by page and as files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from desk.portfolio_gantt import PlannedProject, planned_projects
from desk.portfolio_gantt import picture as drawn
from projects.models import Milestone, Project
from projects.services.plan import reschedule_milestone
from tests.projects import factories

pytestmark = pytest.mark.django_db
STARTS = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF-"}


@pytest.fixture
def project(db: None) -> Project:
    return factories.a_project_in("small_scale")


def browser_of(role: str = Role.MANAGEMENT) -> Client:
    browser = Client()
    browser.force_login(factories.person(role))
    return browser


def planned(project: Project) -> PlannedProject:
    return planned_projects(Project.objects.filter(pk=project.pk).select_related("client", "site"), today=timezone.localdate())[0]


def test_gates_and_contract_dates_are_marked_with_the_days_from_their_baseline(project: Project) -> None:
    later = timezone.localdate() + timedelta(days=300)
    reschedule_milestone(project.code, "sample_shipped", not_before=later, actor=factories.manager(), reason="Occupied.")

    rows = {row.milestone.key: row for row in planned(project).marked}

    assert {row.milestone.kind for row in rows.values()} <= {"gate", "contract", "delivery", "filing"}
    assert {"g1", "g2", "g3"} <= set(rows)
    assert (rows["g1"].state, rows["g2"].state) == ("achieved", "late")
    assert (rows["g2"].days or 0) > 0
    assert rows["g1"].critical is False


def test_what_has_the_least_float_is_critical(project: Project) -> None:
    Milestone.objects.filter(project=project).update(float_days=9)
    Milestone.objects.filter(project=project, key__in=["g1", "g3"]).update(float_days=2)  # G1 is passed

    assert [row.milestone.key for row in planned(project).marked if row.critical] == ["g3"]


def test_phases_follow_one_another_and_stand_as_their_worst_milestone(project: Project) -> None:
    Milestone.objects.filter(project=project, key="g3").update(baseline_on=timezone.localdate() - timedelta(days=40))

    spec = drawn([planned(project)], today=timezone.localdate())

    bars = [value for layer in spec["layer"] for value in layer.get("data", {}).get("values", []) if "phase" in value and "start" in value]
    phases = {value["phase"]: value for value in bars}
    assert list(phases)[:4] == ["Evaluation", "Small scale", "Pilot", "Validation"]
    assert phases["Evaluation"]["end"] == phases["Small scale"]["start"]
    assert (phases["Evaluation"]["state"], phases["Pilot"]["state"]) == ("achieved", "late")


def test_the_page_holds_the_picture_and_the_same_as_a_table(project: Project) -> None:
    page = browser_of().get(reverse("portfolio-gantt")).content.decode()

    assert 'aria-details="portfolio-plans"' in page
    assert f'href="{reverse("milestone-detail", args=[project.code, "g2"])}"' in page
    assert browser_of().get(reverse("portfolio-gantt"), {"phase": "pilot"}).content.decode().count(project.code) == 0


@pytest.mark.parametrize("form", STARTS)
def test_the_picture_is_one_click_away_as_a_file(project: Project, form: str) -> None:
    answer = browser_of().get(reverse(f"portfolio-gantt-{form}"), {"phase": "small_scale"})

    assert answer.content.startswith(STARTS[form])
    assert f'.{form}"' in answer["Content-Disposition"]
    if form == "svg":
        assert project.code.encode() in answer.content
        other = browser_of().get(reverse("portfolio-gantt-svg"), {"phase": "pilot"})
        assert project.code.encode() not in other.content


def test_many_projects_are_drawn_page_by_page(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    other = factories.a_project(factories.a_client("DCB"))
    monkeypatch.setattr("desk.views.portfolio_gantt.PAGE", 1)

    first, second = (browser_of().get(reverse("portfolio-gantt"), {"page": str(page)}).content.decode() for page in (1, 2))

    assert [project.code in page for page in (first, second)] == [True, False]
    assert [other.code in page for page in (first, second)] == [False, True]
    assert "the charter is not drafted" in second


def test_a_department_sees_the_plans_of_its_own_projects_only(project: Project) -> None:
    assert project.code in browser_of(Role.RESEARCH).get(reverse("portfolio-gantt")).content.decode()
    assert project.code not in browser_of(Role.REGULATORY).get(reverse("portfolio-gantt")).content.decode()
