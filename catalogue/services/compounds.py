"""Entering compounds. What follows from a structure is derived here and nowhere typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput
from catalogue.chemistry import CasNumberError, Structure, StructureError, normalise_cas, parse_structure
from catalogue.models import Compound, CompoundFingerprint
from catalogue.parents import composition_of, fingerprint
from catalogue.services.cleaning import clean

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
    structure = checked_structure(structure_text)
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


def checked_structure(text: str) -> Structure | None:
    """None for an empty text. Raises BadInput at `structure_text`, as everything here that takes one."""
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
        compound.take(structure)
    clean(compound)
    compound.save(force_insert=True)
    keep_fingerprint(compound)
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
        changed += compound.take(structure)
    if changed:
        compound.save(update_fields=[*changed, "updated_at"])
        keep_fingerprint(compound)
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
    clean(compound)
    compound.save(update_fields=[*wanted, "updated_at"])
    record("compound.cited", compound, actor=actor, before=before, after=wanted)
    return compound


def keep_fingerprint(compound: Compound) -> None:
    """What similar compounds are found by; nothing while there is no structure."""
    if not compound.smiles:
        CompoundFingerprint.objects.filter(compound=compound).delete()
    else:
        derived = {"bits": fingerprint(compound.smiles), "parent_inchikey": composition_of(compound.smiles).parent_inchikey}
        CompoundFingerprint.objects.update_or_create(compound=compound, defaults=derived)
