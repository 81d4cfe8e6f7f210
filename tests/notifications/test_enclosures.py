"""The mail that tells a client of a quotation carries its PDF: the file of the portal, once it is made, to whoever may open it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Client, Role, User
from audit.files import store_file
from audit.models import Event
from documents.models import DocumentVersion, Rendition
from notifications import enclosures
from notifications.models import MailMessage
from notifications.services import mail as services
from projects.models import Project, Quotation
from tests.notifications.conftest import told
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 the offer"


@pytest.fixture
def approver() -> User:
    return make.person(Role.CLIENT_APPROVER)


@pytest.fixture
def sent(approver: User) -> MailMessage:
    """Its sending has been told; the PDF of the client is not made yet."""
    Client.objects.update(asks_confidentiality=False)
    project = make.a_project()
    make.sign_off_sheets(project)
    quotation = make.a_quotation(project)
    make.release(quotation)
    told(lambda: make.send(quotation))
    return MailMessage.objects.get(user=approver, notifications__event__kind="quotation.sent")


def made(content: bytes = PDF, **values: Any) -> Rendition:
    version, stored = DocumentVersion.objects.get(document__type_key="quotation"), store_file(content)
    file = {"sha256": stored.sha256, "size_bytes": stored.size, "name": "Q-0001.pdf", "media_type": "application/pdf"} | values
    return Rendition.objects.create(version=version, kind=Rendition.Kind.EFFECTIVE, content_hash=version.content_hash, **file)


def letter(message: MailMessage) -> Any:
    assert services.send_message(message.pk)
    (letter,) = (each for each in mail.outbox if each.to == [message.user.email])
    return letter


def test_the_mail_waits_for_the_pdf_and_carries_the_file_of_the_portal(sent: MailMessage, bells: list[Any]) -> None:
    assert not services.send_message(sent.pk)
    assert (mail.outbox, MailMessage.objects.get(pk=sent.pk).attempts) == ([], 0)

    rendition = made()

    found = letter(sent)
    assert found.attachments == [("Q-0001.pdf", PDF, "application/pdf")]
    assert f"Attached: Q-0001.pdf (SHA-256 {rendition.sha256})" in found.body
    assert rendition.get_absolute_url() in found.body and rendition.get_absolute_url() in found.alternatives[0][0]


def test_the_pdf_that_is_made_calls_for_the_mail(sent: MailMessage, bells: list[Any], django_capture_on_commit_callbacks: Any) -> None:
    project = DocumentVersion.objects.get(document__type_key="quotation").document.project_id
    bells.clear()

    with django_capture_on_commit_callbacks(execute=True):
        for kind in ("review", "effective"):
            enclosures.post_after([Event(kind="document.rendered", project_id=project, data={"kind": kind})])

    assert bells == [("notifications.tasks.send_mail_message", (sent.pk,))]


def test_what_is_too_large_goes_as_a_link(sent: MailMessage) -> None:
    rendition = made(size_bytes=enclosures.MOST_BYTES + 1)

    found = letter(sent)

    assert found.attachments == []
    assert "Q-0001.pdf is too large for a mail. Sign in to read it:" in found.body and rendition.get_absolute_url() in found.body


def test_before_an_agreement_is_in_force_the_reader_signs_in(sent: MailMessage) -> None:
    Client.objects.update(asks_confidentiality=True)
    made()

    found = letter(sent)

    assert found.attachments == []
    assert "no confidentiality agreement is in force yet. Sign in to read it:" in found.body


def test_a_pdf_that_could_not_be_made_is_not_waited_for(sent: MailMessage) -> None:
    DocumentVersion.objects.filter(document__type_key="quotation").update(failed_at=timezone.now() - timedelta(minutes=1))

    assert letter(sent).attachments == []


def test_what_the_reader_may_not_open_stays_here(sent: MailMessage) -> None:
    rendition = made()
    rendition.version.document.visibility = "internal"
    rendition.version.document.save(update_fields=["visibility"])

    assert letter(sent).attachments == []


def test_our_own_people_have_it_in_the_product(sent: MailMessage) -> None:
    made()
    ours = make.person(Role.MANAGEMENT)

    assert enclosures.enclosed_for(ours, sent.notifications.select_related("event")) == []
    assert Quotation.objects.get().state == "sent" and Project.objects.count() == 1
