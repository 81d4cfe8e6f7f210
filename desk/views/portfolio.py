"""The portfolio as a board, as a table, as files; and the key figures with the cases behind each."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from desk.filters import ProjectFilter
from desk.kpis import figures
from desk.portfolio import Standing, at_risk_by_currency, export_head, export_row, standings
from desk.spreadsheets import csv_response, xlsx_response
from projects.models import PHASES, Project

MOST = 1000
FILE_NAME = "portfolio"


def _projects(request: SignedInRequest) -> QuerySet[Project]:
    return Project.objects.visible_to(request.user).select_related("client", "site", "project_manager", "readiness")


def _chosen(request: SignedInRequest) -> tuple[ProjectFilter, list[Standing]]:
    """The running projects that the filters in the address leave; with a status, those of that status."""
    rows = _projects(request)
    chosen = ProjectFilter(request.GET, queryset=rows if request.GET.get("status") else rows.running(), request=request)  # type: ignore[attr-defined]
    return chosen, standings(chosen.qs[:MOST], today=timezone.localdate())


@internal_required
@require_GET
def board(request: SignedInRequest) -> HttpResponse:
    """One column per phase; the same rows as a table below."""
    chosen, rows = _chosen(request)
    context: dict[str, Any] = {
        "filter": chosen,
        "rows": rows,
        "columns": [(phase.label, [row for row in rows if row.project.phase == phase]) for phase in PHASES],
        "at_risk": at_risk_by_currency(rows),
        "late": sum(row.late for row in rows),
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/board.html", context)


@internal_required
@require_GET
def board_csv(request: SignedInRequest) -> StreamingHttpResponse:
    _filter, rows = _chosen(request)
    return csv_response(FILE_NAME, export_head(), (export_row(row) for row in rows))


@internal_required
@require_GET
def board_xlsx(request: SignedInRequest) -> FileResponse:
    _filter, rows = _chosen(request)
    return xlsx_response(FILE_NAME, export_head(), (export_row(row) for row in rows))


@internal_required
@require_GET
def kpi_page(request: SignedInRequest) -> HttpResponse:
    """All figures; `figure` opens the cases behind one."""
    if not allowed("projects.read_portfolio", request.user):
        raise PermissionDenied
    rows = figures(list(_projects(request)))
    key = request.GET.get("figure", "")
    opened = next((row for row in rows if row.key == key), None)
    if key and opened is None:
        raise Http404
    return render(request, "desk/kpis.html", {"figures": rows, "opened": opened})
