"""What the services of this package have in common: finding under lock, hashing, recording."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from kombu.exceptions import OperationalError

from audit.events import record
from audit.refusals import Blocker, Refused
from audit.signatures import content_hash
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType
from documents.tasks import render_version

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger(__name__)


def locked_document(number: str, actor: User) -> Document:
    """The document, visible to the actor and locked: everything that happens to its versions happens one after another."""
    return Document.objects.visible_to(actor).select_for_update(of=("self",)).select_related("project", "rfp", "client").get(number=number)


def locked_version(number: str, version: int, actor: User) -> DocumentVersion:
    """A version with its document, both locked. Raises DoesNotExist for absent and foreign alike."""
    document = locked_document(number, actor)
    found = DocumentVersion.objects.visible_to(actor).select_for_update(of=("self",)).get(document=document, number=version)
    found.document = document
    return found


def declared_type(document: Document) -> DocumentType:
    """Raises Refused for a document whose type this release no longer has."""
    if document.type is None:
        raise Refused([Blocker("document.type_gone", _t("This release has no document type “%(key)s”.") % {"key": document.type_key})])
    return document.type


def hash_content(version: DocumentVersion) -> None:
    """Set the content hash from the content as it is; the version must have its id, which the hash binds."""
    version.content_hash = content_hash(version)


def record_about(key: str, version: DocumentVersion, /, *, actor: User | None, **data: Any) -> None:
    """Record an event about the document with number, title and version in its data; the document counts as changed."""
    document = version.document
    Document.objects.filter(pk=document.pk).update(updated_at=timezone.now())
    record(key, document, actor=actor, number=document.number, title=document.title, version=version.number, **data)


def ring(version: DocumentVersion) -> None:
    """Wake a worker once the transaction commits. A lost call delays and loses nothing: the row is the queue, the sweeper finds it."""
    transaction.on_commit(partial(_call_worker, version.pk))


def _call_worker(version_id: int) -> None:
    try:
        render_version.delay(version_id)
    except (OperationalError, OSError) as error:
        log.warning("document.bell_not_heard", version=version_id, error=str(error))
