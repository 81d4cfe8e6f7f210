"""The pages of gates, deliverables, the plan and the moves: what they show, what a role gets, what they cost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from audit.models import Event
from projects import plans
from projects.forms.gate import OtherDecisionForm
from projects.models import Deliverable, GateCondition, GateReview, GateSignature, GateWaiver, Milestone, Phase, Project, ReferencedEvidence
from projects.services import lifecycle
from projects.services.gate import current_review
from projects.services.readiness import refresh_readiness
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
PAGES = {
    "project-gate": [],
    "gate-review": ["G1", 1],
    "deliverable-detail": ["route_selection_report"],
    "project-plan": [],
    "project-plan-svg": [],
    "milestone-detail": ["g2"],
    "project-status": [],
}


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def address(name: str, project: Project, *more: object) -> str:
    return reverse(name, args=[project.code, *(more or PAGES.get(name, []))])


@pytest.fixture
def small_scale(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


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


@pytest.mark.parametrize(("name", "most"), [("project-gate", 20), ("deliverable-detail", 20), ("project-plan", 20), ("project-status", 20)])
def test_what_a_page_costs(
    name: str, most: int, small_scale: Project, signed_in: Callable[[User], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = signed_in(make.manager())
    browser.get(address(name, small_scale))

    with django_assert_max_num_queries(most):
        browser.get(address(name, small_scale))


@pytest.mark.parametrize("proposed", [False, True])
def test_what_the_first_gate_costs(
    proposed: bool, signed_in: Callable[[User], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    project = make.a_project_ready_for_g1()
    if proposed:
        make.propose(project)
    browser = signed_in(make.manager())
    browser.get(address("project-gate", project))

    with django_assert_max_num_queries(20):
        browser.get(address("project-gate", project))


def page(browser: Client, name: str, project: Project, *more: object) -> str:
    answer = browser.get(address(name, project, *more))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


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


def reference_form() -> dict[str, object]:
    return {"system": "LIMS", "number": "R-17", "record_state": "Approved", "record_date": timezone.localdate().isoformat(), "note": ""}


def test_evidence_is_entered_with_its_file_and_confirmed_by_another(client: Client, small_scale: Project) -> None:
    client.force_login(make.person(Role.RESEARCH))
    upload = SimpleUploadedFile("report.txt", b"yield 81 %\n", "text/plain")
    key = "route_selection_report"

    client.post(address("reference-enter", small_scale, key), {**reference_form(), "file": upload})

    reference = ReferencedEvidence.objects.latest("pk")
    assert "You entered it; a second person confirms." in page(client, "deliverable-detail", small_scale)
    download = client.get(address("reference-file", small_scale, key, reference.pk))
    assert (b"".join(download.streaming_content), download["Content-Type"]) == (b"yield 81 %\n", "text/plain")
    client.force_login(make.person(Role.QUALITY_ASSURANCE))
    client.post(address("reference-confirm", small_scale, key, reference.pk))
    assert Deliverable.objects.get(project=small_scale, key=key).evidence_label == "LIMS R-17 (Approved)"


def test_a_file_that_is_not_what_it_says_is_refused_at_its_field(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    upload = SimpleUploadedFile("report.pdf", io.BytesIO(b"MZ\x00\x01").getvalue(), "application/pdf")

    answer = signed_in(make.manager()).post(
        address("reference-enter", small_scale, "route_selection_report"), {**reference_form(), "file": upload}
    )

    assert answer.status_code == 400 and b"R-17" in answer.content
    assert not ReferencedEvidence.objects.filter(number="R-17").exists()


def test_evidence_is_rejected_with_words(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    key = "route_selection_report"
    reference = make.a_reference(small_scale, key)
    browser = signed_in(make.person(Role.QUALITY_ASSURANCE))

    assert browser.post(address("reference-reject", small_scale, key, reference.pk), {"reason": ""}).status_code == 400
    browser.post(address("reference-reject", small_scale, key, reference.pk), {"reason": "Another batch."})

    assert "Another batch." in page(browser, "deliverable-detail", small_scale)


def test_a_deliverable_is_assigned_and_shared(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser, key, owner = signed_in(make.manager()), "route_selection_report", make.person(Role.RESEARCH)

    browser.post(address("deliverable-assign", small_scale, key), {"owner": owner.pk, "due_on": "2027-03-12"})
    browser.post(address("deliverable-share", small_scale, key))

    row = Deliverable.objects.get(project=small_scale, key=key)
    assert (row.owner, row.due_on.isoformat(), row.visibility) == (owner, "2027-03-12", "shared")
    browser.post(address("deliverable-unshare", small_scale, key))
    assert Deliverable.objects.get(pk=row.pk).visibility == "internal"


@pytest.mark.parametrize(("offer", "made", "uploaded"), [(None, False, False), (False, False, True), (True, True, True)])
def test_a_document_is_offered_where_the_product_knows_its_type(
    offer: bool | None,
    made: bool,
    uploaded: bool,
    signed_in: Callable[[User], Client],
    small_scale: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plans, "_documents", {} if offer is None else {"route_selection_report": offer})

    shown = page(signed_in(make.manager()), "deliverable-detail", small_scale)

    assert ("/documents/new/?" in shown, "/documents/upload/?" in shown) == (made, uploaded)


def test_the_plan_is_a_table_and_a_picture(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser = signed_in(make.manager())

    shown = page(browser, "project-plan", small_scale)
    picture = browser.get(address("project-plan-svg", small_scale))

    assert all(row.title in shown for row in small_scale.milestones.all())
    assert 'id="plan-table"' in shown and "vega-lite" in shown
    assert picture["Content-Type"] == "image/svg+xml" and b"G2 Release to pilot" in picture.content


def test_a_milestone_is_rescheduled_and_then_published(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser, key = signed_in(make.manager()), "sample_shipped"
    day = timezone.localdate() + timedelta(days=200)

    browser.post(address("milestone-reschedule", small_scale, key), {"not_before": day.isoformat(), "reason": "The reactor is occupied."})
    assert "have another forecast than the client was told" in page(browser, "project-plan", small_scale)
    told = {"keys": [key], "reason_class": "capacity", "side": "cdmo", "reason": "Equipment."}
    shown = browser.post(address("project-publish", small_scale), told).context["expected_hash"]
    browser.post(address("project-publish", small_scale), told | {"confirmed": "1", "expected_hash": shown})

    row = Milestone.objects.get(project=small_scale, key=key)
    assert row.published_on == row.forecast_on >= day
    assert "Equipment." in page(browser, "milestone-detail", small_scale, key)


def test_a_milestone_says_why_its_date_is_not_typed(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    shown = page(signed_in(make.manager()), "milestone-detail", small_scale, "g2")

    assert "The record sets this date when G2 is decided “go”." in shown


def test_a_milestone_is_shared_and_unshared(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser, key = signed_in(make.manager()), "methods_ready"

    for name, visibility in (("milestone-share", "shared"), ("milestone-unshare", "internal")):
        browser.post(address(name, small_scale, key))
        assert Milestone.objects.get(project=small_scale, key=key).visibility == visibility


def test_a_project_is_held_and_resumed(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser = signed_in(make.manager())

    assert browser.post(address("project-hold", small_scale), {"reason": ""}).status_code == 400
    browser.post(address("project-hold", small_scale), {"reason": "The client asked for a pause."})
    shown = page(browser, "project-status", small_scale)
    assert "The client asked for a pause." in shown and 'data-dialog="project-resume"' in shown
    browser.post(address("project-resume", small_scale), {"reason": "They called."})

    assert Project.objects.get(pk=small_scale.pk).status == "active"


def test_a_project_is_returned_with_what_must_be_renewed(signed_in: Callable[[User], Client]) -> None:
    project = make.a_project_in(Phase.PILOT)

    signed_in(make.manager()).post(
        address("project-return", project),
        {"to_phase": "small_scale", "reason": "The pilot failed.", "cost_effect": "Ours.", "renew_criteria": ["route"]},
    )

    review = current_review(Project.objects.get(pk=project.pk))
    assert review is not None and (review.gate, review.round, review.renew_criteria) == ("G2", 2, ["route"])


def test_a_project_is_cancelled_by_class(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser = signed_in(make.person(Role.BUSINESS_DEVELOPMENT))

    browser.post(address("project-cancel", small_scale), {"cancel_class": "lost", "reason": "To a competitor."})

    assert "(lost)" in page(browser, "project-status", small_scale)
    assert "The project is cancelled; no gate is open." in page(browser, "project-gate", small_scale)


@pytest.mark.parametrize(("password", "status"), [("wrong", 400), (make.PASSWORD, 302)])
def test_a_phase_is_passed_out_of_scope_by_password(password: str, status: int, signed_in: Callable[[User], Client]) -> None:
    project = make.decide(make.a_project_ready_for_g1(first=Phase.PILOT))

    answer = signed_in(make.manager()).post(address("project-out-of-scope", project), {"reason": "Not contracted.", "password": password})

    assert answer.status_code == status
    assert (Project.objects.get(pk=project.pk).phase == Phase.PILOT) is (status == 302)


def test_completing_too_early_is_refused(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    before = Event.objects.count()

    answer = signed_in(make.manager()).post(address("project-complete", small_scale), {"reason": "Enough."})

    assert answer.status_code == 409 and Event.objects.count() == before


def test_the_status_page_explains_what_is_locked(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    lifecycle.hold_project(small_scale.code, actor=make.manager(), reason="Pause.")

    shown = page(signed_in(make.person(Role.QUALITY_ASSURANCE)), "project-status", small_scale)

    assert "This takes a project manager or management." in shown and "The project is on hold: Pause." in shown


def conditions_form(owner: User, **values: object) -> dict[str, object]:
    """The first row filled, the others as they came."""
    row = {
        "words": "Qualify the dryer.",
        "criterion": "",
        "owner": owner.pk,
        "due_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "step": "validation_batch.start",
        "step_number": 2,
        "tell_client": "on",
        **values,
    }
    rows = {f"conditions-0-{name}": value for name, value in row.items()}
    return {"conditions-TOTAL_FORMS": 2, "conditions-INITIAL_FORMS": 0, "reason": "As agreed.", **rows}


def test_conditions_are_written_proposed_and_read(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    make.finish_phase(small_scale)
    browser = signed_in(make.manager())
    assert "Propose G2: go with conditions" in page(browser, "gate-conditional", small_scale)

    refused = browser.post(address("gate-conditional", small_scale), conditions_form(make.person(Role.PRODUCTION), due_on="2020-01-01"))
    assert refused.status_code == 400 and "The date lies in the past." in refused.content.decode()
    browser.post(address("gate-conditional", small_scale), conditions_form(make.person(Role.PRODUCTION)))

    shown = page(browser, "project-gate", small_scale)
    assert "On these conditions" in shown and "Starting a validation batch, from number 2 on" in shown


def test_leaving_the_client_out_needs_a_reason_that_is_shown(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    make.finish_phase(small_scale)
    browser, owner = signed_in(make.manager()), make.person(Role.PRODUCTION)
    assert "Your project manager tells you what it means for your dates." in page(browser, "gate-conditional", small_scale)

    refused = browser.post(address("gate-conditional", small_scale), conditions_form(owner, tell_client=""))
    assert refused.status_code == 400 and "say why not of this one" in refused.content.decode()
    browser.post(address("gate-conditional", small_scale), conditions_form(owner, tell_client="", untold_reason="A matter of our staff."))

    assert "the client is not told: A matter of our staff." in page(browser, "project-gate", small_scale)


def test_conditions_cannot_be_written_for_a_gate_that_evidence_alone_opens(client: Client, small_scale: Project) -> None:
    client.force_login(make.manager())

    assert client.get(address("gate-conditional", small_scale)).status_code == 409


def test_a_hold_asks_for_nothing_of_a_return(client: Client, small_scale: Project) -> None:
    """What was ticked before the decision changed is hidden, and counts for nothing."""
    client.force_login(make.manager())
    ticked = {"return_to": "evaluation", "cost_effect": "A lot.", "renew_criteria": ["charter"]}

    form = OtherDecisionForm({"decision": "hold", "reason": "Pause.", **ticked}, project=small_scale)

    form.is_valid()
    assert (form.cleaned_data["return_to"], form.cleaned_data["cost_effect"], form.cleaned_data["renew_criteria"]) == ("", "", [])


def test_a_condition_says_what_it_locks_and_is_confirmed_by_another(client: Client, in_days: Callable[[int], object]) -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE, make.a_condition(step="gate.request", step_number=0))
    row = GateCondition.objects.get(review__project=project)
    in_days(31)
    client.force_login(make.manager())
    assert "Overdue: its step is locked" in page(client, "project-gate", project)
    assert "Overdue conditions lock the way" in page(client, "project-detail", project)
    assert "Locked by condition G2.1/1" in page(client, "project-gate", project)

    client.post(address("condition-answer", project, row.pk), {"words": "Protocol Q-7 is signed."})
    assert "You gave the evidence; a second person confirms." in page(client, "condition-detail", project, row.pk)
    client.force_login(make.person(Role.QUALITY_ASSURANCE))
    client.post(address("condition-confirm", project, row.pk))

    assert GateCondition.objects.get(pk=row.pk).state == "met"


def test_a_waiver_is_asked_for_and_signed_on_the_gate_page(client: Client, small_scale: Project) -> None:
    client.force_login(make.manager())
    assert "Ask for a waiver" in page(client, "project-gate", small_scale)
    assert client.post(address("waiver-request", small_scale, "route"), {"justification": ""}).status_code == 400
    client.post(address("waiver-request", small_scale, "route"), {"justification": "Known from the literature."})
    waiver = GateWaiver.objects.get(review__project=small_scale)
    client.force_login(make.person(Role.QUALITY_ASSURANCE))
    assert f'data-dialog="grant-{waiver.pk}"' in page(client, "project-gate", small_scale)

    assert client.post(address("waiver-grant", small_scale, waiver.pk), {"password": "wrong"}).status_code == 400
    client.post(address("waiver-grant", small_scale, waiver.pk), {"password": make.PASSWORD})

    shown = page(client, "project-gate", small_scale)
    assert "Waiver signed by Quality assurance" in shown and "Known from the literature." in shown


def test_a_refused_waiver_says_why(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    waiver = make.a_waiver(small_scale, "route")

    browser = signed_in(make.person(Role.QUALITY_ASSURANCE))
    browser.post(address("waiver-refuse", small_scale, waiver.pk), {"reason": "Do the work."})

    assert "Do the work." in page(browser, "project-gate", small_scale)


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
