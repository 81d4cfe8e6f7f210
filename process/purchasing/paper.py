"""What suppliers were asked for on paper: each inquiry, whom it went to, how much of it is answered, and to whom its lines go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, day
from process.purchasing.awards import InquiryAward
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


def awards_on_paper(project: Project) -> dict[str, Any] | None:
    """Those that stand, each with its reason and why it no longer holds; in one query. None where nothing was awarded."""
    rows = list(InquiryAward.objects.standing().filter(inquiry__project=project).order_by("line__material__name", "pk"))
    if not rows:
        return None
    columns = [
        Column(_t("Material"), 22),
        Column(_t("Goes to"), 20),
        Column(_t("Offered price"), 14, "right"),
        Column(_t("Awarded"), 14),
        Column(_t("Reason"), 30),
    ]
    return data_table(columns, [_awarded(row, project) for row in rows], caption=_t("Awarded to suppliers"))


def _awarded(row: InquiryAward, project: Project) -> tuple[Any, ...]:
    broken = row.broken_because(project.today)
    reason = "\n".join(filter(None, (row.reason_words, broken and _t("No longer holds: %(why)s") % {"why": broken})))
    by = f"{day(project.day_of(row.awarded_at))}\n{row.awarded_by}"
    return str(row.line), f"{row.supplier}\n{row.inquiry}", row.price_words, by, reason


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
