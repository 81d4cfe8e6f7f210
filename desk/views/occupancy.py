"""The calendar of vessels over all sites and projects, with its filters in the address; as a page, a picture and files."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import require_valid
from desk.forms import OccupancyForm
from desk.occupancy import Planned, export_head, export_rows, picture, planned_vessels, sites_closed, vessels_asked
from projects.occupancies import no_booker
from projects.views.plan import PICTURES, SVG_WIDTH
from worksheets.writing import csv_response, xlsx_response

PAGE = 50
FILE_NAME = "occupancy"


def _form(request: SignedInRequest) -> OccupancyForm:
    return OccupancyForm(request.GET, reader=request.user, today=timezone.localdate())


@internal_required
@require_GET
def occupancy_page(request: SignedInRequest) -> HttpResponse:
    form = _form(request)
    context = {"form": form, "query": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, "desk/occupancy.html", context, status=400)
    return render(request, "desk/occupancy.html", context | _calendar(request, form))


def _calendar(request: SignedInRequest, form: OccupancyForm) -> dict[str, Any]:
    first, last = form.days
    asked = form.cleaned_data
    page = Paginator(vessels_asked(request.user, asked, first, last), PAGE).get_page(request.GET.get("page"))
    rows = planned_vessels(page, reader=request.user, first=first, last=last, project=asked["project"])
    return {
        "page": page,
        "rows": rows,
        "first": first,
        "last": last,
        "earlier": (first - form.length).isoformat(),
        "later": (last + timedelta(days=1)).isoformat(),
        "project": asked["project"],
        "project_blockers": no_booker(request.user, asked["project"]),
        "closed": sites_closed(rows),
        "conflicts": sum(shown.state == "conflict" for row in rows for shown in row.bookings),
        "moved": sum(shown.state == "moved" for row in rows for shown in row.bookings),
        "chart": picture(rows, first=first, last=last, today=timezone.localdate(), linked=True) if rows else None,
    }


def _asked(request: SignedInRequest) -> tuple[list[Planned], date, date]:
    """Every vessel that the address asks for; a file has no pages."""
    form = _form(request)
    require_valid(form)
    first, last = form.days
    vessels = vessels_asked(request.user, form.cleaned_data, first, last)
    return planned_vessels(vessels, reader=request.user, first=first, last=last, project=form.cleaned_data["project"]), first, last


@internal_required
@require_GET
def occupancy_picture(request: SignedInRequest, form: str) -> HttpResponse:
    """What the page shows, for slides and mails: svg, png or pdf."""
    rows, first, last = _asked(request)
    draw, media_type = PICTURES[form]
    drawn = draw(picture(rows, first=first, last=last, today=timezone.localdate(), width=SVG_WIDTH, linked=False))
    name = f"{FILE_NAME}-{first.isoformat()}.{form}"
    return HttpResponse(drawn, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@internal_required
@require_GET
def occupancy_csv(request: SignedInRequest) -> StreamingHttpResponse:
    return csv_response(FILE_NAME, export_head(), export_rows(_asked(request)[0]))


@internal_required
@require_GET
def occupancy_xlsx(request: SignedInRequest) -> FileResponse:
    return xlsx_response(FILE_NAME, export_head(), export_rows(_asked(request)[0]))
