"""The key figures over a period: each with its definition, its cases and its trend; as a page and as files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.refusals import require_valid
from charts.trend import Point, trend
from desk.figures import Figure, Quarter
from desk.forms import KpiForm
from desk.kpis import Scope, cases_of, definitions, every_case, figures, old_facts
from projects.kept import number_kept
from projects.models import Project
from worksheets.writing import csv_response, xlsx_response

FILE_NAME = "key-figures"
PAGE = 50


def _form(request: SignedInRequest) -> KpiForm:
    if not allowed("projects.read_portfolio", request.user):
        raise PermissionDenied
    return KpiForm(request.GET, reader=request.user)


def _asked(request: SignedInRequest, form: KpiForm) -> tuple[QuerySet[Project], list[Figure]]:
    """The projects that count, and the figures over them."""
    asked = form.cleaned_data
    rows = Project.objects.visible_to(request.user).filter(**{name: asked[name] for name in ("client", "site") if asked[name]})
    return rows, figures(rows, Scope(asked["since"], asked["until"], asked["phase"]))


def _opened(request: SignedInRequest, rows: list[Figure]) -> Figure | None:
    """The figure whose cases the address asks for."""
    key = request.GET.get("figure", "")
    opened = next((row for row in rows if row.key == key), None)
    if key and opened is None and key not in {each.key for each in definitions()}:
        raise Http404
    return opened


@internal_required
@require_GET
def kpi_page(request: SignedInRequest) -> HttpResponse:
    """`figure` opens the cases behind one, page by page."""
    form = _form(request)
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode(), "kept": number_kept(request.user, with_project=True)}
    if form.is_valid():
        projects, rows = _asked(request, form)
        opened = _opened(request, rows)
        context |= {"figures": rows, "old": old_facts(projects), **(_behind(request, opened) if opened else {})}
    return render(request, "desk/kpis.html", context, status=200 if form.is_valid() else 400)


def _behind(request: SignedInRequest, opened: Figure) -> dict[str, Any]:
    page = Paginator(range(opened.number), PAGE).get_page(request.GET.get("page"))
    quarters = opened.by_quarter()
    return {
        "opened": opened,
        "page": page,
        "cases": cases_of(opened.cases, page.start_index(), page.end_index()),
        "quarters": quarters,
        "trend": _trend(opened, quarters) if len(quarters) > 1 else None,
    }


def _trend(opened: Figure, quarters: list[Quarter]) -> dict[str, Any]:
    points = [Point(each.label, each.amount, each.words) for each in quarters]
    return trend(points, title=_t("%(figure)s by quarter") % {"figure": opened.title})


def _table(request: SignedInRequest) -> tuple[list[str], Iterable[list[Any]]]:
    """What the page shows: the figures, or with `figure` the cases behind one."""
    form = _form(request)
    require_valid(form)
    _projects, rows = _asked(request, form)
    opened = _opened(request, rows)
    if opened is None:
        head = [_t("Figure"), _t("Value"), _t("Cases"), _t("Definition")]
        return head, [[row.title, row.value, row.number, row.definition] for row in rows]
    head = [_t("Project"), _t("Client"), _t("Record"), _t("Day"), _t("Value"), _t("In words")]
    return head, (
        [each.project.code, each.project.client.name, each.what, each.on, each.number, each.words] for each in every_case(opened.cases)
    )


@internal_required
@require_GET
def kpi_csv(request: SignedInRequest) -> StreamingHttpResponse:
    return csv_response(FILE_NAME, *_table(request))


@internal_required
@require_GET
def kpi_xlsx(request: SignedInRequest) -> FileResponse:
    return xlsx_response(FILE_NAME, *_table(request))
