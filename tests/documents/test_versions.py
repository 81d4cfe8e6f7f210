"""Making versions, writing text, the queue and its leases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pgtrigger
import pytest
from django.db import InternalError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Client, Role, User
from audit.files import is_intact, open_file
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed, Refused
from audit.signatures import content_hash
from documents import services
from documents.models import Document, DocumentVersion, Rendition
from documents.services import queue
from projects.models import Project, WaitingFor
from tests.documents.conftest import again, make_project, render, text_of

State = DocumentVersion.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stub_pdf")]


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="document.").order_by("id").values_list("kind", flat=True))


def test_request_document_pins_the_data_and_queues(requested: DocumentVersion, project: Project) -> None:
    version = again(requested)

    assert (version.document.number, version.number, version.state) == ("API-2026-0001-XSR-01", 1, State.QUEUED)
    assert version.snapshot["data"]["results"]["rows"][0][1] == "PB-001"
    assert version.snapshot["compound"]["name"] == "Paracetamol"
    assert version.content_hash == content_hash(version)
    assert kinds() == ["document.requested"]


def test_request_document_rings_a_worker_after_commit(
    bell: None, project: Project, manager: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        version = services.request_document("sample_report", actor=manager, project=project)

    assert again(version).state == State.DRAFT


def test_request_document_survives_a_broker_that_is_gone(
    project: Project, manager: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def gone(_version_id: int) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr("documents.services.shared.render_version.delay", gone)

    with django_capture_on_commit_callbacks(execute=True):
        version = services.request_document("sample_report", actor=manager, project=project)

    assert again(version).state == State.QUEUED


def test_request_document_of_a_foreign_project_is_not_found(project: Project, chemist: User, person: Callable[..., User]) -> None:
    stranger = person("Stranger", Role.ANALYTICAL)

    with pytest.raises(Project.DoesNotExist):
        services.request_document("sample_report", actor=stranger, project=project)
    assert Document.objects.count() == 0


def test_request_document_is_not_for_clients(project: Project, customer: User) -> None:
    with pytest.raises(NotAllowed):
        services.request_document("sample_report", actor=customer, project=project)


def test_request_document_of_unknown_type_is_missing(project: Project, manager: User) -> None:
    with pytest.raises(Missing):
        services.request_document("no_such_type", actor=manager, project=project)


def test_request_document_of_upload_only_type_is_refused(project: Project, manager: User) -> None:
    with pytest.raises(Refused, match="upload the file"):
        services.request_document("sample_upload", actor=manager, project=project)


def test_second_version_needs_a_reason_takes_the_text_and_replaces_the_draft(
    rendered: DocumentVersion, project: Project, manager: User
) -> None:
    services.save_narrative(rendered.document.number, 1, "summary", "<p>Kept</p>", actor=manager)
    with pytest.raises(BadInput):
        services.request_document("sample_report", actor=manager, project=project)

    second = services.request_document("sample_report", actor=manager, project=project, reason="New results.")

    assert (second.number, second.document, second.narrative) == (2, rendered.document, {"summary": "<p>Kept</p>"})
    assert again(rendered).state == State.SUPERSEDED
    assert [each["reason"] for each in second.snapshot["revisions"]] == ["First version.", "New results."]


def test_request_document_while_in_review_is_refused(in_review: DocumentVersion, project: Project, manager: User) -> None:
    with pytest.raises(Refused, match="in review"):
        services.request_document("sample_report", actor=manager, project=project, reason="Again.")


def test_numbers_count_per_type(project: Project, manager: User, requested: DocumentVersion) -> None:
    status = services.request_document("sample_status", actor=manager, project=project)

    assert status.document.number == "API-2026-0001-XST-01"


def test_render_version_makes_one_file(real_pdf: None, requested: DocumentVersion) -> None:
    assert render(requested) is True
    assert render(requested) is False

    version = again(requested)
    rendition = Rendition.objects.get()
    assert (version.state, version.lease_until, version.progress_pct, version.error) == (State.DRAFT, None, 100, "")
    assert (rendition.kind, rendition.content_hash, rendition.pages) == ("review", version.content_hash, 4)
    assert is_intact(rendition.sha256)
    assert kinds() == ["document.requested", "document.rendered"]


def test_render_version_of_an_unknown_id_does_nothing(db: None) -> None:
    assert queue.render_version(4711) is False


def test_save_narrative_is_cleaned_hashed_and_printed(real_pdf: None, rendered: DocumentVersion, chemist: User) -> None:
    before = rendered.content_hash

    version = services.save_narrative(
        rendered.document.number,
        1,
        "summary",
        "<p onclick='x()'>α ≤ 5 <b>bold</b> 收率<script>alert(1)</script><img src=x></p>",
        actor=chemist,
    )
    render(version)

    version = again(version)
    assert version.narrative == {"summary": "<p>α ≤ 5 <strong>bold</strong> 收率</p>"}
    assert version.state == State.DRAFT
    assert version.content_hash != before
    assert chemist in version.authors.all()
    assert "收率" in text_of(version.review_pdf.sha256)
    assert Rendition.objects.filter(version=version).count() == 2


def test_save_narrative_unchanged_makes_nothing_again(rendered: DocumentVersion, manager: User) -> None:
    version = services.save_narrative(rendered.document.number, 1, "conclusion", "<p> </p>", actor=manager)

    assert version.state == State.DRAFT
    assert "document.narrative_saved" not in kinds()


def test_save_narrative_in_review_is_refused(in_review: DocumentVersion, manager: User) -> None:
    with pytest.raises(Refused, match="its text is closed"):
        services.save_narrative(in_review.document.number, 1, "summary", "<p>Later</p>", actor=manager)
    assert again(in_review).narrative["summary"].startswith("<p>All went well")


def test_text_written_while_the_pdf_is_being_made_wins(requested: DocumentVersion, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make = queue._make

    def slow(version: DocumentVersion) -> queue.Made:
        made = make(version)
        services.save_narrative(version.document.number, 1, "summary", "<p>Newer</p>", actor=manager)
        return made

    monkeypatch.setattr(queue, "_make", slow)
    assert render(requested) is False
    assert (again(requested).state, Rendition.objects.count()) == (State.QUEUED, 0)

    monkeypatch.setattr(queue, "_make", make)
    assert render(requested) is True
    assert again(requested).review_pdf.content_hash == again(requested).content_hash


def test_failure_shows_its_error_and_is_tried_again(requested: DocumentVersion, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("no such figure")

    with monkeypatch.context() as patched:
        patched.setattr("documents.rendering.render_pdf", broken)
        render(requested)

    failed = again(requested)
    assert (failed.state, failed.error, failed.is_being_made) == (State.FAILED, "RuntimeError: no such figure", False)
    assert WaitingFor.objects.open().filter(user=manager, key=f"document.failed:{failed.pk}").exists()

    services.retry_version(failed.document.number, 1, actor=manager)

    assert again(requested).state == State.QUEUED
    assert not WaitingFor.objects.open().filter(key=f"document.failed:{failed.pk}").exists()


def test_retry_without_failure_is_refused(rendered: DocumentVersion, manager: User) -> None:
    with pytest.raises(Refused, match="Nothing has failed"):
        services.retry_version(rendered.document.number, 1, actor=manager)


def test_claim_is_exclusive_until_the_lease_ends(requested: DocumentVersion) -> None:
    first = queue._claim(requested.pk)
    assert first is not None
    assert queue._claim(requested.pk) is None

    DocumentVersion.objects.filter(pk=requested.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    second = queue._claim(requested.pk)

    assert second is not None
    assert second.attempts == 2
    with pytest.raises(queue.LeaseLostError):
        queue._renew(first, queue.Step.LAYOUT, 3)


def test_slow_worker_that_lost_its_lease_stores_nothing(requested: DocumentVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    first = queue._claim(requested.pk)
    assert first is not None
    made = queue._make(first)
    DocumentVersion.objects.filter(pk=requested.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    assert render(requested) is True
    with pytest.raises(queue.LeaseLostError):
        queue._finish(first, made)

    assert Rendition.objects.count() == 1


def test_worker_that_dies_every_time_ends_as_failed(requested: DocumentVersion) -> None:
    for _attempt in range(queue.MAX_ATTEMPTS):
        assert queue._claim(requested.pk) is not None
        DocumentVersion.objects.filter(pk=requested.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    assert render(requested) is False

    assert again(requested).state == State.FAILED
    assert "stopped 5 times" in again(requested).error


def test_sweep_calls_for_what_nobody_makes(
    bell: None, requested: DocumentVersion, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert queue.sweep() == 1

    assert again(requested).state == State.DRAFT
    assert queue.sweep() == 0


def test_sweep_leaves_a_living_worker_alone(requested: DocumentVersion) -> None:
    queue._claim(requested.pk)

    assert queue.sweep() == 0


def test_upload_is_kept_unchanged_and_never_rendered(project: Project, manager: User) -> None:
    content = b"%PDF-1.7 made elsewhere"

    version = services.upload_version("sample_upload", upload=BytesIO(content), name="../Protocol 1.pdf", actor=manager, project=project)

    rendition = version.uploaded_file
    assert (version.state, rendition.name, rendition.media_type) == (State.DRAFT, "Protocol_1.pdf", "application/pdf")
    with open_file(rendition.sha256) as stored:
        assert stored.read() == content
    assert version.snapshot["data"]["file"]["sha256"] == rendition.sha256
    assert queue.sweep() == 0


def test_upload_with_a_false_name_is_refused(project: Project, manager: User) -> None:
    with pytest.raises(BadInput), transaction.atomic():
        services.upload_version("sample_upload", upload=BytesIO(b"MZ\x90\x00"), name="protocol.pdf", actor=manager, project=project)
    assert Document.objects.count() == 0


def test_visible_to_foreign_client_and_stranger(in_review: DocumentVersion, customer: User, person: Callable[..., User]) -> None:
    other = person("Other Client", kind=User.Kind.CLIENT, client=Client.objects.create(code="DCB", name="Demo Client B"))
    stranger = person("Stranger", Role.ANALYTICAL)

    for user in (customer, other, stranger):
        assert not Document.objects.visible_to(user).exists()
        assert not DocumentVersion.objects.visible_to(user).exists()
        assert not Rendition.objects.visible_to(user).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"state": "queued"},
        {"state": "superseded"},
        {"snapshot": {"changed": True}},
        {"narrative": {}},
        {"content_hash": "0" * 64},
        {"effective_at": timezone.now()},
    ],
)
def test_database_refuses_what_services_never_do(in_review: DocumentVersion, change: dict[str, object]) -> None:
    with pytest.raises(InternalError), transaction.atomic():
        DocumentVersion.objects.filter(pk=in_review.pk).update(**change)


def test_database_refuses_also_when_a_session_switches_triggers_off(in_review: DocumentVersion) -> None:
    with pgtrigger.ignore(), pytest.raises(InternalError, match="cannot be changed"), transaction.atomic():
        DocumentVersion.objects.filter(pk=in_review.pk).update(snapshot={"changed": True})


def test_database_refuses_a_version_that_begins_signed(requested: DocumentVersion, manager: User) -> None:
    with pytest.raises(InternalError, match="cannot begin as"), transaction.atomic():
        DocumentVersion.objects.create(
            document=requested.document, number=2, state=State.DRAFT, reason="x", requested_by=manager, requested_at=timezone.now()
        )


def test_database_keeps_versions_and_files(rendered: DocumentVersion) -> None:
    for rows in (DocumentVersion.objects.filter(pk=rendered.pk), Rendition.objects.all()):
        with pytest.raises(InternalError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_two_projects_have_their_own_documents(requested: DocumentVersion, project: Project, manager: User) -> None:
    rfp = project.rfp
    rfp.pk, rfp.number, rfp._state.adding = None, "RFP-2026-0002", True
    rfp.save()
    other = make_project(
        code="API-2026-0002", title="Second", rfp=rfp, client=project.client, compound=project.compound, project_manager=manager
    )

    version = services.request_document("sample_report", actor=manager, project=other)

    assert version.document.number == "API-2026-0002-XSR-01"
    assert Document.objects.count() == 2
