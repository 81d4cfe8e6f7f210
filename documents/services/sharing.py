"""Showing one document to its client, asking for its signature, and taking it back, by the services of everything that is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.permissions import require_permission
from audit.acts import act
from audit.refusals import Blocker, require_none
from documents.models import Document, DocumentVersion
from documents.services.shared import record_about
from projects.models import Project, Visibility
from projects.services.approvals import withdraw_open
from projects.services.locking import locked, require_active
from projects.services.sharing import apply_sharing, preview_sharing
from projects.shareable import Item, shareable

if TYPE_CHECKING:
    from accounts.models import User


def item_of(document: Document) -> Item:
    return Item(shareable("document"), document)


def sharing_blockers(document: Document) -> list[Blocker]:
    """Why the client cannot be shown it, or why it cannot be hidden again; the document was read `with_signed_number`."""
    return shareable("document").blockers(document, Visibility.INTERNAL if document.is_shared else Visibility.SHARED)


@transaction.atomic
def share_document(number: str, *, actor: User) -> Document:
    """Let the client see the signed versions. Sharing twice changes nothing."""
    return _set(number, Visibility.SHARED, actor=actor)


@act
def unshare_document(number: str, *, actor: User, reason: str = "") -> Document:
    """Hide it from the client again; that it was shared stays in the record."""
    return _set(number, Visibility.INTERNAL, actor=actor, reason=reason.strip())


def offer_to_client(version: DocumentVersion, *, actor: User) -> None:
    """All of ours have signed the locked version: the client reads it, and its approver is asked for the last signature."""
    version.offered_round = version.review_round
    version.save(update_fields=["offered_round"])
    version.document = document = _locked(version.document.number, actor)
    project = _locked_project(document, actor)
    if project is not None:
        require_active(project)
    preview = preview_sharing([item_of(document)], Visibility.FOR_APPROVAL)
    require_none(preview.blockers)
    apply_sharing(preview, project=project, client=document.client, actor=actor)
    record_about("document.offered", version, actor=actor, client=document.client.name)


def take_back_offer(version: DocumentVersion, *, actor: User, reason: str) -> None:
    """One of ours refused what the client was asked to sign: it is asked no more, and reads what was in effect before, or nothing."""
    document = _locked(version.document.number, actor)
    if document.signed_number:  # type: ignore[attr-defined]
        withdraw_open([item_of(document)], actor=actor)
        return
    preview = preview_sharing([item_of(document)], Visibility.INTERNAL)
    apply_sharing(preview, project=_locked_project(document, actor), client=document.client, actor=actor, reason=reason)
    version.document = document


def _set(number: str, visibility: str, *, actor: User, reason: str = "") -> Document:
    document = _locked(number, actor)
    require_permission("documents.share", actor, document)
    preview = preview_sharing([item_of(document)], visibility)
    require_none(preview.blockers)
    apply_sharing(preview, project=_locked_project(document, actor), client=document.client, actor=actor, reason=reason)
    return document


def _locked(number: str, actor: User) -> Document:
    """The document is locked before its project, as its own services do."""
    rows = Document.objects.visible_to(actor).with_signed_number().select_for_update(of=("self",))
    return rows.select_related("project", "rfp", "client").get(number=number)


def _locked_project(document: Document, actor: User) -> Project | None:
    project = document.project or Project.objects.filter(rfp=document.rfp).first()
    return locked(project.code, actor) if project is not None else None
