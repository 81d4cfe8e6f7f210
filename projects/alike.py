"""Have we made something like this? Projects whose compound resembles a structure, as far as the reader sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Window
from django.db.models.functions import RowNumber

from catalogue.chemistry import StructureError
from catalogue.models import CompoundFingerprint
from catalogue.parents import Composition, composition_or_none, fingerprint, kinship
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User

LEAST = 0.35  # Tanimoto; below it, Morgan fingerprints of two molecules have little in common
MOST_COMPOUNDS = 20
MOST_PROJECTS = 10  # of one compound, the newest


@dataclass(frozen=True)
class Alike:
    """score: 0 to 1, where 1 is the same skeleton with the same groups; stereo and salt are not looked at.

    kinship: what the asked structure is to the compound where both have one parent, such as “salt of Sitagliptin”.
    """

    project: Project
    score: float
    kinship: str = ""

    @property
    def percent(self) -> int:
        return int(100 * self.score)


def alike(user: User, smiles: str, *, besides: str = "", most: int = MOST_COMPOUNDS) -> list[Alike]:
    """The most similar first. `besides`: the number of the request that asks. A confidential project is one that is not seen."""
    bits = _bits(smiles)
    if not bits:
        return []
    seen = Project.objects.visible_to(user).exclude(rfp__number=besides)
    rows = CompoundFingerprint.objects.filter(Exists(seen.filter(compound_id=OuterRef("compound_id")))).alike(bits, least=LEAST)
    scores = {row.compound_id: row.score for row in rows.defer("bits")[:most]}  # type: ignore[attr-defined]
    place = Window(RowNumber(), partition_by="compound_id", order_by="-pk")
    newest = seen.filter(compound__in=list(scores)).alias(place=place).filter(place__lte=MOST_PROJECTS)
    projects = list(newest.select_related("compound", "client"))
    asked = composition_or_none(smiles)
    kinships = {project.compound_id: _kinship(asked, project) for project in {each.compound_id: each for each in projects}.values()}
    found = [Alike(project, scores[project.compound_id], kinships[project.compound_id]) for project in projects]
    return sorted(found, key=lambda each: (-each.score, each.project.code))


def _kinship(asked: Composition | None, project: Project) -> str:
    known = project.compound.composition
    return kinship(asked, known, project.compound.name) if asked and known else ""


def _bits(smiles: str) -> str:
    try:
        return fingerprint(smiles) if smiles else ""
    except StructureError:
        return ""
