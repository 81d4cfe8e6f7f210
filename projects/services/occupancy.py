"""Vessels: booked, moved, confirmed, released. Whoever books locks the vessel, so that of two at once the second is told of the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, missing_reason, require_none, require_reason
from catalogue.models import Vessel
from projects.models import Milestone, Occupancy, Project, Task
from projects.occupancies import days_of, title_for
from projects.services.locking import locked, not_active
from projects.services.owners import TASK

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_DAYS = 366


@dataclass(frozen=True)
class Booking:
    """What somebody wants to book. vessel: its id; belongs_to: the key of a milestone of the project, or `task:<id>`."""

    vessel: int
    first_on: date
    last_on: date
    purpose: str
    label: str = ""
    belongs_to: str = ""
    remark: str = ""


def over_blockers(booking: Occupancy) -> list[Blocker]:
    """What was occupied is history: it is neither moved nor released."""
    if booking.last_on >= booking.vessel.site.today:
        return []
    return [Blocker("occupancy.over", _t("Its days are over; what was occupied stays in the record."))]


def change_blockers(booking: Occupancy) -> list[Blocker]:
    return [*over_blockers(booking), *(not_active(booking.project) if booking.project else [])]


def confirm_blockers(booking: Occupancy, *, actor: User) -> list[Blocker]:
    """Why it cannot become firm; the page shows the same."""
    if booking.firm:
        return [Blocker("occupancy.firm", _t("It is firm already."))]
    return [*change_blockers(booking), *_out_of_service(booking.vessel), *_taken_by_others(booking, actor)]


def _out_of_service(vessel: Vessel) -> list[Blocker]:
    if vessel.in_service:
        return []
    words = _t("%(tag)s is out of service: %(reason)s") % {"tag": vessel.tag, "reason": vessel.out_of_service_reason}
    return [Blocker("vessel.out_of_service", words, link=vessel.get_absolute_url())]


def _taken_by_others(booking: Occupancy, actor: User) -> list[Blocker]:
    """The firm bookings that have a day of this one."""
    others = Occupancy.objects.told_to(actor).firm().meeting(booking.first_on, booking.last_on).filter(vessel=booking.vessel)
    return [_taken(booking.vessel, other) for other in others.exclude(pk=booking.pk).select_related("project")]


def _require_available(booking: Occupancy, actor: User) -> None:
    """A vessel out of service takes nothing; a firm booking shares no day with another firm one."""
    require_none([*_out_of_service(booking.vessel), *(_taken_by_others(booking, actor) if booking.firm else [])])


def _taken(vessel: Vessel, other: Occupancy) -> Blocker:
    words = _t("%(tag)s is firmly booked, %(days)s: %(title)s.")
    told = {"tag": vessel.tag, "days": days_of(other), "title": title_for(other)}
    return Blocker("vessel.taken", words % told, link=other.get_absolute_url() if other.named else "")


@act
def book_vessel(draft: Booking, *, project: str = "", firm: bool = False, actor: User) -> Occupancy:
    """Take a vessel for a project (its code), or for upkeep without one.

    Raises BadInput at the field; Refused where the vessel is out of service or, for a firm one, taken.
    """
    owner = _locked_project(project, actor)
    require_permission("projects.book_vessel", actor, owner)
    require_none(not_active(owner) if owner else [])
    booking = Occupancy(project=owner, firm=firm)
    _take(booking, draft, locked_vessels(draft.vessel))
    _require_available(booking, actor)
    booking.save()
    record("occupancy.booked", booking, actor=actor, after=_as_data(booking), **_told(booking))
    return booking


@act
def move_occupancy(pk: int, draft: Booking, *, reason: str, actor: User) -> Occupancy:
    """Other days, another vessel, or other words about it; a firm one stays firm, and is refused where it would overlap a firm one."""
    booking = _locked_booking(pk, actor)
    vessels = locked_vessels(booking.vessel_id, draft.vessel)
    booking.vessel = vessels[booking.vessel_id]
    require_none(change_blockers(booking))
    before = _as_data(booking)
    _take(booking, draft, vessels, missing_reason(reason))
    _require_available(booking, actor)
    booking.save()
    record("occupancy.moved", booking, actor=actor, reason=reason, before=before, after=_as_data(booking), **_told(booking))
    return booking


@act
def confirm_occupancy(pk: int, *, actor: User) -> Occupancy:
    """From tentative to firm: from now on nobody else can have the vessel firmly on these days."""
    booking = _locked_booking(pk, actor)
    booking.vessel = locked_vessels(booking.vessel_id)[booking.vessel_id]
    require_none(confirm_blockers(booking, actor=actor))
    booking.firm = True
    booking.save(update_fields=["firm", "updated_at"])
    record("occupancy.confirmed", booking, actor=actor, **_told(booking))
    return booking


@act
def release_occupancy(pk: int, *, reason: str, actor: User) -> None:
    """The vessel is free again; the record keeps who had it and why not any more."""
    booking = _locked_booking(pk, actor)
    require_none(over_blockers(booking))
    require_reason(reason)
    record("occupancy.released", booking, actor=actor, reason=reason, before=_as_data(booking), **_told(booking))
    booking.delete()


def hold_booking(pk: int, *, actor: User) -> None:
    """Lock what an act on this booking locks first, so that what is read of it until then stays true."""
    _locked_booking(pk, actor)


def _locked_project(code: str, actor: User) -> Project | None:
    try:
        return locked(code, actor) if code else None
    except Project.DoesNotExist:
        raise BadInput({"project": [_t("There is no such project.")]}) from None


def locked_vessels(*pks: int) -> dict[int, Vessel]:
    """In one order for everybody, so that two who exchange vessels do not wait for each other."""
    rows = Vessel.objects.select_for_update(of=("self",)).select_related("site").filter(pk__in=pks).order_by("pk")
    return {row.pk: row for row in rows}


def _locked_booking(pk: int, actor: User) -> Occupancy:
    """Its project first, as every act on a plan does, then itself; raises Occupancy.DoesNotExist for absent and foreign alike."""
    seen = Occupancy.objects.visible_to(actor).select_related("project").get(pk=pk)
    project = locked(seen.project.code, actor) if seen.project else None
    rows = Occupancy.objects.select_for_update(of=("self",)).select_related("vessel__site", "milestone", "task")
    booking = rows.get(pk=pk)
    booking.project = project
    require_permission("projects.book_vessel", actor, project)
    return booking


def _take(booking: Occupancy, draft: Booking, vessels: dict[int, Vessel], errors: dict[str, list[str]] | None = None) -> None:
    """Check the draft and set it. Raises BadInput with every field that is wrong."""
    vessel, belongs_to = vessels.get(draft.vessel), _belongs_to(booking, draft.belongs_to)
    errors = {**(errors or {}), **_wrong_days(draft, vessel)}
    if vessel is None:
        errors["vessel"] = [_t("Choose a vessel.")]
    if draft.purpose not in Occupancy.Purpose.values or (draft.purpose == Occupancy.Purpose.BATCH and booking.project is None):
        errors["purpose"] = [_t("A batch belongs to a project; without one it is upkeep.")]
    if booking.project is None and not draft.label.strip():
        errors["label"] = [_t("Say what is done.")]
    if draft.belongs_to and belongs_to is None:
        errors["belongs_to"] = [_t("Choose a task or milestone of this project.")]
    if errors or vessel is None:
        raise BadInput(errors)
    booking.vessel, booking.first_on, booking.last_on = vessel, draft.first_on, draft.last_on
    booking.purpose, booking.label, booking.remark = draft.purpose, draft.label.strip(), draft.remark.strip()
    booking.milestone = belongs_to if isinstance(belongs_to, Milestone) else None
    booking.task = belongs_to if isinstance(belongs_to, Task) else None


def _wrong_days(draft: Booking, vessel: Vessel | None) -> dict[str, list[str]]:
    if draft.last_on < draft.first_on:
        return {"last_on": [_t("The last day is before the first.")]}
    if (draft.last_on - draft.first_on).days >= LONGEST_DAYS:
        return {"last_on": [_t("At most a year at once.")]}
    if vessel is not None and draft.last_on < vessel.site.today:
        return {"last_on": [_t("These days are over.")]}
    return {}


def _belongs_to(booking: Occupancy, name: str) -> Milestone | Task | None:
    """In the plan of its project; what a change order dropped, only where it belongs to that already."""
    project = booking.project
    if project is None or not name:
        return None
    if booking.belongs_to and booking.belongs_to.key == name:
        return booking.belongs_to
    if not name.startswith(TASK):
        return Milestone.objects.filter(project=project, key=name).first()
    number = name.removeprefix(TASK)
    return Task.objects.filter(project=project, pk=number).first() if number.isdecimal() else None


def _as_data(booking: Occupancy) -> dict[str, Any]:
    return {
        "site": booking.vessel.site.name,
        "vessel": booking.vessel.tag,
        "first_on": booking.first_on,
        "last_on": booking.last_on,
        "purpose": booking.purpose,
        "label": booking.label,
        "firm": booking.firm,
        "belongs_to": booking.belongs_to and booking.belongs_to.key,
        "remark": booking.remark,
    }


def _told(booking: Occupancy) -> dict[str, Any]:
    """The link outlives the booking: the bookings of its project, or the calendar of the site."""
    vessel, project = booking.vessel, booking.project
    link = f"{reverse('project-plan', args=[project.code])}#vessels" if project else f"{reverse('occupancy')}?site={vessel.site_id}"
    return {"vessel": vessel.tag, "first": booking.first_on, "last": booking.last_on, "link": link}
