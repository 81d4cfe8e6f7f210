"""What a signature means, in words: the keys are stored with it for ever, the words follow the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from audit.signatures import content_hash, signatures_of

if TYPE_CHECKING:
    from audit.models import Signature
    from audit.refusals import Words

CHOICE = "accepted"  # in a signed content: what of the offer the signer took
WORDS: Mapping[str, Words] = {
    "release_business_development": _("Price released for business development"),
    "release_management": _("Price released for management"),
    "accept_quotation": _("Quotation accepted for the client"),
    "accept_change_order": _("Change order accepted for the client"),
    "approval_accepted": _("Approved for the client"),
    "approval_accepted_with_comment": _("Approved for the client, with a comment"),
    "approval_rejected": _("Rejected for the client"),
    "sheet_sign_off": _("Sheet signed off for the department"),
    "gate_go": _("Gate decided: go"),
    "gate_go_with_conditions": _("Gate decided: go with conditions"),
    "gate_hold": _("Gate decided: hold"),
    "gate_return": _("Gate decided: return"),
    "gate_stop": _("Gate decided: stop"),
    "waiver": _("Waiver granted: accepted although not met"),
    "not_in_scope": _("Phase passed as not in scope"),
}


@dataclass(frozen=True)
class Signed:
    """A signature as a page shows it: its meaning in words, and whether it covers the content as it stands."""

    signature: Signature
    words: Words
    covers_now: bool


def meaning_words(meaning: str) -> Words:
    """The words of a stored meaning; a meaning that came in words is its own."""
    return WORDS.get(meaning, meaning)


def signed_rows(obj: Any) -> list[Signed]:
    """The signatures on a record, first to last. One query, and what the content itself reads."""
    now = content_hash(obj)
    return [
        Signed(row, meaning_words(row.meaning), row.content_hash == now or _accepted_part_of(row, obj, now)) for row in signatures_of(obj)
    ]


def _accepted_part_of(signature: Signature, obj: Any, now: str) -> bool:
    """Whether it was given on this very content and on what the signer chose of it."""
    offered = {name: value for name, value in signature.content.items() if name != CHOICE}
    return CHOICE in signature.content and content_hash(obj, offered) == now
