"""A client's person writes a request in the portal: kept as it is typed, sent once, then a draft of ours; each client its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact, Role
from audit.models import Event
from projects.models import RequestDraft, Rfp, WaitingFor
from projects.questionnaire import IN_THEIR_WORDS
from projects.services.clarifications import ask_clarification
from tests.projects import factories as make
from tests.projects.mails import PDF

pytestmark = pytest.mark.django_db
WORDS = {
    "compound_name": "DC-417",
    "wanted": "Route and 50 g",
    "contact_name": "Ann",
    "contact_email": "ann@example.com",
    "treatment_duration": "month",
    "pilot_quantity_kg": "12,5",
    "target_markets": ["EU", "US"],
    "process_challenges": "An azide.",
}


def signed_in(role: str = Role.CLIENT_APPROVER, code: str = "DCA") -> Browser:
    browser = Browser()
    browser.force_login(make.person(role, client=make.a_client(code)))
    return browser


@pytest.fixture
def approver(db: None) -> Browser:
    return signed_in()


@pytest.fixture
def draft(approver: Browser) -> RequestDraft:
    approver.post(reverse("portal-request-new"))
    return RequestDraft.objects.get()


def at(name: str, draft: RequestDraft) -> str:
    return reverse(name, args=[draft.pk])


def attach(browser: Browser, draft: RequestDraft, name: str = "sds.pdf", content: bytes = PDF) -> Any:
    file = SimpleUploadedFile(name, content)
    return browser.post(at("portal-request-upload", draft), {"file": file}, headers={"X-Requested-With": "dropzone"})


def test_what_is_typed_is_kept_right_or_wrong_and_nobody_of_ours_sees_it(approver: Browser, draft: RequestDraft) -> None:
    typed = {"compound_name": "DC-417", "pilot_quantity_kg": "about 12"}

    answer = approver.post(at("portal-request-autosave", draft), {"changed": list(typed), **typed})
    page = approver.get(draft.get_absolute_url())

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"pilot_quantity_kg"})
    assert [page.context["form"][name].value() for name in typed] == ["DC-417", "about 12"]
    assert "pilot_quantity_kg" in page.context["form"].errors
    assert not Rfp.objects.exists()


def test_sent_it_is_a_draft_of_ours_with_its_files_and_business_development_is_asked(approver: Browser, draft: RequestDraft) -> None:
    attach(approver, draft)

    sent = approver.post(draft.get_absolute_url(), {**WORDS, "send": "1"})
    again = approver.post(draft.get_absolute_url(), {**WORDS, "send": "1"})

    rfp = Rfp.objects.get()
    wait = WaitingFor.objects.get(key=f"rfp.complete:{rfp.pk}")
    assert sent["Location"] == again["Location"] == reverse("portal-request", args=[rfp.number])
    assert (rfp.channel, rfp.state, rfp.account_owner) == ("portal", Rfp.State.DRAFT, None)
    assert (rfp.pilot_quantity_kg, rfp.target_markets, rfp.process_challenges) == (Decimal("12.5"), ["EU", "US"], "An azide.")
    assert rfp.treatment_duration == "month"
    assert (rfp.contact.name, rfp.contact.client) == ("Ann", make.a_client())
    assert list(rfp.files.values_list("name", flat=True)) == ["sds.pdf"]
    assert (wait.role, wait.closed_at) == (Role.BUSINESS_DEVELOPMENT, None)
    assert Event.objects.filter(kind="rfp.logged", object_id=rfp.pk).count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"wanted": " "}, "wanted"),
        ({"compound_name": ""}, "compound_name"),
        ({"contact_name": ""}, "contact_name"),
        ({"cas_number": "1-2-3"}, "cas_number"),
        ({"structure_text": "C1CC("}, "structure_text"),
        ({"quotation_needed_on": "1999-01-01"}, "quotation_needed_on"),
    ],
)
def test_what_is_missing_or_wrong_stands_at_its_field(change: dict[str, str], field: str, approver: Browser, draft: RequestDraft) -> None:
    answer = approver.post(draft.get_absolute_url(), {**WORDS, **change, "send": "1"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert b"An azide." in answer.content
    assert RequestDraft.objects.get().values["process_challenges"] == ["An azide."]
    assert (Rfp.objects.count(), Contact.objects.count()) == (0, 0)


def test_of_two_who_write_at_once_the_second_is_told(approver: Browser, draft: RequestDraft) -> None:
    version = approver.get(draft.get_absolute_url()).context["version"]
    approver.post(at("portal-request-autosave", draft), {"changed": "wanted", "wanted": "50 g", "version": version})

    answer = approver.post(at("portal-request-autosave", draft), {"changed": "wanted", "wanted": "80 g", "version": version})

    assert answer.status_code == 400
    assert "It now says: “50 g”" in answer.json()["errors"]["wanted"][0]
    assert RequestDraft.objects.get().values["wanted"] == ["50 g"]


def test_files_are_judged_as_everywhere_and_taken_away_again(approver: Browser, draft: RequestDraft) -> None:
    wrong, right = attach(approver, draft, "setup.exe", b"MZ"), attach(approver, draft)
    attach(approver, draft)
    listed = approver.get(at("portal-request-draft-files", draft)).content.decode()
    (kept,) = RequestDraft.objects.get().files

    approver.post(at("portal-request-detach", draft), {"sha256": kept["sha256"]})

    assert (wrong.status_code, right.status_code) == (400, 201)
    assert "sds.pdf" in listed
    assert RequestDraft.objects.get().files == []


def test_discarded_nothing_is_left(approver: Browser, draft: RequestDraft) -> None:
    approver.post(at("portal-request-discard", draft))

    assert not RequestDraft.objects.exists()


def test_the_client_sees_where_it_stands_and_answers_what_we_ask(approver: Browser, draft: RequestDraft) -> None:
    approver.post(draft.get_absolute_url(), {**WORDS, "send": "1"})
    rfp = Rfp.objects.get()
    asked = ask_clarification(rfp.number, question="Which polymorph?", actor=make.person(Role.BUSINESS_DEVELOPMENT))
    page = approver.get(reverse("portal-request", args=[rfp.number])).content.decode()
    answer = reverse("portal-request-answer", args=[rfp.number, asked.pk])

    empty = approver.post(answer, {"answer": " "})
    approver.post(answer, {"answer": "Form I."})
    twice = approver.post(answer, {"answer": "Form II."})

    asked.refresh_from_db()
    assert "Which polymorph?" in page and "Received; we are looking at it" in page and "Which structure?" in page
    assert (empty.status_code, twice.status_code, asked.answer) == (400, 409, "Form I.")


def test_whoever_may_not_send_reads_who_may(approver: Browser, draft: RequestDraft) -> None:
    viewer = signed_in(Role.CLIENT_VIEWER)

    pages = [viewer.get(reverse("portal-request-list")), viewer.get(draft.get_absolute_url())]
    acts = [
        viewer.post(reverse("portal-request-new")),
        viewer.post(draft.get_absolute_url(), {**WORDS, "send": "1"}),
        attach(viewer, draft),
    ]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("Requests are written by approvers of your organisation." in page.content.decode() for page in pages)
    assert [act.status_code for act in acts] == [403, 403, 403]


def test_whoever_may_not_send_reads_what_was_written(approver: Browser, draft: RequestDraft) -> None:
    typed = {"compound_name": "DC-417", "target_markets": ["EU"], "process_challenges": "An azide."}
    approver.post(at("portal-request-autosave", draft), {"changed": list(typed), **typed})

    page = signed_in(Role.CLIENT_VIEWER).get(draft.get_absolute_url())

    shown = page.content.decode()
    assert 'value="DC-417"' in shown and "An azide." in shown and page.context["form"]["target_markets"].value() == ["EU"]
    assert all(bound.field.widget.attrs["disabled"] for bound in page.context["form"])
    assert str(IN_THEIR_WORDS["process_challenges"]) not in page.context["missing"]


def test_after_a_refused_sending_the_form_saves_again(approver: Browser, draft: RequestDraft) -> None:
    version = approver.get(draft.get_absolute_url()).context["version"]
    Contact.objects.create(client=make.a_client(), name="Ann", email="ann@example.com", left_on=timezone.localdate(), left_reason="Left.")
    refused = approver.post(draft.get_absolute_url(), {**WORDS, "version": version, "send": "1"})

    again = approver.post(draft.get_absolute_url(), {**WORDS, "wanted": "Other", "version": refused.context["version"]})

    assert (refused.status_code, again.status_code, again.context["form"].errors) == (400, 200, {})
    assert RequestDraft.objects.get().values["wanted"] == ["Other"]


def test_a_file_dropped_on_a_sent_request_is_refused_as_the_page_can_read_it(approver: Browser, draft: RequestDraft) -> None:
    approver.post(draft.get_absolute_url(), {**WORDS, "send": "1"})

    answer = attach(approver, draft)

    assert (answer.status_code, "is sent" in answer.json()["detail"]) == (409, True)


def test_the_record_says_what_happened_to_a_draft_and_nothing_of_what_it_says(approver: Browser, draft: RequestDraft) -> None:
    approver.post(at("portal-request-autosave", draft), {"changed": "compound_name", "compound_name": "DC-417"})
    approver.post(at("portal-request-autosave", draft), {"changed": "compound_name", "compound_name": "DC-417"})
    attach(approver, draft)
    approver.post(draft.get_absolute_url(), {**WORDS, "send": "1"})
    approver.post(reverse("portal-request-new"))
    approver.post(at("portal-request-discard", RequestDraft.objects.unsent().get()))

    rows = Event.objects.filter(kind__startswith="request.").order_by("pk")
    kinds = [row.kind.partition(".")[2] for row in rows]
    assert kinds == ["begun", "saved", "filed", "saved", "sent", "begun", "discarded"]
    assert {row.client_id for row in rows} == {make.a_client().pk} and not rows.filter(client_visible=True).exists()
    assert "DC-417" not in str([row.data for row in rows]) and "sds.pdf" not in str([row.data for row in rows])


def test_for_another_client_and_for_ours_there_is_no_such_draft(draft: RequestDraft) -> None:
    foreign, ours = signed_in(code="DCB"), Browser()
    ours.force_login(make.person(Role.BUSINESS_DEVELOPMENT))

    assert foreign.get(draft.get_absolute_url()).status_code == 404
    assert foreign.post(at("portal-request-autosave", draft), {"changed": "wanted", "wanted": "x"}).status_code == 404
    assert ours.get(draft.get_absolute_url()).status_code == 404
    assert "DC-417" not in foreign.get(reverse("portal-request-list")).content.decode()


def test_a_request_that_ours_logged_is_not_the_client_s_to_read(approver: Browser) -> None:
    rfp = make.an_rfp()

    assert approver.get(reverse("portal-request", args=[rfp.number])).status_code == 404
    assert rfp.number not in approver.get(reverse("portal-request-list")).content.decode()
