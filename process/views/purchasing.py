"""Purchase inquiries of a project: the list, and the page of each, from what is asked to the offers side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.files import XLSX
from audit.refusals import BadInput, add_to_form, carried_out, judge_too, require_none
from audit.seen import version_after, version_of
from documents.models import DocumentVersion
from process.purchasing import asking, handing_over, services
from process.purchasing.awarding import rows_of
from process.purchasing.comparing import usual_currency
from process.purchasing.forms import AskForm, CurrencyForm, HandOverForm, InquiryForm, PrepareForm
from process.purchasing.letters import papers_of
from process.purchasing.models import InquiryAsk, InquiryLine, InquirySupplier, PurchaseInquiry, answered
from process.purchasing.spreadsheet import answer_sheet, sheet_name
from process.purchasing.worksheets import ANSWERS, ASKS, LINES, WHO
from process.views.page import render_version, visible_version
from projects.forms.scratch import ReasonForm
from projects.permissions import lacking
from projects.views.found import found_of_project, visible_project
from worksheets.bound import bind_to
from worksheets.showing import Shown

EVENTS = 20
KEY_DIGITS = 10  # fewer: what a key of ours has room for


def visible_inquiry(request: SignedInRequest, code: str, number: int) -> PurchaseInquiry:
    rows = PurchaseInquiry.objects.visible_to(request.user).select_related(
        "project__client", "project__site", "route_version__route__project", "prepared_by", "sent_by"
    )
    return found_of_project(request, rows, project__code=code, number=number)


@internal_required
@require_http_methods(["GET"])
def inquiries_page(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    rows = PurchaseInquiry.objects.visible_to(request.user).filter(project=project).select_related("project__site", "route_version__route")
    lines = InquiryLine.objects.filter(inquiry=OuterRef("pk")).order_by().values("inquiry")
    asks = InquiryAsk.objects.order_by().filter(inquiry=OuterRef("pk")).values("inquiry")
    counted = rows.annotate(line_count=_number_of(lines), asked_count=_number_of(asks), answered_count=_number_of(asks.filter(answered())))
    return render(request, "process/inquiries.html", {"project": project, "inquiries": counted.order_by("-number")})


def _number_of(rows: QuerySet[Any, Any]) -> Coalesce:
    """Of rows of an inquiry, each kind by itself: joined they would be multiplied."""
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


@internal_required
@require_POST
def inquiry_prepare(request: SignedInRequest, code: str, number: int, version: int) -> HttpResponse:
    """One click on the page of a route."""
    found = visible_version(request, code, number, version)
    form = PrepareForm(request.POST, prefix="inquiry")
    made: list[PurchaseInquiry] = []
    judge = partial(services.wrong_day, today=found.route.project.today)
    if carried_out(form, lambda: made.append(services.prepare_inquiry(found.pk, actor=request.user, **form.cleaned_data)), judge=judge):
        messages.success(request, _t("Prepared: look at the lines and the suppliers; material control sends it."))
        return redirect(made[0])
    return render_version(request, found, status=400, inquiry_form=form)


@internal_required
@require_http_methods(["GET"])
def inquiry_page(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    return render_inquiry(request, visible_inquiry(request, code, number))


def render_inquiry(
    request: SignedInRequest,
    inquiry: PurchaseInquiry,
    *,
    status: int = 200,
    handed: tuple[int, HandOverForm] | None = None,
    ask_form: AskForm | None = None,
    **bound: Any,
) -> HttpResponse:
    """bound: a form with its errors. handed: the number of a supplier, and the form of its letter."""
    never_out = inquiry.sent_at is None  # prepared, or withdrawn before it went
    usual = "" if never_out else usual_currency(inquiry)
    currency = CurrencyForm(request.GET if "currency" in request.GET else {"currency": usual})
    chosen = currency.cleaned_data["currency"] if currency.is_valid() else usual
    project, user = inquiry.project, request.user
    may_send = lacking("process.send_inquiry", user, project, _t("Inquiries are sent by material control."))
    may_prepare = lacking("process.prepare_inquiry", user, project, str(WHO))
    change_blockers = may_prepare + services.editing_blockers(inquiry)
    addressees, papers = services.addressees_of(inquiry), papers_of(inquiry)
    lines = services.lines_of(inquiry) if never_out else []
    sheets = (LINES, ASKS) if never_out else (ANSWERS,)
    context = {
        "project": project,
        "inquiry": inquiry,
        "sheets": [Shown(bind_to(sheet, inquiry, user), request) for sheet in sheets],
        "asking": _asking(inquiry, lines, addressees, ask_form) if not change_blockers else None,
        "letters": _letters(addressees, papers, project.today, handed),
        "rows": [] if never_out else rows_of(inquiry, currency=chosen, on=project.today),
        "currency": chosen,
        "currency_form": currency,
        "change_blockers": change_blockers,
        "send_blockers": may_send + services.send_blockers(inquiry, addressees, papers, lines),
        "out_blockers": may_send + services.answering_blockers(inquiry),
        "withdraw_blockers": (may_prepare if inquiry.is_prepared else may_send) + services.withdrawing_blockers(inquiry),
        "form": InquiryForm(prefix="change", initial=services.inquiry_values(inquiry)),
        "version": version_of(services.inquiry_values(inquiry)),
        "close_form": ReasonForm(prefix="close"),
        "withdraw_form": ReasonForm(prefix="withdraw"),
        "events": list(events_of(inquiry)[:EVENTS]),
    }
    return render(request, "process/inquiry.html", context | bound, status=status)


def _asking(inquiry: PurchaseInquiry, lines: list[InquiryLine], addressees: list[InquirySupplier], bound: AskForm | None) -> dict[str, Any]:
    """The form that asks suppliers for many lines at once; how many lines lack one."""
    asked = [each.supplier_id for each in addressees]
    form = bound or AskForm(prefix="ask", offered=asking.offered_for(inquiry, lines, addressees), asked=asked)
    blockers = asking.asking_blockers(inquiry, lines, form.fields["suppliers"].choices)  # type: ignore[attr-defined]
    return {"form": form, "blockers": blockers, "lacking": len(services.lacking(lines))}


def _letters(
    addressees: list[InquirySupplier], papers: Mapping[str, DocumentVersion], today: date, handed: tuple[int, HandOverForm] | None
) -> list[dict[str, Any]]:
    """By supplier: its paper, what became of its newest mail, and the form that says when it was handed over."""
    found = []
    prefetch_related_objects(addressees, "mails")
    for addressee in addressees:
        paper = papers.get(addressee.reference)
        pdf = (paper.signed_pdf or paper.review_pdf) if paper is not None else None
        mail = max(addressee.mails.all(), key=lambda each: each.pk, default=None)
        may_mail, may_hand = not handing_over.mailing_blockers(addressee), not handing_over.handing_blockers(addressee)
        sent = handed[1] if handed is not None and handed[0] == addressee.number else None
        form = sent or HandOverForm(prefix=f"hand-{addressee.number}", initial={"on": today})
        papers_and_mail = {"addressee": addressee, "paper": paper, "pdf": pdf, "mail": mail}
        found.append({**papers_and_mail, "may_mail": may_mail, "may_hand": may_hand, "form": form})
    return found


@internal_required
@require_POST
def inquiry_change(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Of two people who change it at once the second reads what the first one wrote."""
    inquiry = visible_inquiry(request, code, number)
    form, shown = InquiryForm(request.POST, prefix="change"), request.POST.get("version", "")
    try:
        if form.is_valid():
            services.change_inquiry(inquiry.pk, form.values, actor=request.user, version=shown)
            messages.success(request, _t("Saved."))
            return redirect(inquiry)
        judge_too(form, partial(services.wrong_day, today=inquiry.project.today, kept=inquiry.answer_by))
    except BadInput as bad:
        add_to_form(form, bad)
        shown = version_after(bad, shown)
    return render_inquiry(request, inquiry, status=400, form=form, version=shown)


