"""Who owes what a phase needs is asked, by name or by department, whenever the phase is entered."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.events import Happened, record, record_each
from projects.gates import gate_of
from projects.models import Deliverable, Milestone, Phase, Task
from projects.services.waiting import Owed, close_waits, fed_key, open_wait, open_waits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from accounts.models import Department, User
    from projects.models import GateReview, Project

ROLE_OF_DEPARTMENT = {"project_management": "project_manager"}
TASK = "task:"


def ask_owner(deliverable: Deliverable) -> None:
    """The open wait of a deliverable: its owner by name, else its department's role."""
    open_waits(deliverable.project, _of_deliverables(deliverable.project, [deliverable]))


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
    open_waits(task.project, [_of_task(task)])


def ask_phase_owners(project: Project, phase: str, *, actor: User) -> None:
    """Open the waits of a phase's open deliverables and tasks; each owner, or the department, is told once of all that is theirs."""
    if not project.in_scope(phase):
        return
    deliverables = list(Deliverable.objects.open().filter(project=project, phase=phase).select_related("department", "owner"))
    for deliverable in deliverables:
        deliverable.project = project
    tasks = list(Task.objects.open().filter(project=project, milestone__phase=phase).select_related("owner", "department", "milestone"))
    for task in tasks:
        task.project = project
    owed = [*_of_deliverables(project, deliverables), *(_of_task(task) for task in tasks)]
    record_each(_all_of_each(project, phase, owed, actor))
    open_waits(project, owed)


def _all_of_each(project: Project, phase: str, owed: Iterable[Owed], actor: User) -> Iterator[Happened]:
    """Of each owner and each department what is theirs, in the order of their days; `key` is one of its waits, which says who is told."""
    of_each: dict[tuple[int | None, str], list[Owed]] = defaultdict(list)
    for each in sorted(owed, key=lambda each: (each.due_on is None, each.due_on)):
        if each.who:
            of_each[each.user.pk if each.user else None, each.role].append(each)
    for work in of_each.values():
        told = {
            "key": work[0].key,
            "who": work[0].who,
            "phase": str(Phase(phase).label),
            "work": [[each.title, each.due_on] for each in work],
            "link": reverse("my-work"),
        }
        yield Happened("work.asked", project, {"actor": actor}, told)


def _of_deliverables(project: Project, deliverables: Sequence[Deliverable]) -> list[Owed]:
    fed = {each.pk: fed_key(each.phase, each.key) for each in deliverables}
    milestones = {row.key: row for row in Milestone.objects.filter(project=project, key__in=set(fed.values()))}
    return [
        Owed(
            f"deliverable:{each.pk}",
            each.title,
            each.get_absolute_url(),
            each.owner,
            "" if each.owner else _role_of(each.department),
            each.due_on,
            milestones.get(fed[each.pk]),
        )
        for each in deliverables
    ]


def _of_task(task: Task) -> Owed:
    role = "" if task.owner else _role_of(task.department)
    return Owed(task.key, task.title, task.get_absolute_url(), task.owner, role, task.due_on, task.milestone)


def _role_of(department: Department | None) -> str:
    key = department.key if department else ""
    return ROLE_OF_DEPARTMENT.get(key, key)


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
