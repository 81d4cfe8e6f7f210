"""What suppliers were asked for on paper: each inquiry, whom it went to, and how much of it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table
from process.purchasing.models import InquiryAsk, PurchaseInquiry, answered
from projects.models import Project


def inquiries_on_paper(project: Project) -> dict[str, Any] | None:
    """Of those that were not withdrawn, in two queries; None where nobody was asked."""
    rows = PurchaseInquiry.objects.filter(project=project).exclude(state=PurchaseInquiry.State.WITHDRAWN).select_related("project")
    if not rows:
        return None
    asked: dict[int, list[InquiryAsk]] = {row.pk: [] for row in rows}
    for ask in InquiryAsk.objects.filter(inquiry__in=list(asked)).select_related("supplier").annotate(is_answered=answered()):
        asked[ask.inquiry_id].append(ask)
    columns = [
        Column(_t("Inquiry"), 20),
        Column(_t("State"), 12),
        Column(_t("Sent"), 14),
        Column(_t("Suppliers"), 30),
        Column(_t("Materials"), 12, "right"),
        Column(_t("Answered"), 12, "right"),
    ]
    return data_table(columns, [_told(row, asked[row.pk], project) for row in rows], caption=_t("Purchase inquiries"))


def _told(row: PurchaseInquiry, asks: Sequence[InquiryAsk], project: Project) -> tuple[Any, ...]:
    """Answered: of what each supplier was asked for, an offer or why there is none."""
    told = {"asked": len(asks), "answered": sum(getattr(ask, "is_answered", False) for ask in asks)}
    return (
        str(row),
        str(row.get_state_display()),
        project.day_of(row.sent_at) if row.sent_at else _t("not yet"),
        "\n".join(sorted({str(ask.supplier) for ask in asks})),
        len({ask.line_id for ask in asks}),
        _t("%(answered)d of %(asked)d") % told,
    )
