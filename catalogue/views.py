"""The pages of sites: where we work, in which country and zone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.refusals import BadInput, Blocker, add_to_form
from catalogue import services
from catalogue.forms import SiteCorrectionForm, SiteForm
from catalogue.models import Site

EVENTS = 20


def _blockers(request: SignedInRequest) -> list[Blocker]:
    if allowed("catalogue.manage_sites", request.user):
        return []
    return [Blocker("permission", _t("Sites are kept by an administrator or by management."))]


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
    if request.method == "POST" and form.is_valid():
        try:
            services.change_site(key, **form.cleaned_data, actor=request.user)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("The site was corrected."))
            return redirect("site-detail", key)
    return render(request, "catalogue/site.html", _context(request, site, form), status=400 if form.errors else 200)


def _context(request: SignedInRequest, site: Site, form: SiteCorrectionForm) -> dict[str, Any]:
    return {"site": site, "form": form, "blockers": _blockers(request), "events": list(events_of(site)[:EVENTS])}
