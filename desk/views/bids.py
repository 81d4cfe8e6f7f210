"""Enquiries and bids over a period: the pipeline, win rate, turnaround, what answered offers had in common; page and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.permissions import require_permission
from accounts.requests import SignedInRequest
from audit.refusals import require_valid
from charts.picture import Picture
from desk.answered_bids import answered_bids
from desk.bids import over_time, pipeline
from desk.forms import BidForm
from desk.kpis import Scope, old_facts
from projects.kept import number_kept
from projects.models import Project
from projects.views.plan import PICTURES

if TYPE_CHECKING:
    from django.db.models import QuerySet

FILE_NAME = "bids"


def _asked(request: SignedInRequest) -> BidForm:
    require_permission("projects.read_portfolio", request.user)
    return BidForm(request.GET, reader=request.user)


def _asked_of(request: SignedInRequest, asked: dict[str, Any]) -> tuple[QuerySet[Project], Scope]:
    projects = Project.objects.visible_to(request.user).filter(**{name: asked[name] for name in ("client", "site") if asked[name]})
    return projects, Scope(asked["since"], asked["until"])


def _shown(request: SignedInRequest, asked: dict[str, Any]) -> dict[str, Any]:
    projects, scope = _asked_of(request, asked)
    quarters, figures = over_time(projects, scope)
    return {
        "funnel": pipeline(request.user, asked),
        "quarters": quarters,
        "figures": figures,
        "groupings": answered_bids(projects, scope),
        "old": old_facts(projects),
    }


@internal_required
@require_GET
def bids_page(request: SignedInRequest) -> HttpResponse:
    form = _asked(request)
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode(), "is_asked": form.is_valid()}
    context["kept"] = number_kept(request.user)
    if form.is_valid():
        context |= _shown(request, form.cleaned_data)
    return render(request, "desk/bids.html", context, status=200 if form.is_valid() else 400)


def _picture(request: SignedInRequest, name: str) -> Picture | None:
    """By its name in the address; what is empty is not there."""
    form = _asked(request)
    require_valid(form)
    if name == "funnel":
        return pipeline(request.user, form.cleaned_data)
    return over_time(*_asked_of(request, form.cleaned_data))[0] if name == "quarters" else None


@internal_required
@require_GET
def bids_picture(request: SignedInRequest, name: str, form: str) -> HttpResponse:
    """What the page shows, for slides and papers: svg, png or pdf."""
    picture = _picture(request, name)
    if picture is None:
        raise Http404
    draw, media_type = PICTURES[form]
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}-{name}.{form}"'}
    return HttpResponse(draw(picture.spec), content_type=media_type, headers=headers)
