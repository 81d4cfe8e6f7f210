"""Opening and correcting our sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _t

from accounts.countries import require_country
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_reason
from catalogue.models import Site
from catalogue.services.cleaning import clean

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def create_site(*, key: str, name: str, country: str, time_zone: str, actor: User) -> Site:
    """Open a site. Raises BadInput for a key in use, an unknown time zone or country."""
    require_permission("catalogue.manage_sites", actor)
    site = Site(key=key, name=name.strip(), country=country, time_zone=time_zone)
    require_country(country)
    clean(site)
    if Site.objects.filter(key=key).exists():
        raise BadInput({"key": _t("There is a site with this key.")})
    site.save(force_insert=True)
    record("site.created", site, actor=actor, country=country, time_zone=time_zone)
    return site


@transaction.atomic
def change_site(key: str, *, name: str, country: str, time_zone: str, reason: str, actor: User) -> Site:
    """Correct a site. Its country and zone decide working days and local dates of every plan there; the plans follow at night.

    A region belongs to its country: with another country the site has none until one is chosen with the working days.

    Raises BadInput at the field, Refused when nothing differs.
    """
    require_permission("catalogue.manage_sites", actor)
    site = Site.objects.select_for_update(of=("self",)).get(key=key)
    require_reason(reason)
    before = {"name": site.name, "country": site.country, "subdivision": site.subdivision, "time_zone": site.time_zone}
    region = site.subdivision if country == site.country else ""
    after = {"name": name.strip(), "country": country, "subdivision": region, "time_zone": time_zone}
    if before == after:
        raise Refused(Blocker("site.unchanged", _t("Nothing differs from what the record holds.")))
    site.name, site.country, site.subdivision, site.time_zone = after["name"], country, region, time_zone
    if country != before["country"]:
        require_country(country)
    clean(site)
    site.save(update_fields=["name", "country", "subdivision", "time_zone"])
    record("site.changed", site, actor=actor, reason=reason.strip(), before=before, after=after)
    return site


@act
def set_exposure_band(key: str, *, band: int | None, reason: str, actor: User) -> Site:
    """The highest occupational exposure band that the site can contain, 1 to 5; None: not known. Raises BadInput at the field."""
    require_permission("catalogue.manage_sites", actor)
    site = Site.objects.select_for_update(of=("self",)).get(key=key)
    require_reason(reason)
    before, site.highest_exposure_band = site.highest_exposure_band, band
    if before == band:
        raise Refused(Blocker("site.unchanged", _t("Nothing differs from what the record holds.")))
    clean(site)
    site.save(update_fields=["highest_exposure_band"])
    record("site.changed", site, actor=actor, reason=reason.strip(), before={"band": before}, after={"band": band})
    return site
