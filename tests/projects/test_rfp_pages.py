"""The pages of requests for proposal: by role, by cost, and what each form does and refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput
from projects.completeness import QUESTIONS, completeness_of
from projects.models import Project, Rfp
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
IMATINIB = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"
PORTFOLIO = {Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER, Role.MANAGEMENT, Role.QUALITY_ASSURANCE}


def at(name: str, rfp: Rfp, *more: object) -> str:
    return reverse(name, args=[rfp.number, *more])


@pytest.mark.parametrize("name", ["rfp-list", "rfp-new", "rfp-similar", "rfp-parties"])
def test_client_people_find_no_page(name: str, client: Client) -> None:
    for role in (Role.CLIENT_VIEWER, Role.CLIENT_APPROVER):
        client.force_login(make.person(role))
        assert client.get(reverse(name)).status_code == 404


@pytest.mark.parametrize(("role", "offered"), [(Role.BUSINESS_DEVELOPMENT, True), (Role.PROJECT_MANAGER, False)])
def test_the_record_is_offered_to_those_who_may_make_it(client: Client, role: str, offered: bool) -> None:
    client.force_login(make.person(role))

    page = client.get(at("rfp-detail", make.an_rfp())).content.decode()

    assert ("Make the RFP Record" in page) is offered


def test_page_by_role(client: Client) -> None:
    rfp = make.an_rfp()

    for role in sorted(set(Role) - {Role.INTEGRATION}):
        client.force_login(make.person(role))
        expected = 200 if role in PORTFOLIO else 404
        assert (role, client.get(at("rfp-detail", rfp)).status_code) == (role, expected)


def test_the_text_for_a_mail_speaks_the_language_of_the_client(seller: Client) -> None:
    rfp = make.an_rfp()
    type(rfp.client).objects.filter(pk=rfp.client_id).update(language="zh-hans")

    page = seller.get(at("rfp-detail", rfp)).content.decode()

    letter = page[page.index('id="rfp-letter"') :].partition(">")[2].partition("</textarea>")[0]
    assert letter.startswith("尊敬的 Purchasing Manager：")
    assert f"关于 Paracetamol 的询价（我方编号 {rfp.number}）" in letter
    assert [str(question.words) for question in QUESTIONS if str(question.words) in letter] == []
    assert letter.endswith(f"此致敬礼\n{make.person(Role.BUSINESS_DEVELOPMENT).full_name}")


def test_autosave_saves_one_field_and_derives(seller: Client) -> None:
    rfp = make.an_rfp()

    answer = seller.post(at("rfp-autosave", rfp), {"changed": "structure_text", "structure_text": IMATINIB})

    assert answer.status_code == 200
    assert Rfp.objects.get().formula == "C29H31N7O"
    assert seller.get(at("rfp-structure", rfp))["Content-Type"] == "image/svg+xml"


def test_autosave_empties_a_choice(seller: Client) -> None:
    rfp = make.an_rfp(target_markets=["EU"])

    seller.post(at("rfp-autosave", rfp), {"changed": "target_markets"})

    assert Rfp.objects.get().target_markets == []


@pytest.mark.parametrize(
    "wrong", [{"structure_text": "C1CC"}, {"cas_number": "103-90-3"}, {"sample_quantity_g": "much"}, {"filing_planned_on": "soon"}]
)
def test_autosave_says_what_is_wrong_at_the_field(wrong: dict[str, str], seller: Client) -> None:
    rfp = make.an_rfp()

    answer = seller.post(at("rfp-autosave", rfp), {"changed": list(wrong), **wrong})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(wrong))


IMPOSSIBLE: list[dict[str, Any]] = [
    {"maximum_daily_dose_mg": "-5"},
    {"maximum_daily_dose_mg": "100001"},
    {"sample_quantity_g": "0"},
    {"commercial_quantity_kg_per_year": "-3"},
    {"filing_planned_on": "1999-01-01"},
    {"quotation_needed_on": "2999-01-01"},
    {"submission_requirements": ["DMF", "none"]},
    {"pilot_quantity_kg": "1,234"},
]


@pytest.mark.parametrize("wrong", IMPOSSIBLE, ids=lambda wrong: f"{wrong}")
def test_what_cannot_be_is_refused_at_its_field(wrong: dict[str, Any], seller: Client) -> None:
    rfp = make.an_rfp()

    saved_by_itself = seller.post(at("rfp-autosave", rfp), {"changed": list(wrong), **wrong})
    saved_whole = seller.post(at("rfp-detail", rfp), _whole(seller, rfp, **wrong))

    assert (saved_by_itself.status_code, list(saved_by_itself.json()["errors"])) == (400, list(wrong))
    assert (saved_whole.status_code, list(saved_whole.context["form"].errors)) == (400, list(wrong))
    unchanged = Rfp.objects.get()
    assert all(getattr(unchanged, name) in (None, []) for name in wrong)


def test_the_service_refuses_what_cannot_be() -> None:
    with pytest.raises(BadInput, match="more than 0"):
        make.an_rfp(sample_quantity_g=Decimal(-3))

    assert not Rfp.objects.exists()


def test_autosave_keeps_what_is_right_beside_what_is_wrong(seller: Client) -> None:
    rfp = make.an_rfp()
    typed = {"cas_number": "1-2-3", "structure_text": "C1CC(", "indication": "Fever", "sample_quantity_g": "12,5"}

    answer = seller.post(at("rfp-autosave", rfp), {"changed": list(typed), **typed})

    assert set(answer.json()["errors"]) == {"cas_number", "structure_text"}
    assert set(answer.json()["saved"]) == {"indication", "sample_quantity_g"}
    saved = Rfp.objects.get()
    assert (saved.indication, saved.sample_quantity_g, saved.smiles) == ("Fever", Decimal("12.5"), "")


def test_completeness_counts_and_asks() -> None:
    rfp = make.an_rfp()
    assert [question.field for question in completeness_of(rfp).open] == [question.field for question in QUESTIONS]

    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    assert completeness_of(rfp).open_for_submit == ()
    assert completeness_of(rfp).percent == 38


def test_the_page_blocks_on_what_the_service_refuses(seller: Client) -> None:
    rfp = make.an_rfp()

    page = seller.get(at("rfp-detail", rfp))
    refusal = seller.post(at("rfp-submit", rfp))

    assert refusal.status_code == 409
    for blocker in page.context["submit_blockers"]:
        assert str(blocker.words) in page.content.decode() and str(blocker.words) in refusal.content.decode()


def test_submitting_and_what_is_open_stand_before_the_fields_and_follow_them(seller: Client) -> None:
    rfp = make.an_rfp()

    page = seller.get(at("rfp-detail", rfp)).content.decode()
    part = seller.get(at("rfp-standing", rfp)).content.decode()

    assert (
        page.index('id="submit-title"') < page.index('id="complete-title"') < page.index('id="rfp-form"') < page.index('id="rfp-findings"')
    )
    assert 'id="rfp-findings" aria-labelledby="similar-title" hx-swap-oob="true"' in part
    assert page.count("hx-swap-oob") == 0


def test_submitting_leads_to_the_project(seller: Client) -> None:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)

    answer = seller.post(at("rfp-submit", rfp))

    project = Project.objects.get()
    assert answer["Location"] == project.get_absolute_url()
    assert project.code in seller.get(at("rfp-detail", rfp)).content.decode()


def _whole(seller: Client, rfp: Rfp, **change: Any) -> dict[str, Any]:
    form = seller.get(at("rfp-detail", rfp)).context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) is not None} | change


def test_a_change_after_submission_needs_a_reason(seller: Client) -> None:
    rfp = make.a_project().rfp
    changed = _whole(seller, rfp, indication="Fever")

    assert seller.post(at("rfp-detail", rfp), changed).status_code == 400
    assert Rfp.objects.get().indication == "Pain and fever"

    assert seller.post(at("rfp-detail", rfp), {**changed, "reason": "The client wrote so."}).status_code == 302
    assert Rfp.objects.get().indication == "Fever"


def test_two_people_change_a_submitted_request_and_the_second_reads_what_the_first_wrote(seller: Client) -> None:
    rfp = make.a_project().rfp
    page = seller.get(at("rfp-detail", rfp)).context
    first = _whole(seller, rfp, indication="Fever", reason="A mail.", version=page["version"])
    second = {**first, "indication": "Pain"}

    assert seller.post(at("rfp-detail", rfp), first).status_code == 302
    refused = seller.post(at("rfp-detail", rfp), second)
    assert (refused.status_code, Rfp.objects.get().indication) == (400, "Fever")
    assert "It now says: “Fever”" in refused.content.decode()
    assert seller.post(at("rfp-detail", rfp), {**second, "version": refused.context["version"]}).status_code == 302
    assert Rfp.objects.get().indication == "Pain"


def test_a_field_saved_by_itself_tells_nobody_what_somebody_else_wrote_in_another(seller: Client) -> None:
    rfp = make.an_rfp()
    page = seller.get(at("rfp-detail", rfp)).context
    whole = _whole(seller, rfp, version=page["version"])
    seller.post(at("rfp-autosave", rfp), {"changed": "indication", "indication": "Theirs", "version": page["version"]})

    mine = {"wanted": "Mine", "version": page["version"]}
    answer = seller.post(at("rfp-autosave", rfp), {"changed": "wanted", **mine}).json()
    refused = seller.post(at("rfp-detail", rfp), {**whole, **mine, "version": answer["version"]})

    assert (refused.status_code, list(refused.context["form"].errors), Rfp.objects.get().indication) == (400, ["indication"], "Theirs")


def test_files_are_taken_and_given_as_downloads(seller: Client) -> None:
    rfp = make.an_rfp()
    upload = SimpleUploadedFile("route.txt", b"Four steps from a known intermediate.\n")

    answer = seller.post(at("rfp-upload", rfp), {"file": upload}, headers={"X-Requested-With": "dropzone"})

    given = seller.get(at("rfp-file", rfp, answer.json()["id"]))
    assert answer.status_code == 201
    assert given["Content-Disposition"].startswith("attachment") and given["X-Content-Type-Options"] == "nosniff"
    assert b"".join(given.streaming_content) == b"Four steps from a known intermediate.\n"


def test_a_foreign_file_is_not_found(seller: Client) -> None:
    rfp, other = make.an_rfp(), make.an_rfp()
    upload = SimpleUploadedFile("route.txt", b"Four steps.\n")
    stored = seller.post(at("rfp-upload", rfp), {"file": upload}, headers={"X-Requested-With": "dropzone"}).json()["id"]

    assert seller.get(at("rfp-file", other, stored)).status_code == 404


def test_a_file_that_lies_about_itself_is_refused(seller: Client) -> None:
    rfp = make.an_rfp()

    answer = seller.post(
        at("rfp-upload", rfp), {"file": SimpleUploadedFile("route.pdf", b"MZ\x90")}, headers={"X-Requested-With": "dropzone"}
    )

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file"])
    assert not rfp.files.exists()


def test_clarifications_are_asked_and_answered(seller: Client) -> None:
    rfp = make.an_rfp()
    table = f"clarifications:{rfp.number}"
    seller.post(reverse("worksheet-row-new", args=[table]), {"question": "Which polymorph?"})
    asked, page = rfp.clarifications.get(), seller.get(at("rfp-detail", rfp))
    assert "Which polymorph?" in page.context["letter"]
    assert "Ask it by telephone or mail" in page.content.decode()

    answered = seller.post(reverse("worksheet-row", args=[table, asked.pk]), {"owner": asked.owner.full_name, "answer": "Form II"})

    assert (answered["Location"], rfp.clarifications.get().answer) == (f"{rfp.get_absolute_url()}#clarifications", "Form II")


def test_a_question_that_was_answered_meanwhile_stays_and_its_page_says_so_aloud(seller: Client) -> None:
    rfp = make.an_rfp()
    table = f"clarifications:{rfp.number}"
    seller.post(reverse("worksheet-row-new", args=[table]), {"question": "Which polymorph?"})
    asked = rfp.clarifications.get()
    seller.post(reverse("worksheet-row", args=[table, asked.pk]), {"owner": asked.owner.full_name, "answer": "Form II"})

    refused = seller.post(reverse("worksheet-row-remove", args=[table, asked.pk]))

    assert refused.status_code == 400
    assert '<div class="error-summary" role="alert" tabindex="-1"><p>It is answered.</p></div>' in refused.content.decode()


def test_a_draft_logged_under_the_wrong_client_goes_to_the_right_one(seller: Client) -> None:
    rfp, right = make.an_rfp(), make.a_client("DCB")
    typed = {"client": right.pk, "contact": "Anna Keller", "contact_email": "", "contact_phone": "", "reason": "Mistyped."}

    unreachable = seller.post(at("rfp-client", rfp), typed)
    undialled = seller.post(at("rfp-client", rfp), {**typed, "contact_phone": "abc"})
    moved = seller.post(at("rfp-client", rfp), {**typed, "contact_email": "anna@example.com"})

    assert list(unreachable.context["client_form"].errors) == ["contact_email"]
    assert list(undialled.context["client_form"].errors) == ["contact_phone"]
    assert moved.status_code == 302
    found = Rfp.objects.get(pk=rfp.pk)
    assert (found.client, found.contact.client, found.contact.email) == (right, right, "anna@example.com")
    told = Event.objects.filter(kind="rfp.client_changed").get()
    assert (told.reason, told.data["after"]["client"], told.client_id) == ("Mistyped.", right.name, right.pk)


def test_the_client_of_a_submitted_request_stays(seller: Client) -> None:
    rfp = make.an_rfp()
    Rfp.objects.filter(pk=rfp.pk).update(state=Rfp.State.SUBMITTED)
    typed = {"client": make.a_client("DCB").pk, "contact": "A", "contact_email": "a@example.com", "reason": "Mistyped."}

    refused = seller.post(at("rfp-client", rfp), typed)

    assert (refused.status_code, Rfp.objects.get().client) == (409, rfp.client)
    assert 'data-dialog="client"' not in seller.get(rfp.get_absolute_url()).content.decode()


def test_declining_needs_a_reason_and_freezes(seller: Client) -> None:
    rfp = make.an_rfp()
    assert "Still to ask the client" in seller.get(rfp.get_absolute_url()).content.decode()

    assert seller.post(at("rfp-decline", rfp), {"reason": ""}).status_code == 400
    assert seller.post(at("rfp-decline", rfp), {"reason": "No capacity."}).status_code == 302

    assert Rfp.objects.get().state == Rfp.State.DECLINED
    assert seller.post(at("rfp-autosave", rfp), {"changed": "indication", "indication": "x"}).status_code == 409
    page = seller.get(rfp.get_absolute_url()).content.decode()
    assert "Still to ask the client" not in page
    left, letter = (
        page.split('id="remaining"', 1)[1].split("</section>")[0],
        page.split('id="refusal-letter"', 1)[1].split("</textarea>")[0],
    )
    assert 'href="mailto:purchasing@example.com"' in left and reverse("rfp-new") in left
    assert "cannot make you an offer" in letter and "No capacity." not in letter, "the reason is ours"


def test_a_declined_request_neither_gains_nor_loses_files(seller: Client) -> None:
    rfp, dropped = make.an_rfp(), {"headers": {"X-Requested-With": "dropzone"}}
    stored = seller.post(at("rfp-upload", rfp), {"file": SimpleUploadedFile("route.txt", b"Four steps.\n")}, **dropped).json()["id"]
    seller.post(at("rfp-decline", rfp), {"reason": "No capacity."})

    more = seller.post(at("rfp-upload", rfp), {"file": SimpleUploadedFile("more.txt", b"Five steps.\n")}, **dropped)
    answers = (more, seller.post(at("rfp-file-remove", rfp, stored), {"reason": "Not theirs."}))

    assert [answer.status_code for answer in answers] == [409, 409]
    assert (more.json()["detail"], rfp.files.get().pk) == ("This request was declined.", stored)


def test_list_filters_by_address(seller: Client) -> None:
    rfp = make.an_rfp()
    make.an_rfp(make.a_client("DCB"), compound_name="Apixaban")

    shown = seller.get(reverse("rfp-list"), {"q": "parac", "state": "draft", "client": rfp.client_id}).context["table"]

    assert [row.record for row in shown.rows] == [rfp]


def _cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_list_costs_the_same_for_one_and_three(seller: Client) -> None:
    make.an_rfp()
    seller.get(reverse("rfp-list"))
    one = _cost(seller, reverse("rfp-list"))
    make.a_project()
    make.an_rfp()

    assert _cost(seller, reverse("rfp-list")) == one <= 20


def test_what_the_page_of_a_request_costs(seller: Client) -> None:
    rfp = make.a_project().rfp
    make.an_rfp()

    assert _cost(seller, at("rfp-detail", rfp)) <= 20


def test_a_filter_that_cannot_be_read_is_left_out_and_says_so(seller: Client) -> None:
    make.an_rfp()

    some = seller.get(reverse("rfp-list"), {"received_from": "notadate", "state": "draft"})
    none = seller.get(reverse("rfp-list"), {"received_from": "notadate", "state": "declined"})

    assert [len(answer.context["table"].rows) for answer in (some, none)] == [1, 0]
    assert "Left out of the filter" in some.content.decode() and 'href="#id_received_from"' in some.content.decode()


def test_a_file_is_taken_away_with_a_reason(seller: Client) -> None:
    rfp = make.an_rfp()
    seller.post(at("rfp-upload", rfp), {"file": SimpleUploadedFile("other.txt", b"of another compound")})
    attached = rfp.files.get()

    asked = seller.get(rfp.get_absolute_url(), {"remove": attached.pk}).content.decode()
    silent = seller.post(at("rfp-file-remove", rfp, attached.pk), {"reason": " "})
    removed = seller.post(at("rfp-file-remove", rfp, attached.pk), {"reason": "Of another compound."})

    assert at("rfp-file-remove", rfp, attached.pk) in asked
    assert (silent.status_code, removed.status_code, rfp.files.count()) == (400, 302, 0)
    assert "took the file other.txt away" in seller.get(rfp.get_absolute_url(), {"remove": "x"}).content.decode()
