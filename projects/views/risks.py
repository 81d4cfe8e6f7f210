"""The risk list of a project: one page, each risk in its dialog."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form, carried_out
from audit.seen import version_after, version_of
from projects.forms.risks import RiskChangeForm, RiskForm
from projects.forms.scratch import ReasonForm
from projects.models import Project, ProjectRisk
from projects.permissions import lacking
from projects.services import risks as services
from projects.services.locking import not_active
from projects.views.found import visible_project


def _risk(request: SignedInRequest, project: Project, number: int) -> ProjectRisk:
    return get_object_or_404(ProjectRisk.objects.visible_to(request.user).select_related("owner"), project=project, number=number)


@internal_required
@require_http_methods(["GET", "POST"])
def risks_page(request: SignedInRequest, code: str) -> HttpResponse:
    """All risks, the worst first; `risk` opens one of them. POST writes one down."""
    project = visible_project(request, code)
    form = RiskForm(request.POST or None, prefix="new")
    if request.method == "POST" and carried_out(form, lambda: services.add_risk(code, form.draft, actor=request.user)):
        messages.success(request, _t("Written down; it is ours until it is shown to the client."))
        return redirect("project-risks", code)
    return _render(request, project, form=form, status=400 if form.errors else 200)


def _render(
    request: SignedInRequest, project: Project, *, status: int = 200, chosen: ProjectRisk | None = None, **bound: Any
) -> HttpResponse:
    rows = list(ProjectRisk.objects.visible_to(request.user).filter(project=project).select_related("owner").worst_first())
    asked = request.GET.get("risk")
    chosen = chosen or next((row for row in rows if str(row.number) == asked), None)
    values = services.risk_values(chosen) if chosen else {}
    inactive = not_active(project)
    context = {
        "project": project,
        "open_risks": [row for row in rows if row.is_open],
        "closed_risks": [row for row in rows if not row.is_open],
        "chosen": chosen,
        "form": RiskForm(prefix="new"),
        "change_form": RiskChangeForm(prefix="change", initial=values),
        "version": version_of(values),
        "close_form": ReasonForm(prefix="close"),
        "reopen_form": ReasonForm(prefix="reopen"),
        "blockers": [
            *lacking("projects.plan", request.user, project, _t("The risks of a project are kept by a project manager.")),
            *inactive,
        ],
        "show_blockers": [
            *lacking("projects.share", request.user, project, _t("A project manager or business development shows it.")),
            *inactive,
        ],
    }
    return render(request, "projects/risks.html", context | bound, status=status)


def _answer(
    request: SignedInRequest, code: str, number: int, form: forms.Form, act: Callable[[], object], words: str, *, name: str
) -> HttpResponse:
    """Do it and go back to the list, or open the dialog again with what was typed."""
    project = visible_project(request, code)
    chosen = _risk(request, project, number)
    if carried_out(form, act):
        messages.success(request, words)
        return redirect("project-risks", code)
    return _render(request, project, status=400, chosen=chosen, **{name: form})


@internal_required
@require_POST
def risk_change(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Of two people who change it at once the second reads what the first one wrote."""
    project = visible_project(request, code)
    chosen = _risk(request, project, number)
    form, version = RiskChangeForm(request.POST, prefix="change"), request.POST.get("version", "")
    try:
        if form.is_valid():
            services.change_risk(code, number, form.draft, reason=form.cleaned_data["reason"], actor=request.user, version=version)
            messages.success(request, _t("Changed."))
            return redirect("project-risks", code)
    except BadInput as bad:
        add_to_form(form, bad)
        version = version_after(bad, version)
    return _render(request, project, status=400, chosen=chosen, change_form=form, version=version)


@internal_required
@require_POST
def risk_close(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="close")
    return _answer(
        request,
        code,
        number,
        form,
        lambda: services.close_risk(code, number, actor=request.user, **form.cleaned_data),
        _t("Closed; the list keeps it."),
        name="close_form",
    )


@internal_required
@require_POST
def risk_reopen(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="reopen")
    return _answer(
        request,
        code,
        number,
        form,
        lambda: services.reopen_risk(code, number, actor=request.user, **form.cleaned_data),
        _t("It is open again."),
        name="reopen_form",
    )


@internal_required
@require_POST
def risk_report(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Show it in the client's status reports, or no longer (`shown` empty)."""
    _risk(request, visible_project(request, code), number)
    return _reported(request, partial(services.report_risk, code, number), redirect("project-risks", code))


@internal_required
@require_POST
def task_report(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """The same for a task of the plan."""
    visible_project(request, code)
    return _reported(request, partial(services.report_task, code, pk), redirect("project-plan", code))


def _reported(request: SignedInRequest, act: Callable[..., object], answer: HttpResponse) -> HttpResponse:
    shown = bool(request.POST.get("shown"))
    act(shown=shown, actor=request.user)
    messages.success(
        request, _t("The client's next status report names it.") if shown else _t("The client's next status report leaves it out.")
    )
    return answer
