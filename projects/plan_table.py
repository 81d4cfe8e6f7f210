"""The plan as a table: each milestone with its dates, its variance against a baseline, and its float. Reads what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from projects.forecasting import is_provisional
from projects.milestones import critical_of
from projects.variance import variance_of

if TYPE_CHECKING:
    from projects.milestone_state import MilestoneState
    from projects.models import Baseline, Milestone, Project

Cell = str | int | date | None


@dataclass(frozen=True)
class PlanRow:
    """promised: by the baseline compared with; days: working days from there to the actual date or the forecast."""

    row: Milestone
    state: MilestoneState
    provisional: bool
    critical: bool
    promised: date | None
    days: int | None


def plan_rows(
    project: Project, rows: Sequence[Milestone], states: Mapping[int, MilestoneState], promised: Mapping[int, date | None]
) -> list[PlanRow]:
    critical = critical_of(rows)
    return [
        PlanRow(
            row=row,
            state=states[row.pk],
            provisional=is_provisional(row, project, row.forecast_on),
            critical=row.pk in critical,
            promised=promised.get(row.pk),
            days=variance_of(row, project, promised=promised.get(row.pk)),
        )
        for row in rows
    ]


def export_head(against: Baseline | None) -> list[str]:
    return [
        _t("Milestone"),
        _t("Phase"),
        _t("Kind"),
        _t("State"),
        against.name if against else _t("Baseline"),
        _t("Internal forecast"),
        _t("Published"),
        _t("Actual"),
        _t("Variance (working days)"),
        _t("Float (working days)"),
        _t("Critical path"),
    ]


def export_rows(rows: Iterable[PlanRow]) -> list[list[Cell]]:
    """The same facts as the page, dates and numbers as such."""
    return [
        [
            each.row.title,
            str(each.row.get_phase_display()),
            str(each.row.get_kind_display()),
            str(each.state.label),
            each.promised,
            each.row.forecast_on if each.row.actual_on is None else None,
            each.row.published_on if each.row.is_shared else None,
            each.row.actual_on,
            each.days,
            each.row.float_days if each.row.actual_on is None else None,
            _t("yes") if each.critical else "",
        ]
        for each in rows
    ]
