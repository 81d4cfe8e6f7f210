"""The Project Status Report in one act: what the client gets is shown with who is told, then made, issued and shared by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Blocker, Refused, add_to_form
from desk.documents import STATUS_REPORT
from desk.forms import StatusReportForm
from desk.internal_report import INTERNAL_REPORT
from desk.views.projects import visible_project
from documents.content import day
from documents.models import Document, DocumentVersion
from documents.services import issue_document, preview_issue
from notifications.receivers import receivers_of_documents
from projects.models import Project
from projects.permissions import lacking
from projects.receivers import AT_ONCE, DIGEST

SECTIONS = STATUS_REPORT.narrative


@internal_required
@require_http_methods(["GET", "POST"])
def status_report_page(request: SignedInRequest, code: str) -> HttpResponse:
    """The preview; POST issues exactly what it showed, or says what has changed since and keeps what was typed."""
    project = visible_project(request, code)
    if request.method == "GET":
        return _render(request, project, StatusReportForm(sections=SECTIONS, initial=_initial(project)))
    form = StatusReportForm(request.POST, sections=SECTIONS)
    if not form.is_valid():
        return _render(request, project, form, status=400)
    try:
        version = issue_document(
            STATUS_REPORT.key,
            project=project,
            actor=request.user,
            message=form.cleaned_data["message"],
            narrative=form.narrative,
            copy_key=INTERNAL_REPORT.key if form.cleaned_data["internal_copy"] else "",
            expected_hash=request.POST.get("expected_hash", ""),
        )
    except BadInput as bad:
        add_to_form(form, bad)
        return _render(request, project, form, status=400)
    except Refused as refused:
        return _render(request, project, form, status=409, refused=refused.blockers)
    messages.success(request, _t("The report is being made; it is issued and shared by itself."))
    return redirect(version.document)


def _initial(project: Project) -> dict[str, Any]:
    """The words of the last report, to be written on; the message of today."""
    newest = DocumentVersion.objects.filter(document__project=project, document__type_key=STATUS_REPORT.key).order_by("-number").first()
    words = _t("This is the status of %(code)s %(title)s on %(day)s.")
    message = words % {"code": project.code, "title": project.title, "day": day(timezone.localdate())}
    return {"message": message, "internal_copy": True, **(newest.narrative if newest else {})}


def _render(
    request: SignedInRequest, project: Project, form: StatusReportForm, *, status: int = 200, refused: tuple[Blocker, ...] = ()
) -> HttpResponse:
    data, expected_hash = preview_issue(STATUS_REPORT.key, project)
    told = receivers_of_documents(project)
    words = _t("A project manager or business development issues and shares the report.")
    context = {
        "project": project,
        "form": form,
        "data": data,
        "expected_hash": expected_hash,
        "told": told,
        "at_once": [each for each in told if each.told == AT_ONCE],
        "digest": [each for each in told if each.told == DIGEST],
        "refused": refused,
        "blockers": lacking("documents.share", request.user, project, words),
        "earlier": Document.objects.filter(project=project, type_key__in=[STATUS_REPORT.key, INTERNAL_REPORT.key]).order_by("number"),
    }
    return render(request, "desk/status_report.html", context, status=status)
