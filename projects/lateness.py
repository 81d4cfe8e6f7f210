"""How each project stands by its promised dates, and what its lateness puts at risk: rows of the plan and of prices into facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from projects.forecasting import calendar_for
from projects.milestone_state import milestone_state
from projects.models import PHASES, ChangeOrder, ChangeOrderLine, Lateness, Milestone, Phase, ProjectStanding, Quotation, QuotationLine
from projects.variance import variance_of

if TYPE_CHECKING:
    from projects.models import Project

NOTHING = Decimal("0.00")
CALENDAR_DAYS_OF_TOLERANCE = 7  # five working days are at least a week: what the first page shows is late by any calendar


def standings(projects: Iterable[Project], *, today: date) -> list[ProjectStanding]:
    """Computed, not saved. The projects must come with client and site. Three queries, however many projects."""
    rows = list(projects)
    milestones = _promised(rows)
    prices, currencies = _accepted_prices(rows)
    return [_standing(row, milestones[row.pk], prices[row.pk], currencies.get(row.pk, ""), today) for row in rows]


def _promised(projects: Iterable[Project]) -> dict[int, list[Milestone]]:
    """The open milestones with a baseline, by project id, in the order of the plan."""
    found: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in Milestone.objects.open().filter(project__in=projects).exclude(baseline_on=None):
        found[milestone.project_id].append(milestone)
    return found


def _accepted_prices(projects: Sequence[Project]) -> tuple[dict[int, list[tuple[str, Decimal]]], dict[int, str]]:
    """(phase, amount) of each accepted line by project id, an empty list where nothing is accepted; and the currency."""
    prices: dict[int, list[tuple[str, Decimal]]] = {project.pk: [] for project in projects}
    currencies: dict[int, str] = {}
    quoted = QuotationLine.objects.priced().filter(quotation__project__in=prices, quotation__state=Quotation.State.ACCEPTED)
    for pk, currency, phase, amount in quoted.values_list("quotation__project", "quotation__currency", "phase", "amount"):
        prices[pk].append((phase, amount))
        currencies[pk] = currency
    ordered = ChangeOrderLine.objects.filter(change_order__project__in=prices, change_order__state=ChangeOrder.State.ACCEPTED)
    for pk, phase, amount in ordered.values_list("change_order__project", "phase", "amount"):
        prices[pk].append((phase, amount))
    return prices, currencies


def _standing(
    project: Project, milestones: list[Milestone], prices: list[tuple[str, Decimal]], currency: str, today: date
) -> ProjectStanding:
    gate = next((row for row in milestones if row.kind == Milestone.Kind.GATE and row.phase == project.phase), None)
    lateness = judge(project, milestones, today=today)
    late = [row for row in milestones if (_expected(row, today) - _promise(row)).days > CALENDAR_DAYS_OF_TOLERANCE]
    first_late = min(late, key=lambda row: row.baseline_on or today, default=None)
    return ProjectStanding(
        project_id=project.pk,
        lateness=lateness or "",
        baseline_on=gate.baseline_on if gate else None,
        forecast_on=gate.forecast_on if gate else None,
        days_late=variance_of(gate, project, promised=gate.baseline_on) if gate else None,
        currency=currency,
        at_risk=_at_risk(project, prices) if lateness == Lateness.LATE else NOTHING,
        late_milestone=first_late,
        late_days=_days_behind(first_late, project, today) if first_late else None,
        late_behind=max(len(late) - 1, 0),
    )


def _promise(row: Milestone) -> date:
    assert row.baseline_on is not None  # noqa: S101 - only promises are judged
    return row.baseline_on


def _expected(row: Milestone, today: date) -> date:
    return max(row.forecast_on or today, today)


def _days_behind(row: Milestone, project: Project, today: date) -> int:
    """Working days from the baseline to the forecast, or to today where that is later."""
    return calendar_for(row, project).working_days_between(_promise(row), _expected(row, today))


def judge(project: Project, milestones: Sequence[Milestone], *, today: date) -> Lateness | None:
    """The worst state of its open promises, for which no predecessor need be asked: one that is late is the worst itself.

    None where nobody works: on hold, closed.
    """
    if not project.is_active:
        return None
    states = {
        milestone_state(
            actual=row.actual_on,
            forecast=row.forecast_on,
            baseline=row.baseline_on,
            today=today,
            float_days=row.float_days,
            tolerance_days=row.tolerance_days,
            late_predecessor=False,
            calendar=calendar_for(row, project),
        ).value
        for row in milestones
    }
    return next((worst for worst in Lateness if worst in states), Lateness.PLANNED)


def _at_risk(project: Project, prices: list[tuple[str, Decimal]]) -> Decimal:
    current = PHASES.index(Phase(project.phase))
    return sum((amount for phase, amount in prices if PHASES.index(Phase(phase)) >= current), NOTHING)
