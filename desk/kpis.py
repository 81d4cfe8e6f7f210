"""Key figures over stored cases: each with its definition and the very records behind it. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t

from charts.look import written
from desk.figures import Definition, Figure, Measure, amount_of, days, measured, moved
from projects.kpi_cases import CYCLE, FIRST_PASS, ON_TIME, QUOTATION, SLIPPAGE, UNASSIGNED, WON
from projects.models import KpiCase, Phase, ProjectStanding
from projects.models.facts import old
from projects.slippage import SIDES, side_labels

if TYPE_CHECKING:
    from projects.models import Project, Publication, Quotation

NEWEST_FIRST = ("-on", "-pk")
BATCH = 2000  # cases of a file that are in memory at a time


@dataclass(frozen=True)
class Scope:
    """Which cases count: by the day that each counts for, both days included, and by phase. None and "" ask nothing."""

    since: date | None = None
    until: date | None = None
    phase: str = ""

    @property
    def asked(self) -> Q:
        days = {"on__gte": self.since, "on__lte": self.until}
        phase = Q(phase=self.phase) if self.phase else Q(overall=True)
        return phase & Q(**{name: day for name, day in days.items() if day})


def definitions(phase: str = "") -> list[Definition]:
    """What is shown to whoever asks for a phase, or for none."""
    return [
        _on_time(),
        *(_cycle_time(each) for each in CYCLE if phase in ("", each)),
        Definition(
            QUOTATION,
            _t("Quotation turnaround"),
            _t("Median of the calendar days from receiving the request to sending its first quotation in the period."),
            Measure.MEDIAN,
        ),
        Definition(
            WON,
            _t("Quotations won"),
            _t("Quotations that the client accepted, of all that it accepted, declined for good or let expire in the period."),
            Measure.SHARE,
        ),
        Definition(
            FIRST_PASS,
            _t("Gates passed at the first attempt"),
            _t("Gate reviews whose first round was decided “go”, of all gates decided for the first time in the period."),
            Measure.SHARE,
        ),
        *(_slipped(SLIPPAGE[side], label) for side, label in zip(SIDES, side_labels(), strict=True)),
        _slipped(UNASSIGNED, _t("not said yet")),
    ]


def _on_time() -> Definition:
    return Definition(
        ON_TIME,
        _t("On time"),
        _t("Shared milestones achieved no later than their agreed date plus tolerance, of all shared milestones achieved in the period."),
        Measure.SHARE,
    )


def _cycle_time(phase: Phase) -> Definition:
    return Definition(
        CYCLE[phase],
        _t("Cycle time: %(phase)s") % {"phase": phase.label},
        _t("Median of the calendar days from entering the phase to passing its gate in the period."),
        Measure.MEDIAN,
    )


def _slipped(key: str, label: str) -> Definition:
    return Definition(
        key,
        _t("Slippage: %(side)s") % {"side": label},
        _t("Working days of the period on this side, on what drives each project's end: from its contract date to what came."),
        Measure.SUM,
    )


def figures(projects: QuerySet[Project], scope: Scope | None = None, only: tuple[str, ...] = ()) -> list[Figure]:
    """All figures over these projects, or those of these keys `only`. Two queries."""
    scope = scope or Scope()
    counted = KpiCase.objects.filter(scope.asked, project__in=projects)
    defined = [each for each in definitions(scope.phase) if not only or each.key in only]
    found: dict[str, dict[str, Any]] = {}
    for measures in ((Measure.MEDIAN,), (Measure.SHARE, Measure.SUM)):
        keys = [each.key for each in defined if each.measure in measures]
        rows = counted.filter(figure__in=keys).order_by().values("figure")
        found |= {row["figure"]: row for row in measured(rows, measures[0])}
    return [_figure(each, found.get(each.key), counted) for each in defined]


def _figure(defined: Definition, row: dict[str, Any] | None, counted: QuerySet[KpiCase]) -> Figure:
    cases = counted.filter(figure=defined.key)
    if row is None:
        return Figure(defined, 0, 0, None, cases)
    return Figure(defined, row["cases"], int(row["reckoned"]), amount_of(defined.measure, row), cases)


def old_facts(projects: QuerySet[Project]) -> datetime | None:
    """When the oldest facts of these projects were computed, where that is too long ago. One query."""
    return old(ProjectStanding.objects.filter(project__in=projects).aggregate(oldest=Min("refreshed_at"))["oldest"])


@dataclass(frozen=True)
class Case:
    """A stored case in the reader's language."""

    row: KpiCase

    @property
    def project(self) -> Project:
        return self.row.project

    @property
    def on(self) -> date:
        return self.row.on

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def what(self) -> str:
        """The record behind it; a dash where that has left the plan and the facts are not computed again yet."""
        row = self.row
        if row.review:
            return row.review.gate
        if row.quotation:
            return row.quotation.label
        if row.publication:
            return _told(row.publication)
        return row.milestone.title if row.milestone else "–"

    @property
    def link(self) -> str:
        """To that very record."""
        row, code = self.row, self.row.project.code
        if row.review:
            return reverse("gate-review", args=[code, row.review.gate, row.review.round])
        if row.quotation:
            return reverse("quotation-detail", args=[code, row.quotation.revision])
        if row.publication:
            return f"{reverse('milestone-detail', args=[code, row.publication.milestone.key])}#publication-{row.publication.pk}"
        return reverse("milestone-detail", args=[code, row.milestone.key]) if row.milestone else row.project.get_absolute_url()

    @property
    def words(self) -> str:
        """What it contributes."""
        row = self.row
        if row.figure == WON:
            return _answer(row.quotation)
        if row.days is None:
            return str(row.review.get_proposed_decision_display()) if row.review else ""
        return days(row.days) if row.figure in (QUOTATION, *CYCLE.values()) else moved(row.days)


def _answer(quotation: Quotation | None) -> str:
    """Won or lost and, where we recorded it, what decided it and where our price stood."""
    if quotation is None:
        return ""
    words = _t("Won") if quotation.state == quotation.State.ACCEPTED else _t("Lost")
    outcome = getattr(quotation, "outcome", None)
    if outcome is None:
        return words
    return f"{words}: {outcome.get_why_display()}; {_t('our price')}: {outcome.get_position_display().lower()}"


def _told(row: Publication) -> str:
    before = f"{written(row.from_date)} → " if row.from_date else ""
    return f"{row.milestone.title}: {before}{written(row.to_date)} ({row.get_reason_class_display()})"


def newest_first(cases: QuerySet[KpiCase]) -> QuerySet[KpiCase]:
    """With everything that `Case` reads."""
    records = ("milestone", "publication__milestone", "review", "quotation__outcome")
    return cases.select_related("project__client", *records).order_by(*NEWEST_FIRST)


def cases_of(cases: QuerySet[KpiCase], first: int, last: int) -> list[Case]:
    """From the first to the last of these places (the newest stands at 1). Two queries, because keys are found faster than whole cases."""
    keys = list(cases.order_by(*NEWEST_FIRST).values_list("pk", flat=True)[max(first - 1, 0) : last])
    return [Case(row) for row in newest_first(cases.filter(pk__in=keys))]


def every_case(cases: QuerySet[KpiCase]) -> Iterator[Case]:
    """For a file: newest first, batch by batch."""
    rows = newest_first(cases)
    batch = list(rows[:BATCH])
    while batch:
        yield from (Case(row) for row in batch)
        last = batch[-1]
        batch = list(rows.filter(Q(on__lt=last.on) | Q(on=last.on, pk__lt=last.pk))[:BATCH])
