"""The pages of sites and their vessels: where we work, in which country and zone, and with what."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from catalogue.disposal_sheet import DISPOSAL_PRICES
from catalogue.models import Site, Vessel
from catalogue.site_sheet import SITES
from catalogue.worksheets import VESSELS
from worksheets.bound import bind_to
from worksheets.printing import facts_of
from worksheets.records import events_of_row
from worksheets.showing import Shown

EVENTS = 20


@internal_required
@require_GET
def site_page(request: SignedInRequest, key: str) -> HttpResponse:
    """One site: what is known of it, and its record."""
    site = get_object_or_404(Site, key=key)
    bound = bind_to(SITES, None, request.user)
    context = {
        "site": site,
        "bound": bound,
        "facts": facts_of(bound, site, besides=("name",)),
        "events": list(events_of_row(bound, site)[:EVENTS]),
    }
    return render(request, "catalogue/site.html", context)


@internal_required
@require_GET
def vessels_page(request: SignedInRequest, key: str) -> HttpResponse:
    """The vessels of a site."""
    site = get_object_or_404(Site, key=key)
    return render(request, "catalogue/vessels.html", {"site": site, "sheet": Shown(bind_to(VESSELS, site, request.user), request)})


@internal_required
@require_GET
def disposal_page(request: SignedInRequest, key: str) -> HttpResponse:
    """What the site pays for its waste."""
    site = get_object_or_404(Site, key=key)
    return render(request, "catalogue/disposal.html", {"site": site, "sheet": Shown(bind_to(DISPOSAL_PRICES, site, request.user), request)})


@internal_required
@require_GET
def vessel_page(request: SignedInRequest, key: str, tag: str) -> HttpResponse:
    """One vessel: what is known of it, and its record."""
    rows = Vessel.objects.visible_to(request.user).select_related("site")
    vessel = get_object_or_404(rows, site__key=key, tag=tag)
    bound = bind_to(VESSELS, vessel.site, request.user)
    context = {
        "vessel": vessel,
        "bound": bound,
        "facts": facts_of(bound, vessel, besides=("tag", "name", "out_of_service_reason")),
        "events": list(events_of_row(bound, vessel)[:EVENTS]),
    }
    return render(request, "catalogue/vessel.html", context)
