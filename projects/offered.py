"""What a revision offers, gathered for a page: by standing, with its payments; and what the client asked of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from projects.models import Quotation, QuotationLine, RevisionRemark, RevisionRequest
from projects.services.quotation_parts import have_days, payments_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Standing = QuotationLine.Standing
REFERENCES = ("intellectual_property", "confidentiality", "liability")
PASSAGES = ("price_adjustment", "cancellation", "sample_acceptance", "batch_acceptance")


def offer_context(quotation: Quotation) -> dict[str, Any]:
    """At most two queries besides what is prefetched."""
    lines, payments = list(quotation.lines.all()), payments_of(quotation)
    return {
        "included": [line for line in lines if line.standing == Standing.INCLUDED],
        "optional": [line for line in lines if line.standing == Standing.OPTIONAL],
        "excluded": [line for line in lines if line.standing == Standing.EXCLUDED],
        "payments": payments,
        "due_total": sum((due.amount for due in payments), Decimal(0)),
        "have_days": have_days(payments),
        "passages": list(_said(quotation, PASSAGES)),
        "references": list(_said(quotation, REFERENCES)),
    }


def _said(quotation: Quotation, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    """(what it is about, the words) of what the revision says at all."""
    for name in names:
        if value := getattr(quotation, name):
            yield str(Quotation._meta.get_field(name).verbose_name), value  # type: ignore[union-attr]


def asked_of(quotation: Quotation) -> list[RevisionRequest]:
    """What the client asked of this revision, newest first, each with its remarks. Two queries."""
    remarks = Prefetch("remarks", RevisionRemark.objects.select_related("line"))
    rows = RevisionRequest.objects.filter(quotation=quotation).select_related("asked_by", "answered_in")
    return list(rows.prefetch_related(remarks))
