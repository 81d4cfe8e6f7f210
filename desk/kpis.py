"""Key figures, each computed from records, with its definition and the cases behind it. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from projects.accounts_of_delay import accounts_of_delay
from projects.forecasting import calendar_for
from projects.models import GateReview, Milestone, Phase, PhaseMove, Quotation
from projects.slippage import SIDES, driving, side_labels

if TYPE_CHECKING:
    from projects.models import Project
    from projects.slippage import Account


@dataclass(frozen=True)
class Case:
    """One record behind a figure: where it is, and what it contributed."""

    project: Project
    what: str
    value: str


@dataclass(frozen=True)
class Figure:
    """A key figure. `value` is None without a single case; `of` says out of what."""

    key: str
    title: str
    definition: str
    value: str | None
    of: str
    cases: list[Case]


def figures(projects: Sequence[Project]) -> list[Figure]:
    """All figures over these projects (with client and site)."""
    return [
        _on_time(projects),
        *_cycle_times(projects),
        _quotation_turnaround(projects),
        _first_pass(projects),
        *_slippage(projects),
    ]


def _share(good: int, of: int) -> str | None:
    return f"{100 * good / of:.0f} %" if of else None


def _on_time(projects: Sequence[Project]) -> Figure:
    by_id = {project.pk: project for project in projects}
    rows = Milestone.objects.filter(project__in=by_id, actual_on__isnull=False, baseline_on__isnull=False, visibility="shared")
    good, cases = 0, []
    for row in rows:
        project = by_id[row.project_id]
        assert row.actual_on is not None  # noqa: S101 - the query asks for both
        assert row.baseline_on is not None  # noqa: S101
        calendar = calendar_for(row, project)
        good += row.actual_on <= calendar.add_working_days(row.baseline_on, row.tolerance_days)
        days = calendar.working_days_between(row.baseline_on, row.actual_on)
        cases.append(Case(project, row.title, _moved(days)))
    return Figure(
        "on_time",
        _t("On time"),
        _t("Shared milestones achieved no later than their agreed date plus tolerance, of all shared milestones achieved."),
        _share(good, len(cases)),
        _t("%(good)d of %(all)d milestones") % {"good": good, "all": len(cases)},
        cases,
    )


def _days(start: datetime, end: datetime) -> int:
    return (end - start).days


def _moved(days: int) -> str:
    sign = "+" if days > 0 else ""
    return ngettext("%(days)s working day", "%(days)s working days", abs(days)) % {"days": f"{sign}{days}"}


def _middle(days: Sequence[int]) -> str | None:
    return _t("%(days).0f days") % {"days": median(days)} if days else None


def _cycle_times(projects: Sequence[Project]) -> list[Figure]:
    """From entering a phase to leaving it forward; a phase entered again counts again."""
    by_id = {project.pk: project for project in projects}
    entered: dict[int, datetime] = {}
    found: dict[str, list[tuple[Project, int]]] = defaultdict(list)
    for move in PhaseMove.objects.filter(project__in=by_id).order_by("moved_at", "id"):
        if move.kind == PhaseMove.Kind.GATE and move.project_id in entered:
            found[move.from_phase].append((by_id[move.project_id], _days(entered[move.project_id], move.moved_at)))
        entered[move.project_id] = move.moved_at
    return [
        Figure(
            f"cycle_{phase}",
            _t("Cycle time: %(phase)s") % {"phase": phase.label},
            _t("Median of the calendar days from entering the phase to passing its gate."),
            _middle([days for _project, days in found[phase]]),
            ngettext("%(number)d passage", "%(number)d passages", len(found[phase])) % {"number": len(found[phase])},
            [Case(project, str(phase.label), _t("%(days).0f days") % {"days": days}) for project, days in found[phase]],
        )
        for phase in Phase
        if phase != Phase.COMMERCIAL
    ]


def _quotation_turnaround(projects: Sequence[Project]) -> Figure:
    by_id = {project.pk: project for project in projects}
    first: dict[int, datetime] = {}
    sent = Quotation.objects.filter(project__in=by_id, sent_at__isnull=False).order_by("sent_at")
    for pk, at in sent.values_list("project_id", "sent_at"):
        if at is not None:
            first.setdefault(pk, at)
    days = [(by_id[pk], _days(by_id[pk].opened_at, at)) for pk, at in first.items()]
    return Figure(
        "quotation",
        _t("Quotation turnaround"),
        _t("Median of the calendar days from opening the project to sending its first quotation."),
        _middle([number for _project, number in days]),
        ngettext("%(number)d quotation", "%(number)d quotations", len(days)) % {"number": len(days)},
        [Case(project, _t("First quotation"), _t("%(days).0f days") % {"days": number}) for project, number in days],
    )


def _first_pass(projects: Sequence[Project]) -> Figure:
    by_id = {project.pk: project for project in projects}
    rows = GateReview.objects.filter(project__in=by_id, state=GateReview.State.DECIDED, round=1).exclude(proposed_decision="")
    good, cases = 0, []
    for row in rows:
        good += row.proposed_decision == "go"
        cases.append(Case(by_id[row.project_id], row.gate, str(row.get_proposed_decision_display())))
    return Figure(
        "first_pass",
        _t("Gates passed at the first attempt"),
        _t("Gate reviews whose first round was decided “go”, of all gates decided at least once."),
        _share(good, len(cases)),
        _t("%(good)d of %(all)d gates") % {"good": good, "all": len(cases)},
        cases,
    )


def _slippage(projects: Sequence[Project]) -> list[Figure]:
    by_id = {project.pk: project for project in projects}
    ends = [(by_id[pk], driving(accounts)) for pk, accounts in accounts_of_delay(projects).items()]
    found = [(project, account) for project, account in ends if account is not None]
    columns = [
        (f"slippage_{side}", label, [account.days[side] for _project, account in found])
        for side, label in zip(SIDES, side_labels(), strict=True)
    ]
    columns.append(("slippage_unassigned", _t("not said yet"), [account.unassigned for _project, account in found]))
    return [
        _slippage_on(key, label, [(*pair, days) for pair, days in zip(found, by_project, strict=True)])
        for key, label, by_project in columns
    ]


def _slippage_on(key: str, label: str, rows: Sequence[tuple[Project, Account, int]]) -> Figure:
    moved = [(project, account, days) for project, account, days in rows if days]
    return Figure(
        key,
        _t("Slippage: %(side)s") % {"side": label},
        _t("Working days on this side, on the milestone that drives each project's end: from its contract date to what came or was told."),
        _moved(sum(days for _project, _account, days in moved)) if rows else None,
        ngettext("%(number)d project", "%(number)d projects", len(moved)) % {"number": len(moved)},
        [Case(project, account.title, _moved(days)) for project, account, days in moved],
    )
