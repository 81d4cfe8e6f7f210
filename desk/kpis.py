"""Key figures, each computed from records, with its definition and the very records behind it. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from charts.look import written
from desk.figures import Case, Figure, Measure, days, moved
from projects.accounts_of_delay import accounts_of_delay
from projects.forecasting import calendar_for
from projects.models import SHOWN_TO_CLIENT, GateReview, Milestone, Phase, PhaseMove, Publication, Quotation
from projects.slippage import SIDES, driving, side_labels

if TYPE_CHECKING:
    from projects.models import Project
    from projects.slippage import Account

UNASSIGNED = "unassigned"


@dataclass(frozen=True)
class Scope:
    """Which cases count: by the day that each counts for, both days included, and by phase. None and "" ask nothing."""

    since: date | None = None
    until: date | None = None
    phase: str = ""

    def holds(self, on: date) -> bool:
        return (self.since is None or on >= self.since) and (self.until is None or on <= self.until)

    def asks_for(self, phase: str) -> bool:
        return self.phase in ("", phase)


def figures(projects: Iterable[Project], scope: Scope | None = None) -> list[Figure]:
    """All figures over these projects, which must come with client, site and request."""
    by_id, scope = {project.pk: project for project in projects}, scope or Scope()
    return [
        _on_time(by_id, scope),
        *_cycle_times(by_id, scope),
        _quotation_turnaround(by_id, scope),
        _first_pass(by_id, scope),
        *_slippage(by_id, scope),
    ]


def _on_time(projects: dict[int, Project], scope: Scope) -> Figure:
    rows = Milestone.objects.filter(
        project__in=projects, actual_on__isnull=False, baseline_on__isnull=False, visibility__in=SHOWN_TO_CLIENT
    )
    return Figure(
        "on_time",
        _t("On time"),
        _t("Shared milestones achieved no later than their agreed date plus tolerance, of all shared milestones achieved in the period."),
        Measure.SHARE,
        [_achieved(row, projects[row.project_id]) for row in rows if scope.asks_for(row.phase) and scope.holds(_day(row.actual_on))],
    )


def _day(on: date | None) -> date:
    assert on is not None  # noqa: S101 - the query asks for it
    return on


def _achieved(row: Milestone, project: Project) -> Case:
    actual, baseline = _day(row.actual_on), _day(row.baseline_on)
    calendar = calendar_for(row, project)
    good = actual <= calendar.add_working_days(baseline, row.tolerance_days)
    return Case(project, actual, row.title, int(good), moved(calendar.working_days_between(baseline, actual)), _milestone(project, row.key))


def _milestone(project: Project, key: str) -> str:
    return reverse("milestone-detail", args=[project.code, key])


def _cycle_times(projects: dict[int, Project], scope: Scope) -> list[Figure]:
    """From entering a phase to leaving it forward; a phase entered again counts again."""
    entered: dict[int, datetime] = {}
    found: dict[str, list[Case]] = defaultdict(list)
    for move in PhaseMove.objects.filter(project__in=projects).select_related("review").order_by("moved_at", "id"):
        if move.kind == PhaseMove.Kind.GATE and move.project_id in entered:
            case = _passage(move, projects[move.project_id], entered[move.project_id])
            if scope.holds(case.on):
                found[move.from_phase].append(case)
        entered[move.project_id] = move.moved_at
    return [
        Figure(
            f"cycle_{phase}",
            _t("Cycle time: %(phase)s") % {"phase": phase.label},
            _t("Median of the calendar days from entering the phase to passing its gate in the period."),
            Measure.MEDIAN,
            found[phase],
        )
        for phase in Phase
        if phase != Phase.COMMERCIAL and scope.asks_for(phase)
    ]


def _passage(move: PhaseMove, project: Project, entered: datetime) -> Case:
    on = project.day_of(move.moved_at)
    number = (on - project.day_of(entered)).days
    review = move.review
    assert review is not None  # noqa: S101 - the database asks for it of a passed gate
    return Case(project, on, review.gate, number, days(number), _review(project, review))


def _review(project: Project, review: GateReview) -> str:
    return reverse("gate-review", args=[project.code, review.gate, review.round])


def _quotation_turnaround(projects: dict[int, Project], scope: Scope) -> Figure:
    """A project's first quotation answers the request; later revisions answer the negotiation."""
    first: dict[int, Quotation] = {}
    sent = Quotation.objects.filter(project__in=projects, sent_at__isnull=False).order_by("sent_at") if scope.asks_for("evaluation") else ()
    for quotation in sent:
        first.setdefault(quotation.project_id, quotation)
    cases = [_answered(quotation, projects[pk]) for pk, quotation in first.items()]
    return Figure(
        "quotation",
        _t("Quotation turnaround"),
        _t("Median of the calendar days from receiving the request to sending its first quotation in the period."),
        Measure.MEDIAN,
        [case for case in cases if scope.holds(case.on)],
    )


