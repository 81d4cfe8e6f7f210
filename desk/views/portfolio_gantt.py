"""One Gantt over all projects, page by page, with the portfolio's filters; as a page with its table, and as a file."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from desk.filters import PortfolioFilter
from desk.portfolio_gantt import picture, planned_projects
from projects.kept import number_kept
from projects.models import Project
from projects.saved_views import view_bar
from projects.views.plan import PICTURES, SVG_WIDTH

PAGE = 12  # projects: each has a dozen milestones in the picture and in the table


def _page(request: SignedInRequest) -> tuple[PortfolioFilter, Page[Project]]:
    """By code, so that a project keeps its place from one picture to the next."""
    chosen = PortfolioFilter(request.GET, queryset=Project.objects.visible_to(request.user), request=request)
    return chosen, Paginator(chosen.qs.select_related("client", "site").order_by("code"), PAGE).get_page(request.GET.get("page"))


@internal_required
@require_GET
def gantt_page(request: SignedInRequest) -> HttpResponse:
    bar = view_bar(request, "portfolio", address="portfolio-gantt")
    if bar.opens_with:
        return redirect(bar.opens_with)
    chosen, page = _page(request)
    today = timezone.localdate()
    rows = planned_projects(page, today=today)
    context: dict[str, Any] = {
        "bar": bar,
        "filter": chosen,
        "page": page,
        "rows": rows,
        "kept": number_kept(request.user, with_project=True),
        "gantt": picture(rows, today=today) if rows else None,
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/portfolio_gantt.html", context)


@internal_required
@require_GET
def gantt_picture(request: SignedInRequest, form: str) -> HttpResponse:
    """What the page shows, for slides and mails: svg, png or pdf."""
    _chosen, page = _page(request)
    today = timezone.localdate()
    draw, media_type = PICTURES[form]
    drawn = draw(picture(planned_projects(page, today=today), today=today, width=SVG_WIDTH))
    name = f"portfolio-{today.isoformat()}.{form}"
    return HttpResponse(drawn, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
