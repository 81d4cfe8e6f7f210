"""What a signature means, in words: the keys are stored with it for ever, the words follow the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from audit.models import Signature
from audit.signatures import content_hash, signatures_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from audit.refusals import Words
    from projects.models import Quotation

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

    @property
    def choice(self) -> dict[str, Any] | None:
        """What of the offer the signer took, and the price with it; nothing where nothing was to choose, or the older form said less."""
        taken = self.signature.content.get(CHOICE)
        return taken if taken and "currency" in taken else None


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
    return CHOICE in signature.content and _hash_of_offer(signature.content, obj) == now


def _hash_of_offer(signed: Mapping[str, Any], obj: Any) -> str:
    return content_hash(obj, {name: value for name, value in signed.items() if name != CHOICE})


def with_signed_content(quotations: QuerySet[Quotation]) -> QuerySet[Quotation]:
    """Each with the content that its client signed, as `signed_content`; nothing where nobody accepted it."""
    kind = ContentType.objects.get_for_model(quotations.model)
    signed = Signature.objects.filter(object_type=kind, object_id=Cast(OuterRef("pk"), CharField()), meaning="accept_quotation")
    return quotations.annotate(signed_content=signed.order_by("sequence").values("content")[:1])


def hash_of_accepted(quotation: Any) -> str:
    """Of an accepted quotation `with_signed_content`: of what it offers. It is frozen, so it says what the client signed."""
    return _hash_of_offer(quotation.signed_content, quotation)
