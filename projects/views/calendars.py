"""Own working days of sites and clients: what is entered, entering more, taking them away."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.models import Client
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from catalogue.models import Site
from projects.calendars import regions_of
from projects.forms.calendar import OwnDaysForm, RegionForm
from projects.forms.scratch import ReasonForm
from projects.models import StalePlan
from projects.permissions import lacking
from projects.services import calendars as services

Place = tuple[str, str, Site | Client]  # kind, the name in its address, itself


@internal_required
@require_http_methods(["GET", "POST"])
def calendars_page(request: SignedInRequest) -> HttpResponse:
    form = OwnDaysForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            plans = services.add_own_days(**form.values, actor=request.user)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("Entered.") + " " + _followed(plans))
            return redirect("calendars")
    return _render(request, form, ReasonForm(), status=400 if form.errors else 200)


def _followed(plans: int) -> str:
    if not plans:
        return _t("No plan counts in these days.")
    words = ngettext("%(number)d plan is being worked out again.", "%(number)d plans are being worked out again.", plans)
    return words % {"number": plans}


def _render(
    request: SignedInRequest,
    form: OwnDaysForm,
    reason_form: ReasonForm,
    *,
    status: int,
    removing: str = "",
    region: tuple[str, Site | Client, RegionForm] | None = None,
) -> HttpResponse:
    sites: list[Place] = [("site", site.key, site) for site in Site.objects.all()]
    clients: list[Place] = [("client", client.code, client) for client in Client.objects.visible_to(request.user)]
    entries = [
        (kind, name, place, entry, f"{kind}-{name}-{entry.first}") for kind, name, place in [*sites, *clients] for entry in place.own_days
    ]
    opened = removing or request.GET.get("remove", "")
    context = {
        "sites": [site for _kind, _name, site in sites],
        "places": [(kind, name, place, _region_of(place), bool(regions_of(place.country))) for kind, name, place in [*sites, *clients]],
        "region": region or _asked_region(request, [*sites, *clients]),
        "entries": entries,
        "form": form,
        "reason_form": reason_form,
        "removing": next((row for row in entries if row[4] == opened), None),
        "queued": StalePlan.objects.count(),
        "today": timezone.localdate(),
        "blockers": lacking("projects.edit_calendars", request.user, None, _t("Working days are kept by project managers and management.")),
    }
    return render(request, "projects/calendars.html", context, status=status)


def _region_of(place: Site | Client) -> str:
    return dict(regions_of(place.country)).get(place.subdivision, "")


def _asked_region(request: SignedInRequest, places: list[Place]) -> tuple[str, Site | Client, RegionForm] | None:
    """The dialog of the place that the address names, `region=site-<key>`."""
    asked = request.GET.get("region", "")
    found = next(((kind, place) for kind, name, place in places if f"{kind}-{name}" == asked), None)
    if found is None:
        return None
    kind, place = found
    return kind, place, RegionForm(country=place.country, initial={"subdivision": place.subdivision})


@internal_required
@require_POST
def region_set(request: SignedInRequest, kind: str, name: str) -> HttpResponse:
    if kind not in services.PLACES:
        raise Http404
    model, field = services.PLACES[kind]
    rows = Client.objects.visible_to(request.user) if model is Client else model.objects.all()
    place = get_object_or_404(rows, **{field: name})
    form = RegionForm(request.POST, country=place.country)
    if form.is_valid():
        try:
            plans = services.set_region(kind, name, actor=request.user, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("Set.") + " " + _followed(plans))
            return redirect("calendars")
    return _render(request, OwnDaysForm(reader=request.user), ReasonForm(), status=400, region=(kind, place, form))


@internal_required
@require_POST
def days_remove(request: SignedInRequest, kind: str, name: str, first: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    try:
        day = date.fromisoformat(first)
    except ValueError as error:
        raise Http404 from error
    if kind not in services.PLACES:
        raise Http404
    if form.is_valid():
        try:
            plans = services.remove_own_days(kind, name, first=day, actor=request.user, **form.cleaned_data)
        except ObjectDoesNotExist as error:
            raise Http404 from error
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("Removed.") + " " + _followed(plans))
            return redirect("calendars")
    return _render(request, OwnDaysForm(reader=request.user), form, status=400, removing=f"{kind}-{name}-{first}")
