"""Issue and share in one act: the version is made, put into effect and shown to the client by itself, however often a worker is lost.

The act writes the version and its `Issuance`; the worker that made a PDF takes the next step, the sweeper calls another one where
none did. Each step is one transaction that looks first how far it is, so each happens once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.hashes import hash_of
from audit.refusals import BadInput, Blocker, NotAllowed, Refused, require_none
from documents import narrative as texts
from documents.issuances import Issuance
from documents.models import DocumentVersion
from documents.registry import document_type
from documents.services.review import submit_for_review
from documents.services.shared import declared_type, hash_content, locked_version, record_about
from documents.services.sharing import share_document
from documents.services.versions import as_json, language_for, request_document
from projects.services.waiting import open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

log = structlog.get_logger(__name__)
State = DocumentVersion.State
LONGEST_MESSAGE = 2000


@transaction.atomic
def issue_document(
    type_key: str,
    *,
    project: Project,
    actor: User,
    message: str = "",
    narrative: Mapping[str, str] | None = None,
    share: bool = True,
    copy_key: str = "",
    expected_hash: str | None = None,
    about: str = "",
) -> DocumentVersion:
    """Make the next version of an unsigned type with these texts; it takes effect and, with its message, is shared by itself.

    copy_key: the type of our own copy, issued beside it and shown to nobody outside. expected_hash: of the data as they were shown
    before; other data are refused.
    """
    _check_message(message)
    version = request_document(type_key, actor=actor, project=project, about=about)
    if share:
        require_permission("documents.share", actor, version.document)
    require_none(_issuing_blockers(version, expected_hash))
    _write(version, narrative or {})
    Issuance.objects.create(version=version, share=share, message=message.strip(), asked_by=actor, asked_at=timezone.now())
    if copy_key:
        issue_document(copy_key, project=project, actor=actor, narrative=narrative, share=False)
    return version


def preview_issue(type_key: str, project: Project) -> tuple[dict[str, Any], str]:
    """The data that a version would pin now, and their hash: what is shown before the act is what the act pins."""
    declared = document_type(type_key)
    with translation.override(language_for(declared, project)):
        data = as_json(declared.data_of(project))
    return data, hash_of(data)


def _check_message(message: str) -> None:
    if len(message) > LONGEST_MESSAGE:
        raise BadInput({"message": [_t("Use at most %(limit)d characters.") % {"limit": LONGEST_MESSAGE}]})


def _issuing_blockers(version: DocumentVersion, expected_hash: str | None) -> list[Blocker]:
    declared = declared_type(version.document)
    if declared.signers:
        words = _t("%(title)s is signed; it is not issued without its signatures.") % {"title": declared.title}
        return [Blocker("document.is_signed", words)]
    if expected_hash is not None and expected_hash != hash_of(version.snapshot["data"]):
        words = _t("Something changed since you looked. Nothing was issued; look at the preview again.")
        return [Blocker("document.data_changed", words)]
    return []


def _write(version: DocumentVersion, narrative: Mapping[str, str]) -> None:
    """The texts of the act, cleaned; sections that it does not name keep what the version took over."""
    declared = declared_type(version.document)
    known = {key: texts.sanitise(html) for key, html in narrative.items() if declared.section(key) is not None}
    version.narrative = version.narrative | known
    hash_content(version)
    version.save(update_fields=["narrative", "content_hash"])


def proceed(version_id: int) -> None:
    """Take the next step of a version that is being issued, if it is ready for one; what refuses it is told to whoever asked."""
    waiting = Issuance.objects.pending().filter(version=version_id).select_related("version__document", "asked_by").first()
    if waiting is None:
        return
    document, number, actor = waiting.version.document, waiting.version.number, waiting.asked_by
    try:
        with transaction.atomic():
            _step(locked_version(document.number, number, actor), actor)
    except (Refused, NotAllowed, BadInput, ObjectDoesNotExist) as refusal:
        log.info("document.not_issued", version=version_id)
        _stop(waiting, str(refusal))


def _step(version: DocumentVersion, actor: User) -> None:
    """The document is locked, so of two workers the second finds what the first did."""
    issuance = Issuance.objects.pending().filter(version=version).first()
    if issuance is None:
        return
    if version.state == State.DRAFT:
        submit_for_review(version.document.number, version.number, actor=actor)
    elif version.state == State.SUPERSEDED:
        _end(issuance, refusal=_t("A newer version took its place."))
    elif version.state == State.EFFECTIVE and version.signed_pdf is not None:
        _deliver(version, issuance, actor)


def _deliver(version: DocumentVersion, issuance: Issuance, actor: User) -> None:
    if issuance.share:
        if not version.document.is_shared:
            version.document = share_document(version.document.number, actor=actor)
        record_about("document.sent", version, actor=actor, message=issuance.message)
    _end(issuance)


def _end(issuance: Issuance, *, refusal: str = "") -> None:
    issuance.done_at, issuance.refusal = timezone.now(), refusal
    issuance.save(update_fields=["done_at", "refusal"])


@transaction.atomic
def _stop(issuance: Issuance, why: str) -> None:
    _end(issuance, refusal=why)
    version = issuance.version
    record_about("document.refused", version, actor=None, reason=why, round=version.review_round)
    open_wait(
        f"document.rework:{version.document_id}",
        project=version.document.project,
        user=issuance.asked_by,
        words=_t("%(number)s version %(version)d was refused: change it and submit it again")
        % {"number": version.document.number, "version": version.number},
        link=version.document.get_absolute_url(),
    )
