"""Our sites as a worksheet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.countries import LANDS, zones_in_use
from catalogue.models import SheetOwner, Site
from catalogue.services.sites import SiteRows
from worksheets.sheets import SheetColumn, Worksheet

KEEPERS = _("Sites and their vessels are kept by an administrator or by management.")
ZONES = [(zone, zone.replace("_", " ")) for zone in zones_in_use()]


def a_key() -> forms.SlugField:
    """It stands in addresses."""
    words = _("Use letters and digits, and a hyphen instead of a space, for example neu-ulm.")
    return forms.SlugField(max_length=32, error_messages={"invalid": words})


def _with_what_is_there(rows: QuerySet[Any]) -> QuerySet[Any]:
    owners = Prefetch("sheet_owners", queryset=SheetOwner.objects.with_standing())
    return rows.annotate(vessels_there=Count("vessels")).prefetch_related(owners)


def _owners_words(site: Site) -> str:
    gone = _t("%(owner)s (no longer works there)")
    return "; ".join(str(each) if each.works_there else gone % {"owner": each} for each in site.sheet_owners.all())


SITES = Worksheet(
    key="sites",
    title=_("Sites"),
    noun=_("site"),
    model=Site,
    columns=(
        SheetColumn(
            "key",
            field=a_key,
            note=_("A short word of letters and digits, for example basel. It stays."),
            example="basel",
            fixed=True,
            frozen=True,
            width=12,
            link=lambda row: row.get_absolute_url(),
        ),
        SheetColumn("name", example="Basel", regulated=True, width=28),
        SheetColumn("country", choices=LANDS, note=_("Its public holidays count."), regulated=True, example="Switzerland", width=16),
        SheetColumn("time_zone", choices=ZONES, note=_("A day begins and ends there."), regulated=True, example="Europe/Zurich", width=20),
        SheetColumn(
            "highest_exposure_band",
            note=_("Of what it can contain, 1 (least) to 5; the early screen of a route compares its materials with it. Empty: not known."),
            regulated=True,
            example="4",
        ),
        SheetColumn(
            "vessels",
            _("Vessels"),
            compute=lambda row: row.vessels_there,
            kind="whole",
            link=lambda row: reverse("vessels", args=[row.key]),
        ),
        SheetColumn(
            "own_days",
            _("Own days"),
            note=_("Entered with the working days: shut-downs, and weekends that are worked."),
            compute=lambda row: len(row.own_days),
            kind="whole",
            link=lambda _row: reverse("calendars"),
        ),
        SheetColumn(
            "sheet_owners",
            _("Owners of sheets"),
            note=_("With whom the feasibility sheets of projects here open; named on the site's page."),
            compute=_owners_words,
            kind="text",
            link=lambda row: f"{row.get_absolute_url()}#sheet-owners",
            width=36,
        ),
    ),
    permission="catalogue.manage_sites",
    who=KEEPERS,
    service=SiteRows,
    rows=_with_what_is_there,
    page=lambda _none: reverse("sites"),
    group="catalogue",
    hint=_("Where we work. The country gives a site's public holidays, the zone the day on which something happened."),
)
