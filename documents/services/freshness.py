"""Is a document still true? The records behind an effective version may have changed since it pinned them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from documents.models import Document, DocumentVersion
from documents.registry import INPUTS, MISSING, DocumentType
from documents.services.deliverables import refresh_deliverable
from documents.services.shared import record_about
from documents.services.versions import dating_now
from projects.models import Deliverable, Project


@transaction.atomic
def refresh_out_of_date(project_ids: Iterable[int]) -> int:
    """Compare the effective versions of these projects with the records now and mark their documents; how many marks changed.

    Called after commit for every project of which something was recorded, and nightly: lists and gates read the stored mark.
    """
    ids = list(project_ids)
    about = Q(document__project__in=ids) | Q(document__rfp__project__in=ids)
    rows = DocumentVersion.objects.effective().filter(about, source=DocumentVersion.Source.GENERATED)
    projects = [f"document__project{part}" for part in ("__compound", "__client", "__site", "__rfp")]
    versions = list(rows.select_related("document__rfp", "document__deliverable", *projects))
    _read_together(versions)
    return sum(_mark(version) for version in versions)


def _read_together(versions: list[DocumentVersion]) -> None:
    """Documents of one project read it as one, with what their types read of it: as many queries for any number of documents."""
    projects: dict[int, Project] = {}
    reads = set()
    for document in (version.document for version in versions):
        if document.project is not None:
            document.project = projects.setdefault(document.project.pk, document.project)
        reads |= set(document.type.reads) if document.type else set()
    prefetch_related_objects(list(projects.values()), *sorted(reads))


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
        now = dating_now(version, declared)
    except LookupError:
        return True
    pinned = version.snapshot["data"]
    if not declared.dated_by:
        return bool(_said(now) != _said(pinned))
    # A version of an earlier release may lack a part: nothing says that it changed.
    return any(_said(_part(now, key, pinned[key])) != _said(pinned[key]) for key in declared.dated_by if key in pinned)


def _said(value: Any) -> Any:
    """Without how wide the columns of tables are printed: a release may print them otherwise, and nothing else is said."""
    if isinstance(value, Mapping):
        return {key: _said(each) for key, each in value.items() if key != "width"}
    return [_said(each) for each in value] if isinstance(value, list | tuple) else value


def _part(now: Mapping[str, Any], key: str, pinned: Any) -> Any:
    """Of the inputs only those on which the version rests, of the open questions only those that it prints."""
    if key == MISSING:
        return [words for words in pinned if words in now.get(key, [])]
    return {name: now[key].get(name) for name in pinned} if key == INPUTS else now.get(key)
