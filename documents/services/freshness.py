"""Is a document still true? The records behind an effective version may have changed since it pinned them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from documents.models import Document, DocumentVersion
from documents.registry import DocumentType
from documents.services.deliverables import refresh_deliverable
from documents.services.shared import record_about
from documents.services.versions import data_now
from projects.models import Deliverable, Project


@transaction.atomic
def refresh_out_of_date(project_ids: Iterable[int]) -> int:
    """Compare the effective versions of these projects with the records now and mark their documents; how many marks changed.

    Called after commit for every project of which something was recorded, and nightly: lists and gates read the stored mark.
    """
    ids = list(project_ids)
    about = Q(document__project__in=ids) | Q(document__rfp__project__in=ids)
    versions = DocumentVersion.objects.effective().filter(about, source=DocumentVersion.Source.GENERATED)
    return sum(_mark(version) for version in versions.select_related("document__project", "document__rfp", "document__deliverable"))


def refresh_all(batch: int = 100) -> int:
    ids = list(Project.objects.running().values_list("pk", flat=True))
    return sum(refresh_out_of_date(ids[start : start + batch]) for start in range(0, len(ids), batch))


def _mark(version: DocumentVersion) -> bool:
    document, declared = version.document, version.document.type
    if declared is None or declared.dated_by is None:
        return False
    changed = is_out_of_date(version, declared)
    if changed == (document.out_of_date_since is not None):
        return False
    since = timezone.now() if changed else None
    Document.objects.filter(pk=document.pk).update(out_of_date_since=since)
    if document.deliverable is not None and document.deliverable.evidence_hash == version.content_hash:
        Deliverable.objects.filter(pk=document.deliverable.pk).update(outdated_since=since)
    refresh_deliverable(document.deliverable)
    record_about("document.out_of_date" if changed else "document.up_to_date", version, actor=None)
    return True


def is_out_of_date(version: DocumentVersion, declared: DocumentType) -> bool:
    """Whether the parts of the data that date this type read otherwise now; so do records that are no longer there."""
    try:
        now = data_now(version, declared)
    except LookupError:
        return True
    return _dated(now, declared) != _dated(version.snapshot["data"], declared)


def _dated(data: Mapping[str, Any], declared: DocumentType) -> dict[str, Any]:
    keys = declared.dated_by or tuple(data)
    return {key: data.get(key) for key in keys}
