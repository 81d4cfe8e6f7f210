"""What really happened on a project beside what was quoted, phase by phase, and the tables in which it is recorded."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from process.actuals.beside import all_actuals
from process.actuals.worksheets import ACTUAL_COSTS, STEP_RUNS
from projects.views.found import visible_project
from worksheets.bound import bind_to
from worksheets.showing import Shown


@internal_required
@require_http_methods(["GET"])
def actuals_page(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    sheets = (bind_to(sheet, project, request.user) for sheet in (ACTUAL_COSTS, STEP_RUNS))
    context = {
        "project": project,
        "phases": all_actuals(project, request.user),
        "sheets": [Shown(bound, request) for bound in sheets if bound.is_readable],
    }
    return render(request, "process/actuals.html", context)


@internal_required
@require_http_methods(["GET"])
def phase_actuals(request: SignedInRequest, code: str, phase: str) -> HttpResponse:
    """One phase, for the pages of its gate; nothing where it has not begun."""
    project = visible_project(request, code)
    found = all_actuals(project, request.user, phase)
    return render(request, "process/_phase_actuals.html", {"project": project, "phases": found})
