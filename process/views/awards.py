"""One line of a purchase inquiry: its offers, and the supplier that it goes to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import carried_out
from process.purchasing import awarding
from process.purchasing.awards import InquiryAward
from process.purchasing.comparing import usual_currency
from process.purchasing.forms import AwardForm
from process.purchasing.models import InquiryLine, PurchaseInquiry
from process.purchasing.worksheets import ANSWERS
from process.views.purchasing import visible_inquiry
from projects.forms.scratch import ReasonForm
from projects.permissions import lacking


def visible_line(inquiry: PurchaseInquiry, line: int) -> InquiryLine:
    found = inquiry.lines.select_related("material").filter(pk=line).first()
    if found is None:
        raise Http404
    return found


@internal_required
@require_http_methods(["GET", "POST"])
def line_award(request: SignedInRequest, code: str, number: int, line: int) -> HttpResponse:
    """POST gives the line to a supplier."""
    inquiry = visible_inquiry(request, code, number)
    found = visible_line(inquiry, line)
    if request.method == "GET":
        return _page(request, inquiry, found)
    form = _form(_row(inquiry, found), usual_currency(inquiry), request.POST)
    if carried_out(form, lambda: awarding.award_line(inquiry.pk, line, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("Awarded: new cost scenarios of this project count with this offer; a draft that is there offers it."))
        return redirect(f"{inquiry.get_absolute_url()}#offers")
    return _page(request, inquiry, found, status=400, form=form)


@internal_required
@require_POST
def award_revoke(request: SignedInRequest, code: str, number: int, line: int) -> HttpResponse:
    inquiry = visible_inquiry(request, code, number)
    found, form = visible_line(inquiry, line), ReasonForm(request.POST, prefix="revoke")
    if carried_out(form, lambda: awarding.revoke_award(inquiry.pk, line, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("Revoked: the line goes to nobody until it is decided anew."))
        return redirect("inquiry-award", code, number, line)
    return _page(request, inquiry, found, status=400, revoke_form=form)


def _row(inquiry: PurchaseInquiry, line: InquiryLine) -> awarding.Row | None:
    """None of a line of which nobody is asked."""
    rows = awarding.rows_of(inquiry, currency=usual_currency(inquiry), on=inquiry.project.today)
    return next((each for each in rows if each.line.pk == line.pk), None)


def _form(row: awarding.Row | None, currency: str, posted: Any = None) -> AwardForm:
    return AwardForm(posted, prefix="award", offers=awarding.orderable(row.offers) if row else (), currency=currency)


def _page(request: SignedInRequest, inquiry: PurchaseInquiry, line: InquiryLine, *, status: int = 200, **bound: Any) -> HttpResponse:
    row, project = _row(inquiry, line), inquiry.project
    not_mine = lacking(awarding.MAY, request.user, project, str(ANSWERS.who))
    award, currency = row.award if row else None, usual_currency(inquiry)
    context = {
        "project": project,
        "inquiry": inquiry,
        "line": line,
        "row": row,
        "rows": [row] if row else [],
        "currency": currency,
        "form": _form(row, currency),
        "award_blockers": not_mine + awarding.awarding_blockers(inquiry) + awarding.offer_blockers(inquiry, row.offers if row else ()),
        "revoke_form": ReasonForm(prefix="revoke"),
        "revoke_blockers": not_mine + awarding.revoking_blockers(award) if award else [],
        "earlier": InquiryAward.objects.filter(line=line).exclude(revoked_at=None).select_related("supplier", "awarded_by", "revoked_by"),
    }
    return render(request, "process/award.html", context | bound, status=status)
