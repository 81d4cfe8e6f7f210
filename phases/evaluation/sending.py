"""The quotation as a paper: made from the released revision, in effect and shared with the client when it is sent, not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.refusals import Blocker
from audit.signatures import content_hash
from documents.models import Document, DocumentVersion
from documents.services import share_document, submission_blockers, submit_for_review
from notifications.enclosures import enclose_with
from projects.delivery import Delivery, deliver_quotations_by
from projects.models import Quotation
from projects.steps import MAKE_EFFECTIVE, register_guard

if TYPE_CHECKING:
    from accounts.models import User
    from audit.models import Event

TYPE = "quotation"
SENT, NOT_SENT = "quotation.sent", "quotation.not_sent"
State = DocumentVersion.State
UNSENT = (Quotation.State.DRAFT, Quotation.State.RELEASED)


def paper_of(quotation: Quotation) -> DocumentVersion | None:
    """The newest version that was made from exactly this revision, as it was released."""
    rows = DocumentVersion.objects.filter(document__project=quotation.project_id, document__type_key=TYPE)
    made = rows.filter(snapshot__data__content_hash=content_hash(quotation)).exclude(state=State.SUPERSEDED, effective_at=None)
    related = made.select_related("document__project", "document__rfp", "document__client", "document__deliverable")
    return related.prefetch_related("renditions").order_by("-number").first()


def paper_blockers(quotation: Quotation) -> list[Blocker]:
    """Why its PDF cannot go to the client yet."""
    paper, names = paper_of(quotation), {"label": quotation.label}
    if paper is None:
        link = f"{reverse('document-new')}?project={quotation.project.code}&type={TYPE}"
        words = _t("The PDF of %(label)s is not made yet; make it from the released revision.") % names
        return [Blocker("quotation.paper", words, link, owner=str(Role.BUSINESS_DEVELOPMENT.label))]
    if paper.effective_at is not None:
        return []
    link = paper.document.get_absolute_url()
    if paper.state in DocumentVersion.QUEUE:
        return [Blocker("quotation.paper", _t("The PDF of %(label)s is being made; it is there in a moment.") % names, link)]
    if paper.state == State.FAILED:
        return [Blocker("quotation.paper", _t("The PDF of %(label)s could not be made; look at the error and try again.") % names, link)]
    return [blocker for blocker in submission_blockers(paper) if blocker.key != NOT_SENT]


def lock_paper(code: str, actor: User) -> None:
    """The document is locked before its project, as its own services do."""
    list(Document.objects.visible_to(actor).select_for_update(of=("self",)).filter(project__code=code, type_key=TYPE))


def hand_over(quotation: Quotation, *, actor: User) -> None:
    """In effect, and shown to the client."""
    paper = paper_of(quotation)
    assert paper is not None  # noqa: S101 - the sending is refused without it
    if paper.effective_at is None:
        submit_for_review(paper.document.number, paper.number, actor=actor)
    share_document(paper.document.number, actor=actor)


def handed_over(events: Sequence[Event]) -> dict[int, DocumentVersion]:
    """By the event of its sending the paper of the revision that was sent."""
    rows = Quotation.objects.filter(pk__in=[int(event.object_id) for event in events]).select_related("project__client")
    papers = {str(row.pk): paper for row in rows if (paper := paper_of(row)) is not None and paper.effective_at is not None}
    return {event.pk: papers[event.object_id] for event in events if event.object_id in papers}


def unsent(version: DocumentVersion) -> list[Blocker]:
    """Guard: a paper in effect is the client's to see, and an offer is not there before it is sent."""
    if version.document.type_key != TYPE or version.project is None:
        return []
    row = Quotation.objects.current().filter(project=version.project, state__in=UNSENT).select_related("project").first()
    if row is None:
        return []
    words = _t("It takes effect when %(label)s is sent to the client.") % {"label": row.label}
    return [Blocker(NOT_SENT, words, row.get_absolute_url())]


def register() -> None:
    deliver_quotations_by(Delivery(lock_paper, paper_blockers, hand_over))
    register_guard(MAKE_EFFECTIVE, unsent)
    enclose_with(SENT, handed_over)
