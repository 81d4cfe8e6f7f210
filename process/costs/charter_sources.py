"""What the cost scenarios say of a charter: how many batches the accepted price is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from process.costs.models import CostPhase
from process.costs.quoted import quoted_in, scenarios_of
from projects.charter_texts import Said, charter_also_says
from projects.price import accepted_quotation

if TYPE_CHECKING:
    from projects.models import Project


def said_in_scenarios(project: Project) -> Said:
    """Of each phase with an accepted line that has its price from a scenario."""
    quotation = accepted_quotation(project)
    found = scenarios_of(quotation, quoted_in(quotation)) if quotation else {}
    linked = {phase: scenario.pk for phase, scenario in found.items()}
    sizes = CostPhase.objects.filter(assessment__in=linked.values(), batches__gt=0) if linked else []
    return Said(batches={size.phase: size.batches for size in sizes if linked.get(size.phase) == size.assessment_id})


def register() -> None:
    charter_also_says(said_in_scenarios)
