"""Entering compounds, sites and vessels. What follows from a structure is derived here and nowhere typed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t

from accounts.countries import require_country
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, missing_reason, require_none, require_reason
from catalogue.chemistry import CasNumberError, Structure, StructureError, normalise_cas, parse_structure
from catalogue.models import Compound, Site, Vessel

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def create_or_find_compound(*, name: str, actor: User, code: str = "", cas_number: str = "", structure_text: str = "") -> Compound:
    """The catalogue's compound with this structure or CAS number, entered now if it is not there yet.

    A name alone identifies nothing (two clients may both say "Compound 1"): without structure and CAS number a new compound
    is entered. A found compound keeps its name and gets only what it lacked. Raises BadInput for a text that is no structure,
    a wrong CAS number, or a structure and a number that the catalogue knows as two different compounds.
    """
    cas = _checked_cas(cas_number)
    structure = _checked_structure(structure_text)
    found = _find(cas, structure)
    if found is not None:
        return _complete(found, cas=cas, structure=structure, actor=actor)
    try:
        with transaction.atomic():
            return _create(name=name.strip(), code=code.strip(), cas=cas, structure=structure, actor=actor)
    except IntegrityError:  # somebody entered the same compound in this moment
        found = _find(cas, structure)
        if found is None:
            raise
        return _complete(found, cas=cas, structure=structure, actor=actor)


def _checked_cas(text: str) -> str:
    try:
        return normalise_cas(text) if text.strip() else ""
    except CasNumberError as error:
        raise BadInput({"cas_number": str(error)}) from error


def _checked_structure(text: str) -> Structure | None:
    try:
        return parse_structure(text) if text.strip() else None
    except StructureError as error:
        raise BadInput({"structure_text": str(error)}) from error


def _find(cas: str, structure: Structure | None) -> Compound | None:
    found = list(
        Compound.objects.same_as(cas=cas, inchikey=structure.inchikey if structure else "").select_for_update(of=("self",)).order_by("pk")
    )
    if len(found) > 1:
        words = _t("CAS number %(number)s belongs to %(other)s, whose structure is another.")
        raise BadInput({"cas_number": words % {"number": cas, "other": next(each.name for each in found if each.cas_number == cas)}})
    return found[0] if found else None


def _create(*, name: str, code: str, cas: str, structure: Structure | None, actor: User) -> Compound:
    compound = Compound(name=name, code=code, cas_number=cas)
    if structure:
        _take(compound, structure)
    _clean(compound)
    compound.save(force_insert=True)
    record("compound.created", compound, actor=actor, cas_number=cas, inchikey=compound.inchikey)
    return compound


def _complete(compound: Compound, *, cas: str, structure: Structure | None, actor: User) -> Compound:
    """Fill in the number or the structure that a found compound lacked; refuse what contradicts it."""
    if cas and compound.cas_number not in ("", cas):
        words = _t("The catalogue knows this structure as %(name)s with CAS number %(number)s.")
        raise BadInput({"cas_number": words % {"name": compound.name, "number": compound.cas_number}})
    if structure and compound.inchikey not in ("", structure.inchikey):
        words = _t("The catalogue knows CAS number %(number)s as %(name)s with another structure (%(smiles)s).")
        raise BadInput({"structure_text": words % {"number": compound.cas_number, "name": compound.name, "smiles": compound.smiles}})
    changed = []
    if cas and not compound.cas_number:
        compound.cas_number = cas
        changed += ["cas_number"]
    if structure and not compound.inchikey:
        changed += _take(compound, structure)
    if changed:
        compound.save(update_fields=[*changed, "updated_at"])
        record("compound.updated", compound, actor=actor, after={name: getattr(compound, name) for name in changed if name != "molfile"})
    return compound


@transaction.atomic
def cite_compound(pk: int, *, pubchem_cid: int | None, references: str, actor: User) -> Compound:
    """Say where the compound is published: its number in PubChem, and patents and papers, one a line."""
    compound = Compound.objects.select_for_update(of=("self",)).get(pk=pk)
    require_permission("catalogue.cite_compound", actor, compound)
    wanted = {"pubchem_cid": pubchem_cid, "references": "\n".join(line.strip() for line in references.splitlines() if line.strip())}
    before = {name: getattr(compound, name) for name in wanted}
    if wanted == before:
        return compound
    for name, value in wanted.items():
        setattr(compound, name, value)
    _clean(compound)
    compound.save(update_fields=[*wanted, "updated_at"])
    record("compound.cited", compound, actor=actor, before=before, after=wanted)
    return compound


def _take(compound: Compound, structure: Structure) -> list[str]:
    """Set everything that follows from the structure; the names of the fields set."""
    derived = ["smiles", "inchikey", "formula", "molar_mass_g_per_mol", "molfile"]
    for name in derived:
        setattr(compound, name, getattr(structure, name))
    return derived


def _clean(row: Compound | Site | Vessel) -> None:
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise BadInput(error.message_dict) from error


@transaction.atomic
def create_site(*, key: str, name: str, country: str, time_zone: str, actor: User) -> Site:
    """Open a site. Raises BadInput for a key in use, an unknown time zone or country."""
    require_permission("catalogue.manage_sites", actor)
    site = Site(key=key, name=name.strip(), country=country, time_zone=time_zone)
    require_country(country)
    _clean(site)
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
    _clean(site)
    site.save(update_fields=["name", "country", "subdivision", "time_zone"])
    record("site.changed", site, actor=actor, reason=reason.strip(), before=before, after=after)
    return site


@dataclass(frozen=True)
class VesselFacts:
    """What is recorded of a vessel beside its site and tag. Working volumes in litres, both or none."""

    name: str
    kind: str
    material: str
    volume_min_litres: Decimal | None = None
    volume_max_litres: Decimal | None = None


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


def _told(vessel: Vessel) -> dict[str, str]:
    return {"site": vessel.site.name, "link": vessel.get_absolute_url()}