@internal_required
@require_POST
def inquiry_ask(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    inquiry = visible_inquiry(request, code, number)
    require_none(services.editing_blockers(inquiry))
    ticked = [int(key) for key in request.POST.getlist("ask-suppliers") if key.isdecimal() and len(key) < KEY_DIGITS]
    form = AskForm(
        request.POST, prefix="ask", offered=asking.offered_for(inquiry, services.lines_of(inquiry), services.addressees_of(inquiry), ticked)
    )
    if carried_out(form, lambda: asking.ask_suppliers(inquiry.pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("They are asked; their letters are being made."))
        if left_out := asking.shut_out(inquiry, form.cleaned_data["suppliers"]):
            messages.warning(request, _t("Not asked, as quality has shut them out: %(names)s.") % {"names": "; ".join(left_out)})
        return redirect(inquiry)
    return render_inquiry(request, inquiry, status=400, ask_form=form)


@internal_required
@require_POST
def inquiry_letters(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    inquiry = visible_inquiry(request, code, number)
    services.write_letters(inquiry.pk, actor=request.user)
    messages.success(request, _t("The letters are being made; they are there in a moment."))
    return redirect(inquiry)


@internal_required
@require_POST
def inquiry_send(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    inquiry = visible_inquiry(request, code, number)
    services.send_inquiry(inquiry.pk, actor=request.user)
    addressees = services.addressees_of(inquiry)
    by_hand = [each for each in addressees if not each.goes_by_mail]
    if len(by_hand) < len(addressees):
        messages.success(request, _t("Sent. File each answer as it comes; its price stands beside the material at once."))
    if by_hand:
        words = _t("Prepared, to be handed over: the letters to %(suppliers)s. Say below when each was handed over.")
        messages.warning(request, words % {"suppliers": ", ".join(map(str, by_hand))})
    return redirect(inquiry)


@internal_required
@require_POST
def inquiry_mail(request: SignedInRequest, code: str, number: int, place: int) -> HttpResponse:
    inquiry = visible_inquiry(request, code, number)
    handing_over.send_again(inquiry.pk, place, actor=request.user)
    messages.success(request, _t("The mail is on its way."))
    return redirect(inquiry)


@internal_required
@require_POST
def inquiry_hand_over(request: SignedInRequest, code: str, number: int, place: int) -> HttpResponse:
    inquiry, form = visible_inquiry(request, code, number), HandOverForm(request.POST, prefix=f"hand-{place}")
    if carried_out(form, lambda: handing_over.hand_over_letter(inquiry.pk, place, actor=request.user, on=form.cleaned_data["on"])):
        messages.success(request, _t("The letter was handed over; nobody is asked about it any more."))
        return redirect(f"{inquiry.get_absolute_url()}#letters")
    return render_inquiry(request, inquiry, status=400, handed=(place, form))


@internal_required
@require_POST
def inquiry_close(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    return _ended(request, visible_inquiry(request, code, number), services.close_inquiry, "close", _t("Closed."))


@internal_required
@require_POST
def inquiry_withdraw(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    return _ended(request, visible_inquiry(request, code, number), services.withdraw_inquiry, "withdraw", _t("Withdrawn."))


def _ended(request: SignedInRequest, inquiry: PurchaseInquiry, act: Callable[..., object], name: str, done: str) -> HttpResponse:
    form: forms.Form = ReasonForm(request.POST, prefix=name)
    if carried_out(form, lambda: act(inquiry.pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, done)
        return redirect(inquiry)
    bound: dict[str, Any] = {f"{name}_form": form}
    return render_inquiry(request, inquiry, status=400, **bound)


@internal_required
@require_http_methods(["GET"])
def inquiry_sheet(request: SignedInRequest, code: str, number: int, place: int) -> HttpResponse:
    """The spreadsheet for the answer of one supplier, for who sends it by hand."""
    inquiry = visible_inquiry(request, code, number)
    rows = InquirySupplier.objects.select_related("supplier")
    addressee = get_object_or_404(rows, inquiry=inquiry, number=place)
    addressee.inquiry = inquiry
    headers = {"Content-Disposition": f'attachment; filename="{sheet_name(addressee)}"'}
    return HttpResponse(answer_sheet(addressee), content_type=XLSX, headers=headers)
