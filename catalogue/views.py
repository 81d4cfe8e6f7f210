"""The pages of sites and their vessels: where we work, in which country and zone, and with what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.refusals import BadInput, Blocker, add_to_form, carried_out
from catalogue import services
from catalogue.forms import ExposureForm, ServiceForm, SiteCorrectionForm, SiteForm, VesselCorrectionForm, VesselForm
from catalogue.models import Site, Vessel

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
@require_http_methods(["GET", "POST"])
def vessels_page(request: SignedInRequest, key: str) -> HttpResponse:
    """The vessels of a site, and the form of another one."""
    site = get_object_or_404(Site, key=key)
    form = VesselForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            vessel = services.add_vessel(key, form.cleaned_data["tag"], form.facts, actor=request.user)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("%(tag)s is entered and can be booked.") % {"tag": vessel.tag})
            return redirect("vessels", key)
    vessels = list(site.vessels.select_related("site"))
    context = {"site": site, "vessels": vessels, "form": form, "blockers": _blockers(request)}
    return render(request, "catalogue/vessels.html", context, status=400 if form.errors else 200)


def _vessel(request: SignedInRequest, key: str, tag: str) -> Vessel:
    return get_object_or_404(Vessel.objects.visible_to(request.user).select_related("site"), site__key=key, tag=tag)


@internal_required
@require_http_methods(["GET", "POST"])
def vessel_page(request: SignedInRequest, key: str, tag: str) -> HttpResponse:
    """One vessel: its facts, its record, the form that corrects it, and whether it is in service."""
    vessel = _vessel(request, key, tag)
    form = VesselCorrectionForm(request.POST or None, vessel=vessel)

    def change() -> str:
        services.change_vessel(key, tag, form.facts, reason=form.cleaned_data["reason"], actor=request.user)
        return _t("The vessel was corrected.")

    return _answer(request, vessel, "form", form, change) if request.method == "POST" else _render(request, vessel)


@internal_required
@require_POST
def vessel_out(request: SignedInRequest, key: str, tag: str) -> HttpResponse:
    vessel, form = _vessel(request, key, tag), ServiceForm(request.POST)

    def take_out() -> str:
        services.take_out_of_service(key, tag, actor=request.user, **form.cleaned_data)
        return _t("Out of service: nothing can be booked in it until it is back.")

    return _answer(request, vessel, "service_form", form, take_out)


@internal_required
@require_POST
def vessel_back(request: SignedInRequest, key: str, tag: str) -> HttpResponse:
    vessel, form = _vessel(request, key, tag), ServiceForm(request.POST)

    def bring_back() -> str:
        services.return_to_service(key, tag, actor=request.user, **form.cleaned_data)
        return _t("Back in service.")

    return _answer(request, vessel, "service_form", form, bring_back)


def _answer(request: SignedInRequest, vessel: Vessel, name: str, form: forms.Form, act: Callable[[], str]) -> HttpResponse:
    """`act` calls the service and says in words what it did; a refused form comes back in the page."""
    if form.is_valid():
        try:
            words = act()
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, words)
            return redirect(vessel)
    return _render(request, vessel, status=400, **{name: form})


def _render(request: SignedInRequest, vessel: Vessel, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    context = {
        "vessel": vessel,
        "form": VesselCorrectionForm(vessel=vessel),
        "service_form": ServiceForm(),
        "blockers": _blockers(request),
        "events": list(events_of(vessel)[:EVENTS]),
    }
    return render(request, "catalogue/vessel.html", context | bound, status=status)
