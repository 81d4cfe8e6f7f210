"""Phases that enter and leave the contracted scope by a change order, and milestones that it takes out of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Department
from audit.events import record
from audit.rows import write_together
from projects.charter_plan import plans_of
from projects.models import PHASES, Charter, Deliverable, Milestone, MilestoneLink, Phase, Project, Tailoring, Task, Visibility
from projects.plans import PhasePlan, as_asked, planned_links
from projects.services.approvals import withdraw_open
from projects.services.charter import link_planned, plan_deliverables
from projects.services.dependencies import network_of
from projects.services.milestones import bridge
from projects.services.owners import ask_phase_owners
from projects.services.plan import update_forecasts
from projects.services.tasks import plan_tasks
from projects.services.team import plan_team
from projects.services.waiting import close_waits
from projects.shareable import Item, shareable

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from projects.models import ChangeOrder


def change_scope(project: Project, order: ChangeOrder, *, actor: User) -> None:
    """Carry out what the order says of the phases of a locked project."""
    if not order.first_phase:
        return
    before = {"first_phase": project.first_phase, "last_phase": project.last_phase}
    project.first_phase, project.last_phase = order.first_phase, order.last_phase
    project.save(update_fields=["first_phase", "last_phase", "updated_at"])
    record(
        "project.scope_changed",
        project,
        actor=actor,
        before=before,
        after={"first_phase": project.first_phase, "last_phase": project.last_phase},
        first_phase=str(project.get_first_phase_display()),
        last_phase=str(project.get_last_phase_display()),
        order=order.label,
    )
    _leave(project, order, actor=actor)
    _enter(project, order.phases_in, actor=actor)


def _leave(project: Project, order: ChangeOrder, *, actor: User) -> None:
    """What these phases owed is struck out; nobody is asked for it any more."""
    tasks = Task.objects.filter(project=project, milestone__phase__in=order.phases_out)
    for task in tasks:
        close_waits(task.key)
    tasks.delete()
    drop_milestones(Milestone.objects.filter(phase__in=order.phases_out), order, actor=actor)
    reason = _t("Dropped by change order %(label)s.") % {"label": order.label}
    for deliverable in Deliverable.objects.open().filter(project=project, phase__in=order.phases_out).select_for_update():
        deliverable.not_applicable = reason
        deliverable.save(update_fields=["not_applicable"])
        close_waits(f"deliverable:{deliverable.pk}")


def drop_milestones(rows: QuerySet[Milestone], order: ChangeOrder, *, actor: User) -> None:
    """Out of the plan, and shown as struck through; what waited for them waits for what they waited for."""
    milestones = list(rows.filter(project=order.project).select_for_update(of=("self",)))
    withdraw_open([Item(shareable("milestone"), row) for row in milestones], actor=actor)
    for milestone in milestones:
        milestone.project = order.project
        _drop(milestone, order, actor=actor)


def _drop(milestone: Milestone, order: ChangeOrder, *, actor: User) -> None:
    bridge(milestone)
    milestone.predecessors.all().delete()
    milestone.successors.all().delete()
    milestone.followers.update(after_milestone=None)
    milestone.dropped_by, milestone.told_at = order, timezone.now()
    milestone.save(update_fields=["dropped_by", "told_at", "updated_at"])
    record("milestone.dropped", milestone, actor=actor, title=milestone.title, order=order.label)


def _enter(project: Project, phases: Sequence[Phase], *, actor: User) -> None:
    """The default plan of these phases, as the charter would have planned it; what an earlier order dropped comes back."""
    if not phases:
        return
    charter = Charter.objects.get(project=project)
    departments = {department.key: department for department in Department.objects.all()}
    plans = as_asked(plans_of(project, charter.filing_on, charter), project.rfp)
    entering = [plan for plan in plans if plan.phase in phases]
    plan_team(project, plans, departments)
    new = _plan_milestones(project, charter, entering, departments)
    _renumber(project)
    _link(project, plans, new)
    plan_tasks(project, entering, departments, charter.left_out)
    update_forecasts(project, actor=actor)  # the deliverables fall due with their milestones
    tailored = Tailoring.objects.filter(project=project, kind=Tailoring.Kind.DELIVERABLE).values("key")
    Deliverable.objects.filter(project=project, phase__in=phases).exclude(key__in=tailored).update(not_applicable="")
    plan_deliverables(project, plans, departments, actor=actor)
    if project.phase in phases:
        ask_phase_owners(project, project.phase, actor=actor)


def _plan_milestones(
    project: Project, charter: Charter, plans: Sequence[PhasePlan], departments: Mapping[str, Department]
) -> dict[str, Milestone]:
    known = {row.key: row for row in Milestone.everything.filter(project=project)}
    new = {}
    for plan in plans:
        for item in plan.milestones:
            told = {"share_at_launch": item.shared, "tolerance_days": item.tolerance}
            row = known.get(item.key) or Milestone(project=project, key=item.key, **told)
            if item.key in charter.left_out or (row.pk and row.dropped_by_id is None):
                continue
            row.phase, row.kind, row.title, row.source = plan.phase, item.kind, str(item.title), item.source
            row.department, row.dropped_by = departments[item.department], None
            row.baseline_on = row.published_on = None  # what was told of a plan that was dropped holds no more
            if row.is_shared:  # and is told anew with the others
                row.share_at_launch, row.visibility = True, Visibility.INTERNAL
            row.save()
            new[row.key] = row
    return new


def _renumber(project: Project) -> None:
    """Phase by phase, as the plan is read."""
    rows = sorted(Milestone.objects.filter(project=project), key=lambda row: (PHASES.index(Phase(row.phase)), row.order, row.pk))
    moved = [row for number, row in enumerate(rows) if row.order != number]
    for number, row in enumerate(rows):
        row.order = number
    write_together(moved, ["order"])


def _link(project: Project, plans: Sequence[PhasePlan], new: Mapping[str, Milestone]) -> None:
    """What the new milestones wait for, and what waits for them."""
    rows = {row.key: row for row in Milestone.objects.filter(project=project)}
    _titles, pairs = network_of(project)
    links: list[MilestoneLink] = []
    for key, after in planned_links(plans, rows).items():
        links += link_planned(rows, key, {ahead: lag for ahead, lag in after.items() if {key, ahead} & new.keys()}, pairs)
    MilestoneLink.objects.bulk_create(links)
