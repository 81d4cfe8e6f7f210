"""Where a project stands, and the moves outside its gates: hold, resume, cancel, return, complete, pass a phase out of scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.forms import SigningForm
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import BadInput, Blocker, add_to_form, carried_out
from projects.forms.gate import ReasonForm
from projects.forms.status import CancelForm, OutOfScopeForm, ReturnForm
from projects.models import Phase, Project, ProjectStatus, Rfp, StatusChange
from projects.models.states import CLOSED_STATUSES
from projects.permissions import lacking
from projects.remaining import after_cancelling, letter_of_refusal
from projects.rounds import criteria_words
from projects.services import lifecycle as services
from projects.views.found import visible_project


@dataclass(frozen=True)
class Move:
    """One move: what it is called, what it does, who may, what locks it, the form that asks for what it needs."""

    name: str
    title: str | Promise
    words: str | Promise
    permission: str
    lacking: str | Promise
    blockers: Callable[[Project], list[Blocker]]
    form: type[forms.Form] = ReasonForm
    danger: bool = False
    signed: bool = False


_MOVERS = _("This takes a project manager or management.")
MOVES = (
    Move(
        "project-hold",
        _("Put on hold"),
        _("Work and gates stop; nothing is lost. Resume at any time."),
        "projects.move",
        _MOVERS,
        services.not_active,
    ),
    Move(
        "project-resume",
        _("Resume the project"),
        _("The project is active again where it stood."),
        "projects.move",
        _MOVERS,
        services.resume_blockers,
    ),
    Move(
        "project-return",
        _("Return to an earlier phase"),
        _("Opens a new round of every gate passed again; dates and decisions of the past stay."),
        "projects.move",
        _MOVERS,
        services.return_blockers,
        ReturnForm,
    ),
    Move(
        "project-out-of-scope",
        _("Pass as not in scope"),
        _("Leaves a phase that the charter did not contract, by signature."),
        "projects.pass_out_of_scope",
        _("This takes a project manager or quality assurance."),
        services.out_of_scope_blockers,
        OutOfScopeForm,
        signed=True,
    ),
    Move(
        "project-complete",
        _("Complete the project"),
        _("Ends commercial supply for good."),
        "projects.move",
        _MOVERS,
        services.completion_blockers,
        danger=True,
    ),
    Move(
        "project-cancel",
        _("Cancel the project"),
        _("Declined, lost or stopped: the project ends and its record stays."),
        "projects.cancel",
        _("This takes a project manager, management or business development."),
        services.cancel_blockers,
        CancelForm,
        danger=True,
    ),
)
BY_NAME = {move.name: move for move in MOVES}


@dataclass(frozen=True)
class MoveRow:
    """A move as this person sees it: open with its form, or the reasons why not."""

    move: Move
    blockers: Sequence[Blocker]
    form: forms.Form | None


def _project(request: SignedInRequest, code: str) -> Project:
    return visible_project(request, code, "client")


@internal_required
@require_GET
def status_page(request: SignedInRequest, code: str) -> HttpResponse:
    return _render(request, _project(request, code))


def _render(
    request: SignedInRequest,
    project: Project,
    *,
    status: int = 200,
    refused: str = "",
    form: forms.Form | None = None,
    signing_errors: Any = None,
) -> HttpResponse:
    rows = []
    for move in MOVES:
        blockers = _blockers(move, project, request.user)
        bound = form if move.name == refused else None
        rows.append(MoveRow(move, blockers, bound or (None if blockers else _form(move, project))))
    context = {
        "project": project,
        "moves": rows,
        "over": project.status in CLOSED_STATUSES,
        "refused": refused,
        "signing_errors": signing_errors,
        "phase_moves": [
            (row, criteria_words(row.renew_criteria)) for row in project.moves.select_related("actor").order_by("-moved_at", "-id")
        ],
        "status_changes": list(project.status_changes.select_related("actor").order_by("-changed_at", "-id")),
        **(_after_cancelling(request, project) if project.status == ProjectStatus.CANCELLED else {}),
    }
    return render(request, "projects/status.html", context, status=status)


def _after_cancelling(request: SignedInRequest, project: Project) -> dict[str, Any]:
    rfp = Rfp.objects.select_related("client", "contact").get(project=project)
    last = project.status_changes.order_by("-changed_at", "-id").first()
    is_declined = last is not None and last.cancel_class == StatusChange.CancelClass.DECLINED
    letter = letter_of_refusal(rfp, request.user) if is_declined else ""
    return {"remaining": after_cancelling(project, rfp.contact, is_declined=is_declined), "refusal": letter}


def _blockers(move: Move, project: Project, user: Any) -> list[Blocker]:
    return [*lacking(move.permission, user, project, str(move.lacking)), *move.blockers(project)]


def _form(move: Move, project: Project, data: Any = None) -> forms.Form:
    return ReturnForm(data, project=project) if move.form is ReturnForm else move.form(data)


def _answer(request: SignedInRequest, project: Project, name: str, words: str, act: Callable[[dict[str, Any]], object]) -> HttpResponse:
    form = _form(BY_NAME[name], project, request.POST)
    if carried_out(form, lambda: act(form.cleaned_data)):
        messages.success(request, words)
        return redirect("project-status", project.code)
    return _render(request, project, status=400, refused=name, form=form)


@internal_required
@require_POST
def project_hold(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    return _answer(
        request,
        project,
        "project-hold",
        _t("The project is on hold."),
        lambda data: services.hold_project(code, actor=request.user, **data),
    )


@internal_required
@require_POST
def project_resume(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    return _answer(
        request,
        project,
        "project-resume",
        _t("The project is active again."),
        lambda data: services.resume_project(code, actor=request.user, **data),
    )


@internal_required
@require_POST
def project_cancel(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    return _answer(
        request,
        project,
        "project-cancel",
        _t("The project is cancelled."),
        lambda data: services.cancel_project(code, actor=request.user, **data),
    )


@internal_required
@require_POST
def project_return(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    words = _t("The project is back in %(phase)s.") % {"phase": dict(Phase.choices).get(request.POST.get("to_phase", ""), "")}
    return _answer(request, project, "project-return", words, lambda data: services.return_project(code, actor=request.user, **data))


@internal_required
@require_POST
def project_complete(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    return _answer(
        request,
        project,
        "project-complete",
        _t("The project is completed."),
        lambda data: services.complete_project(code, actor=request.user, **data),
    )


@internal_required
@require_POST
def project_out_of_scope(request: SignedInRequest, code: str) -> HttpResponse:
    """Signed: the reason and the password come from one dialog, and each shows its own errors."""
    project = _project(request, code)
    form, signing = OutOfScopeForm(request.POST), SigningForm(request.POST)
    if form.is_valid() and signing.is_valid():
        try:
            authentication = authenticate_signer(request, signing.cleaned_data["password"], signing.cleaned_data["code"])
            services.pass_out_of_scope(code, actor=request.user, authentication=authentication, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(signing, bad)
        else:
            messages.success(request, _t("The phase is passed as not in scope."))
            return redirect("project-status", code)
    return _render(request, project, status=400, refused="project-out-of-scope", form=form, signing_errors=signing.errors)
