"""From draft to effective: submitting, signing, refusing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _t

from accounts.capacities import giver_of
from accounts.permissions import require_permission
from audit.refusals import BadInput, Blocker, Refused, require_none
from audit.signatures import sign
from documents.models import QUEUE_STATE, Document, DocumentVersion
from documents.narrative import has_text
from documents.registry import DocumentType
from documents.services.deliverables import deliverable_of, fill_deliverable, place_among
from documents.services.shared import declared_type, locked_version, record_about, ring
from documents.services.sharing import offer_to_client, take_back_offer
from documents.services.signing import ask_signers, signing_as, signing_blockers, slot_for, slots_of
from documents.services.versions import data_now
from documents.wording import is_of_release
from projects import steps
from projects.services.evidence import start_locks
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.signing import Authentication
    from projects.models import ApprovalAnswer

MAKE_EFFECTIVE = steps.MAKE_EFFECTIVE


def submission_blockers(version: DocumentVersion) -> list[Blocker]:
    """Why a version cannot be submitted for review."""
    if version.state != DocumentVersion.State.DRAFT:
        words = _t("Version %(number)d is %(state)s; only a draft is submitted.") % {
            "number": version.number,
            "state": version.get_state_display().lower(),
        }
        return [Blocker("document.not_draft", words)]
    if version.document.withdrawn_at is not None:
        return [Blocker("document.withdrawn", _t("It is taken out; make a new version to bring it back."))]
    declared = declared_type(version.document)
    return [*_content_blockers(version, declared), *effect_blockers(version, declared)]


def effect_blockers(version: DocumentVersion, declared: DocumentType) -> list[Blocker]:
    """What locks its taking effect: guards of the step itself, and of the step of which its deliverable is the record."""
    deliverable = version.document.deliverable or deliverable_of(declared, version.document.subject)
    starts = start_locks(deliverable, place_among(deliverable, version.document)) if deliverable else []
    return [*steps.blockers(MAKE_EFFECTIVE, version), *starts]


def _content_blockers(version: DocumentVersion, declared: DocumentType) -> list[Blocker]:
    found = []
    if version.is_generated and not is_of_release(version.template_version, declared):
        found.append(Blocker("document.template", _t("The template has changed since; make a new version from the data.")))
    found += _data_blockers(version, declared)
    if version.is_generated and version.review_pdf is None:
        found.append(Blocker("document.no_pdf", _t("The PDF of the present text is not made yet.")))
    if version.missing_characters:
        words = _t("These characters cannot be printed: %(characters)s. Write them in another way.") % {
            "characters": version.missing_characters
        }
        found.append(Blocker("document.characters", words))
    if version.is_generated:
        missing = [section for section in declared.narrative if section.required and not has_text(version.narrative.get(section.key, ""))]
        found += [
            Blocker(f"document.section.{each.key}", _t("“%(title)s” is empty.") % {"title": each.title}, f"#section-{each.key}")
            for each in missing
        ]
    return found


def _data_blockers(version: DocumentVersion, declared: DocumentType) -> list[Blocker]:
    if not (version.is_generated and declared.follows_data) or data_now(version, declared) == version.snapshot["data"]:
        return []
    return [Blocker("document.data", _t("The data have changed since this version was made; make a new version from the data."))]


@transaction.atomic
def submit_for_review(number: str, version: int, *, actor: User) -> DocumentVersion:
    """Close the text and ask for the signatures. A type without signatures is effective at once."""
    found = locked_version(number, version, actor)
    require_permission("documents.submit", actor, found)
    require_none(submission_blockers(found))
    found.submit()
    found.save(update_fields=["state", "review_round"])
    close_waits(f"document.rework:{found.document_id}")
    record_about("document.submitted", found, actor=actor, round=found.review_round)
    ask_signers(found)
    if not declared_type(found.document).signers:
        _take_effect(found, actor, timezone.now())
    return found


@transaction.atomic
def sign_version(
    number: str, version: int, *, actor: User, meaning: str, authentication: Authentication, seen_hash: str = ""
) -> DocumentVersion:
    """Give one signature over the content as it was shown (`seen_hash`); the last one makes it effective in the same transaction."""
    found = locked_version(number, version, actor)
    require_permission("documents.sign", actor, found)
    reasons, slot = signing_blockers(found, actor, meaning), slot_for(slots_of(found), actor, meaning)
    if reasons or slot is None:
        raise Refused(reasons)
    with translation.override("en"):
        words = slot.declared.words
    giver = giver_of(signing_as(slot, actor))
    signature = sign(found, actor=actor, on_behalf_of=giver, meaning=words, authentication=authentication, expected_hash=seen_hash)
    found.slot_signatures.create(review_round=found.review_round, slot=slot.declared.key, signature=signature)
    record_about("document.signed", found, actor=actor, on_behalf_of=giver, slot=words, content_hash=signature.content_hash)
    ask_signers(found)
    missing = [each.declared for each in slots_of(found) if each.signature is None]
    if all(each.is_clients for each in missing):
        declared = declared_type(found.document)
        require_none([*_data_blockers(found, declared), *effect_blockers(found, declared)])
        if missing:
            offer_to_client(found, actor=actor)
        else:
            _take_effect(found, actor, timezone.now())
    return found


def take_answer(document: Document, answer: ApprovalAnswer, *, actor: User) -> None:
    """Inside the client's signed answer about a locked document: the last signature of the version that was offered, or its refusal."""
    found = DocumentVersion.objects.offered().select_for_update(of=("self",)).filter(document=document).first()
    if found is None:
        return
    found.document = document
    if not answer.approves or answer.signature is None:
        _return_to_draft(found, actor=actor, reason=answer.words)
        return
    declared = declared_type(document)
    if effect_blockers(found, declared):  # what locks it is ours, and said to us
        raise Refused([Blocker("document.locked", _t("It cannot take effect at present; please ask your project manager."))])
    slot = next(each for each in declared.slots if each.is_clients)
    found.slot_signatures.create(review_round=found.review_round, slot=slot.key, signature=answer.signature)
    with translation.override("en"):
        record_about("document.signed", found, actor=actor, slot=slot.words, content_hash=answer.content_hash)
    _take_effect(found, actor, timezone.now())


