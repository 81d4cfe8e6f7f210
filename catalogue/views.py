"""The pages of sites and their vessels: where we work, in which country and zone, and with what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.refusals import BadInput, Blocker, add_to_form, carried_out
from catalogue import services
from catalogue.disposal_sheet import DISPOSAL_PRICES
from catalogue.forms import ExposureForm, SiteCorrectionForm, SiteForm
from catalogue.models import Site, Vessel
from catalogue.worksheets import VESSELS
from worksheets.bound import bind_to
from worksheets.printing import facts_of
from worksheets.records import events_of_row
from worksheets.showing import Shown

EVENTS = 20


def _blockers(request: SignedInRequest) -> list[Blocker]:
    if allowed("catalogue.manage_sites", request.user):
        return []
    return [Blocker("permission", _t("Sites and their vessels are kept by an administrator or by management."))]


@internal_required
@require_http_methods(["GET", "POST"])
def sites_page(request: SignedInRequest) -> HttpResponse:
    """All sites, and the form of a new one."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site = services.create_site(**form.cleaned_data, actor=request.user)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("%(name)s is open.") % {"name": site.name})
            return redirect("sites")
    context = {"sites": list(Site.objects.all()), "form": form, "blockers": _blockers(request)}
    return render(request, "catalogue/sites.html", context, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET", "POST"])
def site_page(request: SignedInRequest, key: str) -> HttpResponse:
    """One site: its facts, its record, and the form that corrects it."""
    site = get_object_or_404(Site, key=key)
    form = SiteCorrectionForm(request.POST or None, site=site)
    if request.method == "POST" and carried_out(form, lambda: services.change_site(key, **form.cleaned_data, actor=request.user)):
        messages.success(request, _t("The site was corrected."))
        return redirect("site-detail", key)
    return render(request, "catalogue/site.html", _context(request, site, form), status=400 if form.errors else 200)


def _context(request: SignedInRequest, site: Site, form: SiteCorrectionForm) -> dict[str, Any]:
    exposure = ExposureForm(prefix="exposure", initial={"band": site.highest_exposure_band})
    events = list(events_of(site)[:EVENTS])
    return {"site": site, "form": form, "exposure_form": exposure, "blockers": _blockers(request), "events": events}


@internal_required
@require_POST
def site_exposure(request: SignedInRequest, key: str) -> HttpResponse:
    """What the site can contain."""
    site = get_object_or_404(Site, key=key)
    form = ExposureForm(request.POST, prefix="exposure")
    if carried_out(form, lambda: services.set_exposure_band(key, **form.cleaned_data, actor=request.user)):
        messages.success(request, _t("The site was corrected."))
        return redirect("site-detail", key)
    return render(
        request, "catalogue/site.html", _context(request, site, SiteCorrectionForm(site=site)) | {"exposure_form": form}, status=400
    )


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
