"""Which cost scenario of a project counts: the one that its documents print, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from audit.hashes import hash_of
from process.costs.building import assessed_many
from process.costs.models import CostAssessment
from process.costs.quoted import quoted_in, scenarios_of
from process.costs.results import Priced, estimated
from process.costs.stored import plain
from projects.models import Quotation

if TYPE_CHECKING:
    from projects.models import Project


@dataclass(frozen=True)
class Quoted:
    """The scenario that most phases of a revision have their price from, by its primary key. phases: how many have it, of those priced."""

    quotation: Quotation
    scenario: int
    phases: int
    priced: int


def scenarios_of_project(project: Project) -> list[CostAssessment]:
    return list(CostAssessment.objects.filter(project=project).select_related("project", "route_version__route__project"))


def quoted_scenario(project: Project) -> Quoted | None:
    """None where the current revision has no price from a scenario; of equals the later one. Three queries at most."""
    quotation = Quotation.objects.current().filter(project=project).prefetch_related("lines").first()
    found = Counter(each.pk for each in scenarios_of(quotation, quoted_in(quotation)).values()) if quotation else Counter()
    if quotation is None or not found:
        return None
    most = max(found, key=lambda pk: (found[pk], pk))
    return Quoted(quotation, most, found[most], len({line.phase for line in quotation.lines.all() if line.is_priced}))


def chosen_of(every: Iterable[Priced], quoted: Quoted | None) -> Priced | None:
    """The one that the price of the current revision rests on, else the newest fixed one, else the newest draft that has a price."""
    known = quoted.scenario if quoted else None

    def place(each: Priced) -> tuple[bool, bool, int]:
        row = each.assessed.assessment
        return row.pk == known, not row.is_draft, row.number

    return max((each for each in every if each.estimate), key=place, default=None)


def why_counts(row: CostAssessment, quoted: Quoted | None) -> str:
    if quoted is not None and row.pk == quoted.scenario:
        if quoted.phases == quoted.priced:
            return _t("The price of %(quotation)s rests on it.") % {"quotation": quoted.quotation.label}
        words = _t("The price of %(count)d of %(all)d phases of %(quotation)s rests on it.")
        return words % {"count": quoted.phases, "all": quoted.priced, "quotation": quoted.quotation.label}
    return _t("It is the newest that has a price.") if row.is_draft else _t("It is the newest that is fixed.")


def counting(project: Project) -> Priced | None:
    """The scenario that counts, with its price alone."""
    rows, quoted = scenarios_of_project(project), quoted_scenario(project)
    fixed = [each for each in rows if not each.is_draft]
    known = [each for each in rows if quoted and each.pk == quoted.scenario]
    for some in filter(None, (known, fixed[-1:], rows)):  # most need one alone
        if (found := chosen_of([estimated(each) for each in assessed_many(some)], quoted)) is not None:
            return found
    return None


def what_counts(project: Project) -> str | None:
    return counts_with(counting(project))


def counts_with(chosen: Priced | None) -> str | None:
    """A hash of all that the scenario counts with: another one when a figure changes, or another scenario counts."""
    return hash_of({"number": chosen.assessed.assessment.number, "case": plain(chosen.assessed.case, hashed=True)}) if chosen else None
