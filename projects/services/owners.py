"""Who owes what a phase needs is asked, by name or by department, whenever the phase is entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.events import record
from projects.gates import gate_of
from projects.models import Deliverable, Task
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import GateReview, Project

ROLE_OF_DEPARTMENT = {"project_management": "project_manager"}
TASK = "task:"


def ask_owner(deliverable: Deliverable) -> None:
    """The open wait of a deliverable: its owner by name, else its department's role."""
    role = "" if deliverable.owner else ROLE_OF_DEPARTMENT.get(deliverable.department.key, deliverable.department.key)
    open_wait(
        f"deliverable:{deliverable.pk}",
        project=deliverable.project,
        user=deliverable.owner,
        role=role,
        words=_t("%(code)s: %(title)s") % {"code": deliverable.project.code, "title": deliverable.title},
        link=deliverable.get_absolute_url(),
        due_on=deliverable.due_on,
    )


def ask_for(deliverable: Deliverable, *, actor: User) -> None:
    """The phase that owes it has begun: its owner, or the department, is told and waited for."""
    record(
        "deliverable.asked",
        deliverable,
        actor=actor,
        department=deliverable.department.name,
        title=deliverable.title,
        due_on=deliverable.due_on,
        link=deliverable.get_absolute_url(),
    )
    ask_owner(deliverable)


def ask_task_owner(task: Task) -> None:
    """The open wait of a task: its owner by name, else its department's role."""
    department = task.department.key if task.department else ""
    open_wait(
        task.key,
        project=task.project,
        user=task.owner,
        role="" if task.owner else ROLE_OF_DEPARTMENT.get(department, department),
        words=_t("%(code)s: %(title)s") % {"code": task.project.code, "title": task.title},
        link=task.get_absolute_url(),
        due_on=task.due_on,
    )


def ask_phase_owners(project: Project, phase: str, *, actor: User) -> None:
    """Open the waits of a phase's open deliverables and tasks: each owner, or the department, sees what is theirs."""
    if not project.in_scope(phase):
        return
    for deliverable in Deliverable.objects.open().filter(project=project, phase=phase).select_related("department", "owner"):
        deliverable.project = project
        ask_for(deliverable, actor=actor)
    for task in Task.objects.open().filter(project=project, milestone__phase=phase).select_related("owner", "department"):
        task.project = project
        ask_task_owner(task)


def ask_to_renew(review: GateReview) -> None:
    """Evidence to renew that is no deliverable (a sheet, an agreement) is asked of the department that answers for the criterion."""
    native = {criterion.key for criterion in gate_of(review.phase).criteria if not criterion.deliverables}
    for criterion in review.criteria.filter(key__in=native & set(review.renew_criteria)):
        open_wait(
            f"gate.renew:{review.pk}:{criterion.key}",
            project=review.project,
            role=ROLE_OF_DEPARTMENT.get(criterion.department, criterion.department),
            words=_t("%(code)s: renew the evidence: %(criterion)s") % {"code": review.project.code, "criterion": criterion.words},
            link=reverse("project-gate", args=[review.project.code]),
        )


def stop_asking_to_renew(review: GateReview, criterion: str) -> None:
    """The evidence of this criterion is renewed."""
    close_waits(f"gate.renew:{review.pk}:{criterion}")
