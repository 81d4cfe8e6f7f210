"""Our sites: what follows from a change of one, who answers for the sheets there, and how demo and tests enter one by its table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _t

from accounts.countries import zone_fault
from accounts.models import Department
from accounts.permissions import require_permission
from accounts.working import works_elsewhere
from audit.events import record
from audit.refusals import BadInput
from audit.seen import require_unchanged
from catalogue.models import SHEET_DEPARTMENTS, SheetOwner, Site
from worksheets.changing import add_row
from worksheets.rows import Rows

if TYPE_CHECKING:
    from accounts.models import User


class SiteRows(Rows):
    """The country and zone decide working days and local dates of every plan there; the plans follow at night."""

    def clean(self, row: Site, changed: Collection[str]) -> None:
        """A zone that is none of the country's is a slip, said where it was typed; a site that has one already stays as it is."""
        if {"country", "time_zone"} & set(changed) and (wrong := zone_fault(row.country, row.time_zone)):
            raise BadInput({"time_zone" if "time_zone" in changed else "country": [wrong]})

    def change(self, row: Site, changed: Collection[str]) -> Site:
        """A region belongs to its country: with another one the site has none until one is chosen with the working days. It is no column
        of the table, so the record says by itself which one was lost.
        """
        if "country" in changed and row.subdivision:
            lost, row.subdivision = row.subdivision, ""
            record("site.changed", row, actor=self.actor, reason=self.reason, before={"subdivision": lost}, after={"subdivision": ""})
        super().change(row, changed)
        return row


def create_site(key: str, *, name: str, country: str, time_zone: str, highest_exposure_band: int | None = None, actor: User) -> Site:
    """Open a site. Raises BadInput by column, NotAllowed."""
    facts = {"name": name, "country": country, "time_zone": time_zone, "highest_exposure_band": highest_exposure_band}
    pk = add_row("sites", {"key": key, **facts}, actor=actor)
    return Site.objects.get(pk=pk)


@transaction.atomic
def name_sheet_owners(key: str, people: Mapping[str, User | None], *, actor: User, version: str = "") -> list[Department]:
    """Say who owns the sheets of these departments (by their keys) when they are opened for a project at the site; nobody: the department.

    Sheets that are open stay with whom they have. version: of who was shown (`audit.seen`). Returns the departments that changed.
    Raises BadInput by the key of a department.
    """
    site = Site.objects.visible_to(actor).select_for_update(of=("self",)).get(key=key)
    require_permission("catalogue.manage_sites", actor)
    departments = {each.key: each for each in Department.objects.filter(key__in=SHEET_DEPARTMENTS)}
    if unknown := people.keys() - departments.keys():
        raise BadInput({name: [_t("This department fills in no sheet.")] for name in sorted(unknown)})
    named = {row.department.key: row.person for row in site.sheet_owners.select_related("department", "person")}
    now = {name: named.get(name) for name in departments}
    require_unchanged(version, now=now, wanted=people, words=lambda name: str(now[name] or _t("The department")))
    changed = {departments[name]: person for name, person in people.items() if person != now[name]}
    if wrong := {each.key: [words] for each, who in changed.items() if who and (words := works_elsewhere(who, each))}:
        raise BadInput(wrong)
    for department, person in changed.items():
        _name(site, department, person)
    if changed:
        record(
            "site.sheet_owners_named",
            site,
            actor=actor,
            before={each.name: str(now[each.key] or "") for each in changed},
            after={each.name: str(person or "") for each, person in changed.items()},
            link=site.get_absolute_url(),
            owners="; ".join(f"{each.name}: {person or _t('the department')}" for each, person in changed.items()),
        )
    return list(changed)


def _name(site: Site, department: Department, person: User | None) -> None:
    if person is None:
        SheetOwner.objects.filter(site=site, department=department).delete()
    else:
        SheetOwner.objects.update_or_create(site=site, department=department, defaults={"person": person})
