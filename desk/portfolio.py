"""The portfolio: where each project stands, what is next, how late, and how much money is at risk. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from projects.forecasting import calendar_for
from projects.models import PHASES, ChangeOrder, ChangeOrderLine, Milestone, Phase, Quotation, QuotationLine

if TYPE_CHECKING:
    from projects.models import Project


@dataclass(frozen=True)
class Standing:
    """One project on the board. days_late: working days from the next gate's baseline to its forecast, None without either.

    ready_on: the day on which its criteria can be met, None with `not_forecastable` saying what has no date.
    at_risk: the accepted prices (quotation and change orders) of phases that are not closed, when the project is late, else zero.
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
    late: bool
    currency: str
    at_risk: Decimal

    @property
    def ready_too_late(self) -> bool:
        """The criteria of the gate are met only after the plan's date of it."""
        return self.ready_on is not None and self.forecast is not None and self.ready_on > self.forecast


def standings(projects: Iterable[Project], *, today: date) -> list[Standing]:
    """The projects must come with client, site, readiness and project manager. Three queries, however many projects."""
    rows = list(projects)
    gates: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in Milestone.objects.open().filter(project__in=rows).exclude(baseline_on=None):
        gates[milestone.project_id].append(milestone)
    prices, currencies = _accepted_prices(rows)
    return [_standing(project, gates[project.pk], prices[project.pk], currencies.get(project.pk, ""), today) for project in rows]


def _accepted_prices(projects: Sequence[Project]) -> tuple[dict[int, list[tuple[str, Decimal]]], dict[int, str]]:
    """(phase, amount) of each accepted line by project id, and the currency."""
    prices: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    currencies: dict[int, str] = {}
    quoted = QuotationLine.objects.filter(quotation__project__in=projects, quotation__state=Quotation.State.ACCEPTED)
    for pk, currency, phase, amount in quoted.values_list("quotation__project", "quotation__currency", "phase", "amount"):
        prices[pk].append((phase, amount))
        currencies[pk] = currency
    ordered = ChangeOrderLine.objects.filter(change_order__project__in=projects, change_order__state=ChangeOrder.State.ACCEPTED)
    for pk, phase, amount in ordered.values_list("change_order__project", "phase", "amount"):
        prices[pk].append((phase, amount))
    return prices, currencies


def _standing(project: Project, milestones: list[Milestone], prices: list[tuple[str, Decimal]], currency: str, today: date) -> Standing:
    readiness = getattr(project, "readiness", None)
    gate = next((row for row in milestones if row.kind == Milestone.Kind.GATE and row.phase == project.phase), None)
    late = project.is_active and any(_is_late(row, project, today) for row in milestones)
    days = None
    if gate and gate.baseline_on and gate.forecast_on:
        days = calendar_for(gate, project).working_days_between(gate.baseline_on, gate.forecast_on)
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
        late=late,
        currency=currency,
        at_risk=_open_value(project, prices) if late else Decimal("0.00"),
    )


def _is_late(row: Milestone, project: Project, today: date) -> bool:
    assert row.baseline_on is not None  # noqa: S101 - the query asks for it
    limit = calendar_for(row, project).add_working_days(row.baseline_on, row.tolerance_days)
    return max(row.forecast_on or today, today) > limit


def _open_value(project: Project, prices: Iterable[tuple[str, Decimal]]) -> Decimal:
    current = PHASES.index(Phase(project.phase))
    return sum((amount for phase, amount in prices if PHASES.index(Phase(phase)) >= current), Decimal("0.00"))


def at_risk_by_currency(rows: Iterable[Standing]) -> list[tuple[str, Decimal]]:
    """Money is never added across currencies."""
    sums: dict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for row in rows:
        if row.at_risk:
            sums[row.currency] += row.at_risk
    return sorted(sums.items())


def export_head() -> list[str]:
    return [
        _t("Code"),
        _t("Compound"),
        _t("Client"),
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
        _t("Late"),
        _t("Currency"),
        _t("Revenue at risk"),
    ]


def export_row(row: Standing) -> list[str | int | date | Decimal | None]:
    """The same facts as the table, for a spreadsheet."""
    project = row.project
    return [
        project.code,
        project.title,
        project.client.name,
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
        _t("yes") if row.late else _t("no"),
        row.currency,
        row.at_risk,
    ]
