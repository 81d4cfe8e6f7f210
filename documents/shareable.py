"""Documents as things that a client is shown: only what is signed into effect; an approval signs the version that is in effect."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocker, Words
from documents.models import Document, DocumentVersion
from projects.models import Project, Visibility
from projects.shareable import Fact, Shareable
from projects.shared_plan import day

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

Moment = tuple[int, datetime]


class DocumentSharing(Shareable):
    kind, words, words_many = "document", _("Document"), _("Documents")
    model, key, permission = Document, "number", "documents.share"
    fields: Mapping[str, Words] = {"version": _("Version")}
    locked_first = True

    def of_project(self, project: Project) -> QuerySet[Document]:
        return (
            Document.objects.about(project)
            .filter(withdrawn_at=None)
            .with_signed_number()
            .select_related("project", "rfp", "client")
            .order_by("number")
        )

    def link(self, item: Document) -> str:
        return item.get_absolute_url()

    def blockers(self, item: Document, visibility: str) -> list[Blocker]:
        """Only what is signed into effect is shown to a client, and never what was made for us alone."""
        if visibility == Visibility.INTERNAL:
            return []
        if item.type is not None and item.type.for_us:
            return [Blocker("document.for_us", _t("“%(title)s” is made for us alone.") % {"title": item.title}, item.get_absolute_url())]
        if item.signed_number:  # type: ignore[attr-defined]
            return []
        words = _t("No version of “%(title)s” is effective yet; a client never sees a draft.") % {"title": item.title}
        return [Blocker("document.not_effective", words, item.get_absolute_url())]

    def put(self, item: Document, visibility: str, *, actor: User, at: datetime) -> list[str]:
        if visibility == Visibility.INTERNAL:
            item.shared_at = item.shared_by = None
        elif not item.is_shared:
            item.shared_at, item.shared_by = at, actor
        item.visibility = Visibility(visibility)
        return ["visibility", "shared_at", "shared_by", "updated_at"]

    def data(self, item: Document) -> dict[str, Any]:
        return {"number": item.number, "title": item.title, "version": item.signed_number}  # type: ignore[attr-defined]

    def targets(self, items: Sequence[Document]) -> dict[int, Model]:
        by_id = {item.pk: item for item in items}
        found: dict[int, Model] = {}
        for version in DocumentVersion.objects.effective().filter(document__in=by_id):
            version.document = by_id[version.document_id]
            found[version.document_id] = version
        return found

    def facts(self, item: Document, target: Any) -> list[Fact]:
        return [
            Fact(_("Document number"), item.number, item.get_absolute_url()),
            Fact(_("Version"), str(target.number) if target else "–"),
            Fact(_("Effective"), day(target.effective_at) if target else "–"),
        ]

    def told(self, moments: Collection[Moment]) -> dict[Moment, str]:
        """The newest version that was in effect by then."""
        rows = DocumentVersion.objects.filter(document_id__in={pk for pk, _at in moments}, effective_at__isnull=False)
        versions: Any = list(rows.order_by("-effective_at", "-number").values_list("document_id", "effective_at", "number"))
        return {(pk, at): _told(pk, at, versions) for pk, at in moments}


def _told(pk: int, at: datetime, versions: Sequence[tuple[int, datetime, int]]) -> str:
    number = next((number for document, since, number in versions if document == pk and since <= at), None)
    return _t("version %(number)d") % {"number": number} if number else _t("no version")
