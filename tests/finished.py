"""Takes a document of the product from its data to the signed PDF, as people and the worker would."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

from accounts.models import Role, User
from audit.context import acting
from audit.files import open_file
from documents import services
from documents.models import DocumentVersion
from documents.services import queue
from projects.models import ApprovalRequest, Project
from projects.services.approvals import answer_approval
from tests.documents.pdf_checks import faults_of
from tests.projects import factories
from tests.quick import UNLAID, words_alone

WORDS = "<p>{title}: <strong>three steps</strong>, 68 % yield, 收率 and 20–25 °C.</p>"


def finished(type_key: str, project: Project, *, author: User, about: str = "", reason: str = "") -> DocumentVersion:
    """Made, its sections written, reviewed and signed by each role in turn. The drafts on the way are words alone; what is signed is laid
    out, where the test does not say otherwise."""
    with words_alone():
        version = drafted(type_key, project, author=author, about=about, reason=reason)
        number, declared = version.document.number, version.document.type
        assert declared is not None
        for section in declared.narrative:
            services.save_narrative(number, version.number, section.key, WORDS.format(title=section.title), actor=author)
        render(version)
    services.submit_for_review(number, version.number, actor=author)
    for slot in (slot for slot in declared.slots if not slot.is_clients):
        signer = factories.person(slot.role)
        services.sign_version(
            number, version.number, actor=signer, meaning=slot.meaning, authentication=factories.fake_authentication(signer)
        )
    if any(slot.is_clients for slot in declared.slots):
        accepted(version)
    assert render(version)
    return DocumentVersion.objects.select_related("document").get(pk=version.pk)


def accepted(version: DocumentVersion) -> None:
    """The client's approver signs what it is asked."""
    signer = factories.person(Role.CLIENT_APPROVER, client=version.document.client)
    asked = ApprovalRequest.objects.get(kind="document", item_id=version.document_id, answer=None)
    answer_approval(asked.pk, kind="accepted", actor=signer, authentication=factories.fake_authentication(signer))


def drafted(type_key: str, project: Project, *, author: User, about: str = "", reason: str = "") -> DocumentVersion:
    version = services.request_document(type_key, actor=author, project=project, about=about, reason=reason)
    assert render(version)
    return DocumentVersion.objects.select_related("document").get(pk=version.pk)


def render(version: DocumentVersion) -> bool:
    """What a worker does; each rendition that any test has laid out is checked as PDF/A."""
    with acting(channel="worker"):
        made = queue.render_version(version.pk)
    if made and not (content := bytes_of(DocumentVersion.objects.get(pk=version.pk))).startswith(UNLAID):
        assert faults_of(content) == []
    return made


def reader_of(version: DocumentVersion) -> PdfReader:
    """The signed PDF; of a draft, the copy for review."""
    return PdfReader(BytesIO(bytes_of(version)))


def bytes_of(version: DocumentVersion) -> bytes:
    file = version.signed_pdf or version.review_pdf
    assert file is not None
    with open_file(file.sha256) as stored:
        return stored.read()


def text_of(version: DocumentVersion) -> str:
    """What it says, with single spaces."""
    if (content := bytes_of(version)).startswith(UNLAID):
        return content.removeprefix(UNLAID).decode()
    return " ".join(" ".join(page.extract_text() for page in reader_of(version).pages).split())
