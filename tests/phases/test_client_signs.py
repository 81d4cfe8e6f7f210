"""The Sample Confirmation: in effect only when the client's approver has signed it too, in the portal or by the API."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType, Meaning, SignerSlot, register
from documents.services import refuse_version, share_document, sign_version, submit_for_review, unshare_document, upload_version
from projects import steps
from projects.models import ApprovalRequest, Deliverable, Milestone, Phase, Project, VisibilityChange, WaitingFor
from projects.services.approvals import answer_approval
from projects.services.gate import current_review, judge_review
from projects.services.lifecycle import hold_project
from projects.shareable import shareable
from tests.finished import finished, text_of
from tests.projects import factories as make
from tests.projects.people import approver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlaid")]
PDF = b"%PDF-1.7 a confirmation\n%%EOF\n"
STEP = "sample_confirmation"


@pytest.fixture
def project() -> Project:
    """In small scale, with the certificate of the sample."""
    return make.a_project_with(Phase.SMALL_SCALE, "sample_certificate")


@pytest.fixture
def offered(project: Project) -> DocumentVersion:
    """Signed by all of ours."""
    return signed_by_us(uploaded(project))


def uploaded(project: Project) -> DocumentVersion:
    return upload_version(
        STEP, upload=BytesIO(PDF), name="confirmation.pdf", actor=make.person(Role.RESEARCH), project=project, reason="Agreed."
    )


def signed_by_us(version: DocumentVersion) -> DocumentVersion:
    number = version.document.number
    submit_for_review(number, version.number, actor=make.person(Role.RESEARCH))
    for slot in ours(version):
        signer = make.person(slot.role)
        proof = make.fake_authentication(signer)
        sign_version(number, version.number, actor=signer, meaning=slot.meaning, authentication=proof)
    return again(version)


def ours(version: DocumentVersion) -> list[SignerSlot]:
    return [slot for slot in version.document.type.slots if not slot.is_clients]  # type: ignore[union-attr]


def again(version: DocumentVersion) -> DocumentVersion:
    return DocumentVersion.objects.select_related("document").get(pk=version.pk)


def asked() -> ApprovalRequest:
    return ApprovalRequest.objects.filter(kind="document").latest("round")


def answer(kind: str = "accepted", words: str = "", by: User | None = None) -> None:
    actor = by or approver()
    answer_approval(asked().pk, kind=kind, actor=actor, authentication=make.fake_authentication(actor), words=words)


def sample(project: Project) -> Any:
    review = current_review(Project.objects.get(pk=project.pk))
    assert review is not None
    return next(item.finding for item in judge_review(review) if item.key == "sample")


def achieved_on(project: Project) -> Any:
    return Milestone.objects.get(project=project, key="sample_confirmed").actual_on


def seen_by_client(version: DocumentVersion) -> bool:
    return DocumentVersion.objects.visible_to(approver()).filter(pk=version.pk).exists()


def test_our_signatures_alone_confirm_nothing(project: Project, offered: DocumentVersion) -> None:
    finding = sample(project)

    assert len(ours(offered)) == 3
    assert (offered.state, offered.effective_at, offered.is_offered) == ("in_review", None, True)
    assert (finding.met, [reason.key for reason in finding.blockers]) == (False, [f"deliverable.{STEP}"])
    assert "the signature of the client's approver" in finding.blockers[0].words
    assert achieved_on(project) is None
    assert not Event.objects.filter(kind="milestone.achieved", data__title__startswith="Sample confirmed").exists()


def test_the_client_is_asked_when_ours_are_given_and_not_before(project: Project) -> None:
    version = uploaded(project)
    submit_for_review(version.document.number, 1, actor=make.person(Role.RESEARCH))
    assert not ApprovalRequest.objects.filter(kind="document").exists()
    assert not seen_by_client(version)
    version = again(version)
    for slot in ours(version):
        signer = make.person(slot.role)
        sign_version(version.document.number, 1, actor=signer, meaning=slot.meaning, authentication=make.fake_authentication(signer))

    wait = WaitingFor.objects.open().get(key=f"approval.answer:{asked().pk}")

    assert (wait.client, wait.role) == (project.client, "client_approver")
    assert seen_by_client(version)
    assert not DocumentVersion.objects.visible_to(make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB"))).exists()
    assert not WaitingFor.objects.open().filter(key__startswith="document.sign:").exists()
    assert VisibilityChange.objects.filter(kind="document").latest("at").visibility == "for_approval"
    assert Event.objects.filter(kind="document.offered").count() == 1


def test_the_clients_signature_puts_it_in_effect(project: Project, offered: DocumentVersion) -> None:
    answer("accepted", "With pleasure.")

    version = again(offered)
    assert version.state == "effective"
    assert [row.slot for row in version.slot_signatures.order_by("id")][-1] == "accepted:client_approver"
    assert sample(project).met
    assert Deliverable.objects.get(project=project, key=STEP).evidence_hash == version.content_hash
    assert achieved_on(project) is not None
    assert seen_by_client(version)


def test_the_signed_pdf_prints_both_sides(project: Project) -> None:
    said = text_of(finished(STEP, project, author=make.person(Role.RESEARCH)))

    assert "Approved · Project manager" in said and "Accepted · Client approver" in said


def test_a_rejection_makes_it_a_draft_again_and_says_why(project: Project, offered: DocumentVersion) -> None:
    answer("rejected", "The colour is not right.")

    version = again(offered)
    wait = WaitingFor.objects.open().get(key=f"document.rework:{version.document_id}")
    assert (version.state, sample(project).met, wait.user) == ("draft", False, version.requested_by)
    assert Event.objects.get(kind="document.refused").reason == "The colour is not right."
    assert not seen_by_client(version)
    assert ApprovalRequest.objects.visible_to(approver()).filter(pk=asked().pk).exists(), "what it answered stays readable"

    submit_for_review(version.document.number, 1, actor=make.person(Role.RESEARCH))
    assert not seen_by_client(version), "of the next round it reads nothing before we have signed"


def test_the_next_round_is_asked_again(project: Project, offered: DocumentVersion) -> None:
    answer("rejected", "The colour is not right.")
    signed_by_us(again(offered))
    assert asked().round == 2

    answer()

    assert again(offered).state == "effective"


def test_a_next_version_is_offered_beside_the_one_in_effect(project: Project, offered: DocumentVersion) -> None:
    answer()
    second = signed_by_us(uploaded(project))
    assert (asked().round, again(offered).state, second.is_offered) == (2, "effective", True)

    answer()

    assert (again(offered).state, again(second).state) == ("superseded", "effective")


def test_nobody_of_ours_signs_for_the_client(project: Project, offered: DocumentVersion) -> None:
    manager = make.manager()

    with pytest.raises(Refused):
        sign_version(offered.document.number, 1, actor=manager, meaning=Meaning.ACCEPTED, authentication=make.fake_authentication(manager))
    for person in (manager, make.person(Role.CLIENT_VIEWER)):
        with pytest.raises(NotAllowed):
            answer(by=person)

    assert again(offered).state == "in_review"


def test_what_is_asked_is_not_hidden_but_refused(project: Project, offered: DocumentVersion) -> None:
    number = offered.document.number
    for act in (unshare_document, share_document):
        with pytest.raises(Refused) as refused:
            act(number, actor=make.manager())
        assert [reason.key for reason in refused.value.blockers] == ["document.offered"]

    refuse_version(number, 1, actor=make.manager(), reason="A figure is wrong.")

    assert asked().given is not None and asked().given.kind == "withdrawn"
    assert (Document.objects.get(number=number).visibility, again(offered).state) == ("internal", "draft")
    assert not Document.objects.visible_to(approver()).filter(number=number).exists()


def test_refusing_a_next_version_leaves_the_one_in_effect_shown(project: Project, offered: DocumentVersion) -> None:
    answer()
    second = signed_by_us(uploaded(project))

    refuse_version(second.document.number, 2, actor=make.manager(), reason="A figure is wrong.")

    assert asked().given is not None and asked().given.kind == "withdrawn"
    assert (seen_by_client(offered), seen_by_client(second)) == (True, False)


def test_a_lock_holds_and_its_words_stay_ours(project: Project, offered: DocumentVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    def locks(_version: DocumentVersion) -> list[Any]:
        return [steps.Blocker("guard", "The dryer is broken.")]

    monkeypatch.setitem(steps._guards, steps.MAKE_EFFECTIVE, [locks])

    with pytest.raises(Refused) as refused:
        answer()

    assert "dryer" not in str(refused.value)
    assert (again(offered).state, asked().given) == ("in_review", None)


def test_a_project_on_hold_asks_no_client(project: Project) -> None:
    version = uploaded(project)
    hold_project(project.code, actor=make.manager(), reason="The client asked for a pause.")

    with pytest.raises(Refused):
        signed_by_us(version)

    assert not ApprovalRequest.objects.filter(kind="document").exists()


def test_the_log_says_which_version_was_read(project: Project, offered: DocumentVersion) -> None:
    at = VisibilityChange.objects.filter(kind="document").latest("at").at

    told = shareable("document").told([(offered.document_id, asked().asked_at), (offered.document_id, at)])

    assert told[offered.document_id, asked().asked_at] == "version 1"


def test_both_pages_say_whose_signature_is_missing(client: Client, project: Project, offered: DocumentVersion) -> None:
    client.force_login(make.manager())
    ours = client.get(offered.document.get_absolute_url()).content.decode()
    owed = client.get(reverse("deliverable-detail", args=[project.code, STEP])).content.decode()
    client.force_login(approver())
    question = client.get(reverse("portal-approval", args=[asked().pk])).content.decode()
    theirs = client.get(offered.document.get_absolute_url()).content.decode()
    file = client.get(reverse("document-uploaded", args=[offered.document.number, 1]))

    assert "Waits for the client&#x27;s signature" in ours and "takes effect when an approver of" in ours
    assert "waits for the client&#x27;s signature; it must be accepted or refused first" in ours, "why it cannot be hidden"
    assert "Waits for the client&#x27;s signature" in owed
    assert "with your signature" in question and "Approve…" in question
    assert "Waits for the client&#x27;s signature" in theirs and "confirmation.pdf" in theirs
    assert b"".join(file.streaming_content) == PDF  # type: ignore[arg-type]


def test_the_client_signs_in_the_portal(client: Client, project: Project, offered: DocumentVersion) -> None:
    client.force_login(approver())
    page = client.get(reverse("portal-approval", args=[asked().pk]))

    values = {"words": "", "password": make.PASSWORD, "expected_hash": page.context["hash"]}
    done = client.post(reverse("portal-approval-accept", args=[asked().pk]), values, follow=True)

    assert done.status_code == 200
    assert sample(project).met


@pytest.mark.parametrize(("act", "words", "state"), [("accept", "comment", "effective"), ("decline", "reason", "draft")])
def test_the_client_answers_by_the_api(client: Client, offered: DocumentVersion, act: str, words: str, state: str) -> None:
    client.force_login(approver())
    address = f"/api/v1/approvals/{asked().pk}/"
    shown = client.get(address).json()
    body = {"password": make.PASSWORD, "expected_hash": shown["hash"], words: "It is as agreed."}

    done = client.post(f"{address}{act}/", body, content_type="application/json", headers={"Idempotency-Key": "one"})

    assert (done.status_code, again(offered).state) == (200, state), done.content
    assert client.get("/api/v1/documents/").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"signers": (SignerSlot(Meaning.APPROVED, Role.RESEARCH), SignerSlot(Meaning.APPROVED, Role.CLIENT_APPROVER))},
        {"signers": (SignerSlot(Meaning.APPROVED, Role.RESEARCH), SignerSlot(Meaning.ACCEPTED, Role.MANAGEMENT))},
        {"signers": (SignerSlot(Meaning.APPROVED, Role.RESEARCH), SignerSlot(Meaning.ACCEPTED, Role.CLIENT_APPROVER)), "for_us": True},
    ],
)
def test_only_the_client_accepts_and_only_what_it_may_see(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="client"):
        register(DocumentType(key="odd", title="Odd", phase=Phase.PILOT, number_prefix="XODD", **changes))
