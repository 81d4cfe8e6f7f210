"""Requests for proposal through the API: the pages' services and reasons; a client's system logs and reads its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Contact, Role, User
from audit.models import Event
from phases.evaluation.services import submit_rfp
from projects.attachments import take_upload
from projects.completeness import SUBMIT
from projects.models import Project, Rfp, RfpFile
from projects.services.clarifications import answer_clarification, ask_clarification
from projects.services.rfp import attach_rfp_file, update_rfp
from tests.accounts.factories import ContactFactory
from tests.clients_systems import System
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
RFPS = "/api/v1/rfps/"
MOLFILE = """
  acetic acid

  4  3  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.5000    0.0000    0.0000 C   0  0
    2.2000    1.2000    0.0000 O   0  0
    2.2000   -1.2000    0.0000 O   0  0
  1  2  1  0
  2  3  2  0
  2  4  1  0
M  END
"""
NEW = {"contact_name": "Ann", "contact_email": "ann@client.example", "compound_name": "Acetic acid", "wanted": "2 t a year"}
REST = {
    "structure_text": MOLFILE,
    "downstream_drug": "Eye drops",
    "indication": "Otitis",
    "target_markets": ["EU"],
    "compound_role": "api",
    "process_challenges": "Corrosive.",
    "target_timeline": "Next year.",
    "submission_requirements": ["DMF"],
    "sample_quantity_g": "12.5",
    "quotation_needed_on": (timezone.localdate() + timedelta(days=20)).isoformat(),
}


@pytest.fixture
def seller(db: None) -> User:
    return make.person(Role.BUSINESS_DEVELOPMENT)


@pytest.fixture
def ours(seller: User) -> APIClient:
    api = APIClient()
    api.force_authenticate(seller)
    return api


def logged(api: APIClient, **more: Any) -> dict[str, Any]:
    answer = api.post(RFPS, {**NEW, "client": make.a_client().code, **more}, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def patch(api: APIClient, number: str, changes: dict[str, Any]) -> Any:
    return api.patch(f"{RFPS}{number}/", changes, format="json", headers={"If-Match": api.get(f"{RFPS}{number}/")["ETag"]})


def test_logged_completed_and_submitted(ours: APIClient) -> None:
    rfp = logged(ours, channel="meeting")
    one = f"{RFPS}{rfp['number']}/"

    early = ours.post(f"{one}submit/", format="json")
    blind = ours.patch(one, REST, format="json")
    stale = ours.patch(one, REST, format="json", headers={"If-Match": '"other"'})
    changed = patch(ours, rfp["number"], REST)
    submitted = ours.post(f"{one}submit/", format="json", headers={"Idempotency-Key": "1"})
    again = ours.post(f"{one}submit/", format="json", headers={"Idempotency-Key": "1"})
    twice = ours.post(f"{one}submit/", format="json")

    answers = (early, blind, stale, changed, submitted, again, twice)
    assert [answer.status_code for answer in answers] == [409, 428, 412, 200, 200, 200, 409]
    needed = [row["field"] for row in rfp["completeness"]["open"] if row["level"] == SUBMIT]
    assert [blocker["key"].removeprefix("rfp.") for blocker in early.json()["blockers"]] == needed
    assert (rfp["channel"], changed.json()["formula"], changed.json()["sample_quantity_g"]) == ("meeting", "C2H4O2", "12.500")
    assert [row["level"] for row in changed.json()["completeness"]["open"]] == ["complete"] * 14
    assert submitted.json() == again.json()
    assert submitted.json()["project"] == Project.objects.get(rfp__number=rfp["number"]).code


def test_what_a_salt_is_made_of_and_how_long_the_treatment_lasts(ours: APIClient) -> None:
    made = logged(ours, structure_text="CC(N)c1ccccc1.Cl", treatment_duration="ten_years")

    composition = made["composition"]
    assert (made["treatment_duration"], composition["words"]) == ("ten_years", "1 parent : 1 hydrochloride")
    assert (composition["parent_formula"], composition["salt_factor"]) == ("C8H11N", 1.3009)
    assert composition["stereo"] == {
        "centres": 1, "centres_undefined": 1, "double_bonds": 0, "double_bonds_undefined": 0, "unstated": True,
    }  # fmt: skip
    assert logged(ours)["composition"] is None


def test_a_known_contact_is_taken_and_a_new_one_may_have_only_a_name(ours: APIClient) -> None:
    sent = ({}, {"contact_name": "ANN"}, {"contact_email": ""}, {"contact_name": "Bea", "contact_email": ""})

    first, again, without, new = (logged(ours, **more)["contact_id"] for more in sent)

    assert first == again == without != new


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"structure_text": "C1CC(", "cas_number": "50-00-1"}, {"structure_text", "cas_number"}),
        ({"structure_text": MOLFILE.replace("C   0", "Xx  0")}, {"structure_text"}),
        ({"sample_quantity_g": "-1", "quotation_needed_on": "1999-01-01"}, {"sample_quantity_g", "quotation_needed_on"}),
        ({"target_markets": ["MARS"], "compound_role": "perhaps"}, {"target_markets", "compound_role"}),
        ({"contact": 999_999_999}, {"contact"}),
        ({"treatment_duration": "a while"}, {"treatment_duration"}),
        ({"account_owner": "nobody@cdmo.example"}, {"account_owner"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(ours: APIClient, changes: dict[str, Any], fields: set[str]) -> None:
    rfp = logged(ours)

    answer = patch(ours, rfp["number"], {**changes, "indication": "Fever"})

    assert (answer.status_code, set(answer.json()["errors"])) == (400, fields)
    assert Rfp.objects.get(number=rfp["number"]).indication == ""


def test_contact_and_owner_are_changed_and_a_contact_who_left_is_not_named(ours: APIClient, seller: User) -> None:
    rfp = logged(ours)
    second, gone, foreign = ContactFactory(client__code="DCZ"), ContactFactory(), ContactFactory()
    client = Rfp.objects.get(number=rfp["number"]).client
    Contact.objects.filter(pk__in=[second.pk, gone.pk]).update(client=client)
    Contact.objects.filter(pk=gone.pk).update(left_on=timezone.localdate(), left_reason="Retired.")

    changed = patch(ours, rfp["number"], {"contact": second.pk, "account_owner": make.manager().email})
    refused = [patch(ours, rfp["number"], {"contact": each.pk}) for each in (gone, foreign)]
    named = ours.post(RFPS, {**NEW, "client": client.code, "contact_name": gone.name, "contact_email": gone.email}, format="json")

    assert (changed.json()["contact_id"], changed.json()["account_owner"]) == (second.pk, make.manager().email)
    assert [list(answer.json()["errors"]) for answer in (*refused, named)] == [["contact"], ["contact"], ["contact_name"]]
    assert "has left" in refused[0].json()["errors"]["contact"][0]


def test_after_submission_a_change_needs_its_reason_and_a_draft_can_be_declined(ours: APIClient) -> None:
    submitted = make.a_project().rfp
    draft = logged(ours)

    without, given = (
        patch(ours, submitted.number, {"indication": "Pain"}),
        patch(ours, submitted.number, {"indication": "Pain", "reason": "Asked."}),
    )
    silent = ours.post(f"{RFPS}{draft['number']}/decline/", {}, format="json")
    declined = ours.post(f"{RFPS}{draft['number']}/decline/", {"reason": "No capacity."}, format="json")
    late = patch(ours, draft["number"], {"indication": "Pain"})

    assert [answer.status_code for answer in (without, given, silent, declined, late)] == [400, 200, 400, 200, 409]
    assert list(without.json()["errors"]) == ["reason"]
    assert (declined.json()["state"], declined.json()["decline_reason"]) == ("declined", "No capacity.")


def test_files_are_attached_read_and_taken_away_with_a_reason(ours: APIClient) -> None:
    rfp = logged(ours)
    files = f"{RFPS}{rfp['number']}/files/"

    attached, same = (ours.post(files, {"file": SimpleUploadedFile("acid.mol", MOLFILE.encode())}) for _number in (1, 2))
    wrong = ours.post(files, {"file": SimpleUploadedFile("acid.pdf", MOLFILE.encode())})
    none = ours.post(files, {}, format="json")
    keyed = [
        ours.post(files, {"file": SimpleUploadedFile("a.txt", content)}, headers={"Idempotency-Key": "1"})
        for content in (b"text", b"text", b"else")
    ]
    RfpFile.objects.filter(name="a.txt").delete()
    content = ours.get(f"{files}{attached.json()['id']}/", headers={"Accept": "chemical/x-mdl-molfile"})
    silent = ours.post(f"{files}{attached.json()['id']}/remove/", {}, format="json")
    removed = ours.post(f"{files}{attached.json()['id']}/remove/", {"reason": "Of another compound."}, format="json")

    assert [answer.status_code for answer in (attached, same, wrong, none, silent, removed)] == [201, 201, 400, 400, 400, 200]
    assert attached.json() == same.json()
    assert [answer.status_code for answer in keyed] == [201, 201, 422]
    assert (list(wrong.json()["errors"]), list(none.json()["errors"])) == (["file"], ["file"])
    assert (b"".join(content), content["Content-Disposition"]) == (MOLFILE.encode(), 'attachment; filename="acid.mol"')
    assert (content.status_code, content["Content-Type"]) == (200, "chemical/x-mdl-molfile")
    assert (removed.json()["files"], ours.get(files).json()) == ([], [])
    event = Event.objects.get(kind="rfp.file_removed")
    assert (event.data["sha256"], event.reason) == (attached.json()["sha256"], "Of another compound.")


def test_the_list_is_narrowed_and_costs_the_same_for_more(ours: APIClient, seller: User) -> None:
    first = logged(ours, cas_number="64-19-7")
    moment = timezone.now()

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            ours.get(RFPS)
        return len(captured)

    cost()
    before = cost()
    second = logged(ours, client=make.a_client("DCB").code, compound_name="Formic acid")
    attach_rfp_file(first["number"], stored=take_upload(SimpleUploadedFile("a.txt", b"text"), "a.txt"), actor=seller)

    def found(**asked: str) -> set[str]:
        return {row["number"] for row in ours.get(RFPS, asked).json()["results"]}

    assert cost() == before
    assert found(q="formic") == found(client="DCB") == found(updated_since=moment.isoformat()) == {second["number"]}
    assert found(q="64-19-7") == found(client="DCA", state="draft", channel="api") == {first["number"]}
    assert found(state="submitted") == found(project="API-1999-0001") == set()


def test_a_clients_system_logs_and_reads_its_own_and_changes_nothing(seller: User) -> None:
    internal, client = make.an_rfp(), make.a_client()
    system, foreign = System(client, "write"), System(make.a_client("DCB"), "write")
    number = system.post("rfps/", {**NEW, **REST, "channel": "telephone", "client": client.code}).json()["number"]
    update_rfp(number, changes={"process_challenges": "We doubt it."}, actor=seller)
    attached = attach_rfp_file(number, stored=take_upload(SimpleUploadedFile("a.txt", b"ours"), "a.txt"), actor=seller)
    one = f"/api/v1/rfps/{number}/"

    read = system.get(f"rfps/{number}/")
    refused = [
        system.browser.patch(one, {"indication": "x"}, content_type="application/json", headers={"If-Match": read["ETag"]}),
        system.post(f"rfps/{number}/submit/", {}),
        system.post(f"rfps/{number}/decline/", {"reason": "x"}),
    ]

    assert [row["number"] for row in system.get("rfps/").json()["results"]] == [number]
    assert (read.json()["channel"], read.json()["files"]) == ("api", [])
    assert not {"process_challenges", "account_owner", "clarifications", "decline_reason"} & set(read.json())
    assert [answer.status_code for answer in refused] == [403] * 3
    for address in (f"rfps/{internal.number}/", f"rfps/{number}/files/{attached.pk}/"):
        assert system.get(address).status_code == 404
    assert foreign.get(f"rfps/{number}/").status_code == foreign.post(f"rfps/{number}/submit/", {}).status_code == 404
    assert RfpFile.objects.count() == 1


def test_a_clients_system_attaches_files_to_its_own_drafts_and_reads_what_we_ask(seller: User) -> None:
    internal, client = make.an_rfp(), make.a_client()
    system, foreign = System(client, "write"), System(make.a_client("DCB"), "write")
    number = system.post("rfps/", {**NEW, **REST, "client": client.code}).json()["number"]
    asked = ask_clarification(number, question="Which polymorph?", actor=seller)
    answer_clarification(number, ask_clarification(number, question="Which salt?", actor=seller).pk, answer="None.", actor=seller)

    def attach(by: System, to: str) -> int:
        return int(by.browser.post(f"/api/v1/rfps/{to}/files/", {"file": SimpleUploadedFile("b.txt", b"theirs")}).status_code)

    outcomes = [attach(system, number), attach(foreign, number), attach(system, internal.number)]
    read = system.get(f"rfps/{number}/").json()
    submit_rfp(number, actor=seller)

    assert (outcomes, attach(system, number)) == ([201, 404, 404], 403)
    assert [row["name"] for row in read["files"]] == ["b.txt"]
    assert [(row["id"], row["question"]) for row in read["questions"]] == [(asked.pk, "Which polymorph?")]
