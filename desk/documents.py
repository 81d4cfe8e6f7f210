"""The Project Status Report for the client: what was published and what was chosen to be said, and nothing besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.names import function_of, shown_to_client
from charts.gantt import GanttRow, gantt
from charts.render import COLUMN_WIDTH, to_svg
from documents.content import Column, data_table, day, key_values
from documents.models import DocumentVersion
from documents.registry import DocumentType, NarrativeSection
from documents.registry import register as register_types
from projects import gates
from projects.accounts_of_delay import accounts_of_delay
from projects.cost_of_waiting import with_costs
from projects.milestones import states_of
from projects.models import (
    SHOWN_TO_CLIENT,
    Deliverable,
    Milestone,
    Phase,
    Project,
    ProjectRisk,
    Publication,
    Task,
    WaitingFor,
)
from projects.pictures import gantt_rows
from projects.services.account import account_hash, latest_answer
from projects.services.plan import calendar_of
from projects.slippage import Account, side_labels
from projects.told import told_due
from projects.variance import told_variance, variance_words

MOVES = 12
DATES = ("baseline", "forecast", "published", "actual", "start", "baseline_start")


def status_report(project: Project) -> dict[str, Any]:
    """Only what the client may know: shared milestones with their published dates, the reasons given, and who waits for whom."""
    today = timezone.localdate()
    shared = Milestone.objects.filter(project=project, visibility__in=SHOWN_TO_CLIENT)
    milestones = list(shared.prefetch_related("publications__shares"))
    states = states_of(milestones, today=today, calendars={project.pk: calendar_of(project)}, for_client=True)
    accounts = accounts_of_delay([project], milestones)[project.pk]
    since = last_issued("project_status_report", project)
    return {
        "subtitle": _t("Status on %(day)s") % {"day": day(today)},
        "as_of": today,
        "facts": key_values(
            (_t("Project"), f"{project.code} {project.title}"),
            (_t("Client"), project.client.name),
            (_t("Your contact with us"), _contact(project)),
            (_t("Phase"), Phase(project.phase).label),
            (_t("Status"), project.get_status_display()),
            (_t("Next gate"), next_gate(project)),
        ),
        "milestones": data_table(
            [
                Column(_t("Milestone"), 32),
                Column(_t("Agreed"), 14),
                Column(_t("Forecast"), 14),
                Column(_t("Actual"), 14),
                Column(_t("Difference (working days)"), 14),
                Column(_t("State"), 12),
            ],
            [_standing(row, project, str(states[row.pk].label)) for row in milestones],
            empty=_t("No milestone is shared yet."),
        ),
        "plan": drawn(gantt_rows(milestones, states, for_client=True)),
        "since": since.isoformat() if since else "",
        "moves": moves_of(milestones, since),
        "again": _again(milestones),
        "slippage": _slippage(accounts),
        "account_answer": _account_answer(project, accounts),
        "deliverables": _deliverables(project, milestones),
        "waiting_for_client": _waiting(project, milestones),
        "open_with_us": _open_with_us(milestones, states, today),
        "risks": _risks(project),
        "actions": _actions(project),
    }


def _standing(row: Milestone, project: Project, state: str) -> tuple[Any, ...]:
    return row.title, row.agreed_on, row.published_on, row.actual_on, variance_words(told_variance(row, project)), state


def last_issued(type_key: str, project: Project) -> datetime | None:
    """When the data of the last report that was issued were pinned: what came later is new to its reader."""
    issued = DocumentVersion.objects.filter(document__project=project, document__type_key=type_key, effective_at__isnull=False)
    return issued.order_by("-number").values_list("requested_at", flat=True).first()


def drawn(rows: Iterable[GanttRow]) -> list[dict[str, Any]]:
    """The rows of the picture as JSON keeps them."""
    return [{key: _plain(value) for key, value in asdict(row).items()} for row in rows]


def _contact(project: Project) -> str:
    """By name and function, or by function alone, as agreed with the client."""
    manager = project.project_manager
    return shown_to_client(project.client, name=manager.full_name, function=_t("Project manager")) if manager else ""


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | list | tuple | date | None) else str(value)


def next_gate(project: Project) -> str:
    gate = gates.gate_of(project.phase)
    return f"{gate.key} {gate.title}"


def moves_of(milestones: list[Milestone], since: datetime | None) -> dict[str, Any]:
    """One row per reason told on one day since the last report, with every date that moved for it."""
    prefetch_related_objects(milestones, "publications__shares")
    rows = [row for milestone in milestones for row in milestone.publications.all() if _is_move(row, since)]
    rows.sort(key=lambda row: row.pk)
    told: dict[tuple[date, str], list[str]] = {}
    for row in sorted(rows, key=lambda row: row.published_at, reverse=True):
        why = f"{row.get_reason_class_display()} ({row.sides}). {row.reason}".strip()
        move = f"{row.milestone.title}: {day(row.from_date)} → {day(row.to_date)} ({row.days:+d})"
        told.setdefault((timezone.localdate(row.published_at), why), []).append(move)
    return data_table(
        [Column(_t("Told on"), 13), Column(_t("Reason"), 25), Column(_t("What moved (working days)"), 62)],
        [(when, why, "\n".join(moves)) for (when, why), moves in list(told.items())[:MOVES]],
        empty=_t("No published date has moved since the last report.") if since else _t("No published date has moved."),
    )


def _is_move(row: Publication, since: datetime | None) -> bool:
    return row.reason_class != Publication.ReasonClass.INITIAL and (since is None or row.published_at > since)


def _again(milestones: list[Milestone]) -> dict[str, Any]:
    """The shared milestones of which the work began again: which round it is now, and why, in the words chosen for the client."""
    begun = [row for row in milestones if row.round > 1]
    prefetch_related_objects(begun, "rounds")
    rows = sorted((each for row in begun for each in row.rounds.all()), key=lambda each: each.pk)
    rows.sort(key=lambda each: each.reopened_at, reverse=True)
    return data_table(
        [Column(_t("Milestone"), 30), Column(_t("Achieved before"), 16), Column(_t("Again since"), 14), Column(_t("Round and reason"), 40)],
        [
            (
                row.milestone.title,
                row.achieved_on,
                timezone.localdate(row.reopened_at),
                _t("Round %(round)s: %(reason)s") % {"round": row.round + 1, "reason": row.told},
            )
            for row in rows
        ],
        empty=_t("Nothing had to be done again."),
    )


def _slippage(accounts: list[Account]) -> dict[str, Any]:
    """Working days by side, from the contract's date to the actual one, or to the one last published."""
    moved = [account for account in accounts if account.moved]
    return data_table(
        [
            Column(_t("Milestone"), 28),
            *(Column(label, 12, "right") for label in side_labels()),
            Column(_t("Not said yet"), 12, "right"),
            Column(_t("Together"), 12, "right"),
        ],
        [(row.title, *(f"{days:+d}" for days in (*row.by_side, row.unassigned, row.total))) for row in moved],
        empty=_t("No published date differs from the contract's."),
    )