def _answered(quotation: Quotation, project: Project) -> Case:
    assert quotation.sent_at is not None  # noqa: S101 - the query asks for it
    on = project.day_of(quotation.sent_at)
    number = (on - project.day_of(project.rfp.received_at)).days
    link = reverse("quotation-detail", args=[project.code, quotation.revision])
    return Case(project, on, quotation.label, number, days(number), link)


def _first_pass(projects: dict[int, Project], scope: Scope) -> Figure:
    rows = GateReview.objects.filter(project__in=projects, state=GateReview.State.DECIDED, round=1).exclude(proposed_decision="")
    cases = [_decided(row, projects[row.project_id]) for row in rows if scope.asks_for(row.phase)]
    return Figure(
        "first_pass",
        _t("Gates passed at the first attempt"),
        _t("Gate reviews whose first round was decided “go”, of all gates decided for the first time in the period."),
        Measure.SHARE,
        [case for case in cases if scope.holds(case.on)],
    )


def _decided(row: GateReview, project: Project) -> Case:
    assert row.decided_at is not None  # noqa: S101 - a decided review has its moment
    words = str(row.get_proposed_decision_display())
    return Case(project, project.day_of(row.decided_at), row.gate, int(row.proposed_decision == "go"), words, _review(project, row))


def _slippage(projects: dict[int, Project], scope: Scope) -> list[Figure]:
    """Of each project the milestone that ends what the client waits for, within the phase where one is asked for."""
    told = Publication.objects.filter(milestone__project__in=projects).select_related("milestone")
    publications = {row.pk: row for row in told}
    found: dict[str, list[Case]] = defaultdict(list)
    for pk, accounts in accounts_of_delay(projects.values()).items():
        asked = [account for account in accounts if scope.asks_for(publications[account.steps[0][0].pk].milestone.phase)]
        account = driving(asked)
        for step, side, number in account.steps if account else ():
            case = _published(publications[step.pk], projects[pk], number)
            if number and scope.holds(case.on):
                found[side].append(case)
        if account and account.actual and account.unassigned and scope.holds(account.actual):
            found[UNASSIGNED].append(_unexplained(account, projects[pk]))
    labels = [*zip(SIDES, side_labels(), strict=True), (UNASSIGNED, _t("not said yet"))]
    return [_slipped(side, label, found[side]) for side, label in labels]


def _unexplained(account: Account, project: Project) -> Case:
    """What came on another day than was told, until somebody says why."""
    assert account.actual is not None  # noqa: S101 - only what happened is unexplained
    return Case(project, account.actual, account.title, account.unassigned, moved(account.unassigned), _milestone(project, account.key))


def _published(row: Publication, project: Project, number: int) -> Case:
    before = f"{written(row.from_date)} → " if row.from_date else ""
    what = f"{row.milestone.title}: {before}{written(row.to_date)} ({row.get_reason_class_display()})"
    link = f"{_milestone(project, row.milestone.key)}#publication-{row.pk}"
    return Case(project, project.day_of(row.published_at), what, number, moved(number), link)


def _slipped(side: str, label: str, cases: Sequence[Case]) -> Figure:
    return Figure(
        f"slippage_{side}",
        _t("Slippage: %(side)s") % {"side": label},
        _t("Working days of the period on this side, on what drives each project's end: from its contract date to what came."),
        Measure.SUM,
        list(cases),
    )
