"""What the page of a document shows, gathered once, for the page and for its htmx fragments alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.capacities import giver_of
from accounts.permissions import allowed
from audit.models import Event
from audit.refusals import Blocker
from documents.forms import WithdrawForm
from documents.models import Document, DocumentVersion
from documents.registry import NarrativeSection
from documents.services import editing_blockers, sharing_blockers, signing_blockers, slots_of, submission_blockers, withdrawal_blockers
from documents.services.sharing import item_of
from documents.services.signing import Slot, signing_as, slot_for
from documents.wording import sections_of
from projects.approvals import standing_of
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User

ACTIVITY_ROWS = 50


@dataclass(frozen=True)
class Action:
    """Something a person may press, or the reasons why not; `shown` is false when it does not concern them at all."""

    shown: bool
    blockers: tuple[Blocker, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.shown and not self.blockers


@dataclass(frozen=True)
class Section:
    """A narrative section with its text in one version."""

    declared: NarrativeSection
    html: str


def version_context(version: DocumentVersion, user: User) -> dict[str, Any]:
    """The context of `documents/_version.html`: state, files, text, signatures, and what this person may do."""
    declared = version.document.type
    slots = slots_of(version) if user.is_internal else []
    mine = slot_for(slots, user) if user.is_internal else None
    return {
        "version": version,
        "document": version.document,
        "user": user,
        "sections": [Section(each, version.narrative.get(each.key, "")) for each in sections_of(declared)]
        if declared and user.is_internal and version.is_generated
        else [],
        "slots": slots,
        "my_slot": mine,
        "giver": giver_of(signing_as(mine, user)) if mine else None,
        "submit": _submit(version, user),
        "sign": _sign(version, user, mine),
        "refuse": Action(version.state == DocumentVersion.State.IN_REVIEW and allowed("documents.refuse", user, version)),
        "edit": _edit(version, user),
        "retry": Action(version.failed_at is not None and allowed("documents.retry", user, version)),
        "files": [
            each
            for each in version.renditions.all()
            if _is_current(each, version) and (user.is_internal or version.is_offered or each.kind != each.Kind.REVIEW)
        ],
    }


def _is_current(rendition: Any, version: DocumentVersion) -> bool:
    """Review copies are of use while there is nothing signed and their text is the present one."""
    if rendition.content_hash != version.content_hash:
        return False
    return rendition.kind != rendition.Kind.REVIEW or version.signed_pdf is None


def _edit(version: DocumentVersion, user: User) -> Action:
    """Of a signed version nobody expects that its text can be written."""
    shown = version.document.type is not None and version.state not in DocumentVersion.SIGNED
    return Action(shown and allowed("documents.edit", user, version), tuple(editing_blockers(version)))


def _submit(version: DocumentVersion, user: User) -> Action:
    if version.state not in DocumentVersion.OPEN or version.document.type is None:
        return Action(False)
    return Action(allowed("documents.submit", user, version), tuple(submission_blockers(version)))


def _sign(version: DocumentVersion, user: User, mine: Slot | None) -> Action:
    if version.state != DocumentVersion.State.IN_REVIEW or not user.is_internal:
        return Action(False)
    if not allowed("documents.sign", user, version):
        waited = ", ".join(each.declared.words for each in slots_of(version) if each.is_open)
        words = _t("Now it is the turn of: %(who)s.") % {"who": waited}
        return Action(True, (Blocker("document.other_signer", words, owner=waited),))
    return Action(True, tuple(signing_blockers(version, user, mine.declared.meaning if mine else "")))


def document_context(document: Document, user: User) -> dict[str, Any]:
    """The context of `documents/document_detail.html`."""
    versions = list(
        DocumentVersion.objects.visible_to(user)
        .filter(document=document)
        .select_related(
            "document__project__compound", "document__project__site", "document__rfp", "document__client", "requested_by", "issuance"
        )
        .prefetch_related("renditions", "slot_signatures__signature")
    )
    for version in versions:
        version.document = document
    return {
        "document": document,
        "newest": version_context(versions[0], user) if versions else None,
        "earlier": [version_context(each, user) for each in versions[1:]],
        "new_version": _new_version(document, versions, user),
        "withdraw": Action(allowed("documents.withdraw", user, document) and not withdrawal_blockers(document)),
        "withdraw_form": WithdrawForm(),
        "share": Action(allowed("documents.share", user, document), tuple(sharing_blockers(document))),
        "standing": standing_of(item_of(document)) if user.is_internal else None,
        "shared_in": _project_of(document) if user.is_internal else None,
        "events": Event.objects.filter(
            object_type__app_label="documents", object_type__model="document", object_id=str(document.pk)
        ).order_by("-transaction_id", "-id")[:ACTIVITY_ROWS]
        if user.is_internal
        else [],
    }


def _project_of(document: Document) -> Project | None:
    """The project on whose page of sharing it stands; none for a request that is no project yet."""
    return document.project or Project.objects.filter(rfp=document.rfp).first()


def _new_version(document: Document, versions: list[DocumentVersion], user: User) -> Action:
    shown = allowed("documents.request", user, document) and document.type is not None
    in_review = next((each for each in versions if each.state == DocumentVersion.State.IN_REVIEW), None)
    if in_review is None:
        return Action(shown)
    words = _t("Version %(number)d is in review; it must be signed or refused first.") % {"number": in_review.number}
    return Action(shown, (Blocker("document.in_review", words),))
