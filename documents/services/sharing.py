"""Showing one document to its client, and taking it back, by the services of everything that is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.permissions import require_permission
from audit.acts import act
from audit.refusals import Blocker, require_none
from documents.models import Document
from projects.models import Project, Visibility
from projects.services.lifecycle import locked
from projects.services.sharing import apply_sharing, preview_sharing
from projects.shareable import Item, shareable

if TYPE_CHECKING:
    from accounts.models import User


def item_of(document: Document) -> Item:
    return Item(shareable("document"), document)


def sharing_blockers(document: Document) -> list[Blocker]:
    """Why the client cannot be shown it; the document was read `with_signed_number`."""
    return shareable("document").blockers(document, Visibility.SHARED)


@transaction.atomic
def share_document(number: str, *, actor: User) -> Document:
    """Let the client see the signed versions. Sharing twice changes nothing."""
    return _set(number, Visibility.SHARED, actor=actor)


@act
def unshare_document(number: str, *, actor: User, reason: str = "") -> Document:
    """Hide it from the client again; that it was shared stays in the record."""
    return _set(number, Visibility.INTERNAL, actor=actor, reason=reason.strip())


def _set(number: str, visibility: str, *, actor: User, reason: str = "") -> Document:
    """The document is locked before its project, as its own services do."""
    rows = Document.objects.visible_to(actor).with_signed_number().select_for_update(of=("self",))
    document = rows.select_related("project", "rfp", "client").get(number=number)
    require_permission("documents.share", actor, document)
    preview = preview_sharing([item_of(document)], visibility)
    require_none(preview.blockers)
    project = document.project or Project.objects.filter(rfp=document.rfp).first()
    if project is not None:
        project = locked(project.code, actor)
    apply_sharing(preview, project=project, client=document.client, actor=actor, reason=reason)
    return document
