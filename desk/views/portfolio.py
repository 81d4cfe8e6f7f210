"""The portfolio as a board, as a table, as files: the running projects that the filters in the address leave."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django_tables2 import RequestConfig

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from desk.filters import PortfolioFilter
from desk.portfolio import columns, export_head, export_rows, portfolio, totals
from desk.tables import KeysFirst, PortfolioTable
from projects.kept import number_kept
from projects.models import Project
from projects.saved_views import view_bar
from worksheets.writing import csv_response, xlsx_response

PAGE = 25  # rows of the table; the cards above it are as many again
CARDS = 12  # of a phase; the rest stand in the table
FILE_NAME = "portfolio"


def _chosen(request: SignedInRequest) -> tuple[PortfolioFilter, PortfolioTable]:
    """What the filters leave, in the order that the address asks for."""
    chosen = PortfolioFilter(request.GET, queryset=Project.objects.visible_to(request.user), request=request)
    rows = portfolio(chosen.qs, reader=request.user)
    table = PortfolioTable(rows, exclude=() if _reads_revenue(request) else ("at_risk",))
    RequestConfig(request, paginate=False).configure(table)
    return chosen, table


def _reads_revenue(request: SignedInRequest) -> bool:
    return allowed("projects.read_revenue", request.user)


def _ordered(table: PortfolioTable) -> QuerySet[Project]:
    rows: QuerySet[Project] = table.data.data
    return rows


@internal_required
@require_GET
def board(request: SignedInRequest) -> HttpResponse:
    """One column per phase; the same rows as a table below, page by page."""
    bar = view_bar(request, "portfolio")
    if bar.opens_with:
        return redirect(bar.opens_with)
    chosen, table = _chosen(request)
    rows = _ordered(table)
    found = totals(rows)
    page = Paginator(range(found.number), PAGE).get_page(request.GET.get("page")).number
    table.paginate(partial(KeysFirst, number=found.number), per_page=PAGE, page=page)
    context: dict[str, Any] = {
        "bar": bar,
        "filter": chosen,
        "table": table,
        "columns": columns(rows, found, cards=CARDS),
        "totals": found,
        "reads_revenue": _reads_revenue(request),
        "kept": number_kept(request.user, with_project=True),
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/board.html", context)


@internal_required
@require_GET
def board_csv(request: SignedInRequest) -> StreamingHttpResponse:
    _filter, table = _chosen(request)
    revenue = _reads_revenue(request)
    return csv_response(FILE_NAME, export_head(revenue=revenue), export_rows(_ordered(table), revenue=revenue))


@internal_required
@require_GET
def board_xlsx(request: SignedInRequest) -> FileResponse:
    _filter, table = _chosen(request)
    revenue = _reads_revenue(request)
    return xlsx_response(FILE_NAME, export_head(revenue=revenue), export_rows(_ordered(table), revenue=revenue))
