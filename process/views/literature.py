"""What was read for a project: its table on a page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from process.literature.worksheets import LITERATURE
from projects.views.found import visible_project
from worksheets.bound import bind_to
from worksheets.showing import Shown


@internal_required
@require_http_methods(["GET"])
def literature_page(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    sheet = Shown(bind_to(LITERATURE, project, request.user), request)
    return render(request, "process/literature.html", {"project": project, "sheet": sheet})
