"""Showing a document to its client, and taking it back. Both are events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import Blocker, require_none
from documents.models import Document
from documents.services.shared import locked_document
from projects.models import Visibility

if TYPE_CHECKING:
    from accounts.models import User


def sharing_blockers(document: Document) -> list[Blocker]:
    """Only what is signed into effect is shown to a client."""
    if document.versions.filter(effective_at__isnull=False).exists():
        return []
    return [Blocker("document.not_effective", _t("No version is effective yet; a client never sees a draft."), document.get_absolute_url())]


@transaction.atomic
def share_document(number: str, *, actor: User) -> Document:
    """Let the client see the signed versions. Sharing twice changes nothing."""
    document = locked_document(number, actor)
    require_permission("documents.share", actor, document)
    require_none(sharing_blockers(document))
    if document.is_shared:
        return document
    document.visibility, document.shared_at, document.shared_by = Visibility.SHARED, timezone.now(), actor
    document.save(update_fields=["visibility", "shared_at", "shared_by", "updated_at"])
    newest = document.versions.filter(effective_at__isnull=False).order_by("-number").values_list("number", flat=True)[0]
    record("document.shared", document, actor=actor, number=document.number, title=document.title, version=newest)
    return document


@transaction.atomic
def unshare_document(number: str, *, actor: User, reason: str = "") -> Document:
    """Hide it from the client again; that it was shared stays in the record."""
    document = locked_document(number, actor)
    require_permission("documents.share", actor, document)
    if not document.is_shared:
        return document
    document.visibility, document.shared_at, document.shared_by = Visibility.INTERNAL, None, None
    document.save(update_fields=["visibility", "shared_at", "shared_by", "updated_at"])
    record("document.unshared", document, actor=actor, reason=reason.strip(), number=document.number, title=document.title)
    return document
