"""A document begun by mistake is taken out: it stays in the record, and nothing waits for it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none, require_reason
from documents.issuances import Issuance
from documents.models import Document, DocumentVersion
from documents.services.deliverables import refresh_deliverable
from documents.services.shared import locked_document
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from accounts.models import User


def withdrawal_blockers(document: Document) -> list[Blocker]:
    """Why it cannot be taken out; the page shows the same."""
    if document.withdrawn_at is not None:
        return [Blocker("document.withdrawn", _t("It is taken out already."))]
    versions = list(document.versions.all())
    if any(version.effective_at for version in versions):
        return [Blocker("document.was_effective", _t("A version of it was in effect; what was signed is never taken out."))]
    if any(version.state == DocumentVersion.State.IN_REVIEW for version in versions):
        return [Blocker("document.in_review", _t("A version is in review; it must be refused first."))]
    return []


@act
def withdraw_document(number: str, *, actor: User, reason: str) -> Document:
    """Take out a document of which no version was ever in effect. Making a version of it brings it back."""
    document = locked_document(number, actor)
    require_permission("documents.withdraw", actor, document)
    require_none(withdrawal_blockers(document))
    require_reason(reason)
    document.withdrawn_at = timezone.now()
    document.save(update_fields=["withdrawn_at", "updated_at"])
    record("document.withdrawn", document, actor=actor, reason=reason, number=document.number, title=document.title)
    close_waits(f"document.rework:{document.pk}")
    pending = Issuance.objects.pending().filter(version__document=document)
    pending.update(done_at=document.withdrawn_at, refusal=_t("It was taken out."))
    for version in document.versions.filter(state__in=DocumentVersion.OPEN):
        close_waits(f"document.failed:{version.pk}")
    refresh_deliverable(document.deliverable)
    return document
