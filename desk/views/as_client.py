"""The pages of the portal as the client sees them, for one of ours: the portal's own templates and contexts, and nothing to press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.models import User
from accounts.requests import SignedInRequest
from desk.as_client import Preview
from desk.portal import order_context, order_for, project_context, quotation_context, quotation_for
from documents.models import Document
from documents.presentation import document_context
from notifications.visibility import as_client
from projects.models import Project
from projects.services.sharing import view_as_client


@internal_required
@require_GET
def project(request: SignedInRequest, code: str) -> HttpResponse:
    return _shown(request, code, "desk/portal_project.html", _t("Project"), lambda reader: project_context(reader, code))


@internal_required
@require_GET
def quotation(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    def context(reader: User) -> dict[str, Any]:
        return quotation_context(reader, quotation_for(reader, code, revision))

    return _shown(request, code, "desk/portal_quotation.html", _t("Quotation, revision %(number)d") % {"number": revision}, context)


@internal_required
@require_GET
def change_order(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    def context(reader: User) -> dict[str, Any]:
        return order_context(reader, order_for(reader, code, sequence, revision))

    page = _t("Change order %(sequence)d, revision %(number)d") % {"sequence": sequence, "number": revision}
    return _shown(request, code, "desk/portal_change_order.html", page, context)


@internal_required
@require_GET
def document(request: SignedInRequest, code: str, number: str) -> HttpResponse:
    """A shared document of the project or of the request that it came from."""
    about = get_object_or_404(Project.objects.visible_to(request.user), code=code)

    def context(reader: User) -> dict[str, Any]:
        seen = Document.objects.visible_to(reader).about(about).with_signed_number()
        rows = seen.select_related("project__compound", "project__site", "rfp", "client")
        return document_context(get_object_or_404(rows, number=number), reader)

    return _shown(request, code, "documents/document_detail.html", number, context)


def _shown(request: SignedInRequest, code: str, template: str, page: str, context: Callable[[User], dict[str, Any]]) -> HttpResponse:
    """What the client does not see is not found here either, and only a page that is shown is recorded."""
    with transaction.atomic():
        seen = view_as_client(code, page=page, actor=request.user)
        reader = as_client(seen.client_id)
        found = context(reader)
    request.is_kept = seen.is_kept  # type: ignore[attr-defined]
    return render(request, template, found | {"user": reader, "preview": Preview(seen)})
