"""The Project Status Report in one act: what the client gets is shown with who is told, then made, issued and shared by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
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
        return _render(request, project)
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


def _reports_of(project: Project) -> list[Document]:
    """For the client and for us, each with the words of its newest version: `last_words`."""
    newest = DocumentVersion.objects.filter(document=OuterRef("pk")).order_by("-number")
    rows = Document.objects.filter(project=project, type_key__in=[STATUS_REPORT.key, INTERNAL_REPORT.key]).order_by("number")
    return list(rows.annotate(last_words=Subquery(newest.values("narrative")[:1])))


def _initial(project: Project, reports: Iterable[Any]) -> dict[str, Any]:
    """The words of the last report, to be written on; the message of today."""
    last = next((each.last_words for each in reports if each.type_key == STATUS_REPORT.key), None)
    words = _t("This is the status of %(code)s %(title)s on %(day)s.")
    message = words % {"code": project.code, "title": project.title, "day": day(timezone.localdate())}
    return {"message": message, "internal_copy": True, **(last or {})}


def _render(
    request: SignedInRequest,
    project: Project,
    form: StatusReportForm | None = None,
    *,
    status: int = 200,
    refused: tuple[Blocker, ...] = (),
) -> HttpResponse:
    earlier = _reports_of(project)
    data, expected_hash = preview_issue(STATUS_REPORT.key, project)
    told = receivers_of_documents(project)
    words = _t("A project manager or business development issues and shares the report.")
    context = {
        "project": project,
        "form": form or StatusReportForm(sections=SECTIONS, initial=_initial(project, earlier)),
        "data": data,
        "expected_hash": expected_hash,
        "told": told,
        "at_once": [each for each in told if each.told == AT_ONCE],
        "digest": [each for each in told if each.told == DIGEST],
        "refused": refused,
        "blockers": lacking("documents.share", request.user, project, words),
        "earlier": earlier,
    }
    return render(request, "desk/status_report.html", context, status=status)
