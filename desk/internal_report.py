"""Our own copy of the Project Status Report: internal forecasts, what the client does not know yet, every task, every risk, every wait."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from desk.documents import STATUS_REPORT, drawn, figures, last_issued, moves_of
from documents.content import Column, data_table, day, key_values
from documents.registry import DocumentType, NarrativeSection
from documents.registry import register as register_types
from projects import gates
from projects.milestone_state import MilestoneState
from projects.milestones import states_of
from projects.models import GateCondition, Milestone, Phase, Project, ProjectRisk, Task, WaitingFor
from projects.pictures import gantt_rows, with_tasks
from projects.services.plan import calendar_of
from projects.services.publishing import pending_moves

KEY = "internal_status_report"


def internal_status_report(project: Project) -> dict[str, Any]:
    today = timezone.localdate()
    milestones = list(Milestone.objects.filter(project=project))
    tasks = list(Task.objects.open().filter(project=project).select_related("owner", "department", "milestone"))
    calendar = calendar_of(project)
    states = states_of(milestones, today=today, calendars={project.pk: calendar})
    since = last_issued(KEY, project)
    gate = gates.gate_of(project.phase)
    return {
        "subtitle": _t("Status on %(day)s, for us alone") % {"day": day(today)},
        "as_of": today,
        "facts": key_values(
            (_t("Project"), f"{project.code} {project.title}"),
            (_t("Client"), project.client.name),
            (_t("Project manager"), project.project_manager),
            (_t("Phase"), Phase(project.phase).label),
            (_t("Status"), project.get_status_display()),
            (_t("Next gate"), f"{gate.key} {gate.title}"),
        ),
        "milestones": _milestones(milestones, states),
        "plan": drawn(with_tasks(gantt_rows(milestones, states, for_client=False), milestones, tasks, today, calendar)),
        "since": since.isoformat() if since else "",
        "moves": moves_of(milestones, since),
        "unpublished": _unpublished(project),
        "risks": _risks(project),
        "actions": _actions(tasks),
        "conditions": _conditions(project),
        "waits": _waits(project),
    }


def _milestones(milestones: list[Milestone], states: dict[int, MilestoneState]) -> dict[str, Any]:
    return data_table(
        [
            Column(_t("Milestone"), 30),
            Column(_t("Baseline"), 14),
            Column(_t("Forecast"), 14),
            Column(_t("Published"), 14),
            Column(_t("Actual"), 14),
            Column(_t("State"), 14),
        ],
        [(row.title, row.baseline_on, row.forecast_on, row.published_on, row.actual_on, states[row.pk].label) for row in milestones],
        empty=_t("The plan has no milestones yet."),
    )


def _unpublished(project: Project) -> dict[str, Any]:
    return data_table(
        [
            Column(_t("Milestone"), 46),
            Column(_t("The client knows"), 20),
            Column(_t("Forecast"), 20),
            Column(_t("Working days"), 14, "right"),
        ],
        [(move.title, move.from_date, move.to_date, f"{move.days:+d}" if move.from_date else "") for move in pending_moves(project)],
        empty=_t("The client knows every shared date as the plan has it."),
    )


def _risks(project: Project) -> dict[str, Any]:
    rows = ProjectRisk.objects.open().filter(project=project).select_related("owner").worst_first()
    return data_table(
        [
            Column(_t("Risk"), 28),
            Column(_t("Likelihood"), 11),
            Column(_t("Impact"), 10),
            Column(_t("What is done about it"), 27),
            Column(_t("Owner"), 14),
            Column(_t("Client"), 10),
        ],
        [
            (row.text, row.get_likelihood_display(), row.get_impact_display(), row.mitigation, row.owner, _named(row.in_client_report))
            for row in rows
        ],
        empty=_t("No risk is open."),
    )


def _actions(tasks: list[Task]) -> dict[str, Any]:
    return data_table(
        [Column(_t("Action"), 34), Column(_t("Owner"), 18), Column(_t("For"), 26), Column(_t("Due"), 12), Column(_t("Client"), 10)],
        [(row.title, row.who, row.milestone.title, row.due_on, _named(row.in_client_report)) for row in tasks],
        empty=_t("No task is open."),
    )


def _named(in_client_report: bool) -> str:
    return _t("named") if in_client_report else ""


def _conditions(project: Project) -> dict[str, Any]:
    """What the gates still ask for."""
    rows = GateCondition.objects.filter(review__project=project, state__in=GateCondition.STANDING)
    return data_table(
        [Column(_t("Condition"), 40), Column(_t("Gate"), 10), Column(_t("Owner"), 20), Column(_t("Due"), 14), Column(_t("State"), 16)],
        [(row.words, row.review.gate, row.owner, row.due_on, row.get_state_display()) for row in rows.select_related("owner", "review")],
        empty=_t("No condition of a gate is open."),
    )


def _waits(project: Project) -> dict[str, Any]:
    rows = WaitingFor.objects.open().filter(project=project).select_related("user", "client").costliest_first()
    return data_table(
        [Column(_t("What"), 46), Column(_t("Waits for"), 24), Column(_t("Since"), 15), Column(_t("Due"), 15)],
        [(row.words, row.user or row.client or row.get_role_display(), timezone.localdate(row.since), row.due_on) for row in rows],
        empty=_t("Nobody is waited for."),
    )


INTERNAL_REPORT = DocumentType(
    key=KEY,
    title=_("Project Status Report, internal"),
    phase="",
    number_prefix="STI",
    template="documents/types/internal_status_report.html",
    build_context=internal_status_report,
    figures=figures,
    narrative=(NarrativeSection("summary", _("Summary"), _("As in the report for the client, or for us alone.")),),
    requesters=STATUS_REPORT.requesters,
    usual_reason=_("Regular report."),
    dated_by=None,
    for_us=True,
)


def register() -> None:
    register_types(INTERNAL_REPORT)
