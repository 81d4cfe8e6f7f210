"""Evaluation's pages through the client: who sees them, what they keep, what their buttons say."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from audit.models import Event, Signature
from audit.seen import version_of
from audit.signatures import content_hash
from phases.evaluation import services
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from projects.models import Project, Rfp
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20
ANSWERS = {
    "feasibility_score": "4",
    "feasibility_reason": "A known route.",
    "currency": "EUR",
    "cost_low": "",
    "cost_base": "120000.10",
    "cost_high": "",
    "duration_weeks": "20.5",
}


def sheet(project: Project) -> DepartmentAssessment:
    return DepartmentAssessment.objects.select_related("project", "department").get(project=project, department__key="research")


def sheet_address(project: Project, name: str = "sheet-detail") -> str:
    return reverse(name, args=[project.code, "research"])


@pytest.fixture
def project() -> Project:
    return make.a_project()


@pytest.fixture
def research() -> Client:
    return as_person(make.person(Role.RESEARCH))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.BUSINESS_DEVELOPMENT, 200),
        (Role.PROJECT_MANAGER, 200),
        (Role.MANAGEMENT, 200),
        (Role.RESEARCH, 200),
        (Role.REGULATORY, 404),
        (Role.CLIENT_APPROVER, 404),
        (Role.CLIENT_VIEWER, 404),
    ],
)
@pytest.mark.parametrize("page", ["project-evaluation", "sheet-detail"])
def test_who_reads(project: Project, page: str, role: str, status: int) -> None:
    address = reverse(page, args=[project.code] if page == "project-evaluation" else [project.code, "research"])

    assert as_person(make.person(role)).get(address).status_code == status


@pytest.mark.parametrize("stage", ["opened", "ready"])
def test_evaluation_page_costs_few_queries(stage: str) -> None:
    project = make.a_project() if stage == "opened" else make.a_project_ready_for_g1()
    client = as_person(make.manager())
    address = reverse("project-evaluation", args=[project.code])
    client.get(address)

    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200

    assert len(captured) <= MOST_QUERIES


def test_sheet_page_costs_few_queries(project: Project, research: Client) -> None:
    research.get(sheet_address(project))

    with CaptureQueriesContext(connection) as captured:
        assert research.get(sheet_address(project)).status_code == 200

    assert len(captured) <= MOST_QUERIES


def test_buttons_of_others_say_who_may(project: Project, research: Client) -> None:
    page = research.get(reverse("project-evaluation", args=[project.code])).content.decode()

    for words in (
        "This takes business development or a project manager.",
        "Quotations are drafted by business development.",
        "Agreements are recorded by business development or a project manager.",
        "The charter is drafted by a project manager or business development.",
    ):
        assert words in page


def test_recommendation_is_recorded(project: Project) -> None:
    answer = as_person(make.manager()).post(
        reverse("evaluation-recommend", args=[project.code]), {"recommendation": "bid", "reason": "Feasible.", "conditions": ""}
    )

    assert answer.status_code == 302
    assert InquiryAssessment.objects.get(project=project).recommendation == "bid"


def test_of_two_recommendations_at_once_the_second_reads_the_first(project: Project) -> None:
    manager, address = as_person(make.manager()), reverse("evaluation-recommend", args=[project.code])
    shown = manager.get(reverse("project-evaluation", args=[project.code])).context["version"]
    first = {"recommendation": "bid", "reason": "Feasible.", "conditions": "", "version": shown}

    manager.post(address, first)
    refused = manager.post(address, first | {"recommendation": "no_bid", "reason": "No vessel."})

    assert refused.status_code == 400
    assert "It now says: “Feasible.”" in refused.content.decode()
    assert InquiryAssessment.objects.get().recommendation == "bid"
    assert manager.post(address, first | {"recommendation": "no_bid", "version": refused.context["version"]}).status_code == 302


def test_recommendation_keeps_what_was_typed(project: Project) -> None:
    answer = as_person(make.manager()).post(
        reverse("evaluation-recommend", args=[project.code]), {"recommendation": "bid_with_conditions", "reason": "Only if free."}
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Name the conditions." in page
    assert "Only if free." in page
    assert not InquiryAssessment.objects.exists()


def test_sheet_is_saved_by_its_button(project: Project, research: Client) -> None:
    answer = research.post(sheet_address(project), ANSWERS)

    assert answer.status_code == 302
    assert str(sheet(project).cost_base) == "120000.10"


def test_sheet_keeps_what_was_typed(project: Project, research: Client) -> None:
    answer = research.post(sheet_address(project), ANSWERS | {"cost_low": "200000", "feasibility_reason": "Long text"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Low, base and high must rise in this order." in page
    assert "Long text" in page
    assert sheet(project).feasibility_reason == ""


def autosave(client: Client, project: Project, seen: str = "", **fields: Any) -> Any:
    return client.post(
        f"{sheet_address(project, 'sheet-autosave')}?seen={seen}",
        {"changed": [name for name in fields if name != "version"], **fields},
        headers={"Accept": "application/json"},
    )


def test_autosave_writes_only_what_changed(project: Project, research: Client) -> None:
    research.post(sheet_address(project), ANSWERS)
    shown = version_of(services.sheet_values(sheet(project)))

    answer = autosave(research, project, duration_weeks="12", version=shown)

    saved = sheet(project)
    assert answer.json() == {"version": version_of(services.sheet_values(saved)), "content_hash": content_hash(saved), "ready": True}
    assert (saved.duration_weeks, saved.feasibility_reason) == (12, "A known route.")


def test_autosave_says_what_is_wrong(project: Project, research: Client) -> None:
    answer = autosave(research, project, cost_base="12.345")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["cost_base"]
    assert sheet(project).cost_base is None


def test_costs_out_of_order_are_marked_all_three(project: Project, research: Client) -> None:
    research.post(sheet_address(project), {**ANSWERS, "cost_low": "200,000", "cost_base": "210,000.00", "cost_high": "220 000"})

    answer = autosave(research, project, cost_low="999999999")

    assert set(answer.json()["errors"]) == {"cost_low", "cost_base", "cost_high"}
    assert sheet(project).cost_low == 200_000
    assert 'value="210,000.00"' in research.get(sheet_address(project)).content.decode()


def test_autosave_on_what_somebody_else_changed_is_refused(project: Project, research: Client) -> None:
    shown = version_of(services.sheet_values(sheet(project)))
    autosave(research, project, feasibility_reason="Mine", version=shown)

    other = autosave(research, project, duration_weeks="12", version=shown)
    answer = autosave(research, project, feasibility_reason="Theirs", version=shown)

    assert (other.status_code, answer.status_code, sheet(project).feasibility_reason) == (200, 400, "Mine")
    assert "It now says: “Mine”" in answer.json()["errors"]["feasibility_reason"][0]
    assert autosave(research, project, feasibility_reason="Theirs", version=answer.json()["version"]).status_code == 200


@pytest.mark.parametrize(("mine", "status"), [({"duration_weeks": "12"}, 200), ({"currency": "CHF"}, 400)])
def test_autosave_tells_nobody_a_field_that_their_page_still_shows_old(
    project: Project, research: Client, mine: dict[str, str], status: int
) -> None:
    research.post(sheet_address(project), ANSWERS)
    shown = version_of(services.sheet_values(sheet(project)))
    autosave(research, project, feasibility_reason="Theirs", currency="USD", version=shown)

    answer = autosave(research, project, version=shown, **mine)
    whole = research.post(sheet_address(project), {**ANSWERS, **mine, "version": answer.json()["version"]})

    assert (answer.status_code, whole.status_code, sheet(project).feasibility_reason) == (status, 400, "Theirs")
    assert "feasibility_reason" in whole.context["sheet_form"].errors


def test_the_form_shows_what_somebody_else_wrote_and_then_takes_the_own_words(project: Project, research: Client) -> None:
    shown = version_of(services.sheet_values(sheet(project)))
    research.post(sheet_address(project), {**ANSWERS, "version": shown})

    second = research.post(sheet_address(project), {**ANSWERS, "feasibility_reason": "Another route.", "version": shown})
    version = second.context["version"]
    again = research.post(sheet_address(project), {**ANSWERS, "feasibility_reason": "Another route.", "version": version})

    assert second.status_code == 400
    assert "It now says: “A known route.”" in second.content.decode()
    assert "Another route." in second.content.decode()
    assert (again.status_code, sheet(project).feasibility_reason) == (302, "Another route.")


def test_autosave_refuses_others_and_signed_sheets(project: Project, research: Client) -> None:
    make.sign_off_sheets(project)

    assert autosave(research, project, feasibility_reason="x").status_code == 409
    assert autosave(as_person(make.manager()), project, feasibility_reason="x").status_code == 403
    assert autosave(as_person(make.person(Role.CLIENT_APPROVER)), project, feasibility_reason="x").status_code == 404


def test_sign_off_is_blocked_by_what_is_empty(project: Project, research: Client) -> None:
    page = research.get(sheet_address(project))

    assert "“reasons” is empty." in page.content.decode()
    assert b'data-dialog="sign-off"' not in page.content


def test_signing_with_a_wrong_password_signs_nothing(project: Project, research: Client) -> None:
    research.post(sheet_address(project), ANSWERS)

    answer = research.post(sheet_address(project, "sheet-sign-off"), {"password": "wrong", "expected_hash": content_hash(sheet(project))})

    assert answer.status_code == 400
    assert "The password is wrong." in answer.content.decode()
    assert (sheet(project).state, Signature.objects.count()) == ("open", 0)


def test_signing_with_the_password(project: Project, research: Client) -> None:
    research.post(sheet_address(project), ANSWERS)

    answer = research.post(
        sheet_address(project, "sheet-sign-off"), {"password": make.PASSWORD, "expected_hash": content_hash(sheet(project))}
    )

    assert answer.status_code == 302
    assert sheet(project).state == "signed_off"
    assert "Sheet signed off for the department" in research.get(sheet_address(project)).content.decode()


def test_signing_what_has_changed_is_refused(project: Project, research: Client) -> None:
    research.post(sheet_address(project), ANSWERS)
    shown = content_hash(sheet(project))
    autosave(research, project, feasibility_reason="New")

    answer = research.post(sheet_address(project, "sheet-sign-off"), {"password": make.PASSWORD, "expected_hash": shown})

    assert answer.status_code == 409
    assert sheet(project).state == "open"


def test_a_signature_does_not_cover_what_others_wrote_unread(project: Project, research: Client) -> None:
    research.post(sheet_address(project), ANSWERS)
    opened = research.get(sheet_address(project))
    seen = opened.context["seen"]
    colleague = make.person(Role.RESEARCH, name="A colleague")
    services.save_sheet(project.code, "research", changes={"cost_base": 99}, actor=colleague)

    saved = autosave(research, project, seen=str(seen), feasibility_reason="Known.").json()
    part = research.get(sheet_address(project), {"seen": seen}).content.decode()
    again = research.post(sheet_address(project, "sheet-sign-off"), {"password": "wrong", "expected_hash": opened.context["expected_hash"]})

    assert opened.content.decode().count(f"?seen={seen}") == 2  # where it saves itself, and where the part is read again
    assert saved["content_hash"] == ""
    assert ("A colleague changed the sheet since you opened it" in part, 'data-dialog="sign-off"' in part) == (True, False)
    assert again.context["expected_hash"] == opened.context["expected_hash"]
    read = research.get(sheet_address(project))
    assert 'data-dialog="sign-off"' in read.content.decode()
    assert autosave(research, project, seen=str(read.context["seen"]), feasibility_reason="Known").json()["content_hash"]


def test_reopening_needs_a_reason(project: Project, research: Client) -> None:
    make.sign_off_sheets(project)

    assert research.post(sheet_address(project, "sheet-reopen"), {"reason": " "}).status_code == 400
    assert research.post(sheet_address(project, "sheet-reopen"), {"reason": "New price."}).status_code == 302
    assert sheet(project).state == "open"


def test_assigning(project: Project) -> None:
    manager, chemist = as_person(make.manager()), make.person(Role.RESEARCH)

    assert manager.post(sheet_address(project, "sheet-assign"), {"owner": chemist.pk, "due_on": "2030-01-04"}).status_code == 302
    assert manager.post(sheet_address(project, "sheet-assign"), {"owner": chemist.pk, "due_on": "soon"}).status_code == 400
    assert sheet(project).owner == chemist


def test_submitting_a_complete_request_opens_the_project() -> None:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)

    answer = as_person(make.person(Role.BUSINESS_DEVELOPMENT)).post(reverse("rfp-submit", args=[rfp.number]))

    assert answer["Location"] == Project.objects.get(rfp=rfp).get_absolute_url()


def test_submitting_an_incomplete_request_names_the_questions() -> None:
    rfp = make.an_rfp()
    before = Event.objects.count()

    answer = as_person(make.person(Role.BUSINESS_DEVELOPMENT)).post(reverse("rfp-submit", args=[rfp.number]))

    assert answer.status_code == 409
    assert answer.context["blockers"]
    assert (Rfp.objects.get(pk=rfp.pk).state, Event.objects.count()) == ("draft", before)


def test_a_client_submits_nothing() -> None:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)

    assert as_person(make.person(Role.CLIENT_APPROVER)).post(reverse("rfp-submit", args=[rfp.number])).status_code == 404