@transaction.atomic
def refuse_version(number: str, version: int, *, actor: User, reason: str) -> DocumentVersion:
    """Return a version in review to draft; signatures of this round stay in the record and count no longer."""
    found = locked_version(number, version, actor)
    require_permission("documents.refuse", actor, found)
    if found.state != DocumentVersion.State.IN_REVIEW:
        raise Refused([Blocker("document.not_in_review", _t("Version %(number)d is not in review.") % {"number": found.number})])
    if not reason.strip():
        raise BadInput({"reason": [_t("Say what has to change; it stays in the record.")]})
    slot = slot_for(slots_of(found), actor)
    giver = giver_of(signing_as(slot, actor)) if slot else None
    was_offered = found.is_offered
    _return_to_draft(found, actor=actor, reason=reason.strip(), on_behalf_of=giver)
    if was_offered:
        take_back_offer(found, actor=actor, reason=reason.strip())
    return found


def _return_to_draft(found: DocumentVersion, *, actor: User, reason: str, on_behalf_of: User | None = None) -> None:
    found.refuse()
    found.save(update_fields=["state"])
    close_waits(f"document.sign:{found.pk}")
    record_about("document.refused", found, actor=actor, on_behalf_of=on_behalf_of, reason=reason, round=found.review_round)
    open_wait(
        f"document.rework:{found.document_id}",
        project=found.document.project,
        user=found.requested_by,
        words=_t("%(number)s version %(version)d was refused: change it and submit it again")
        % {"number": found.document.number, "version": found.number},
        link=found.document.get_absolute_url(),
    )


def _take_effect(version: DocumentVersion, actor: User, now: datetime) -> None:
    """The version is in force: the one before is superseded, the deliverable is done, the signed PDF follows from the worker."""
    document = version.document
    declared = declared_type(document)
    for previous in DocumentVersion.objects.select_for_update(of=("self",)).effective().filter(document=document):
        previous.document = document
        previous.supersede()
        previous.save(update_fields=["state"])
        record_about("document.superseded", previous, actor=actor)
    version.make_effective(now)
    version.save(update_fields=["state", "effective_at", *QUEUE_STATE])
    record_about("document.effective", version, actor=actor, content_hash=version.content_hash)
    fill_deliverable(version, declared, actor=actor, at=now)
    if declared.on_effective is not None:
        declared.on_effective(version, actor=actor)
    ring(version)
