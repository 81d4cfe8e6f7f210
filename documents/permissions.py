"""Who may do what with documents. Whether a document is seen at all is `visible_to`; these come after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from accounts.models import Role
from accounts.permissions import has_administrator, has_quality_assurance
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType, known

if TYPE_CHECKING:
    from accounts.models import User

SHARERS = frozenset({Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER})


def _type_of(obj: Any) -> DocumentType | None:
    if isinstance(obj, str):  # pages below the documents name a type by its key
        return known(obj)
    if isinstance(obj, DocumentType):
        return obj
    if isinstance(obj, DocumentVersion):
        return obj.document.type
    return obj.type if isinstance(obj, Document) else None


@rules.predicate
def can_prepare(user: User, obj: Any = None) -> bool:
    """Internal people; of a type that names its makers only those. `obj` is a type or its key, a document, a version, or nothing."""
    if not user.is_internal:
        return False
    declared = _type_of(obj)
    return declared is None or declared.may_be_requested_by(user)


@rules.predicate
def can_sign(user: User, version: DocumentVersion | None = None) -> bool:
    """Internal people whose role, their own or one handed to them, has a place among the signatures of the type."""
    declared = _type_of(version)
    return user.is_internal and declared is not None and any(slot.role in user.signing_roles for slot in declared.signers)


@rules.predicate
def can_share(user: User, document: Document | None = None) -> bool:
    return user.is_internal and bool(SHARERS & user.roles)


rules.add_perm("documents.request", can_prepare)
rules.add_perm("documents.upload", can_prepare)
rules.add_perm("documents.edit", can_prepare)
rules.add_perm("documents.submit", can_prepare)
rules.add_perm("documents.withdraw", can_prepare)
rules.add_perm("documents.retry", can_prepare)
rules.add_perm("documents.sign", can_sign)
rules.add_perm("documents.refuse", can_sign)
rules.add_perm("documents.share", can_share)
rules.add_perm("documents.change_wording", has_administrator | has_quality_assurance)
