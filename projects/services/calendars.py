"""Own working days of sites and clients: entered once, and every plan that counts in them follows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from accounts.models import Client
from accounts.permissions import require_permission
from accounts.working_days import OwnDays
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, require_reason
from catalogue.models import Site
from projects.calendars import regions_of
from projects.models import Project
from projects.services.recompute import ask_to_recompute

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_DAYS = 366
PLACES: dict[str, tuple[Any, str]] = {"site": (Site, "key"), "client": (Client, "code")}  # kind: model, the field that names one


def _locked_place(kind: str, name: str, actor: User) -> Site | Client:
    model, field = PLACES[kind]
    require_permission("projects.edit_calendars", actor)
    rows = Client.objects.visible_to(actor) if model is Client else model.objects.all()
    place: Site | Client = rows.select_for_update(of=("self",)).get(**{field: name})
    return place


def projects_at(place: Site | Client) -> Q:
    """Whose plans count in the working days of the place."""
    return Q(client=place) if isinstance(place, Client) else Q(site=place)


@act
def add_own_days(kind: str, name: str, *, first: date, last: date, worked: bool, words: str, actor: User) -> int:
    """Days off, or worked ones, of a site (by key) or a client (by code). Gives how many plans are worked out again.

    Raises BadInput for days the wrong way round, more than a year of them, or days that another entry has already.
    """
    place = _locked_place(kind, name, actor)
    entry = OwnDays(first, last, worked, words.strip())
    _check(entry, place.own_days)
    _keep(place, [*place.own_days, entry])
    record("calendar.days_added", place, actor=actor, place=str(place), first=first, last=last, worked=worked, words=entry.words)
    return ask_to_recompute(Project.objects.filter(projects_at(place)))


@act
def remove_own_days(kind: str, name: str, *, first: date, actor: User, reason: str) -> int:
    """Take the entry that begins on `first` away again. Gives how many plans are worked out again."""
    place = _locked_place(kind, name, actor)
    entry = next((each for each in place.own_days if each.first == first), None)
    if entry is None:
        raise BadInput({"": [_t("Somebody has removed these days already.")]})
    require_reason(reason)
    _keep(place, [each for each in place.own_days if each != entry])
    record(
        "calendar.days_removed", place, actor=actor, reason=reason, place=str(place), first=entry.first, last=entry.last, words=entry.words
    )
    return ask_to_recompute(Project.objects.filter(projects_at(place)))


@act
def set_region(kind: str, name: str, *, subdivision: str, actor: User) -> int:
    """The region of the country whose public holidays count too; empty for none. Gives how many plans are worked out again."""
    place = _locked_place(kind, name, actor)
    known = dict(regions_of(place.country))
    if subdivision and subdivision not in known:
        raise BadInput(
            {"subdivision": [_t("The holidays of this region of %(country)s are not known.") % {"country": place.country or "–"}]}
        )
    before = place.subdivision
    place.subdivision = subdivision
    place.save(update_fields=["subdivision"])
    region = known.get(subdivision, "–")
    record(
        "calendar.region_set", place, actor=actor, before={"region": before}, after={"region": subdivision}, place=str(place), region=region
    )
    return ask_to_recompute(Project.objects.filter(projects_at(place)))


def _check(entry: OwnDays, others: list[OwnDays]) -> None:
    if entry.last < entry.first:
        raise BadInput({"last": [_t("The last day is before the first.")]})
    if entry.last - entry.first >= timedelta(days=LONGEST_DAYS):
        raise BadInput({"last": [_t("At most a year at once.")]})
    if not entry.words:
        raise BadInput({"words": [_t("Say why, for example: annual shut-down.")]})
    met = next((each for each in others if each.meets(entry)), None)
    if met is not None:
        raise BadInput({"first": [_t("Some of these days are entered already: %(words)s.") % {"words": met.words}]})


def _keep(place: Site | Client, entries: list[OwnDays]) -> None:
    place.own_days_json = [each.to_json() for each in sorted(entries, key=lambda each: each.first)]
    place.save(update_fields=["own_days_json"])
