"""What people read of work that is done again: the deliverable, the gate, the plan, the portal, the report, the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from desk.documents import status_report
from projects.models import Deliverable, Milestone, Phase, Project, StepLoop
from projects.services import lifecycle, loops
from projects.services.sharing import set_visibility
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
STEP, FED = "sample_confirmation", "sample_confirmed"
FORM = {"reason": "The client rejected the sample.", "side": "client", "client_words": "The colour is outside the range."}


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_with(Phase.SMALL_SCALE, "sample_certificate", STEP)


def browser(user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or make.manager())
    return client


def page(name: str, *arguments: Any, user: User | None = None) -> str:
    answer = browser(user).get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def loop(project: Project, **values: Any) -> StepLoop:
    return loops.open_loop(project.code, STEP, actor=make.manager(), **{**FORM, **values})


def test_a_round_is_started_on_the_page_of_the_deliverable(project: Project) -> None:
    address = reverse("deliverable-loop", args=[project.code, STEP])
    values = {**FORM, "cost_effect": "One more sample.", "cost_amount": "12000", "cost_currency": "EUR", "renew": ["sample_certificate"]}

    answers = [browser().post(address, values), browser().post(address, FORM)]

    assert [answer.status_code for answer in answers] == [302, 409]  # now it is open: nothing to repeat yet
    text = page("deliverable-detail", project.code, STEP)
    for words in (
        "round 2",
        "Round 1",
        "Document management system",
        "The client rejected the sample.",
        "EUR 12,000.00",
        "One more sample.",
    ):
        assert words in text
    assert "with Sample Confirmation" in page("deliverable-detail", project.code, "sample_certificate")


def test_what_was_typed_stays_and_the_error_stands_at_its_field(project: Project) -> None:
    answer = browser().post(reverse("deliverable-loop", args=[project.code, STEP]), {**FORM, "cost_amount": "5"})

    assert answer.status_code == 400
    assert answer.context["loop_form"].errors.keys() == {"cost_currency"}
    assert "The client rejected the sample." in answer.content.decode()


def test_the_button_says_who_and_what_is_missing(project: Project) -> None:
    of_research = page("deliverable-detail", project.code, STEP, user=make.person(Role.RESEARCH))
    undone = page("deliverable-detail", project.code, "confirmation_runs")

    assert "started by a project manager or quality assurance" in of_research
    assert "there is nothing to repeat yet" in undone


def test_gate_project_and_plan_count_the_rounds(project: Project) -> None:
    loop(project)

    for name in ("project-gate", "project-detail"):
        text = page(name, project.code)
        assert "Sample Confirmation: round 2" in text
        assert "on the side of: Client" in text
    assert "round 2" in page("project-plan", project.code)
    of_milestone = page("milestone-detail", project.code, FED)
    assert "Round 1: achieved" in of_milestone
    assert "The colour is outside the range." in of_milestone


def test_a_return_names_what_must_be_renewed_in_every_history() -> None:
    project = make.a_project_in(Phase.PILOT)
    lifecycle.return_project(project.code, to_phase="small_scale", actor=make.manager(), reason="It failed.", renew_criteria=["methods"])

    for name in ("project-gate", "project-status", "project-detail"):
        assert "Every material in scope has a method at the needed level" in page(name, project.code)


def test_the_client_reads_the_round_and_the_words_meant_for_it(project: Project) -> None:
    set_visibility(project.code, "deliverable", STEP, visibility="shared", actor=make.manager())
    loop(project)
    viewer = make.person(Role.CLIENT_VIEWER)

    portal = page("portal-project", project.code, user=viewer)
    read = browser(viewer).get(f"/api/v1/projects/{project.code}/milestones/{FED}/").json()
    shared = browser(viewer).get(f"/api/v1/projects/{project.code}/deliverables/{STEP}/").json()
    report = status_report(project)

    assert portal.count("The colour is outside the range.") == 2
    (before,) = read["rounds"]
    assert (read["milestone"]["round"], read["milestone"]["actual"], before["round"]) == (2, None, 1)
    assert before["achieved_on"]
    assert (shared["round"], shared["rounds"][0]["reason"]) == (2, "The colour is outside the range.")
    assert "loops" not in shared
    assert "The colour is outside the range." in str(report["again"])
    for told in (portal, str(read), str(shared), str(report)):
        assert "rejected the sample" not in told


def test_a_system_of_ours_begins_a_round_once(project: Project) -> None:
    address, key = f"/api/v1/projects/{project.code}/deliverables/{STEP}/loops/", {"Idempotency-Key": "one"}
    asked = browser()

    answers = [asked.post(address, FORM, content_type="application/json", headers=key) for _time in range(2)]
    again = asked.post(address, FORM, content_type="application/json")
    read = asked.get(f"/api/v1/projects/{project.code}/deliverables/{STEP}/").json()

    assert [answer.status_code for answer in (*answers, again)] == [201, 201, 409]
    assert (answers[0].json()["round"], StepLoop.objects.count()) == (2, 1)
    assert [row["reason"] for row in read["loops"]] == [FORM["reason"]]


def test_a_round_of_what_a_person_does_not_see_is_missing(project: Project) -> None:
    stranger = make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB"))
    address = f"/api/v1/projects/{project.code}/deliverables/{STEP}/loops/"

    assert browser(stranger).post(address, FORM, content_type="application/json").status_code == 404
    assert Deliverable.objects.get(project=project, key=STEP).round == Milestone.objects.get(project=project, key=FED).round == 1
