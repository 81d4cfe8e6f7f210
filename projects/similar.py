"""What is already known about a molecule while a request is typed: earlier requests, and whether another client works on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from catalogue.chemistry import StructureError, normalise_cas, parse_structure, skeleton_of
from catalogue.parents import Composition, composition_or_none, kinship
from projects.alike import Alike, alike
from projects.models import Project, Rfp
from projects.models.confidentiality import seen_of_projects
from projects.models.rfp import Likeness

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 8


@dataclass(frozen=True)
class Earlier:
    """An earlier request and the words for what it has in common."""

    rfp: Rfp
    words: str


@dataclass(frozen=True)
class Findings:
    """`elsewhere`: another client has a project on the same molecule. Whose is not said here: that may not be known to the reader.

    alike: projects whose compound resembles the structure.
    """

    earlier: tuple[Earlier, ...]
    elsewhere: bool
    alike: tuple[Alike, ...] = ()


def look(
    user: User,
    *,
    client_id: int | None,
    compound_name: str = "",
    cas_number: str = "",
    inchikey: str = "",
    smiles: str = "",
    besides: str = "",
) -> Findings:
    """What resembles the request; `besides` is its own number, once it has one."""
    rows = Rfp.objects.visible_to(user).exclude(number=besides).select_related("client", "project")
    asked = composition_or_none(smiles)
    parent = asked.parent_inchikey if asked else ""
    found = rows.similar(
        client_id=client_id, compound_name=compound_name, cas_number=cas_number, inchikey=inchikey, parent_inchikey=parent
    )[:SHOWN]
    earlier = tuple(Earlier(rfp, _likeness(rfp, asked)) for rfp in found)
    elsewhere = _elsewhere(user, client_id, cas_number, inchikey, parent)
    return Findings(earlier, elsewhere, tuple(alike(user, smiles, besides=besides, most=SHOWN)))


def _likeness(rfp: Rfp, asked: Composition | None) -> str:
    """Of one parent: what the asked structure is to that of the request."""
    found = Likeness(rfp.likeness)  # type: ignore[attr-defined]
    known = rfp.composition if found == Likeness.PARENT else None
    return (kinship(asked, known, rfp.compound_name) if asked and known else "") or str(found.label)


def _elsewhere(user: User, client_id: int | None, cas_number: str, inchikey: str, parent_inchikey: str) -> bool:
    """Asked over every project, on the reader's team or not: a conflict is no less one for being out of sight. Only of what is kept to
    named people others are not even told that it is there."""
    same = Q(pk=None)
    if inchikey:
        same |= Q(compound__inchikey__startswith=skeleton_of(inchikey))
    if parent_inchikey:
        same |= Q(compound__fingerprint__parent_inchikey__startswith=skeleton_of(parent_inchikey))
    if cas_number:
        same |= Q(compound__cas_number=cas_number)
    if not (inchikey or cas_number or parent_inchikey):
        return False
    rows = Project.objects.filter(seen_of_projects(user)).filter(same)
    return (rows if client_id is None else rows.exclude(client_id=client_id)).exists()


def typed_cas(text: str) -> str:
    """The CAS number in its one spelling; "" while it is incomplete or wrong."""
    try:
        return normalise_cas(text) if text.strip() else ""
    except ValueError:
        return ""


def typed_structure(text: str) -> tuple[str, str]:
    """InChIKey and SMILES of a structure; both "" while it is incomplete or wrong."""
    try:
        found = parse_structure(text) if text.strip() else None
    except StructureError:
        found = None
    return (found.inchikey, found.smiles) if found else ("", "")
