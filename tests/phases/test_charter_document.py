"""What the Project Charter prints so that it can be read: dates in order, letters in words, lines as lines, nobody as nobody yet."""

from __future__ import annotations

from datetime import date

import pytest

from documents.services.queue import page_of
from phases.evaluation.documents import charter
from projects.models import Charter, Milestone, Project
from tests.finished import drafted
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned() -> Project:
    return factories.a_planned_project()


def test_milestones_stand_in_the_order_of_their_days(planned: Project) -> None:
    first, *_others, last = Milestone.objects.filter(project=planned)
    Milestone.objects.filter(pk=first.pk).update(baseline_on=date(2099, 1, 2))
    Milestone.objects.filter(pk=last.pk).update(baseline_on=None, actual_on=None, forecast_on=None)

    rows = charter(planned)["milestones"]["rows"]

    assert [row[0] for row in rows[-2:]] == [first.title, last.title]


def test_a_department_without_a_person_is_said_to_have_none_yet(planned: Project) -> None:
    planned.team.filter(department__key="research").update(user=None)

    people = dict(charter(planned)["team"]["rows"])

    assert people["Research and development"] == "not named yet"


def test_the_letters_of_the_matrix_are_told_in_words(planned: Project) -> None:
    assert charter(planned)["raci"]["letters"]["rows"] == [
        ["R", "does it"],
        ["A", "answers for it"],
        ["RA", "does it and answers for it"],
        ["C", "is consulted"],
        ["I", "is informed"],
    ]


def test_governance_of_several_lines_is_a_list_and_a_single_line_a_paragraph(planned: Project) -> None:
    Charter.objects.filter(project=planned).update(governance="Project manager: Ann\n- Meetings: once a week", communication="By mail.")

    page = page_of(drafted("project_charter", planned, author=factories.manager()), "review")

    assert "<li>Project manager: Ann</li><li>Meetings: once a week</li>" in page
    assert "<p>By mail.</p>" in page


def test_the_plan_is_drawn_from_what_the_charter_pinned(planned: Project) -> None:
    page = page_of(drafted("project_charter", planned, author=factories.manager()), "review")

    assert "The milestones over time, as they are planned" in page


def test_agreements_and_default_plan_stand_beside_it() -> None:
    project = factories.a_project_ready_for_g1()

    said = {row["label"]: row["value"] for row in charter(project)["references"]}

    assert set(said) >= {"Confidentiality agreement", "Cooperation agreement", "Default plan"}
    assert said["Confidentiality agreement"].startswith(project.agreements.get(kind="confidentiality").number)
