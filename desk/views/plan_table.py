"""The table of a plan as a spreadsheet."""

from __future__ import annotations

from django.http import FileResponse
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from projects.plan_table import export_head, export_rows, plan_rows
from projects.services.baselines import promised_by
from projects.views.found import visible_project
from projects.views.plan import compared_with, planned
from worksheets.writing import xlsx_response


@internal_required
@require_GET
def plan_xlsx(request: SignedInRequest, code: str) -> FileResponse:
    """What the page shows, against the same baseline."""
    project = visible_project(request, code)
    rows, states = planned(project)
    _baselines, against = compared_with(request, project)
    table = plan_rows(project, rows, states, promised_by(rows, against))
    return xlsx_response(f"{code}-plan", export_head(against), export_rows(table))
