"""The portfolio: where each project stands, what is next, how late, and how much money is at risk. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from accounts.permissions import allowed
from desk.lateness import Lateness, judge, late_first, promised
from projects.models import PHASES, ChangeOrder, ChangeOrderLine, Milestone, Phase, Quotation, QuotationLine
from projects.variance import variance_of

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Standing:
    """One project on the board. days_late: working days from the next gate's baseline to its forecast, None without either.

    at_risk: the accepted prices (quotation and change orders) of phases that are not closed, when the project is late, else zero;
    None for a reader who may not know what the project earns.
    late_first: the first milestone that makes it late, with its working days.
    ready_on: the day on which its criteria can be met, None with `not_forecastable` saying what has no date.
    """

    project: Project
    gate: str
    met: int | None
    total: int | None
    blocker: str
    baseline: date | None
    forecast: date | None
    ready_on: date | None
    not_forecastable: str
    days_late: int | None
    lateness: Lateness | None
    late_first: str
    currency: str
    at_risk: Decimal | None

    @property
    def late(self) -> bool:
        return self.lateness == Lateness.LATE

    # What the table is ordered by where the words of a cell are no order.

    @property
    def phase_order(self) -> int:
        return PHASES.index(Phase(self.project.phase))

    @property
    def lateness_order(self) -> int:
        return list(Lateness).index(self.lateness) if self.lateness else len(Lateness)

    @property
    def readiness_order(self) -> tuple[str, float]:
        return self.gate, (self.met or 0) / (self.total or 1)

    @property
    def risk_order(self) -> tuple[str, Decimal] | None:
        """By currency, then by amount: amounts of two currencies have no order."""
        return (self.currency, self.at_risk) if self.at_risk else None

    @property
    def ready_too_late(self) -> bool:
        """The criteria of the gate are met only after the plan's date of it."""
        return self.ready_on is not None and self.forecast is not None and self.ready_on > self.forecast


def standings(projects: Iterable[Project], *, reader: User, today: date) -> list[Standing]:
    """The projects must come with client, site, readiness and project manager. Three queries, however many projects."""
    rows = list(projects)
    milestones = promised(rows)
    prices, currencies = _accepted_prices([row for row in rows if allowed("projects.read_revenue", reader, row)])
    return [_standing(row, milestones[row.pk], prices.get(row.pk), currencies.get(row.pk, ""), today) for row in rows]


def _accepted_prices(projects: Sequence[Project]) -> tuple[dict[int, list[tuple[str, Decimal]]], dict[int, str]]:
    """(phase, amount) of each accepted line by project id, an empty list where nothing is accepted; and the currency."""
    prices: dict[int, list[tuple[str, Decimal]]] = {project.pk: [] for project in projects}
    currencies: dict[int, str] = {}
    quoted = QuotationLine.objects.filter(quotation__project__in=prices, quotation__state=Quotation.State.ACCEPTED)
    for pk, currency, phase, amount in quoted.values_list("quotation__project", "quotation__currency", "phase", "amount"):
        prices[pk].append((phase, amount))
        currencies[pk] = currency
    ordered = ChangeOrderLine.objects.filter(change_order__project__in=prices, change_order__state=ChangeOrder.State.ACCEPTED)
    for pk, phase, amount in ordered.values_list("change_order__project", "phase", "amount"):
        prices[pk].append((phase, amount))
    return prices, currencies


def _standing(
    project: Project, milestones: list[Milestone], prices: list[tuple[str, Decimal]] | None, currency: str, today: date
) -> Standing:
    readiness = getattr(project, "readiness", None)
    gate = next((row for row in milestones if row.kind == Milestone.Kind.GATE and row.phase == project.phase), None)
    lateness = judge(project, milestones, today=today)
    days = variance_of(gate, project, promised=gate.baseline_on) if gate else None
    return Standing(
        project=project,
        gate=readiness.gate if readiness else "",
        met=readiness.met if readiness else None,
        total=readiness.total if readiness else None,
        blocker=readiness.first_blocker if readiness else "",
        baseline=gate.baseline_on if gate else None,
        forecast=gate.forecast_on if gate else None,
        ready_on=readiness.expected_on if readiness else None,
        not_forecastable=readiness.without_date if readiness else "",
        days_late=days,
        lateness=lateness,
        late_first=_late_first(project, milestones, today) if lateness == Lateness.LATE else "",
        currency=currency,
        at_risk=_at_risk(project, prices, lateness),
    )


def _late_first(project: Project, milestones: list[Milestone], today: date) -> str:
    """`Validation batches completed, +29`, in working days: the gate beside it may be early."""
    row = late_first(project, milestones, today=today)
    days = variance_of(row, project, promised=row.baseline_on) if row else None
    return f"{row.title}, {days:+d}" if row and days else row.title if row else ""


def _at_risk(project: Project, prices: list[tuple[str, Decimal]] | None, lateness: Lateness | None) -> Decimal | None:
    if prices is None:
        return None
    if lateness != Lateness.LATE:
        return NOTHING
    current = PHASES.index(Phase(project.phase))
    return sum((amount for phase, amount in prices if PHASES.index(Phase(phase)) >= current), NOTHING)


def at_risk_by_currency(rows: Iterable[Standing]) -> list[tuple[str, Decimal]]:
    """Money is never added across currencies."""
    sums: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for row in rows:
        if row.at_risk:
            sums[row.currency] += row.at_risk
    return sorted(sums.items())


Cell = str | int | date | Decimal | None


def export_head(*, revenue: bool) -> list[str]:
    """revenue: whether the reader may know what any project earns."""
    head = [
        _t("Code"),
        _t("Compound"),
        _t("Client"),
        _t("Site"),
        _t("Phase"),
        _t("Status"),
        _t("Project manager"),
        _t("Next gate"),
        _t("Criteria met"),
        _t("Criteria"),
        _t("Next blocker"),
        _t("Gate baseline"),
        _t("Gate forecast"),
        _t("Criteria met on"),
        _t("Not forecastable"),
        _t("Working days late"),
        _t("Dates"),
    ]
    return [*head, _t("Currency"), _t("Revenue at risk")] if revenue else head


def export_row(row: Standing, *, revenue: bool) -> list[Cell]:
    """The same facts as the table, for a spreadsheet."""
    project = row.project
    cells: list[Cell] = [
        project.code,
        project.title,
        project.client.name,
        project.site.name if project.site else "",
        str(project.get_phase_display()),
        str(project.get_status_display()),
        project.project_manager.full_name if project.project_manager else "",
        row.gate,
        row.met,
        row.total,
        row.blocker,
        row.baseline,
        row.forecast,
        row.ready_on,
        row.not_forecastable,
        row.days_late,
        str(row.lateness.label) if row.lateness else "",
    ]
    return [*cells, row.currency, row.at_risk] if revenue else cells
