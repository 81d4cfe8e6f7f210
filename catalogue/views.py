"""The pages of sites and their vessels: where we work, in which country and zone, with what, and who answers for the sheets there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.models import Department
from accounts.requests import SignedInRequest
from audit.refusals import BadInput
from catalogue.disposal_sheet import DISPOSAL_PRICES
from catalogue.forms import SheetOwnersForm
from catalogue.models import SHEET_DEPARTMENTS, SheetOwner, Site, Vessel
from catalogue.services import name_sheet_owners
from catalogue.site_sheet import SITES
from catalogue.worksheets import VESSELS
from worksheets.bound import bind_to
from worksheets.printing import facts_of
from worksheets.records import events_of_row
from worksheets.showing import Shown

if TYPE_CHECKING:
    from django.forms import BoundField
    from django.http import QueryDict

EVENTS = 20


@internal_required
@require_GET
def site_page(request: SignedInRequest, key: str) -> HttpResponse:
    """One site: what is known of it, and its record."""
    site = get_object_or_404(Site, key=key)
    return _site(request, site, _owners(site)[0])


@internal_required
@require_POST
def site_sheet_owners(request: SignedInRequest, key: str) -> HttpResponse:
    """Who answers for the sheets of each department."""
    site = get_object_or_404(Site, key=key)
    owners, form = _owners(site, request.POST)
    if form.is_valid():
        try:
            changed = name_sheet_owners(key, form.chosen, version=form.version, actor=request.user)
        except BadInput as bad:
            form.refused(bad)
        else:
            if changed:
                messages.success(request, _t("Saved: %(departments)s.") % {"departments": ", ".join(map(str, changed))})
            return redirect(site)
    return _site(request, site, owners, status=400)


@dataclass(frozen=True)
class OwnerRow:
    department: Department
    owner: SheetOwner | None
    field: BoundField


def _owners(site: Site, data: QueryDict | None = None) -> tuple[list[OwnerRow], SheetOwnersForm]:
    departments = Department.objects.filter(key__in=SHEET_DEPARTMENTS)
    owners = {row.department_id: row for row in SheetOwner.objects.with_standing().filter(site=site)}
    form = SheetOwnersForm(data, departments=departments, owners=owners)
    return [OwnerRow(each, owners.get(each.pk), form[each.key]) for each in departments], form


def _site(request: SignedInRequest, site: Site, owners: list[OwnerRow], *, status: int = 200) -> HttpResponse:
    bound = bind_to(SITES, None, request.user)
    context = {
        "site": site,
        "bound": bound,
        "owners": owners,
        "facts": facts_of(bound, site, besides=("name",)),
        "events": list(events_of_row(bound, site)[:EVENTS]),
    }
    return render(request, "catalogue/site.html", context, status=status)


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