def _account_answer(project: Project, accounts: list[Account]) -> str:
    """What was last said to the account, and whether it has changed since."""
    answer = latest_answer(project)
    if answer is None:
        return ""
    names = {"what": answer.get_kind_display(), "name": answer.actor.full_name, "day": day(timezone.localdate(answer.answered_at))}
    words = [_t("%(what)s by %(name)s, %(day)s.") % names, answer.words]
    if answer.account_hash != account_hash(accounts):
        words.append(_t("The account has changed since."))
    return " ".join(part for part in words if part)


def _deliverables(project: Project, milestones: list[Milestone]) -> dict[str, Any]:
    rows = list(Deliverable.objects.filter(project=project, visibility__in=SHOWN_TO_CLIENT))
    due = told_due(rows, milestones)
    return data_table(
        [Column(_t("Deliverable"), 46), Column(_t("Phase"), 20), Column(_t("Due"), 16), Column(_t("Done"), 18)],
        [(row.title, row.get_phase_display(), "" if row.not_applicable else due.get(row.pk), _done(row)) for row in rows],
        empty=_t("No deliverable is shared yet."),
    )


def _done(row: Deliverable) -> Any:
    if row.not_applicable:
        return _t("not applicable")
    return timezone.localdate(row.done_at) if row.done_at else ""


