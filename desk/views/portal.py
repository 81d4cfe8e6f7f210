"""What a client sees: the own projects, published dates with their reasons, shared documents, and what waits for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import client_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.models import Event
from audit.refusals import BadInput
from audit.signatures import content_hash, signatures_of
from desk.stepper import steps_of
from documents.models import Document
from projects.accounts_of_delay import accounts_of_delay
from projects.forecasting import is_provisional
from projects.milestones import states_of
from projects.models import ChangeOrder, Deliverable, Milestone, Project, Publication, Quotation, WaitingFor
from projects.services.commercial import accept_quotation, answer_blockers, decline_quotation
from projects.services.plan import calendar_of
from projects.slippage import driving, side_labels
from projects.told import told_due

ACTIVITY = 15


@client_required
def portal(request: SignedInRequest) -> HttpResponse:
    """Own projects with phase and next published date; what waits for us; what happened lately."""
    projects = list(Project.objects.visible_to(request.user).select_related("compound"))
    shared = Milestone.objects.visible_to(request.user).open().exclude(published_on=None).order_by("published_on")
    following: dict[int, Milestone] = {}
    for milestone in shared:
        following.setdefault(milestone.project_id, milestone)
    context = {
        "projects": [(project, following.get(project.pk)) for project in projects],
        "waits": list(WaitingFor.objects.open().of(request.user).select_related("project")),
        "events": list(Event.objects.filter(client_id=request.user.client_id, client_visible=True).order_by("-id")[:ACTIVITY]),
        "today": timezone.localdate(),
    }
    return render(request, "desk/portal.html", context)


@client_required
def portal_project(request: SignedInRequest, code: str) -> HttpResponse:
    """Milestones with published dates and reasons, shared deliverables and documents, quotations."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("compound", "client", "site"), code=code)
    rows = list(Milestone.objects.visible_to(request.user).filter(project=project).prefetch_related("publications__shares", "rounds"))
    states = states_of(rows, today=timezone.localdate(), calendars={project.pk: calendar_of(project)}, for_client=True)
    accounts = accounts_of_delay([project])[project.pk]
    deliverables = list(Deliverable.objects.visible_to(request.user).filter(project=project).prefetch_related("rounds"))
    due = told_due(deliverables)
    context = {
        "project": project,
        "steps": [
            {key: value for key, value in step.items() if key not in ("met", "total", "link")} | _words(step) for step in steps_of(project)
        ],
        "milestones": [(row, states[row.pk], _last(row), is_provisional(row, project, row.published_on)) for row in rows],
        "accounts": [account for account in accounts if account.moved],
        "driving": driving(accounts),
        "sides": side_labels(),
        "change_orders": list(ChangeOrder.objects.visible_to(request.user).current().filter(project=project)),
        "deliverables": [(row, due.get(row.pk)) for row in deliverables],
        "documents": list(Document.objects.visible_to(request.user).about(project).prefetch_related("versions__renditions")),
        "quotations": list(Quotation.objects.visible_to(request.user).filter(project=project)),
        "waits": list(WaitingFor.objects.open().of(request.user).filter(project=project)),
        "today": timezone.localdate(),
    }
    return render(request, "desk/portal_project.html", context)


def _last(row: Milestone) -> Publication | None:
    return next(reversed(row.publications.all()), None)


def _words(step: dict[str, Any]) -> dict[str, str]:
    """How far our own gate is from open is not the client's to read."""
    return {"words": _t("in progress")} if step["state"] == "current" else {}


def _visible_quotation(request: SignedInRequest, code: str, revision: int) -> Quotation:
    rows = (
        Quotation.objects.visible_to(request.user)
        .select_related("project__client", "project__compound", "answered_by")
        .prefetch_related("lines")
    )
    return get_object_or_404(rows, project__code=code, revision=revision)


@client_required
def portal_quotation(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    return _show_quotation(request, _visible_quotation(request, code, revision))


def _show_quotation(
    request: SignedInRequest, quotation: Quotation, errors: dict[str, list[str]] | None = None, *, dialog: str = ""
) -> HttpResponse:
    context = {
        "quotation": quotation,
        "project": quotation.project,
        "hash": content_hash(quotation),
        "blockers": answer_blockers(quotation),
        "may_answer": allowed("projects.answer_quotation", request.user, quotation),
        "signatures": [signature for signature in signatures_of(quotation) if signature.meaning == "accept_quotation"],
        "errors": errors or {},
        "open_dialog": dialog,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "desk/portal_quotation.html", context, status=400 if errors else 200)


@client_required
@require_POST
def portal_quotation_accept(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    """The approver's password is asked at the moment of accepting; the signature covers exactly the revision shown."""
    quotation = _visible_quotation(request, code, revision)
    try:
        authentication = authenticate_signer(request, password=request.POST.get("password", ""), code=request.POST.get("code", ""))
        accept_quotation(
            code, revision, actor=request.user, authentication=authentication, expected_hash=request.POST.get("expected_hash", "")
        )
    except BadInput as bad:
        return _show_quotation(request, quotation, bad.errors, dialog="accept")
    messages.success(request, _t("%(label)s is accepted. Thank you.") % {"label": quotation.label})
    return redirect("portal-quotation", code, revision)


@client_required
@require_POST
def portal_quotation_decline(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    quotation = _visible_quotation(request, code, revision)
    try:
        decline_quotation(code, revision, actor=request.user, reason=request.POST.get("reason", ""))
    except BadInput as bad:
        return _show_quotation(request, quotation, bad.errors, dialog="decline")
    messages.success(request, _t("%(label)s is declined; we have your reason.") % {"label": quotation.label})
    return redirect("portal-quotation", code, revision)
