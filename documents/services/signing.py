"""Which signatures a version needs, which it has, and why somebody cannot give one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.capacities import Capacity, capacity, giver_of
from audit.models import Signature
from audit.refusals import Blocker
from documents.models import DocumentVersion
from documents.registry import Meaning, SignerSlot
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Slot:
    """A signature asked for, in the present round of review: given, open now, or waiting for those before it."""

    declared: SignerSlot
    signature: Signature | None
    is_open: bool


def slots_of(version: DocumentVersion) -> list[Slot]:
    """All signatures in order. Reviewers sign in any order among themselves; approvers after the last reviewer."""
    if version.document.type is None:
        return []
    given = {
        row.slot: row.signature
        for row in version.slot_signatures.select_related("signature__signer").filter(review_round=version.review_round)
    }
    slots = version.document.type.slots
    stage = next((slot.meaning for slot in slots if slot.key not in given), None)
    in_review = version.state == DocumentVersion.State.IN_REVIEW
    return [Slot(slot, given.get(slot.key), in_review and slot.key not in given and slot.meaning == stage) for slot in slots]


def slot_for(slots: list[Slot], actor: User, meaning: str = "") -> Slot | None:
    """The open slot that this person's role fills; one of an own role before one that was handed over."""
    fitting = [slot for slot in slots if slot.is_open and meaning in ("", slot.declared.meaning)]
    return next((slot for roles in (actor.roles, actor.signing_roles) for slot in fitting if slot.declared.role in roles), None)


def signing_as(slot: Slot, actor: User) -> Capacity | None:
    """The capacity in which this person fills the slot: in person, or for somebody who handed the role over."""
    return capacity(actor, slot.declared.role)


def signing_blockers(version: DocumentVersion, actor: User, meaning: str = "") -> list[Blocker]:
    """Why this person cannot sign now; page and service give the same reasons."""
    if version.state != DocumentVersion.State.IN_REVIEW:
        words = _t("Version %(number)d is not in review.") % {"number": version.number}
        return [Blocker("document.not_in_review", words)]
    slots = slots_of(version)
    if any(slot.signature and actor.pk in slot.signature.people for slot in slots):
        return [Blocker("document.signed_already", _t("You have signed this version; nobody signs it twice."))]
    slot = slot_for(slots, actor, meaning)
    giver = giver_of(signing_as(slot, actor)) if slot else None
    if giver is not None and any(each.signature and giver.pk in each.signature.people for each in slots):
        words = _t("%(name)s has signed this version; nobody signs it twice, also not through another person.") % {"name": giver.full_name}
        return [Blocker("document.signed_already", words)]
    if slot is None:
        waited = ", ".join(str(each.declared.words) for each in slots if each.is_open)
        return [Blocker("document.other_signer", _t("Now it is the turn of: %(who)s.") % {"who": waited}, owner=waited)]
    return _author_blockers(version, slots, slot, actor)


def _author_blockers(version: DocumentVersion, slots: list[Slot], slot: Slot, actor: User) -> list[Blocker]:
    """An author, in person or through another, may approve only beside somebody who wrote nothing of it."""
    authors = set(version.authors.values_list("pk", flat=True))
    acts_as = signing_as(slot, actor)
    if slot.declared.meaning != Meaning.APPROVED or acts_as is None or not acts_as.people & authors:
        return []
    others = [each for each in slots if each.declared.meaning == Meaning.APPROVED and each is not slot]
    if any(each.signature is None or not each.signature.people & authors for each in others):
        return []
    words = _t("You, or the person for whom you sign, are an author of this version; it must be approved by somebody who did not write it.")
    return [Blocker("document.author", words, owner=str(slot.declared.role.label))]


def ask_signers(version: DocumentVersion) -> None:
    """Open a wait for each of our signatures that can be given now, and close those that no longer can. The client is asked otherwise."""
    for slot in slots_of(version):
        if slot.declared.is_clients:
            continue
        key = f"document.sign:{version.pk}:{slot.declared.key}"
        if not slot.is_open:
            close_waits(key)
            continue
        names = {"number": version.document.number, "version": version.number, "meaning": slot.declared.words}
        open_wait(
            key,
            project=version.document.project,
            role=slot.declared.role,
            words=_t("%(number)s version %(version)d: sign (%(meaning)s)") % names,
            link=reverse("document-detail", args=[version.document.number]),
        )