def _waiting(project: Project, milestones: list[Milestone]) -> dict[str, Any]:
    rows = with_costs(WaitingFor.objects.open().asking(project.client_id).filter(project=project), milestones)
    return data_table(
        [
            Column(_t("What we need from you"), 34),
            Column(_t("Since"), 13),
            Column(_t("Needed by"), 13),
            Column(_t("If it comes later"), 40),
        ],
        [(row.words, timezone.localdate(row.since), row.due_on, row.cost.words if row.cost else "") for row in rows],
        empty=_t("Nothing: we wait for no answer of yours."),
    )


def _open_with_us(milestones: list[Milestone], states: Mapping[int, Any], today: date) -> dict[str, Any]:
    """The next shared milestones, each with its published date."""
    due = sorted((row for row in milestones if row.actual_on is None and row.published_on), key=lambda row: row.published_on or today)
    return data_table(
        [Column(_t("What you can expect from us next"), 60), Column(_t("Forecast"), 20), Column(_t("State"), 20)],
        [(row.title, row.published_on, states[row.pk].label) for row in due[:5]],
        empty=_t("No date is published yet."),
    )


def _risks(project: Project) -> dict[str, Any]:
    """The open risks that were chosen for the client."""
    rows = ProjectRisk.objects.open().filter(project=project, in_client_report=True).select_related("owner").worst_first()
    return data_table(
        [
            Column(_t("Risk"), 30),
            Column(_t("Likelihood"), 12),
            Column(_t("Impact"), 10),
            Column(_t("What is done about it"), 30),
            Column(_t("Who"), 18),
        ],
        [(row.text, row.get_likelihood_display(), row.get_impact_display(), row.mitigation, _who(project, row.owner)) for row in rows],
        empty=_t("No risk is named in this report."),
    )


def _actions(project: Project) -> dict[str, Any]:
    """The open tasks that were chosen for the client, each with the date that the client was told of its milestone: no date of ours."""
    rows = Task.objects.open().filter(project=project, in_client_report=True).select_related("owner", "department", "milestone")
    return data_table(
        [Column(_t("Action"), 36), Column(_t("Who"), 22), Column(_t("For"), 26), Column(_t("Forecast"), 16)],
        [
            (row.title, _who(project, row.owner) if row.owner else row.department, *(_told_of(row.milestone)))
            for row in rows.order_by("milestone__order", "id")
        ],
        empty=_t("No action is named in this report."),
    )


def _told_of(milestone: Milestone) -> tuple[str, date | None]:
    return (milestone.title, milestone.published_on) if milestone.is_shared else ("", None)


def _who(project: Project, person: User) -> str:
    """By name and function, or by function alone, as agreed with the client."""
    return shown_to_client(project.client, name=person.full_name, function=function_of(person.roles) or person.function)


def figures(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """The plan, drawn from the pinned rows."""
    rows = [_row(values) for values in snapshot["data"]["plan"]]
    if not rows:
        return {}
    return {"plan": to_svg(gantt(rows, today=date.fromisoformat(snapshot["data"]["as_of"]), width=COLUMN_WIDTH))}


def _row(values: Mapping[str, Any]) -> GanttRow:
    dates = {name: date.fromisoformat(values[name]) if values.get(name) else None for name in DATES}
    return GanttRow(**{**values, **dates})


STATUS_REPORT = DocumentType(
    key="project_status_report",
    title=_("Project Status Report"),
    phase="",
    number_prefix="ST",
    template="documents/types/project_status_report.html",
    build_context=status_report,
    figures=figures,
    template_version="4",
    narrative=(
        NarrativeSection("summary", _("Summary"), _("What was achieved since the last report, what comes next, what we need decided.")),
        NarrativeSection("risks", _("Remarks on risks"), _("What the list of risks does not say. The client reads it.")),
    ),
    requesters=frozenset({Role.PROJECT_MANAGER, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT}),
    usual_reason=_("Regular report."),
    dated_by=None,
)


def register() -> None:
    register_types(STATUS_REPORT)
