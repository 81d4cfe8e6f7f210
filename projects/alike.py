"""Have we made something like this? Projects whose compound, or what they make on the way, resembles a structure, as far as the reader
sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from catalogue.chemistry import StructureError
from catalogue.models import CompoundFingerprint
from catalogue.parents import Composition, composition_or_none, fingerprint, kinship
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import Compound

LEAST = 0.35  # Tanimoto; below it, Morgan fingerprints of two molecules have little in common
MOST_COMPOUNDS = 20
MOST_PROJECTS = 10  # of one compound, the newest


@dataclass(frozen=True)
class Alike:
    """score: 0 to 1, where 1 is the same skeleton with the same groups; stereo and salt are not looked at.

    kinship: what the asked structure is to the compound where both have one parent, such as “salt of Sitagliptin”. made_in: the step of
    which route, where the compound is an intermediate, with a link to it.
    """

    project: Project
    compound: Compound
    score: float
    kinship: str = ""
    made_in: str = ""
    link: str = ""

    @property
    def percent(self) -> int:
        return int(100 * self.score)


@dataclass(frozen=True)
class OnTheWay:
    """A compound that a project makes before its own, the step in words, and where that stands."""

    project: Project
    compound: Compound
    words: str
    link: str


class ProjectsOfCompounds:
    """Whose compounds are: for the catalogue, which shows a compound to whoever sees one of its projects."""

    def rows(self) -> QuerySet[Any]:
        return Project.objects.annotate(used_id=F("compound_id"))

    def seen(self, user: User) -> QuerySet[Any]:
        return Project.objects.visible_to(user).annotate(used_id=F("compound_id"))


class Way(Protocol):
    """A layer above knows the steps. steps: those of the projects that the reader sees, with `made_id` of the compound."""

    def steps(self, user: User, projects: QuerySet[Project]) -> QuerySet[Any]: ...

    def told(self, steps: QuerySet[Any], compounds: Collection[int]) -> Iterable[OnTheWay]: ...


_ways: list[Way] = []


def look_on_the_way_by(way: Way) -> None:
    _ways[:] = [way]


def alike(user: User, smiles: str, *, besides: str = "", most: int = MOST_COMPOUNDS) -> list[Alike]:
    """The most similar first. `besides`: the number of the request that asks. A confidential project is one that is not seen."""
    bits = _bits(smiles)
    if not bits:
        return []
    seen = Project.objects.visible_to(user).exclude(rfp__number=besides)
    steps = [(way, way.steps(user, seen)) for way in _ways]
    known = Q(Exists(seen.filter(compound_id=OuterRef("compound_id"))))
    for _way, made in steps:
        known |= Q(Exists(made.filter(made_id=OuterRef("compound_id"))))
    rows = CompoundFingerprint.objects.filter(known).alike(bits, least=LEAST)
    scores = {row.compound_id: row.score for row in rows.defer("bits")[:most]}  # type: ignore[attr-defined]
    place = Window(RowNumber(), partition_by="compound_id", order_by="-pk")
    newest = seen.filter(compound__in=list(scores)).alias(place=place).filter(place__lte=MOST_PROJECTS)
    projects = list(newest.select_related("compound", "client"))
    asked = composition_or_none(smiles)
    compounds = {each.compound_id: each.compound for each in projects}
    on_the_way = [told for way, made in steps for told in way.told(made, list(scores))]
    compounds |= {each.compound.pk: each.compound for each in on_the_way}
    kin = {pk: _kinship(asked, compound) for pk, compound in compounds.items()}
    found = [Alike(each, each.compound, scores[each.compound_id], kin[each.compound_id]) for each in projects]
    for each in on_the_way:
        pk = each.compound.pk
        found.append(Alike(each.project, each.compound, scores[pk], kin[pk], each.words, each.link))
    return sorted(found, key=lambda each: (-each.score, bool(each.made_in), each.project.code))


def made_on_the_way(user: User, compound: Compound) -> list[OnTheWay]:
    """The routes in whose steps it is made, of projects whose own compound is another, as far as this person sees them."""
    seen = Project.objects.visible_to(user)
    return [told for way in _ways for told in way.told(way.steps(user, seen), [compound.pk])]


def _kinship(asked: Composition | None, compound: Compound) -> str:
    known = compound.composition
    return kinship(asked, known, compound.name) if asked and known else ""


def _bits(smiles: str) -> str:
    try:
        return fingerprint(smiles) if smiles else ""
    except StructureError:
        return ""
