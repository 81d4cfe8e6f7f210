"""The charter turns what was agreed into rows: team, deliverables with owners and dates, milestones with links."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Department
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused
from projects.models import PHASES, Charter, Deliverable, Milestone, MilestoneLink, Phase, Project, Quotation, TeamMember, Visibility
from projects.plans import PhasePlan, phase_plan
from projects.services.dependencies import loop_through
from projects.services.lifecycle import locked, require_active
from projects.services.owners import ask_owner
from projects.services.plan import set_actual_from, update_forecasts

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import Site

TEXTS = ("background", "scope_in", "scope_out", "assumptions", "risks", "governance")


def charter_blockers(project: Project) -> list[Blocker]:
    """Why the charter cannot be drafted or changed now."""
    charter = Charter.objects.filter(project=project).first()
    if charter is not None and charter.state == Charter.State.ISSUED:
        return [
            Blocker(
                key="charter.issued", words=_t("The charter is issued; a change takes a change order."), link=project.get_absolute_url()
            )
        ]
    if project.phase != Phase.EVALUATION:
        return [Blocker(key="charter.phase", words=_t("The charter is drafted in evaluation."), link=project.get_absolute_url())]
    return []


@transaction.atomic
def draft_charter(
    code: str,
    *,
    objectives: str,
    start_on: date,
    first_phase: str,
    last_phase: str,
    site: Site,
    project_manager: User,
    actor: User,
    **texts: str,
) -> Charter:
    """Draft or redraft the charter. The first draft plans deliverables and milestones; a redraft adds what a wider scope needs.

    Raises BadInput at the field, Refused when the charter is issued.
    """
    project = locked(code, actor)
    require_permission("projects.draft_charter", actor, project)
    require_active(project)
    reasons = charter_blockers(project)
    if reasons:
        raise Refused(reasons)
    _check_charter(objectives, first_phase, last_phase, project_manager)
    reasons = scope_blockers(project, first_phase, last_phase)
    if reasons:
        raise Refused(reasons)
    charter = Charter.objects.filter(project=project).select_for_update().first() or Charter(project=project, drafted_by=actor)
    planned_start = charter.start_on
    charter.objectives, charter.start_on = objectives, start_on
    for name in TEXTS:
        setattr(charter, name, texts.get(name, ""))
    charter.save()
    project.site, project.project_manager = site, project_manager
    project.first_phase, project.last_phase = first_phase, last_phase
    project.save(update_fields=["site", "project_manager", "first_phase", "last_phase", "updated_at"])
    _plan(project, start_on, planned_start, actor=actor)
    record("charter.drafted", project, actor=actor, first_phase=first_phase, last_phase=last_phase, start_on=start_on)
    return charter


def _check_charter(objectives: str, first_phase: str, last_phase: str, project_manager: User) -> None:
    errors: dict[str, list[str]] = {}
    if not objectives.strip():
        errors["objectives"] = [_t("Say what the project must achieve.")]
    if first_phase not in PHASES or last_phase not in PHASES or PHASES.index(Phase(first_phase)) > PHASES.index(Phase(last_phase)):
        errors["last_phase"] = [_t("The last contracted phase cannot come before the first.")]
    if "project_manager" not in project_manager.roles:
        errors["project_manager"] = [_t("%(name)s does not hold the role project manager.") % {"name": project_manager.full_name}]
    if errors:
        raise BadInput(errors)


def scope_blockers(project: Project, first_phase: str, last_phase: str) -> list[Blocker]:
    """What keeps a phase in scope: evidence entered for its deliverables, a date of it told to the client. Neither is ever deleted."""
    first, last = PHASES.index(Phase(first_phase)), PHASES.index(Phase(last_phase))
    leaving = [phase for place, phase in enumerate(PHASES) if place and not first <= place <= last]
    kept: list[Deliverable | Milestone] = [
        *Deliverable.objects.filter(
            Q(references__isnull=False) | Q(round__gt=1), project=project, phase__in=leaving, done_at=None
        ).distinct(),
        *Milestone.objects.filter(
            Q(publications__isnull=False) | Q(round__gt=1), project=project, phase__in=leaving, actual_on=None
        ).distinct(),
    ]
    words = _t("%(phase)s stays in scope: “%(title)s” has evidence or a date told to the client.")
    return [
        Blocker(key="charter.scope", words=words % {"phase": row.get_phase_display(), "title": row.title}, link=project.get_absolute_url())
        for row in kept
    ]


def _plan(project: Project, start_on: date, planned_start: date | None, *, actor: User) -> None:
    """Make the rows of all contracted phases, drop open rows of phases that left the scope, keep ids of those that stay.

    Dates that followed the start planned before follow the new one; a date that somebody set stays.
    """
    plans = [phase_plan(phase) for phase in PHASES if project.in_scope(phase)]
    phases = [plan.phase for plan in plans]
    Deliverable.objects.filter(project=project, done_at=None).exclude(phase__in=phases).delete()
    Milestone.objects.filter(project=project, actual_on=None).exclude(phase__in=phases).delete()
    departments = {department.key: department for department in Department.objects.all()}
    _plan_team(project, plans, departments)
    _plan_milestones(project, plans, departments, start_on, planned_start)
    update_forecasts(project, actor=actor)
    _plan_deliverables(project, plans, departments)
    _feed_what_happened(project, actor=actor)


def _feed_what_happened(project: Project, *, actor: User) -> None:
    """The plan is made after the fact for some milestones: what the record knows already is achieved at once."""
    accepted = Quotation.objects.filter(project=project, state=Quotation.State.ACCEPTED).first()
    if accepted is not None and accepted.answered_at is not None:
        set_actual_from(project, "quotation:accepted", on=project.day_of(accepted.answered_at), actor=actor)


def _plan_team(project: Project, plans: list[PhasePlan], departments: dict[str, Department]) -> None:
    keys = {item.department for plan in plans for item in plan.deliverables} | {
        item.department for plan in plans for item in plan.milestones
    }
    for key in sorted(keys):
        TeamMember.objects.get_or_create(project=project, department=departments[key])
    named = {"project_management": project.project_manager, "business_development": project.account_owner}
    for key, user in named.items():
        TeamMember.objects.update_or_create(project=project, department=departments[key], defaults={"user": user})


def _plan_milestones(
    project: Project, plans: list[PhasePlan], departments: dict[str, Department], start_on: date, planned_start: date | None
) -> None:
    rows: dict[str, Milestone] = {}
    planned = [(plan.phase, item) for plan in plans for item in plan.milestones]
    for order, (phase, item) in enumerate(planned):
        values = {
            "title": str(item.title),
            "phase": phase,
            "kind": item.kind,
            "department": departments[item.department],
            "order": order,
            "source": item.source,
        }
        first = {"visibility": Visibility.SHARED if item.shared else Visibility.INTERNAL}
        rows[item.key], _created = Milestone.objects.update_or_create(
            project=project, key=item.key, defaults=values, create_defaults={**values, **first}
        )
    MilestoneLink.objects.filter(successor__project=project, by_hand=False).delete()
    previous_end = ""
    for plan in plans:
        for item in plan.milestones:
            after = {key: lag for key, lag in item.after.items() if key in rows} or (
                {previous_end: min(item.after.values(), default=0)} if previous_end else {}
            )
            _link(rows, item.key, after, start_on, planned_start)
        previous_end = plan.milestones[-1].key


def _link(rows: dict[str, Milestone], key: str, after: dict[str, int], start_on: date, planned_start: date | None) -> None:
    milestone = rows[key]
    if not after and milestone.earliest_on in (None, planned_start):
        milestone.earliest_on = start_on
        milestone.save(update_fields=["earliest_on", "updated_at"])
    pairs = list(MilestoneLink.objects.filter(successor__project_id=milestone.project_id).values_list("predecessor_id", "successor_id"))
    for other, lag in after.items():  # what somebody linked by hand stays, and wins where the template would run against it
        pair = rows[other].pk, milestone.pk
        if pair not in pairs and not loop_through(pairs, *pair):
            MilestoneLink.objects.create(predecessor=rows[other], successor=milestone, lag_days=lag)


def _plan_deliverables(project: Project, plans: list[PhasePlan], departments: dict[str, Department]) -> None:
    """New ones fall due at their milestone."""
    due = dict(Milestone.objects.filter(project=project).values_list("key", "forecast_on"))
    team = dict(TeamMember.objects.filter(project=project).values_list("department__key", "user"))
    order = 0
    for plan in plans:
        for item in plan.deliverables:
            order += 1
            row, created = Deliverable.objects.get_or_create(
                project=project,
                key=item.key,
                defaults={
                    "phase": plan.phase,
                    "title": str(item.title),
                    "document_type": item.document_type,
                    "department": departments[item.department],
                    "owner_id": team.get(item.department),
                    "due_on": due.get(item.milestone),
                    "order": order,
                },
            )
            if created and plan.phase == Phase.EVALUATION:
                row.project = project
                ask_owner(row)


@transaction.atomic
def issue_charter(deliverable: Deliverable, actor: User) -> None:
    """The signed charter is there, as a document or as referenced evidence: it is issued. A later version leaves it so."""
    charter = Charter.objects.select_for_update(of=("self",)).select_related("project").get(project_id=deliverable.project_id)
    if charter.state == Charter.State.ISSUED:
        return
    charter.issue(timezone.now())
    charter.save(update_fields=["state", "issued_at"])
    record("charter.issued", charter.project, actor=actor)


@transaction.atomic
def name_team_member(code: str, department_key: str, *, user: User | None, actor: User) -> TeamMember:
    """Name the person of a department on the team."""
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    if user is not None and not user.is_internal:
        raise BadInput({"user": [_t("The team is ours; the client has its own people.")]})
    member, _created = TeamMember.objects.select_for_update().get_or_create(
        project=project, department=Department.objects.get(key=department_key)
    )
    before = member.user.full_name if member.user else ""
    member.user = user
    member.save(update_fields=["user"])
    record(
        "team.named",
        project,
        actor=actor,
        before={"name": before},
        after={"name": user.full_name if user else ""},
        department=member.department.name,
    )
    return member
