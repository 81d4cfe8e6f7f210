"""Questions to a client about its request: asked in the portal they wait for the client; what was noted before stays ours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from audit.refusals import Refused
from notifications.visibility import readable_events
from phases.evaluation.services import submit_rfp
from projects.models import Clarification, Rfp, WaitingFor
from projects.services.clarifications import answer_as_client, answer_clarification, ask_clarification
from projects.services.rfp import decline_rfp, log_rfp_from_system
from projects.services.waiting import escalate_waits
from tests.projects import factories as make
from tests.projects.people import approver, as_person, business
from worksheets.changing import ADD, CHANGE, REMOVE, Change, Result, change_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def rfp() -> Rfp:
    """Written by the client itself."""
    said = {"contact_name": "Ann", "contact_email": "ann@example.com", "compound_name": "DC-417", "wanted": "50 g"}
    return log_rfp_from_system(client=make.a_client(), actor=approver(), **said)


def ask(rfp: Rfp, question: str = "Which salt?") -> Clarification:
    return ask_clarification(rfp.number, question=question, actor=business())


def waits() -> list[WaitingFor]:
    return list(WaitingFor.objects.open().filter(key__startswith="rfp.question:"))


def test_a_question_waits_for_the_client_until_it_is_answered(rfp: Rfp) -> None:
    asked = ask(rfp)
    (wait,) = waits()
    browser = as_person(approver())

    assert (wait.client, wait.role, wait.link) == (rfp.client, Role.CLIENT_APPROVER, reverse("portal-request", args=[rfp.number]))
    assert wait.link_for_ours == rfp.get_absolute_url()
    assert "answer our question: Which salt?" in browser.get(reverse("portal")).content.decode()
    assert readable_events(approver()).filter(kind="rfp.question_asked").count() == 1

    browser.post(reverse("portal-request-answer", args=[rfp.number, asked.pk]), {"answer": "The mesylate."})

    assert (waits(), Clarification.objects.get().answer) == ([], "The mesylate.")


def test_an_answer_that_was_told_to_us_ends_the_waiting_too(rfp: Rfp) -> None:
    asked = ask(rfp)

    answer_clarification(rfp.number, asked.pk, answer="The mesylate.", actor=business())

    assert waits() == []


def test_what_was_noted_before_there_was_a_portal_is_not_the_client_s_to_read(rfp: Rfp) -> None:
    note = Clarification.objects.create(rfp=rfp, question="Is their chemist any good?", asked_by=business())
    browser = as_person(approver())

    page = browser.get(reverse("portal-request", args=[rfp.number])).content.decode()
    data = browser.get(f"/api/v1/rfps/{rfp.number}/").json()
    answer = browser.post(reverse("portal-request-answer", args=[rfp.number, note.pk]), {"answer": "Yes."})

    assert "any good" not in page and data["questions"] == [] and answer.status_code == 404
    with pytest.raises(Clarification.DoesNotExist):
        answer_as_client(rfp.number, note.pk, answer="Yes.", actor=approver())


def test_a_question_about_a_request_that_ours_logged_is_a_note_of_ours() -> None:
    rfp = make.an_rfp()

    asked = ask(rfp)

    assert (asked.asked_in_portal, waits()) == (False, [])
    assert not Event.objects.filter(kind="rfp.clarification_asked", client_visible=True).exists()
    assert "the client does not see this request" in as_person(business()).get(rfp.get_absolute_url()).content.decode()


def test_who_asks_reads_that_the_client_reads_it(rfp: Rfp) -> None:
    assert f"{rfp.client.name} reads a question in the portal" in as_person(business()).get(rfp.get_absolute_url()).content.decode()


def test_a_declined_request_asks_nothing_any_more(rfp: Rfp) -> None:
    ask(rfp)

    decline_rfp(rfp.number, reason="No capacity.", actor=business())

    assert waits() == []


def test_the_questions_follow_the_request_into_its_project(rfp: Rfp) -> None:
    for name, value in make.COMPLETE_REQUEST.items():
        setattr(rfp, name, value)
    rfp.account_owner = business()
    rfp.save()
    ask(rfp)

    project = submit_rfp(rfp.number, actor=business())

    assert [wait.project for wait in waits()] == [project]


def test_a_client_that_does_not_answer_is_reminded_and_the_owner_follows_up(rfp: Rfp) -> None:
    asked = ask(rfp)
    with acting(channel="worker"):
        assert escalate_waits(timezone.localdate() + timedelta(days=30)) >= 1

    (ours,) = WaitingFor.objects.open().filter(key__startswith="escalation:", words__contains="Which salt?")
    assert (ours.role, ours.link) == (Role.BUSINESS_DEVELOPMENT, rfp.get_absolute_url())
    assert readable_events(approver()).filter(kind="wait.reminded").count() == 1
    as_person(approver()).post(reverse("portal-request-answer", args=[rfp.number, asked.pk]), {"answer": "The mesylate."})
    assert not WaitingFor.objects.open().filter(pk=ours.pk).exists()


# As rows of the request's table


def write(rfp: Rfp, *changes: Change) -> list[Result]:
    return change_rows(f"clarifications:{rfp.number}", changes, actor=business()).results


def test_questions_come_as_rows_each_with_its_owner_and_are_recorded_once(rfp: Rfp) -> None:
    chemist = make.person(Role.PROJECT_MANAGER)
    rows = [{"question": "Which salt?"}, {"question": "Which form?", "owner": chemist.full_name, "answer": "Form II"}]

    assert all(each.is_saved for each in write(rfp, *(Change(ADD, values=values) for values in rows)))

    salt, form = rfp.clarifications.order_by("pk")
    assert (salt.owner, form.owner, form.answer) == (business(), chemist, "Form II")
    assert [wait.key for wait in waits()] == [f"rfp.question:{rfp.pk}:{salt.pk}"]
    kinds = list(Event.objects.filter(object_id=str(rfp.pk)).order_by("pk").values_list("kind", flat=True))
    assert kinds[-3:] == ["rfp.question_asked", "rfp.question_asked", "rfp.clarification_answered"]


def test_an_owner_changes_and_hears_of_the_answer_which_stays(rfp: Rfp) -> None:
    asked, manager = ask(rfp), make.person(Role.PROJECT_MANAGER)

    write(rfp, Change(CHANGE, asked.pk, {"owner": manager.full_name}))
    write(rfp, Change(CHANGE, asked.pk, {"answer": "The mesylate."}))
    (again,) = write(rfp, Change(CHANGE, asked.pk, {"answer": "Another."}))

    assert Event.objects.get(kind="worksheet.row_changed").data["after"] == {"owner": manager.full_name}
    assert manager.pk in Event.objects.get(kind="rfp.clarification_answered").data["concerns"]
    assert (waits(), again.errors) == ([], {"": ["It is answered."]})


def test_who_does_not_see_the_request_owns_no_question_of_it(rfp: Rfp) -> None:
    outside = make.person(Role.RESEARCH)

    (refused,) = write(rfp, Change(ADD, values={"question": "Which salt?", "owner": outside.full_name}))

    assert list(refused.errors) == ["owner"]
    assert not Clarification.objects.exists()


def test_what_was_asked_is_not_taken_away_and_a_declined_request_is_closed(rfp: Rfp) -> None:
    asked = ask(rfp)

    (stays,) = write(rfp, Change(REMOVE, asked.pk))
    decline_rfp(rfp.number, reason="No capacity.", actor=business())

    assert "stays in the record" in stays.errors[""][0]
    with pytest.raises(Refused, match="declined"):
        write(rfp, Change(ADD, values={"question": "Which form?"}))
