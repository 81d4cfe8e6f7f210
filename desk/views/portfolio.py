"""The portfolio as a board, as a table, as files: the running projects that the filters in the address leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_tables2 import RequestConfig

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from desk.filters import PortfolioFilter
from desk.portfolio import Standing, at_risk_by_currency, export_head, export_row, standings
from desk.spreadsheets import csv_response, xlsx_response
from desk.tables import PortfolioTable
from projects.models import PHASES, Project
from projects.saved_views import view_bar

PAGE = 50
CARDS = 12  # of a phase; the rest stand in the table
FILE_NAME = "portfolio"


def portfolio_projects(request: SignedInRequest) -> QuerySet[Project]:
    return Project.objects.visible_to(request.user).select_related("client", "site", "project_manager", "readiness")


def _chosen(request: SignedInRequest) -> tuple[PortfolioFilter, PortfolioTable]:
    """What the filters leave, in the order that the address asks for."""
    chosen = PortfolioFilter(request.GET, queryset=portfolio_projects(request), request=request)
    rows = standings(chosen.qs, reader=request.user, today=timezone.localdate())
    table = PortfolioTable(rows, exclude=() if _reads_revenue(request) else ("at_risk",))
    RequestConfig(request, paginate=False).configure(table)
    return chosen, table


def _reads_revenue(request: SignedInRequest) -> bool:
    return allowed("projects.read_revenue", request.user)


def _ordered(table: PortfolioTable) -> list[Standing]:
    return [row.record for row in table.rows]


@dataclass(frozen=True)
class Column:
    """A phase on the board: its first cards and how many there are."""

    phase: str
    label: str
    cards: list[Standing]
    number: int

    @property
    def more(self) -> int:
        return self.number - len(self.cards)


def _columns(rows: list[Standing]) -> list[Column]:
    by_phase = {phase: [row for row in rows if row.project.phase == phase] for phase in PHASES}
    return [Column(phase.value, str(phase.label), found[:CARDS], len(found)) for phase, found in by_phase.items()]


@internal_required
@require_GET
def board(request: SignedInRequest) -> HttpResponse:
    """One column per phase; the same rows as a table below, page by page."""
    bar = view_bar(request, "portfolio")
    if bar.opens_with:
        return redirect(bar.opens_with)
    chosen, table = _chosen(request)
    rows = _ordered(table)
    table.paginate(page=Paginator(rows, PAGE).get_page(request.GET.get("page")).number, per_page=PAGE)
    context: dict[str, Any] = {
        "bar": bar,
        "filter": chosen,
        "table": table,
        "columns": _columns(rows),
        "number": len(rows),
        "late": sum(row.late for row in rows),
        "at_risk": at_risk_by_currency(rows),
        "reads_revenue": _reads_revenue(request),
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/board.html", context)


@internal_required
@require_GET
def board_csv(request: SignedInRequest) -> StreamingHttpResponse:
    _filter, table = _chosen(request)
    revenue = _reads_revenue(request)
    return csv_response(FILE_NAME, export_head(revenue=revenue), (export_row(row, revenue=revenue) for row in _ordered(table)))


@internal_required
@require_GET
def board_xlsx(request: SignedInRequest) -> FileResponse:
    _filter, table = _chosen(request)
    revenue = _reads_revenue(request)
    return xlsx_response(FILE_NAME, export_head(revenue=revenue), (export_row(row, revenue=revenue) for row in _ordered(table)))
