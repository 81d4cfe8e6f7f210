"""Submitting, signing, refusing, sharing."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, Blocker, NotAllowed, Refused
from audit.signatures import signatures_of, verify
from documents import services
from documents.models import Document, DocumentVersion, Rendition
from documents.registry import Meaning
from documents.services.review import MAKE_EFFECTIVE
from projects import steps
from projects.models import Project, WaitingFor
from tests.documents.conftest import Proof, again, render, sign, text_of
from tests.documents.sample_types import EFFECTIVE

State = DocumentVersion.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stub_pdf")]


@pytest.fixture
def effective(in_review: DocumentVersion, chemist: User, quality: User, person: Callable[..., User]) -> DocumentVersion:
    sign(in_review, chemist, Meaning.REVIEWED)
    sign(in_review, quality, Meaning.APPROVED)
    return sign(in_review, person("Second Manager", Role.PROJECT_MANAGER), Meaning.APPROVED)


def waiting_roles() -> set[str]:
    return set(WaitingFor.objects.open().filter(key__startswith="document.sign:").values_list("role", flat=True))


def reasons(blockers: list[Blocker]) -> list[str]:
    return [blocker.key for blocker in blockers]


def test_submit_needs_the_required_text_and_the_pdf(requested: DocumentVersion, manager: User) -> None:
    assert reasons(services.submission_blockers(requested)) == ["document.not_draft"]
    render(requested)
    draft = again(requested)
    assert reasons(services.submission_blockers(draft)) == ["document.section.summary"]

    with pytest.raises(Refused):
        services.submit_for_review(draft.document.number, 1, actor=manager)
    assert again(requested).state == State.DRAFT


def test_submit_with_characters_that_cannot_be_printed_is_refused(rendered: DocumentVersion, manager: User) -> None:
    services.save_narrative(rendered.document.number, 1, "summary", "<p>Rune ᚠ</p>", actor=manager)
    render(rendered)

    version = again(rendered)
    assert version.missing_characters == "ᚠ"
    assert reasons(services.submission_blockers(version)) == ["document.characters"]


def test_submit_asks_the_guards_of_the_step(rendered: DocumentVersion, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    services.save_narrative(rendered.document.number, 1, "summary", "<p>Text</p>", actor=manager)
    render(rendered)
    monkeypatch.setitem(steps._guards, MAKE_EFFECTIVE, [lambda _version: [Blocker("guard", "Not before Friday.")]])

    with pytest.raises(Refused, match="Not before Friday"):
        services.submit_for_review(rendered.document.number, 1, actor=manager)


def test_review_before_approval(in_review: DocumentVersion, chemist: User, quality: User) -> None:
    assert waiting_roles() == {"research"}
    with pytest.raises(Refused, match="Reviewed · Research"):
        sign(in_review, quality, Meaning.APPROVED)

    sign(in_review, chemist, Meaning.REVIEWED)

    assert waiting_roles() == {"quality_assurance", "project_manager"}
    assert again(in_review).state == State.IN_REVIEW


def test_last_signature_makes_it_effective(effective: DocumentVersion) -> None:
    version = again(effective)

    assert version.state == State.EFFECTIVE
    assert version.is_being_made
    assert len(EFFECTIVE) == 1
    assert waiting_roles() == set()
    assert [verify(signature).valid for signature in signatures_of(version)] == [True, True, True]
    assert Event.objects.filter(kind="document.effective").count() == 1


def test_signed_pdf_has_the_signature_page_and_is_made_once(real_pdf: None, effective: DocumentVersion) -> None:
    assert render(effective) is True
    assert render(effective) is False

    version = again(effective)
    text = text_of(version.signed_pdf.sha256, page=-1)
    assert not version.is_being_made
    assert version.state == State.EFFECTIVE
    for words in ("Process Chemist", "Quality Manager", "Reviewed · Research", "Approved · Quality assurance", "UTC"):
        assert words in text
    assert Rendition.objects.filter(version=version, kind="effective").count() == 1


def test_failed_signed_pdf_leaves_the_version_effective(effective: DocumentVersion, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("documents.rendering.render_pdf", lambda *_args, **_kwargs: 1 / 0)
        render(effective)
    failed = again(effective)
    assert (failed.state, failed.error) == (State.EFFECTIVE, "ZeroDivisionError: division by zero")

    services.retry_version(failed.document.number, 1, actor=manager)
    render(effective)

    assert again(effective).signed_pdf is not None


def test_next_effective_version_supersedes_the_one_before(
    bell: None,
    effective: DocumentVersion,
    project: Project,
    manager: User,
    chemist: User,
    quality: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    render(effective)
    with django_capture_on_commit_callbacks(execute=True):
        second = services.request_document("sample_report", actor=quality, project=project, reason="Yearly update.")
    services.submit_for_review(second.document.number, 2, actor=manager)
    assert again(effective).state == State.EFFECTIVE
    sign(second, chemist, Meaning.REVIEWED)
    sign(second, quality, Meaning.APPROVED)
    sign(second, User.objects.get(full_name="Second Manager"), Meaning.APPROVED)

    assert [each.state for each in DocumentVersion.objects.order_by("number")] == [State.SUPERSEDED, State.EFFECTIVE]


def test_nobody_signs_twice(in_review: DocumentVersion, person: Callable[..., User], chemist: User) -> None:
    both = person("Two Hats", Role.QUALITY_ASSURANCE, Role.PROJECT_MANAGER)
    sign(in_review, chemist, Meaning.REVIEWED)
    sign(in_review, both, Meaning.APPROVED)

    with pytest.raises(Refused, match="nobody signs it twice"):
        sign(in_review, both, Meaning.APPROVED)


def test_author_approves_only_beside_somebody_else(in_review: DocumentVersion, manager: User, chemist: User, quality: User) -> None:
    in_review.authors.add(quality)
    sign(in_review, chemist, Meaning.REVIEWED)
    sign(in_review, quality, Meaning.APPROVED)

    with pytest.raises(Refused, match="are an author of this version"):
        sign(in_review, manager, Meaning.APPROVED)
    assert again(in_review).state == State.IN_REVIEW


def test_sign_what_was_shown(in_review: DocumentVersion, chemist: User) -> None:
    with pytest.raises(Refused, match="has changed since"):
        sign(in_review, chemist, Meaning.REVIEWED, seen_hash="0" * 64)

    sign(in_review, chemist, Meaning.REVIEWED, seen_hash=in_review.content_hash)


def test_sign_with_somebody_elses_confirmation_is_not_allowed(in_review: DocumentVersion, chemist: User, quality: User) -> None:
    with pytest.raises(NotAllowed):
        services.sign_version(in_review.document.number, 1, actor=chemist, meaning=Meaning.REVIEWED, authentication=Proof(quality.pk))
    assert not signatures_of(in_review).exists()


def test_sign_without_a_place_is_not_allowed(in_review: DocumentVersion, person: Callable[..., User]) -> None:
    with pytest.raises(NotAllowed):
        sign(in_review, person("Seller", Role.BUSINESS_DEVELOPMENT), Meaning.APPROVED)


def test_refusal_returns_to_draft_and_signatures_count_no_longer(
    in_review: DocumentVersion, chemist: User, quality: User, manager: User
) -> None:
    sign(in_review, chemist, Meaning.REVIEWED)
    with pytest.raises(BadInput):
        services.refuse_version(in_review.document.number, 1, actor=quality, reason=" ")

    version = services.refuse_version(in_review.document.number, 1, actor=quality, reason="Table 2 lacks units.")

    assert (version.state, waiting_roles()) == (State.DRAFT, set())
    again_in_review = services.submit_for_review(version.document.number, 1, actor=manager)
    assert [slot.signature for slot in services.slots_of(again_in_review)] == [None, None, None]
    assert signatures_of(version).count() == 1


def test_a_refused_version_waits_for_its_author_until_it_is_submitted_again(
    in_review: DocumentVersion, manager: User, quality: User
) -> None:
    key = f"document.rework:{in_review.document_id}"
    services.refuse_version(in_review.document.number, 1, actor=quality, reason="Table 2 lacks units.")
    assert WaitingFor.objects.open().get(key=key).user == in_review.requested_by

    services.submit_for_review(in_review.document.number, 1, actor=manager)

    assert not WaitingFor.objects.open().filter(key=key).exists()


def test_type_without_signatures_is_effective_when_issued(project: Project, manager: User) -> None:
    version = services.request_document("sample_status", actor=manager, project=project)
    render(version)

    assert services.submit_for_review(version.document.number, 1, actor=manager).state == State.EFFECTIVE


def test_uploaded_version_gets_a_signature_sheet(real_pdf: None, project: Project, manager: User, quality: User) -> None:
    version = services.upload_version("sample_upload", upload=BytesIO(b"%PDF-1.7 x"), name="protocol.pdf", actor=manager, project=project)
    services.submit_for_review(version.document.number, 1, actor=manager)
    sign(version, quality, Meaning.APPROVED)
    render(version)

    text = text_of(again(version).signed_pdf.sha256).replace(" ", "")
    assert version.uploaded_file.sha256 in text
    assert "QualityManager" in text


def test_effective_document_makes_its_deliverable_done(project: Project, manager: User, quality: User) -> None:
    from accounts.models import Department

    department = Department.objects.get_or_create(key="production", defaults={"name": "Production"})[0]
    deliverable = project.deliverables.create(
        key="protocol", title="Protocol", phase="pilot", document_type="sample_upload", department=department
    )
    version = services.upload_version("sample_upload", upload=BytesIO(b"%PDF-1.7 x"), name="protocol.pdf", actor=manager, project=project)
    services.submit_for_review(version.document.number, 1, actor=manager)
    sign(version, quality, Meaning.APPROVED)

    deliverable.refresh_from_db()
    assert deliverable.is_done
    assert deliverable.evidence_hash == version.content_hash


def test_share_only_what_is_effective(rendered: DocumentVersion, manager: User, chemist: User, customer: User) -> None:
    number = rendered.document.number
    with pytest.raises(Refused, match="never sees a draft"):
        services.share_document(number, actor=manager)
    with pytest.raises(NotAllowed):
        services.share_document(number, actor=chemist)
    assert not Document.objects.visible_to(customer).exists()


def test_shared_document_shows_the_client_signed_files_only(effective: DocumentVersion, manager: User, customer: User) -> None:
    render(effective)
    assert not Document.objects.visible_to(customer).exists()

    document = services.share_document(effective.document.number, actor=manager)

    assert list(Document.objects.visible_to(customer)) == [document]
    assert [each.kind for each in Rendition.objects.visible_to(customer)] == ["effective"]
    shared = Event.objects.get(kind="document.shared")
    assert (shared.client_visible, shared.client_data["number"]) == (True, document.number)

    services.unshare_document(document.number, actor=manager)
    assert not Document.objects.visible_to(customer).exists()
