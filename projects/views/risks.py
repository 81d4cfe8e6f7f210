"""The risk list of a project: its table, and the acts on one risk in their dialog."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import carried_out
from projects.forms.scratch import ReasonForm
from projects.models import Project, ProjectRisk
from projects.permissions import lacking
from projects.services import risks as services
from projects.services.locking import not_active
from projects.views.found import visible_project
from projects.worksheets import RISKS
from worksheets.bound import bind_to
from worksheets.showing import Shown

MOST = 2**15 - 1  # as many as the record can number


def _risk(request: SignedInRequest, project: Project, number: int) -> ProjectRisk:
    return get_object_or_404(ProjectRisk.objects.visible_to(request.user).select_related("owner"), project=project, number=number)


def _asked(request: SignedInRequest, project: Project) -> ProjectRisk | None:
    number = request.GET.get("risk", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 5 and int(number) <= MOST):
        return None
    return ProjectRisk.objects.visible_to(request.user).filter(project=project, number=number).select_related("owner").first()


@internal_required
@require_GET
def risks_page(request: SignedInRequest, code: str) -> HttpResponse:
    """All risks, the worst first; `risk` opens the dialog of one."""
    return _render(request, visible_project(request, code))


def _render(
    request: SignedInRequest, project: Project, *, status: int = 200, chosen: ProjectRisk | None = None, **bound: Any
) -> HttpResponse:
    sheet = Shown(bind_to(RISKS, project, request.user), request)
    context = {
        "project": project,
        "sheet": sheet,
        "chosen": chosen or _asked(request, project),
        "close_form": ReasonForm(prefix="close"),
        "reopen_form": ReasonForm(prefix="reopen"),
        "blockers": sheet.blockers,
        "show_blockers": [
            *lacking("projects.share", request.user, project, _t("A project manager or business development shows it.")),
            *not_active(project),
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
