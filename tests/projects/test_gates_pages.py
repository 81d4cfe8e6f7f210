"""The page of a gate; and of all pages of gates, deliverables, the plan and the moves: what a role gets, what they cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from audit.signatures import content_hash
from projects.forms.gate import OtherDecisionForm
from projects.models import Deliverable, GateReview, GateSignature, Phase, Project
from projects.services import gate, meeting
from projects.services.gate import current_review
from projects.services.readiness import refresh_readiness
from tests.projects import factories as make
from tests.projects.pages import PAGES, address, page, signed_in, small_scale

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15  # of the page of a gate, whatever its state
__all__ = ["signed_in", "small_scale"]


@pytest.mark.parametrize("name", PAGES)
def test_page_by_role(name: str, small_scale: Project, client: Client) -> None:
    strangers = {Role.EHS, Role.REGULATORY, Role.ADMINISTRATOR, Role.CLIENT_VIEWER, Role.CLIENT_APPROVER}
    for role in sorted(set(Role) - {Role.INTEGRATION}):
        client.force_login(make.person(role))
        seen = client.get(address(name, small_scale)).status_code
        expected = 404 if role in strangers and not on_the_team(small_scale, role) else 200
        assert (role, seen) == (role, expected)


def on_the_team(project: Project, role: str) -> bool:
    return project.team.filter(department__key=role).exists()


@pytest.mark.parametrize("name", PAGES)
def test_page_without_sign_in(name: str, small_scale: Project, client: Client) -> None:
    answer = client.get(address(name, small_scale))

    assert answer.status_code == 302 and "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize("name", ["gate-propose", "gate-withdraw", "project-hold", "project-cancel", "project-return", "project-complete"])
def test_an_action_is_not_a_link(name: str, small_scale: Project, signed_in: Callable[[User], Client]) -> None:
    assert signed_in(make.manager()).get(reverse(name, args=[small_scale.code])).status_code == 405


@pytest.mark.parametrize(
    ("name", "most"), [("project-gate", MOST_QUERIES), ("deliverable-detail", 20), ("project-plan", 20), ("project-status", 20)]
)
def test_what_a_page_costs(
    name: str, most: int, small_scale: Project, signed_in: Callable[[User], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = signed_in(make.manager())
    browser.get(address(name, small_scale))

    with django_assert_max_num_queries(most):
        browser.get(address(name, small_scale))


@pytest.mark.parametrize("phase", Phase.values)
def test_what_a_gate_costs_in_every_state(
    phase: str, signed_in: Callable[[User], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    project = make.a_project_ready_for_g1() if phase == Phase.EVALUATION else make.a_finished_project(phase)
    chair, signer = make.manager(), make.signers_of(phase)[0]
    reader = signed_in(make.person(signer))

    def costs() -> None:
        with django_assert_max_num_queries(MOST_QUERIES):
            page(reader, "project-gate", project)

    page(reader, "project-gate", project)
    costs()
    meeting.request_decision(project.code, reason="The slot is free in May.", actor=make.person(signer))
    meeting.call_meeting(project.code, meeting_on=project.today, agenda="All of it.", actor=chair)
    costs()
    make.propose(project)
    costs()
    gate.refuse_decision(project.code, role=signer, actor=make.person(signer), reason="Too early.")
    costs()
    make.decide(project)
    costs()


def test_what_the_first_gate_costs_after_a_return(
    small_scale: Project, signed_in: Callable[[User], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """The most that a gate shows: earlier rounds, a return, work done again, a waiver, conditions; to somebody who signs for another."""
    make.a_delegation(make.person(Role.MANAGEMENT), make.person(Role.RESEARCH), Role.MANAGEMENT)
    project = make.decide(small_scale, "return", return_to=Phase.EVALUATION, cost_effect="None.", renew_criteria=["charter"])
    reader = signed_in(make.person(Role.RESEARCH))
    page(reader, "project-gate", project)
    with django_assert_max_num_queries(MOST_QUERIES):
        shown = page(reader, "project-gate", project)
    make.grant(make.a_waiver(project, "charter"))
    make.propose(project, "go_with_conditions", conditions=[make.a_condition()])

    with django_assert_max_num_queries(MOST_QUERIES):
        signed = page(reader, "project-gate", project)

    assert f'name="expected_hash" value="{content_hash_of(project)}"' in signed
    assert "Return 1: " in shown and "Project Charter: round 2" in shown
    assert "Waivers granted" in signed and 'data-dialog="sign-management"' in signed and "Qualify the second dryer." in signed


def content_hash_of(project: Project) -> str:
    """Of the proposal that stands, as the service that signs it works it out."""
    review = current_review(project)
    assert review is not None
    return content_hash(review, gate.proposal_content(review))


def test_the_gate_page_shows_what_is_missing_and_locks_go(signed_in: Callable[[User], Client]) -> None:
    shown = page(signed_in(make.manager()), "project-gate", make.a_project())

    assert "Not met" in shown and "The sheet of Production is not signed off." in shown
    assert "reasons why not yet" in shown
    assert "No cooperation agreement is recorded." in shown


def test_who_may_not_propose_reads_why(signed_in: Callable[[User], Client]) -> None:
    shown = page(signed_in(make.person(Role.QUALITY_ASSURANCE)), "project-gate", make.a_project_ready_for_g1())

    assert "A decision is proposed by a project manager." in shown
    assert "gate/propose/" not in shown


def test_from_proposal_to_decision_in_the_browser(client: Client) -> None:
    project = make.a_project_ready_for_g1()
    client.force_login(make.manager())
    client.post(address("gate-propose", project), {"decision": "go", "reason": ""})
    for role in make.signers_of(Phase.EVALUATION):
        client.force_login(make.person(role))
        shown = page(client, "project-gate", project)
        assert f'data-dialog="sign-{role}"' in shown
        answer = client.post(address("gate-sign", project, role), {"password": make.PASSWORD, "expected_hash": hash_in(shown)})
        assert answer.status_code == 302

    assert Project.objects.get(pk=project.pk).phase == Phase.SMALL_SCALE
    shown = page(client, "project-gate", project)
    assert "G2 Release to pilot" in shown and "G1, round 1" in shown
    assert "Signed, and with it G1 is decided: go. Small scale has begun; everybody who has work in it is told." in shown


def hash_in(shown: str) -> str:
    return shown.split('name="expected_hash" value="')[1][:64]


def test_go_too_early_is_refused_with_its_reasons(signed_in: Callable[[User], Client]) -> None:
    project = make.a_project()

    answer = signed_in(make.manager()).post(address("gate-propose", project), {"decision": "go", "reason": ""})

    assert answer.status_code == 409
    assert "The sheet of Production is not signed off." in answer.content.decode()


def test_a_refused_form_keeps_what_was_typed(signed_in: Callable[[User], Client]) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)

    answer = signed_in(make.manager()).post(
        address("gate-propose", project), {"decision": "return", "return_to": "", "reason": "The yield is too low."}
    )

    assert answer.status_code == 400
    assert "Choose an earlier phase." in answer.content.decode() and "The yield is too low." in answer.content.decode()


def test_a_wrong_password_signs_nothing_and_says_so(signed_in: Callable[[User], Client]) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)

    answer = signed_in(make.person(Role.MANAGEMENT)).post(address("gate-sign", project, Role.MANAGEMENT), {"password": "wrong"})

    assert answer.status_code == 400
    assert "The password is wrong." in answer.content.decode()
    assert not GateSignature.objects.exists()


def test_a_refusal_is_read_by_everybody(client: Client) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    client.force_login(make.person(Role.MANAGEMENT))

    client.post(address("gate-refuse", project, Role.MANAGEMENT), {"reason": "The price is too low."})

    client.force_login(make.person(Role.RESEARCH))
    shown = page(client, "project-gate", project)
    assert "The price is too low." in shown and "Refused" in shown


def test_changed_evidence_is_named_and_locks_the_signing(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    make.finish_phase(small_scale)
    make.propose(small_scale)
    make.done(small_scale, "route_selection_report")

    shown = page(signed_in(make.person(Role.RESEARCH)), "project-gate", small_scale)

    assert "Evidence changed since" in shown and "A route is chosen and scored on all six factors</li>" in shown
    assert 'data-dialog="sign-research"' not in shown


@pytest.mark.parametrize("changed", [False, True])
def test_a_decision_says_whether_its_evidence_still_stands(changed: bool, signed_in: Callable[[User], Client]) -> None:
    project = make.a_project_in(Phase.PILOT)
    if changed:
        make.done(project, "route_selection_report")

    shown = page(signed_in(make.manager()), "gate-review", project, "G2", 1)

    assert ("Evidence changed since" in shown) is changed
    assert ("still exactly what was decided on" in shown) is not changed


def test_a_withdrawn_proposal_is_open_again(signed_in: Callable[[User], Client]) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)

    signed_in(make.manager()).post(address("gate-withdraw", project), {"reason": ""})

    review = current_review(project)
    assert review is not None and review.state == GateReview.State.OPEN


def test_a_hold_asks_for_nothing_of_a_return(client: Client, small_scale: Project) -> None:
    """What was ticked before the decision changed is hidden, and counts for nothing."""
    client.force_login(make.manager())
    ticked = {"return_to": "evaluation", "cost_effect": "A lot.", "renew_criteria": ["charter"]}

    form = OtherDecisionForm({"decision": "hold", "reason": "Pause.", **ticked}, project=small_scale)

    form.is_valid()
    assert (form.cleaned_data["return_to"], form.cleaned_data["cost_effect"], form.cleaned_data["renew_criteria"]) == ("", "", [])


def test_what_changed_since_the_decision_is_shown_before_and_now(signed_in: Callable[[User], Client]) -> None:
    project = make.a_project_in(Phase.PILOT)
    before = Deliverable.objects.get(project=project, key="route_selection_report").evidence_label
    make.done(project, "route_selection_report")
    after = Deliverable.objects.get(project=project, key="route_selection_report").evidence_label
    browser = signed_in(make.manager())

    shown = page(browser, "gate-review", project, "G2", 1)
    refresh_readiness([project.pk])

    assert shown.count(before) > shown.count(after) > 0
    assert "Evidence changed since the decision:" in page(browser, "project-detail", project)


def test_a_gate_without_a_date_names_the_criterion(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    Deliverable.objects.filter(project=small_scale, key="route_selection_report").update(due_on=None)

    shown = page(signed_in(make.manager()), "project-gate", small_scale)

    assert "Not forecastable: “A route is chosen and scored on all six factors” has no date" in shown


def test_a_return_is_proposed_with_cost_and_what_to_renew(signed_in: Callable[[User], Client]) -> None:
    project = make.a_project_in(Phase.PILOT)
    form = {
        "decision": "return",
        "return_to": "small_scale",
        "reason": "The yield fell.",
        "cost_effect": "Ours.",
        "renew_criteria": ["route"],
    }
    browser = signed_in(make.manager())

    browser.post(address("gate-propose", project), form)
    make.sign(project)

    shown = page(browser, "project-gate", project)
    assert "Return 1: Pilot" in shown and "effect on cost: Ours." in shown
    assert "A route is chosen and scored on all six factors</dd>" in shown
