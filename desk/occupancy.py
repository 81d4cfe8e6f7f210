"""Who has which vessel when, over all sites and projects: for a page, a picture and a file. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from catalogue.models import Vessel
from charts.occupancy import Bar, Closed, VesselRow, occupancy
from projects.occupancies import Closure, bookings_for, closures_of, days_of, slips_of, title_for, warnings_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from projects.models import Occupancy, Project


@dataclass(frozen=True)
class Shown:
    """A booking as its reader may know it."""

    booking: Occupancy
    title: str
    days: str
    warnings: list[str]

    @property
    def state(self) -> str:
        """What of it is told first: firm, tentative, upkeep, moved or conflict."""
        if self.booking.conflicted or not self.booking.vessel.in_service:
            return "conflict"
        if self.booking.named and slips_of(self.booking):
            return "moved"
        if self.booking.named and self.booking.project is None:
            return "upkeep"
        return "firm" if self.booking.firm else "tentative"

    @property
    def standing(self) -> str:
        return _t("firm") if self.booking.firm else _t("tentative")

    @property
    def link(self) -> str:
        return self.booking.get_absolute_url() if self.booking.named else ""


@dataclass(frozen=True)
class Planned:
    """A vessel, who has it on the days asked for, and on which of them its site is closed."""

    vessel: Vessel
    bookings: list[Shown]
    closures: list[Closure]

    @property
    def words(self) -> str:
        words = [str(self.vessel.get_kind_display()), self.vessel.volume_words]
        return " · ".join(filter(None, [*words, "" if self.vessel.in_service else _t("out of service")]))


def vessels_asked(user: User, asked: dict[str, Any], first: date, last: date) -> QuerySet[Vessel]:
    """The vessels of a site or kind; with a project those that it has on these days."""
    rows = Vessel.objects.visible_to(user).select_related("site").order_by("site__name", "site", "tag")
    if asked["site"]:
        rows = rows.filter(site=asked["site"])
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["project"]:
        rows = rows.filter(pk__in=bookings_for(user).meeting(first, last).filter(project=asked["project"]).values("vessel"))
    return rows


def planned_vessels(vessels: Iterable[Vessel], *, reader: User, first: date, last: date, project: Project | None = None) -> list[Planned]:
    """One query, however many vessels. Conflicts count whatever project is asked for."""
    rows = list(vessels)
    found = bookings_for(reader).meeting(first, last).filter(vessel__in=rows).order_by("first_on", "pk")
    by_vessel: dict[int, list[Shown]] = defaultdict(list)
    for booking in found.filter(project=project) if project else found:
        by_vessel[booking.vessel_id].append(Shown(booking, title_for(booking), days_of(booking), warnings_of(booking)))
    closures = {vessel.site_id: closures_of(vessel.site, first, last) for vessel in {row.site_id: row for row in rows}.values()}
    return [Planned(vessel, by_vessel[vessel.pk], closures[vessel.site_id]) for vessel in rows]


def picture(
    rows: Sequence[Planned], *, first: date, last: date, today: date, width: int | str = "container", linked: bool
) -> dict[str, Any]:
    """A Vega-Lite specification. linked: a bar leads to its booking, which it cannot do in a file."""
    return occupancy([_row(row, linked) for row in rows], first=first, last=last, today=today, width=width)


def _row(row: Planned, linked: bool) -> VesselRow:
    bars = [
        Bar(
            label=shown.title,
            first=shown.booking.first_on,
            last=shown.booking.last_on,
            state=shown.state,
            firm=shown.booking.firm,
            days=shown.days,
            standing=shown.standing,
            remarks=" ".join(shown.warnings),
            link=shown.link if linked else "",
        )
        for shown in row.bookings
    ]
    closed = [Closed(each.first, each.last, each.words) for each in row.closures]
    return VesselRow(row.vessel.site.name, row.vessel.tag, row.words, bars, closed)


def sites_closed(rows: Iterable[Planned]) -> list[tuple[str, str]]:
    """Each site with the days on which it is closed, in words."""
    by_site = {row.vessel.site.name: row.closures for row in rows}
    return [(site, "; ".join(_closed_words(each) for each in closures)) for site, closures in by_site.items() if closures]


def _closed_words(closure: Closure) -> str:
    first, last = date_format(closure.first, "j M"), date_format(closure.last, "j M Y")
    return f"{last if closure.first == closure.last else f'{first} – {last}'}: {closure.words}"


Cell = str | date | None


def export_head() -> list[str]:
    return [
        _t("Site"),
        _t("Vessel"),
        _t("Name"),
        _t("Kind"),
        _t("First day"),
        _t("Last day"),
        _t("For"),
        _t("Standing"),
        _t("Belongs to"),
        _t("What to look at"),
        _t("Remark"),
    ]


def export_rows(rows: Iterable[Planned]) -> Iterable[list[Cell]]:
    """The same facts as the table, a line for each booking; a vessel that is free has one without days."""
    for row in rows:
        vessel = row.vessel
        named: list[Cell] = [vessel.site.name, vessel.tag, vessel.name, str(vessel.get_kind_display())]
        for shown in row.bookings:
            booking = shown.booking
            belongs_to = booking.belongs_to.title if booking.named and booking.belongs_to else ""
            told: list[Cell] = [booking.first_on, booking.last_on, shown.title, shown.standing, belongs_to, " ".join(shown.warnings)]
            yield [*named, *told, booking.remark if booking.named else ""]
        if not row.bookings:
            yield [*named, None, None, _t("free"), "", "", "", ""]
