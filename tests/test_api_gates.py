"""The gate through the API: what it shows, the proposal and its refusals, conditions and waivers."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client as Browser

from accounts.models import Role
from projects.models import GateCondition, GateReview, Project
from projects.services.lifecycle import hold_project
from tests.clients_systems import System, internal, made, own_cache, problem, project
from tests.projects import factories

pytestmark = pytest.mark.django_db
__all__ = ["made", "own_cache", "project"]


def test_gate_shows_findings_and_blockers_to_internal_readers(project: Project) -> None:
    body = internal().get(f"projects/{project.code}/gate/").json()

    assert (body["gate"], body["round"], body["state"], body["met"], body["total"]) == ("G2", 1, "open", 0, 5)
    assert body["criteria"][0]["blockers"][0]["words"] == "Not done: Route Selection Report."


def test_unmet_gate_refuses_with_the_reasons_of_the_page(project: Project) -> None:
    answer = internal().post(f"projects/{project.code}/gate/proposal/", {"decision": "go"})

    words = [blocker["words"] for blocker in problem(answer, 409)["blockers"]]
    assert "Not done: Route Selection Report." in words
    page = unescape(internal().browser.get(f"/projects/{project.code}/gate/").content.decode())
    assert all(word in page for word in words)
    assert GateReview.objects.get(project=project, gate="G2").state == "open"


def test_proposal_takes_the_role(project: Project) -> None:
    problem(internal(Role.BUSINESS_DEVELOPMENT).post(f"projects/{project.code}/gate/proposal/", {"decision": "go"}), 403)


def test_proposal_needs_its_reason(project: Project) -> None:
    body = problem(internal().post(f"projects/{project.code}/gate/proposal/", {"decision": "hold"}), 400)

    assert list(body["errors"]) == ["reason"]


def test_proposal_on_a_held_project_is_refused(project: Project) -> None:
    hold_project(project.code, actor=factories.manager(), reason="The client waits.")

    answer = internal().post(f"projects/{project.code}/gate/proposal/", {"decision": "go"})

    assert "on hold" in problem(answer, 409)["detail"]


CONDITION = {"words": "Qualify the dryer.", "due_on": "2099-03-12", "step": "validation_batch.start", "step_number": 2}


def test_go_with_conditions_is_proposed_and_shown(project: Project) -> None:
    factories.finish_phase(project)
    owner = factories.person(Role.PRODUCTION)
    body = {"decision": "go_with_conditions", "reason": "As agreed.", "conditions": [{**CONDITION, "owner": owner.email}]}
    system = internal()

    answer = system.browser.post(f"/api/v1/projects/{project.code}/gate/proposal/", body, content_type="application/json")

    (shown,) = answer.json()["conditions"]
    assert (answer.status_code, shown["words"], shown["owner"], shown["state"]) == (201, "Qualify the dryer.", "Production", "proposed")


def test_a_condition_is_met_through_the_same_services(project: Project) -> None:
    factories.finish_phase(project)
    factories.decide_with_conditions(project)
    address = f"projects/{project.code}/conditions/{GateCondition.objects.get(review__project=project).pk}"

    problem(internal(Role.RESEARCH).post(f"{address}/answer/", {"words": "Done."}), 403)
    problem(internal().post(f"{address}/answer/", {"words": ""}), 400)
    assert internal().post(f"{address}/answer/", {"words": "Protocol Q-7 is signed."}).json()["state"] == "answered"
    assert [b["key"] for b in problem(internal().post(f"{address}/confirm/", {}), 409)["blockers"]] == ["condition.second_person"]
    assert internal(Role.QUALITY_ASSURANCE).post(f"{address}/confirm/", {}).json()["state"] == "met"
    problem(System(project.client, "write").post(f"{address}/confirm/", {}), 404)


def test_the_gate_shows_what_is_waived_and_why_it_has_no_date(project: Project) -> None:
    factories.grant(factories.a_waiver(project, "route"))

    body = internal().get(f"projects/{project.code}/gate/").json()

    route = next(row for row in body["criteria"] if row["key"] == "route")
    assert (route["met"], route["standing"], body["met"]) == (False, "waived", 1)
    assert [(row["criterion"], row["state"]) for row in body["waivers"]] == [("route", "granted")]
    assert (body["forecast"] is None) == bool(body["without_date"])


def test_session_needs_its_csrf_token(project: Project) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(factories.manager())

    answer = browser.post(f"/api/v1/projects/{project.code}/gate/proposal/", {"decision": "go"}, content_type="application/json")

    assert "CSRF" in problem(answer, 403)["detail"]
