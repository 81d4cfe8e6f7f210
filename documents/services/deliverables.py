"""Documents as the record of a deliverable: which of them makes it done, and what happens to it when they change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from audit.hashes import hash_of
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType
from projects.models import Charter, Deliverable, DeliverableRound, Project, Rfp
from projects.plans import planned_deliverable
from projects.services.evidence import mark_documented, start_locks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User


@dataclass(frozen=True)
class Standing:
    """The documents of a deliverable that needs all of them: versions in effect since its round began, and what was begun without."""

    effective: list[DocumentVersion]
    open: list[Document]
    needed: int

    @property
    def is_complete(self) -> bool:
        return not self.open and len(self.effective) >= self.needed

    @property
    def content(self) -> str:
        return hash_of({version.document.number: version.content_hash for version in self.effective})


def deliverable_of(declared: DocumentType, subject: Project | Rfp) -> Deliverable | None:
    """The deliverable of the project that a document of this type makes done."""
    project = subject if isinstance(subject, Project) else getattr(subject, "project", None)
    if project is None:
        return None
    return Deliverable.objects.filter(project=project, document_type=declared.key).first()


def standing_of(deliverable: Deliverable) -> Standing | None:
    """None for a deliverable that one effective document makes done."""
    planned = planned_deliverable(deliverable.key)
    if planned is None or not planned.needs_all:
        return None
    since = DeliverableRound.objects.filter(deliverable=deliverable).order_by("-reopened_at").values_list("reopened_at", flat=True).first()
    documents = Document.objects.filter(project=deliverable.project_id, type_key=deliverable.document_type, withdrawn_at=None)
    effective = DocumentVersion.objects.effective().filter(document__in=documents).select_related("document").order_by("document__number")
    begun = documents.exclude(Exists(DocumentVersion.objects.effective().filter(document=OuterRef("pk"))))
    counted = list(effective.filter(effective_at__gt=since) if since else effective)
    charter = Charter.objects.filter(project=deliverable.project_id).first() if planned.counted_by else None
    return Standing(counted, list(begun.order_by("number")), planned.needed(charter))


def place_among(deliverable: Deliverable, document: Document) -> int:
    """Which record of its round this document is, in the order in which they took effect: the next one where it is not in effect yet.

    0 where the documents of the deliverable are not counted.
    """
    standing = standing_of(deliverable)
    if standing is None:
        return 0
    in_order = [each.document_id for each in sorted(standing.effective, key=lambda each: (each.effective_at, each.pk))]
    return (in_order.index(document.pk) if document.pk in in_order else len(in_order)) + 1


def fill_deliverable(version: DocumentVersion, declared: DocumentType, *, actor: User, at: datetime) -> None:
    """The version took effect: its deliverable is done, where it needs all its documents with the last of them."""
    document = version.document
    deliverable = document.deliverable or deliverable_of(declared, document.subject)
    if deliverable is None:
        return
    if document.deliverable_id is None:
        document.deliverable = deliverable
        document.save(update_fields=["deliverable", "updated_at"])
    standing = standing_of(deliverable)
    if standing is None:
        facts = {_t("Document"): document.number, _t("Version"): str(version.number), _t("Reason of the version"): version.reason}
        if document.about_reference:
            facts[document.get_about_kind_display()] = document.about_reference
        mark_documented(
            deliverable.pk,
            label=_label(version),
            link=document.get_absolute_url(),
            content=version.content_hash,
            at=at,
            actor=actor,
            facts=facts,
        )
    elif standing.is_complete:
        _mark_all(deliverable, standing, actor=actor, at=at)


def take_records(deliverables: Sequence[Deliverable], actor: User) -> None:
    """Planned deliverables of one project whose document is in effect already: it is their record, of its own day. One query where there
    is none. What would be locked until something else is done stays open.
    """
    by_type = {row.document_type: row for row in deliverables if row.document_type}
    projects = {row.project_id for row in deliverables}
    of_project = Q(document__project__in=projects) | Q(document__rfp__project__in=projects)
    rows = DocumentVersion.objects.effective().filter(of_project, document__type_key__in=by_type, document__withdrawn_at=None)
    newest = rows.select_related("document__project", "document__rfp__project").order_by("effective_at", "pk")
    for version in {version.document.type_key: version for version in newest}.values():  # of several the last, as when each took effect
        document, row = version.document, by_type[version.document.type_key]
        if document.type is None or version.effective_at is None or start_locks(row, place_among(row, document)):
            continue
        fill_deliverable(version, document.type, actor=actor, at=version.effective_at)
        Deliverable.objects.filter(pk=row.pk, evidence_hash=version.content_hash).update(outdated_since=document.out_of_date_since)
        refresh_deliverable(Deliverable.objects.get(pk=row.pk))


def _mark_all(deliverable: Deliverable, standing: Standing, *, actor: User, at: datetime) -> None:
    mark_documented(
        deliverable.pk,
        label=_t("%(count)d documents: %(names)s")
        % {"count": len(standing.effective), "names": ", ".join(_label(each) for each in standing.effective)},
        link=f"{reverse('project-documents', args=[deliverable.project.code])}#{deliverable.document_type}",
        content=standing.content,
        at=at,
        actor=actor,
        facts={each.document.about_words or each.document.number: _label(each) for each in standing.effective},
    )


def _label(version: DocumentVersion) -> str:
    return _t("%(number)s version %(version)d") % {"number": version.document.number, "version": version.number}


def refresh_deliverable(deliverable: Deliverable | None) -> None:
    """Mark a done deliverable that needs all its documents as out of date while one of them is open or out of date itself."""
    standing = standing_of(deliverable) if deliverable else None
    if deliverable is None or standing is None or deliverable.evidence_kind != Deliverable.EvidenceKind.DOCUMENT:
        return
    holds = not standing.open and not any(each.document.out_of_date_since for each in standing.effective)
    since = None if holds else deliverable.outdated_since or timezone.now()
    Deliverable.objects.filter(pk=deliverable.pk).update(outdated_since=since)
