"""Our sites: what follows from a change of one, and how demo and tests enter it by the door of its table."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from accounts.countries import zone_fault
from audit.events import record
from audit.refusals import BadInput
from catalogue.models import Site
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
