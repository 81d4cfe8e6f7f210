"""Issued and shared in one act: by itself once the PDF is there, once only, and whatever happens to a worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from audit.context import acting
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from documents import services
from documents.models import Document, DocumentVersion
from documents.services import queue
from documents.services.issuing import proceed
from projects.models import Project, VisibilityChange, WaitingFor
from tests.documents.conftest import again, render
from tests.projects.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stub_pdf")]
State = DocumentVersion.State


def issue(project: Project, actor: User, **values: Any) -> DocumentVersion:
    return services.issue_document("sample_status", project=project, actor=actor, **{"message": "All is well.", **values})


def work(version: DocumentVersion) -> None:
    """The bell rings twice: for the draft, and for the file of what took effect."""
    render(version)
    render(version)


def half(version: DocumentVersion) -> None:
    """A worker that dies before it takes the next step."""
    with acting(channel="worker"):
        queue._render(version.pk)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Which versions the sweeper calls a worker for."""
    found: list[int] = []
    monkeypatch.setattr("documents.services.queue.ring", lambda version: found.append(version.pk))
    yield found


def test_it_takes_effect_and_is_shared_by_itself(project: Project, manager: User) -> None:
    version = issue(project, manager)
    assert again(version).state == State.QUEUED

    work(version)

    found = again(version)
    assert (found.state, found.document.is_shared) == (State.EFFECTIVE, True)
    sent = Event.objects.get(kind="document.sent")
    assert (sent.actor, sent.client_data["message"]) == (manager, "All is well.")
    assert VisibilityChange.objects.filter(kind="document", item_id=version.document_id).count() == 1


def test_nothing_reaches_the_client_before_the_file_is_there(project: Project, manager: User, customer: User) -> None:
    version = issue(project, manager)

    render(version)

    assert again(version).state == State.EFFECTIVE
    assert not Document.objects.visible_to(customer).exists()


def test_it_happens_once_however_often_the_bell_rings(project: Project, manager: User) -> None:
    version = issue(project, manager)

    for _time in range(4):
        render(version)

    assert Event.objects.filter(kind="document.sent").count() == 1
    assert Event.objects.filter(kind="document.effective").count() == 1


def test_a_worker_lost_between_two_steps_is_found_by_the_sweeper(project: Project, manager: User, called: list[int]) -> None:
    version = issue(project, manager)
    half(version)
    assert again(version).state == State.DRAFT

    queue.sweep()

    assert called == [version.pk]
    render(version)
    half(version)
    queue.sweep()
    assert called == [version.pk, version.pk]
    render(version)
    assert again(version).document.is_shared
    queue.sweep()
    assert called == [version.pk, version.pk]


def test_the_second_report_is_sent_and_not_shared_again(project: Project, manager: User) -> None:
    work(issue(project, manager))

    work(issue(project, manager, message="Second."))

    assert [event.data["message"] for event in Event.objects.filter(kind="document.sent").order_by("pk")] == ["All is well.", "Second."]
    assert Event.objects.filter(kind="document.shared").count() == 1


def test_what_refuses_it_is_told_to_whoever_asked(project: Project, manager: User) -> None:
    version = issue(project, manager)
    half(version)
    DocumentVersion.objects.filter(pk=version.pk).update(missing_characters="\u16a0")

    render(version)

    found = again(version)
    assert (found.state, found.document.is_shared) == (State.DRAFT, False)
    assert "cannot be printed" in found.issuance.refusal
    assert WaitingFor.objects.open().get(key=f"document.rework:{version.document_id}").user == manager
    assert found.may_be_edited


def test_a_newer_version_takes_the_place_of_one_that_was_not_issued_yet(project: Project, manager: User) -> None:
    first = issue(project, manager)
    second = issue(project, manager, message="Second.")

    work(second)
    proceed(first.pk)

    assert (again(first).state, again(second).state) == (State.SUPERSEDED, State.EFFECTIVE)
    assert [event.data["message"] for event in Event.objects.filter(kind="document.sent")] == ["Second."]
    assert not WaitingFor.objects.open().filter(key__startswith="document.rework").exists()


def test_a_person_who_left_issues_nothing_more(project: Project, manager: User, person: Any) -> None:
    version = issue(project, manager)
    User.objects.filter(pk=manager.pk).update(is_active=False)

    render(version)

    assert again(version).state == State.DRAFT
    assert again(version).issuance.done_at is not None


def test_its_text_is_closed_while_it_is_being_issued(project: Project, manager: User) -> None:
    version = issue(project, manager)

    assert [blocker.key for blocker in services.editing_blockers(again(version))] == ["document.being_issued"]


def test_other_data_than_were_shown_are_refused(project: Project, manager: User) -> None:
    _data, shown = services.preview_issue("sample_status", project)
    with pytest.raises(Refused, match="Something changed since you looked"):
        issue(project, manager, expected_hash="0" * 64)
    assert not Document.objects.filter(project=project).exists()

    assert issue(project, manager, expected_hash=shown).number == 1


def test_what_was_taken_out_meanwhile_is_not_sent(project: Project, manager: User) -> None:
    version = issue(project, manager)
    half(version)

    services.withdraw_document(version.document.number, actor=manager, reason="It was for another project.")
    work(version)

    found = again(version)
    assert (found.state, found.document.is_shared) == (State.DRAFT, False)
    assert (found.issuance.done_at, found.issuance.refusal) == (found.document.withdrawn_at, "It was taken out.")
    assert not WaitingFor.objects.open().filter(key__startswith="document.").exists()


def test_what_was_taken_out_is_not_submitted(project: Project, manager: User) -> None:
    version = issue(project, manager)
    half(version)
    services.withdraw_document(version.document.number, actor=manager, reason="It was for another project.")

    with pytest.raises(Refused, match="taken out"):
        services.submit_for_review(version.document.number, version.number, actor=manager)


def test_what_is_signed_is_not_issued_without_signatures(project: Project, manager: User) -> None:
    with pytest.raises(Refused, match="signed"):
        services.issue_document("sample_report", project=project, actor=manager)


def test_who_may_not_share_issues_nothing(project: Project, quality: User) -> None:
    with pytest.raises(NotAllowed):
        issue(project, quality)
    assert not Document.objects.filter(project=project).exists()


def test_the_message_has_a_length(project: Project, manager: User) -> None:
    with pytest.raises(BadInput):
        issue(project, manager, message="x" * 2001)


def test_our_own_copy_is_never_shared(project: Project, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    version = services.issue_document("sample_status", project=project, actor=manager, copy_key="sample_ours")
    copy = DocumentVersion.objects.get(document__type_key="sample_ours")

    work(version)
    work(copy)

    assert (again(copy).state, again(copy).document.is_shared) == (State.EFFECTIVE, False)
    with pytest.raises(Refused, match="for us alone"):
        services.share_document(copy.document.number, actor=manager)


def test_what_a_release_makes_for_us_alone_is_shown_to_no_client_though_it_was_shared_before(project: Project, manager: User) -> None:
    version = services.issue_document("sample_status", project=project, actor=manager, copy_key="sample_ours")
    work(version)
    work(DocumentVersion.objects.get(document__type_key="sample_ours"))
    Document.objects.filter(project=project).update(visibility="shared", shared_by=manager, shared_at=timezone.now())
    reader = person(Role.CLIENT_VIEWER, client=project.client)

    assert [each.type_key for each in Document.objects.visible_to(reader)] == ["sample_status"]
    assert {each.document.type_key for each in DocumentVersion.objects.visible_to(reader)} == {"sample_status"}
    assert Document.objects.visible_to(manager).filter(type_key="sample_ours").exists()
