"""Writing a quotation: the first draft, a change of it, the next revision, which answers what the client asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Blocker
from audit.seen import version_after, version_of
from projects.forms.quotation import QuotationForms
from projects.models import Project, Quotation
from projects.services import commercial as services
from projects.services.replies import remarks_answered_in, remarks_to_answer
from projects.views.found import visible_project
from projects.views.quotation import quotations_of, quote_locks, revision_of

Save = Callable[..., Quotation]


@internal_required
@require_http_methods(["GET", "POST"])
def quotation_new(request: SignedInRequest, code: str) -> HttpResponse:
    """Draft the first revision, or the next one from all that the latest says; its tables are written on its page."""
    project = visible_project(request, code)
    latest = next(iter(quotations_of(request, project)), None)
    remarks = remarks_to_answer(latest) if latest else []
    if request.method == "POST":

        def save(**values: Any) -> Quotation:
            return services.draft_from_latest(code, actor=request.user, **values)

        return _save(request, project, save, QuotationForms(data=request.POST, remarks=remarks, is_new=True), latest=latest)
    blockers = [*quote_locks(request.user, project), *services.draft_blockers(latest)]
    shown = QuotationForms(quotation=latest, rfp=project.rfp, remarks=remarks, is_new=True)
    return _render(request, project, shown, latest=latest, blockers=blockers)


@internal_required
@require_http_methods(["GET", "POST"])
def quotation_edit(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    """Change what a draft says beside its tables; anything later is never edited."""
    project = visible_project(request, code)
    quotation = revision_of(quotations_of(request, project), revision)
    remarks = remarks_answered_in(quotation)
    if request.method == "POST":

        def save(**values: Any) -> Quotation:
            return services.change_in_draft(quotation, actor=request.user, **values)

        return _save(request, project, save, QuotationForms(data=request.POST, remarks=remarks), quotation=quotation)
    blockers = [*quote_locks(request.user, project), *services.state_blockers(quotation, Quotation.State.DRAFT)]
    shown = QuotationForms(quotation=quotation, remarks=remarks)
    return _render(request, project, shown, quotation=quotation, blockers=blockers)


def _save(request: SignedInRequest, project: Project, save: Save, typed: QuotationForms, **shown: Any) -> HttpResponse:
    """Nothing typed is lost."""
    version = request.POST.get("version", "")
    if typed.are_valid():
        values = typed.values()
        try:
            quotation = save(version=version, **values)
        except BadInput as bad:
            typed.refuse(bad)
            version = version_after(bad, version)
        else:
            messages.success(request, _t("%(label)s is saved as a draft.") % {"label": quotation.label})
            if quotation.assumptions != values["assumptions"]:
                messages.info(request, _t("The assumptions in its text follow the ledger now; take out there what shall not be read."))
            return redirect("quotation-detail", project.code, quotation.revision)
    return _render(request, project, typed, status=400, version=version, **shown)


def _render(
    request: SignedInRequest,
    project: Project,
    shown: QuotationForms,
    *,
    status: int = 200,
    blockers: list[Blocker] | None = None,
    quotation: Quotation | None = None,
    latest: Quotation | None = None,
    version: str = "",
) -> HttpResponse:
    fresh = services.latest_version(latest) if quotation is None else version_of(services.quotation_values(quotation))
    context = {
        "version": version or fresh,
        "project": project,
        "quotation": quotation,
        "latest": latest,
        "form": shown.words,
        "replies": shown.replies,
        "blocks": shown.blocks,
        "blockers": blockers or [],
        "reply_errors": shown.reply_errors,
        "action": request.path,
    }
    return render(request, "projects/quotation_form.html", context, status=status)
