"""Documents as things that a client is shown: what is signed into effect, and what waits for the client's own signature.

An approval signs the version that is offered, else the one in effect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model, OuterRef, Q, Subquery
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocker, Words
from documents.models import OFFERED, Document, DocumentVersion
from documents.services.review import take_answer
from projects.models import ApprovalRequest, Project, Visibility
from projects.shareable import Fact, Shareable
from projects.shared_plan import day

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from projects.models import ApprovalAnswer

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
        """Only what is signed is shown to a client, and never what was made for us alone. What it is asked to sign stays shown."""
        if item.offered_number and visibility != Visibility.FOR_APPROVAL:  # type: ignore[attr-defined]
            words = _t("Version %(number)d of “%(title)s” waits for the client's signature; it must be accepted or refused first.")
            words %= {"number": item.offered_number, "title": item.title}  # type: ignore[attr-defined]
            return [Blocker("document.offered", words, item.get_absolute_url())]
        if visibility == Visibility.INTERNAL:
            return []
        if item.type is not None and item.type.for_us:
            return [Blocker("document.for_us", _t("“%(title)s” is made for us alone.") % {"title": item.title}, item.get_absolute_url())]
        if item.signed_number or item.offered_number:  # type: ignore[attr-defined]
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
        rows = DocumentVersion.objects.filter(Q(state=DocumentVersion.State.EFFECTIVE) | OFFERED, document__in=by_id)
        for version in rows.order_by("number"):  # the one offered is newer than the one in effect
            version.document = by_id[version.document_id]
            found[version.document_id] = version
        return found

    def facts(self, item: Document, target: Any) -> list[Fact]:
        return [
            Fact(_("Document number"), item.number, item.get_absolute_url()),
            Fact(_("Version"), str(target.number) if target else "–"),
            Fact(_("Effective"), _effective(target)),
        ]

    def answered(self, item: Document, answer: ApprovalAnswer, *, actor: User) -> None:
        take_answer(item, answer, actor=actor)

    def told(self, moments: Collection[Moment]) -> dict[Moment, str]:
        """The newest version that was in effect, or offered for signature, by then."""
        rows = DocumentVersion.objects.filter(document_id__in={pk for pk, _at in moments}, effective_at__isnull=False)
        versions: Any = [*rows.values_list("document_id", "effective_at", "number"), *_offers({pk for pk, _at in moments})]
        versions.sort(key=lambda row: row[1:], reverse=True)
        return {(pk, at): _told(pk, at, versions) for pk, at in moments}


def _effective(target: Any) -> str:
    if target is None:
        return "–"
    return _t("with your signature") if target.is_offered else day(target.effective_at)


def _offers(documents: Collection[int]) -> list[tuple[int, datetime, int]]:
    """When which version was offered to the client: it was asked about its content."""
    asked = ApprovalRequest.objects.filter(kind=DocumentSharing.kind, item_id__in=documents, content_hash=OuterRef("content_hash"))
    offers = DocumentVersion.objects.filter(document__in=documents, offered_round__gt=0)
    offered = offers.annotate(asked_at=Subquery(asked.order_by("asked_at").values("asked_at")[:1])).exclude(asked_at=None)
    return list(offered.values_list("document_id", "asked_at", "number"))


def _told(pk: int, at: datetime, versions: Sequence[tuple[int, datetime, int]]) -> str:
    number = next((number for document, since, number in versions if document == pk and since <= at), None)
    return _t("version %(number)d") % {"number": number} if number else _t("no version")
