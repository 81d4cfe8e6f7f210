"""Who does and answers for each deliverable: the matrix of the charter as a table."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from projects.views.found import visible_project
from projects.worksheets import RESPONSIBILITIES
from worksheets.bound import bind_to
from worksheets.showing import Shown


@internal_required
@require_GET
def responsibilities_page(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    sheet = Shown(bind_to(RESPONSIBILITIES, project, request.user), request)
    return render(request, "projects/responsibilities.html", {"project": project, "sheet": sheet})
