from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from projects.models import Deliverable
    from projects.plans import FoundDocument


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from audit.policies import declare, declare_signed, leave_open
        from audit.signatures import register_content
        from documents import consumers, events, permissions, tables  # noqa: F401  (permissions register themselves)
        from documents.shareable import DocumentSharing
        from projects.plans import find_documents_by, take_records_by
        from projects.shareable import register_shareable

        events.register_all()
        consumers.register_all()
        tables.register_lists()
        find_documents_by(_documents_of)
        take_records_by(_take_records)
        register_content("documents.DocumentVersion", _signed_content)
        declare_signed("documents.DocumentVersion")
        declare("documents.FileText", _files_of_a_client(), writes="false")
        leave_open("documents.DocumentWording", "texts of the installation, the same in everybody's documents")
        register_shareable(DocumentSharing())


def _files_of_a_client() -> str:
    """The files that the client's role may know of by their own tables' policies."""
    tables = {"projects_rfpfile": "sha256", "documents_rendition": "sha256"}
    held = "EXISTS (SELECT 1 FROM {table} AS held WHERE held.{column} = documents_filetext.sha256)"
    return " OR ".join(held.format(table=table, column=column) for table, column in tables.items())


def _documents_of(project_id: int, document_type: str) -> list[FoundDocument]:
    from documents.models import DocumentVersion
    from projects.plans import FoundDocument

    versions = DocumentVersion.objects.filter(document__project=project_id, document__type_key=document_type, document__withdrawn_at=None)
    newest = versions.select_related("document").order_by("document__number", "-number").distinct("document__number")
    return [
        FoundDocument(each.document.number, each.document.get_absolute_url(), each.document.about_words, each.state_words)
        for each in newest
    ]


def _take_records(deliverables: Sequence[Deliverable], actor: User) -> None:
    from documents.services.deliverables import take_records

    take_records(deliverables, actor)


def _signed_content(version: object) -> dict[str, object]:
    return version.signed_content  # type: ignore[attr-defined, no-any-return]
