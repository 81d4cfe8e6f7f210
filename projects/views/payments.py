"""Payment milestones of a project: what makes each due, which is ready to invoice, which is invoiced."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from projects.forms.plan import InvoiceForm, PaymentForm
from projects.models import Milestone, Project
from projects.permissions import lacking
from projects.services import invoicing
from projects.services import payments as services
from projects.services.lifecycle import not_active
from projects.views.found import visible_project


@internal_required
@require_http_methods(["GET", "POST"])
def payments_page(request: SignedInRequest, code: str) -> HttpResponse:
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
    return _render(request, project, form, status=400 if form.errors else 200)


def _render(request: SignedInRequest, project: Project, form: PaymentForm, *, status: int = 200, **bound: Any) -> HttpResponse:
    user = request.user
    words = dict(services.payment_sources(project))
    rows = list(Milestone.objects.filter(project=project, kind=Milestone.Kind.PAYMENT))
    no_planner = _t("Payments are planned by business development or project management.")
    context = {
        "project": project,
        "payments": [(row, words.get(row.source, ""), _state(row)) for row in rows],
        "form": form,
        "blockers": lacking("projects.plan_payment", user, project, no_planner) or not_active(project),
        "invoice_blockers": lacking("projects.invoice", user, project, _t("Invoices are recorded by business development.")),
        "invoice_form": InvoiceForm(initial={"on": timezone.localdate()}),
        "invoicing": next((row for row in rows if row.key == request.GET.get("invoice") and row.actual_on and not row.invoiced_on), None),
    }
    return render(request, "projects/payments.html", context | bound, status=status)


def _state(row: Milestone) -> dict[str, str]:
    if row.invoiced_on:
        return {"tone": "good", "icon": "circle-check", "words": _t("Invoiced")}
    if row.actual_on:
        return {"tone": "warn", "icon": "alert-circle", "words": _t("Ready to invoice")}
    return {"tone": "busy", "icon": "circle-dashed", "words": _t("Not due yet")}


@internal_required
@require_POST
def payment_invoice(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    project = visible_project(request, code)
    payment = get_object_or_404(Milestone.objects.filter(project=project, kind=Milestone.Kind.PAYMENT), key=key)
    form = InvoiceForm(request.POST)
    if form.is_valid():
        try:
            invoicing.record_invoice(code, key, actor=request.user, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("“%(title)s” is invoiced.") % {"title": payment.title})
            return redirect("project-payments", code)
    empty = PaymentForm(sources=services.payment_sources(project))
    return _render(request, project, empty, status=400, invoice_form=form, invoicing=payment)
