"""The cases behind the key figures: which record counts in which figure, for which day and how much. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from projects.accounts_of_delay import accounts_of_delay
from projects.forecasting import calendar_for
from projects.models import PHASES, SHOWN_TO_CLIENT, GateReview, KpiCase, Milestone, Phase, PhaseMove, Publication, Quotation
from projects.models.gate import Decision
from projects.slippage import SIDES, driving

if TYPE_CHECKING:
    from projects.models import Project
    from projects.slippage import Account

ON_TIME, QUOTATION, WON, FIRST_PASS = "on_time", "quotation", "won", "first_pass"
CYCLE: dict[Phase, str] = {phase: f"cycle_{phase.value}" for phase in PHASES if phase != Phase.COMMERCIAL}
SLIPPAGE = {side: f"slippage_{side}" for side in SIDES}
UNASSIGNED = "slippage_unassigned"


def kpi_cases(projects: Iterable[Project]) -> list[KpiCase]:
    """Computed, not saved. The projects must come with client, site and request."""
    by_id = {project.pk: project for project in projects}
    return [*_on_time(by_id), *_cycle_times(by_id), *_quotation_turnaround(by_id), *_won(by_id), *_first_pass(by_id), *_slippage(by_id)]


def _on_time(projects: Mapping[int, Project]) -> Iterator[KpiCase]:
    """Shared milestones achieved: good no later than their agreed date plus tolerance."""
    rows = Milestone.objects.filter(project__in=projects, actual_on__isnull=False, baseline_on__isnull=False)
    for row in rows.filter(visibility__in=SHOWN_TO_CLIENT):
        actual, baseline = _day(row.actual_on), _day(row.baseline_on)
        calendar = calendar_for(row, projects[row.project_id])
        good = actual <= calendar.add_working_days(baseline, row.tolerance_days)
        days = calendar.working_days_between(baseline, actual)
        yield KpiCase(project_id=row.project_id, figure=ON_TIME, phase=row.phase, on=actual, number=int(good), days=days, milestone=row)


def _day(on: date | None) -> date:
    assert on is not None  # noqa: S101 - the query asks for it
    return on


def _cycle_times(projects: Mapping[int, Project]) -> Iterator[KpiCase]:
    """From entering a phase to leaving it forward; a phase entered again counts again."""
    entered: dict[int, datetime] = {}
    for move in PhaseMove.objects.filter(project__in=projects).order_by("moved_at", "id"):
        if move.kind == PhaseMove.Kind.GATE and move.project_id in entered:
            project, phase = projects[move.project_id], Phase(move.from_phase)
            on = project.day_of(move.moved_at)
            number = (on - project.day_of(entered[project.pk])).days
            yield KpiCase(
                project_id=project.pk, figure=CYCLE[phase], phase=phase, on=on, number=number, days=number, review_id=move.review_id
            )
        entered[move.project_id] = move.moved_at


def _quotation_turnaround(projects: Mapping[int, Project]) -> Iterator[KpiCase]:
    """A project's first quotation answers the request; later revisions answer the negotiation."""
    first: dict[int, Quotation] = {}
    for quotation in Quotation.objects.filter(project__in=projects, sent_at__isnull=False).order_by("sent_at"):
        first.setdefault(quotation.project_id, quotation)
    for pk, quotation in first.items():
        project, sent_at = projects[pk], quotation.sent_at
        assert sent_at is not None  # noqa: S101 - the query asks for it
        on = project.day_of(sent_at)
        number = (on - project.day_of(project.rfp.received_at)).days
        yield KpiCase(project_id=pk, figure=QUOTATION, phase=Phase.EVALUATION, on=on, number=number, days=number, quotation_id=quotation.pk)


def _won(projects: Mapping[int, Project]) -> Iterator[KpiCase]:
    """Each project's quotation that the client answered, or that expired and counts as lost: good when it was accepted.

    One with a later revision is still in play.
    """
    rows = Quotation.objects.current().filter(Q(answered_at__isnull=False) | Q(outcome__isnull=False), project__in=projects)
    for row in rows.select_related("outcome"):
        moment = row.answered_at or row.outcome.recorded_at
        on, good = projects[row.project_id].day_of(moment), row.state == Quotation.State.ACCEPTED
        yield KpiCase(project_id=row.project_id, figure=WON, phase=Phase.EVALUATION, on=on, number=int(good), quotation_id=row.pk)


def _first_pass(projects: Mapping[int, Project]) -> Iterator[KpiCase]:
    """Gates decided for the first time: good when the decision was “go”."""
    rows = GateReview.objects.filter(project__in=projects, state=GateReview.State.DECIDED, round=1).exclude(proposed_decision="")
    for row in rows:
        assert row.decided_at is not None  # noqa: S101 - a decided review has its moment
        on, good = projects[row.project_id].day_of(row.decided_at), row.proposed_decision == Decision.GO
        yield KpiCase(project_id=row.project_id, figure=FIRST_PASS, phase=row.phase, on=on, number=int(good), review_id=row.pk)


def _slippage(projects: Mapping[int, Project]) -> Iterator[KpiCase]:
    """Of each project the milestone that ends what the client waits for: of all of them, and of each phase for whoever asks for one."""
    told = (
        Publication.objects.filter(milestone__project__in=projects)
        .select_related("milestone")
        .only("published_at", "milestone", "milestone__phase")
    )
    publications = {row.pk: row for row in told}
    for pk, accounts in accounts_of_delay(projects.values()).items():
        by_phase: dict[str, list[Account]] = defaultdict(list)
        for account in accounts:
            by_phase[publications[account.steps[0][0].pk].milestone.phase].append(account)
        speaks = driving(accounts)
        for phase, of_phase in by_phase.items():
            of_its_phase = driving(of_phase)
            if of_its_phase is not None:
                yield from _accounted(of_its_phase, projects[pk], phase, publications, overall=of_its_phase is speaks)


def _accounted(
    account: Account, project: Project, phase: str, publications: Mapping[int, Publication], *, overall: bool
) -> Iterator[KpiCase]:
    """Each publication that cost days, on its side; and what came on another day than was told, until somebody says why."""
    for step, side, number in account.steps:
        if number:
            row = publications[step.pk]
            on = project.day_of(row.published_at)
            yield KpiCase(
                project_id=project.pk, figure=SLIPPAGE[side], phase=phase, overall=overall, on=on, number=number, days=number,
                publication_id=row.pk,
            )  # fmt: skip
    if account.actual and account.unassigned:
        days, milestone = account.unassigned, publications[account.steps[0][0].pk].milestone_id
        yield KpiCase(
            project_id=project.pk, figure=UNASSIGNED, phase=phase, overall=overall, on=account.actual, number=days, days=days,
            milestone_id=milestone,
        )  # fmt: skip
