"""Payment milestones of a project: what each comes to, what makes it due, which is ready, invoiced or paid, what of the price is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form, carried_out
from projects.forms.payment import CorrectionForm, InvoiceForm, PaidForm, PaymentForm
from projects.models import Charter, Milestone, Project
from projects.permissions import lacking
from projects.price import Term, agreed_price, payment_state, payment_sums, terms_of
from projects.services import invoicing
from projects.services import payments as services
from projects.services.lifecycle import not_active
from projects.services.quoted_payments import agreed_words
from projects.views.found import visible_project


@internal_required
@require_http_methods(["GET", "POST"])
def payments_page(request: SignedInRequest, code: str) -> HttpResponse:
    """`amount`, `invoice` or `paid` (a key) opens a dialog of that payment; `term` begins the form with a part of the terms of payment."""
    project = visible_project(request, code)
    form = PaymentForm(request.POST or None, sources=services.payment_sources(project))
    if request.method == "POST" and form.is_valid():
        try:
            payment = services.plan_payment(code, actor=request.user, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            ready = payment.actual_on is not None
            messages.success(request, _t("Planned, and ready to invoice already.") if ready else _t("Planned; it becomes ready by itself."))
            return redirect("project-payments", code)
    return _render(request, project, form=form if form.is_bound else None, status=400 if form.errors else 200)


def _render(
    request: SignedInRequest, project: Project, *, status: int = 200, form: PaymentForm | None = None, **bound: Any
) -> HttpResponse:
    user, sources = request.user, services.payment_sources(project)
    words, price = agreed_words(project, sources), agreed_price(project)
    rows = list(Milestone.objects.filter(project=project, kind=Milestone.Kind.PAYMENT))
    quotation = price.quotation if price else None
    is_quoted = quotation is not None and quotation.payments.exists()
    terms = terms_of(quotation.payment_terms) if quotation and not is_quoted else []
    no_planner = lacking("projects.plan_payment", user, project, _t("Payments are planned by business development or project management."))
    context = {
        "project": project,
        "payments": [(row, words[row.pk], payment_state(row), invoicing.invoice_blockers(row)) for row in rows],
        "price": price,
        "sums": payment_sums(price, rows) if price else None,
        "quotation": quotation,
        "terms": terms,
        "waits_for_charter": is_quoted and not Charter.objects.filter(project=project).exists(),
        "form": form or PaymentForm(sources=sources, initial=_from_terms(terms, request.GET.get("term", ""))),
        "blockers": no_planner or not_active(project),
        "planner_blockers": no_planner,
        "invoice_blockers": lacking("projects.invoice", user, project, _t("Invoices are recorded by business development.")),
        **_dialogs(request, rows),
    }
    return render(request, "projects/payments.html", context | bound, status=status)


def _from_terms(terms: list[Term], asked: str) -> dict[str, Any]:
    number = int(asked) if asked.isdecimal() else len(terms)
    return {"title": terms[number].words, "percent": terms[number].percent} if number < len(terms) else {}


def _dialogs(request: SignedInRequest, rows: list[Milestone]) -> dict[str, Any]:
    """The dialog that the address asks for, where its payment stands at that point."""
    by_key, today = {row.key: row for row in rows}, timezone.localdate()

    def asked(name: str) -> Milestone | None:
        return by_key.get(request.GET.get(name, ""))

    amount, invoice, paid = asked("amount"), asked("invoice"), asked("paid")
    return {
        "correcting": amount if amount and not services.correction_blockers(amount) else None,
        "correction_form": CorrectionForm(initial={"amount": amount.amount, "percent": amount.percent} if amount else {}),
        "invoicing": invoice if invoice and not invoicing.invoice_blockers(invoice) else None,
        "invoice_form": InvoiceForm(initial={"on": today}),
        "paying": paid if paid and not invoicing.payment_blockers(paid) else None,
        "paid_form": PaidForm(initial={"on": today}),
    }


def _answer(
    request: SignedInRequest, code: str, key: str, form: forms.Form, names: tuple[str, str], said: str, service: Callable[..., object]
) -> HttpResponse:
    """One act on a payment by its service; a refused form comes back in its dialog. names: of the payment and the form in the context."""
    project = visible_project(request, code)
    payment = get_object_or_404(Milestone.objects.filter(project=project, kind=Milestone.Kind.PAYMENT), key=key)
    if carried_out(form, lambda: service(code, key, actor=request.user, **form.cleaned_data)):
        messages.success(request, said % {"title": payment.title})
        return redirect("project-payments", code)
    return _render(request, project, status=400, **dict(zip(names, (payment, form), strict=True)))


@internal_required
@require_POST
def payment_correct(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    said, names = _t("The amount of “%(title)s” is entered."), ("correcting", "correction_form")
    return _answer(request, code, key, CorrectionForm(request.POST), names, said, services.correct_payment)


@internal_required
@require_POST
def payment_invoice(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    said, names = _t("“%(title)s” is invoiced."), ("invoicing", "invoice_form")
    return _answer(request, code, key, InvoiceForm(request.POST), names, said, invoicing.record_invoice)


@internal_required
@require_POST
def payment_paid(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    said, names = _t("“%(title)s” is paid."), ("paying", "paid_form")
    return _answer(request, code, key, PaidForm(request.POST), names, said, invoicing.record_payment)
