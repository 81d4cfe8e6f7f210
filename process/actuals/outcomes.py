"""What phases that are over cost beside what was quoted, kept for each project: how far earlier estimates of a phase were off.

Derived: written anew by a consumer of the record whenever money is booked or the project goes on (a rate that is entered afterwards counts
from then on). So an estimate reads the error over all other projects by one query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Avg, CharField, Count, Max, Min, OuterRef, QuerySet
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _t

from audit.models import Event
from audit.outbox import register_consumer
from process.actuals.beside import Money
from process.actuals.comparing import Error
from process.actuals.error_words import error_words
from process.actuals.models import PhaseOutcome
from process.actuals.phases import stays_of
from projects.models import PHASES, Phase, Project
from projects.models.project import ProjectStatus
from projects.money import half_up
from worksheets.events import table_of

if TYPE_CHECKING:
    from accounts.models import User
    from process.costs.models import CostAssessment

TABLE = "actual-costs"
MOVED = frozenset({"project.phase_entered", "project.returned", "project.completed"})
PERCENTS = ("mean", "low", "high")
BEYOND = 10**9  # percent: what no column holds tells nobody anything
PLACES = Decimal("0.01")


@dataclass(frozen=True)
class SeenCost:
    """words: how far the cost of the phase lay from its estimate, over the other projects."""

    label: str
    words: str


def _of_others(project: Any, reader: User) -> QuerySet[PhaseOutcome, dict[str, Any]]:
    """By phase, the error over the other projects that the reader sees."""
    rows = PhaseOutcome.objects.visible_to(reader).exclude(project=project).order_by().values("phase")
    return rows.annotate(projects=Count("pk"), mean=Avg("percent"), low=Min("percent"), high=Max("percent"))


def with_seen_costs(scenarios: QuerySet[CostAssessment], reader: User) -> QuerySet[CostAssessment]:
    """`seen_costs` of each reads what is told here, in the query of the scenarios."""
    figures = {name: Cast(name, CharField()) for name in PERCENTS}
    told = JSONObject(phase="phase", projects="projects", **figures)
    return scenarios.annotate(costs_of_others=ArraySubquery(_of_others(OuterRef("project"), reader).values(told=told)))


def seen_costs(scenario: Any) -> list[SeenCost]:
    """Of the phases in which the scenario makes something, where another project is through one. scenario: of `with_seen_costs`."""
    making = {row.phase for row in scenario.phases.all() if row.batches}
    rows = {row["phase"]: row for row in scenario.costs_of_others}
    errors = {phase: Error(row["projects"], *(Decimal(row[name]) for name in PERCENTS)) for phase, row in rows.items()}
    return [SeenCost(str(Phase(phase).label), _words(errors[phase])) for phase in PHASES if phase in errors and phase in making]


def _words(error: Error) -> str:
    below, above = _t("cost %(percent)s %% below the estimate"), _t("cost %(percent)s %% above the estimate")
    return error_words(error, below, above, _t("cost as estimated"))


def keep_outcomes(project: Project) -> None:
    """Of each phase that is over and of which all that was booked could be set beside what was quoted; of the others there is none.

    A phase in which the project was cancelled is not over: what it would have cost nobody knows.
    """
    through = PHASES if project.status == ProjectStatus.COMPLETED else PHASES[: PHASES.index(Phase(project.phase))]
    over = [phase for phase in stays_of(project) if phase in through]
    money = Money(project, over) if over else None
    percents = {phase: found for phase in over if money is not None and (found := money.compared(phase).percent) is not None}
    kept = {phase: half_up(percent, PLACES) for phase, percent in percents.items() if abs(percent) < BEYOND}
    PhaseOutcome.objects.filter(project=project).exclude(phase__in=kept).delete()
    for phase, percent in kept.items():
        PhaseOutcome.objects.update_or_create(project=project, phase=phase, defaults={"percent": percent})


def keep_after(events: Sequence[Event]) -> None:
    wanted = {event.project_id for event in events if event.kind in MOVED or table_of(event) == TABLE}
    for project in Project.objects.filter(pk__in=[each for each in wanted if each is not None]).select_related("site").order_by("pk"):
        keep_outcomes(project)


def register() -> None:
    register_consumer("process.outcomes", keep_after)
