"""The vessels of a site: what is recorded of them, and whether they are in service."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, missing_reason, require_none, require_reason
from catalogue.models import Site, Vessel

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class VesselFacts:
    """What is recorded of a vessel beside its site and tag. Working volumes in litres, both or none; a rate with currency and first day."""

    name: str
    kind: str
    material: str
    volume_min_litres: Decimal | None = None
    volume_max_litres: Decimal | None = None
    hourly_rate: Decimal | None = None
    rate_currency: str = ""
    rate_from: date | None = None


def out_of_service_blockers(vessel: Vessel) -> list[Blocker]:
    return [] if vessel.in_service else [Blocker("vessel.out", _t("It is out of service already."))]


def in_service_blockers(vessel: Vessel) -> list[Blocker]:
    return [Blocker("vessel.in_service", _t("It is in service."))] if vessel.in_service else []


@act
def add_vessel(site_key: str, tag: str, facts: VesselFacts, *, actor: User) -> Vessel:
    """Enter a vessel at a site. Raises BadInput for a tag in use there, or volumes that are no range."""
    require_permission("catalogue.manage_sites", actor)
    site = Site.objects.select_for_update(of=("self",)).get(key=site_key)  # of two with one tag the second finds the first
    vessel = Vessel(site=site, tag=tag)
    _take_facts(vessel, facts)
    if site.vessels.filter(tag__iexact=tag).exists():
        raise BadInput({"tag": _t("There is a vessel with this tag at this site.")})
    vessel.save(force_insert=True)
    record("vessel.added", vessel, actor=actor, after=asdict(facts), **_told(vessel))
    return vessel


@act
def change_vessel(site_key: str, tag: str, facts: VesselFacts, *, reason: str, actor: User) -> Vessel:
    """Correct what is recorded of a vessel. Raises Refused when nothing differs."""
    vessel = _locked_vessel(site_key, tag, actor)
    before = VesselFacts(**{name: getattr(vessel, name) for name in VesselFacts.__dataclass_fields__})
    _take_facts(vessel, facts, missing_reason(reason))
    if before == facts:
        raise Refused(Blocker("vessel.unchanged", _t("Nothing differs from what the record holds.")))
    vessel.save(update_fields=list(VesselFacts.__dataclass_fields__))
    record("vessel.changed", vessel, actor=actor, reason=reason, before=asdict(before), after=asdict(facts), **_told(vessel))
    return vessel


@act
def take_out_of_service(site_key: str, tag: str, *, reason: str, actor: User) -> Vessel:
    """Nothing can be booked in it from now on; what is booked stays, and says so."""
    vessel = _locked_vessel(site_key, tag, actor)
    require_none(out_of_service_blockers(vessel))
    require_reason(reason)
    return _set_service(vessel, "vessel.out_of_service", reason=reason, why=reason.strip(), actor=actor)


@act
def return_to_service(site_key: str, tag: str, *, reason: str, actor: User) -> Vessel:
    vessel = _locked_vessel(site_key, tag, actor)
    require_none(in_service_blockers(vessel))
    require_reason(reason)
    return _set_service(vessel, "vessel.in_service", reason=reason, why="", actor=actor)


def _locked_vessel(site_key: str, tag: str, actor: User) -> Vessel:
    require_permission("catalogue.manage_sites", actor)
    return Vessel.objects.select_for_update(of=("self",)).select_related("site").get(site__key=site_key, tag=tag)


def _set_service(vessel: Vessel, kind: str, *, reason: str, why: str, actor: User) -> Vessel:
    vessel.in_service, vessel.out_of_service_reason = not why, why
    vessel.save(update_fields=["in_service", "out_of_service_reason"])
    record(kind, vessel, actor=actor, reason=reason, **_told(vessel))
    return vessel


def _take_facts(vessel: Vessel, facts: VesselFacts, errors: dict[str, list[str]] | None = None) -> None:
    """Check and set. Raises BadInput with every field that is wrong."""
    errors = dict(errors or {})
    for name, value in asdict(facts).items():
        setattr(vessel, name, value.strip() if isinstance(value, str) else value)
    try:
        vessel.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        errors |= error.message_dict
    if wrong := _wrong_volume(facts):
        errors.setdefault("volume_max_litres", [wrong])
    for name, words in _wrong_rate(facts).items():
        errors.setdefault(name, [words])
    if errors:
        raise BadInput(errors)


def _wrong_volume(facts: VesselFacts) -> str:
    least, most = facts.volume_min_litres, facts.volume_max_litres
    if least is None and most is None:
        return ""
    if least is None or most is None:
        return _t("Give both working volumes, or none.")
    if least <= 0:
        return _t("A working volume is greater than nothing.")
    return _t("The greatest working volume is below the smallest.") if most < least else ""


def _wrong_rate(facts: VesselFacts) -> dict[str, str]:
    if facts.hourly_rate is None:
        return {name: _t("This belongs to a rate.") for name in ("rate_currency", "rate_from") if getattr(facts, name)}
    missing = {"rate_currency": _t("A rate needs its currency."), "rate_from": _t("A rate needs the day from which it holds.")}
    return {name: words for name, words in missing.items() if not getattr(facts, name)}


def _told(vessel: Vessel) -> dict[str, str]:
    return {"site": vessel.site.name, "link": vessel.get_absolute_url()}
