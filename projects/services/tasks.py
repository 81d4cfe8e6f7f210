"""Tasks: given out by the project manager, started and done by who owns them; the plan follows at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from accounts.models import Department, User
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none, require_reason
from projects.limits import MOST_WORKING_DAYS
from projects.models import PHASES, Charter, Milestone, Phase, Project, Task, TeamMember
from projects.services.confidentiality import words_if_kept
from projects.services.dependencies import network_of, refuse_loop
from projects.services.happened import require_day
from projects.services.locking import locked
from projects.services.owners import TASK, ask_task_owner
from projects.services.plan import rescheduling_blockers, update_forecasts
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from projects.plans import PhasePlan


@dataclass(frozen=True)
class TaskDraft:
    """A task as somebody writes it down. after: the key of a milestone, or `task:<id>`; empty where it begins with its phase."""

    title: str
    milestone: str
    owner: User | None = None
    department: str = ""
    duration_days: int = 1
    not_before: date | None = None
    after: str = ""


def draft_of(task: Task, *, duration_days: int) -> TaskDraft:
    """The task as it was written down, with other work."""
    ahead = task.after_task or task.after_milestone
    return TaskDraft(
        title=task.title,
        milestone=task.milestone.key,
        owner=task.owner,
        department=task.department.key if task.department else "",
        duration_days=duration_days,
        not_before=task.earliest_on,
        after=ahead.key if ahead else "",
    )


def change_blockers(task: Task) -> list[Blocker]:
    """Why the task cannot be changed or removed; the page shows the same."""
    return [Blocker(key="task.done", words=_t("It is done; what was agreed about it is history."))] if task.done_on else []


def start_blockers(task: Task) -> list[Blocker]:
    if task.started_on is not None:
        return [Blocker(key="task.started", words=_t("It is started already."))]
    return change_blockers(task)


def reopen_blockers(task: Task) -> list[Blocker]:
    return [] if task.done_on else [Blocker(key="task.open", words=_t("It is not done."))]


def removal_blockers(task: Task) -> list[Blocker]:
    """What is done or waited for stays in the plan."""
    followers = [
        Blocker(key="task.followed", words=_t("“%(title)s” waits for it; change that task first.") % {"title": row.title})
        for row in task.followers.all()
    ]
    return [*change_blockers(task), *followers]


def _locked_task(code: str, pk: int, actor: User, permission: str) -> Task:
    project = locked(code, actor)
    task = Task.objects.select_for_update(of=("self",)).select_related("milestone", "owner", "department").get(project=project, pk=pk)
    task.project = project
    require_permission(permission, actor, task if permission == "projects.work_on_task" else project)
    return task


@act
def add_task(code: str, draft: TaskDraft, *, actor: User) -> Task:
    """Give out a task. Raises BadInput at the field; a loop is named there."""
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    task = Task(project=project, agreed_on=project.today)
    _take(task, draft)
    task.save()
    _open_project_to(task)
    record("task.added", task, actor=actor, after=_as_data(task), **_told(task))
    update_forecasts(project, actor=actor)
    return asked(task)


@act
def change_task(code: str, pk: int, draft: TaskDraft, *, reason: str, actor: User) -> Task:
    """Change what was agreed. With other work, another date or another dependency it is given out anew, and due from today."""
    task = _locked_task(code, pk, actor, "projects.plan")
    alter_task(task, draft, reason=reason, actor=actor)
    update_forecasts(task.project, actor=actor)
    return asked(task)


def alter_task(task: Task, draft: TaskDraft, *, reason: str, actor: User) -> None:
    """The same inside an act that locked the task, works the plan out when it has done everything, and then asks for it."""
    require_none(change_blockers(task))
    require_reason(reason)
    before, timing = _as_data(task), _timing(task)
    _take(task, draft)
    if _timing(task) != timing:
        task.agreed_on = task.project.today
    task.save()
    _open_project_to(task)
    record("task.changed", task, actor=actor, reason=reason, before=before, after=_as_data(task), **_told(task))
    close_waits(task.key)  # whoever had it is no longer asked


@act
def start_task(code: str, pk: int, *, on: date, actor: User) -> Task:
    """Its owner began: what remains of the work is counted from that day."""
    task = _locked_task(code, pk, actor, "projects.work_on_task")
    require_none(start_blockers(task))
    require_day(task.project, on)
    task.started_on = on
    task.save(update_fields=["started_on", "updated_at"])
    record("task.started", task, actor=actor, on=on, **_told(task))
    update_forecasts(task.project, actor=actor)
    return _read(task)


@act
def finish_task(code: str, pk: int, *, on: date, actor: User) -> Task:
    """It is done: nobody is asked any more, and what waits for it moves."""
    task = _locked_task(code, pk, actor, "projects.work_on_task")
    require_none(change_blockers(task))
    require_day(task.project, on, began=task.started_on)
    task.done_on = on
    task.save(update_fields=["done_on", "updated_at"])
    record("task.done", task, actor=actor, on=on, **_told(task))
    close_waits(task.key)
    update_forecasts(task.project, actor=actor)
    return _read(task)


@act
def reopen_task(code: str, pk: int, *, reason: str, actor: User) -> Task:
    """It was not done after all: the date goes into the record, and its owner is asked again."""
    task = _locked_task(code, pk, actor, "projects.plan")
    require_none(reopen_blockers(task))
    require_reason(reason)
    before = {"done_on": task.done_on}
    task.done_on = None
    task.save(update_fields=["done_on", "updated_at"])
    record("task.reopened", task, actor=actor, reason=reason, before=before, **_told(task))
    update_forecasts(task.project, actor=actor)
    return asked(task)


@act
def remove_task(code: str, pk: int, *, reason: str, actor: User) -> None:
    """It leaves the plan; the record keeps it."""
    task = _locked_task(code, pk, actor, "projects.plan")
    require_none(removal_blockers(task))
    require_reason(reason)
    record("task.removed", task, actor=actor, reason=reason, before=_as_data(task), **_told(task))
    close_waits(task.key)
    if task.planned_key:
        leave_out(task.project, f"{TASK}{task.planned_key}")
    task.delete()
    update_forecasts(task.project, actor=actor)


def _take(task: Task, draft: TaskDraft) -> None:
    """Check the draft against the project's plan and set it. Raises BadInput with every field that is wrong."""
    milestone = Milestone.objects.filter(project=task.project, key=draft.milestone).first()
    department = Department.objects.filter(key=draft.department).first()
    ahead = _ahead(task, draft.after)
    errors: dict[str, list[str]] = {}
    if not draft.title.strip():
        errors["title"] = [_t("Say what is to be done.")]
    if milestone is None or rescheduling_blockers(milestone):
        errors["milestone"] = [_t("Choose an open milestone of this project.")]
    if draft.owner is None and department is None:
        errors["owner"] = [_t("Name a person or a department.")]
    if draft.owner is not None and not _sees(draft.owner, task.project):
        words = _t("%(name)s does not see this project; name them on the team first.") % {"name": draft.owner.full_name}
        errors["owner"] = [words_if_kept(task.project, draft.owner) or words]
    if not 1 <= draft.duration_days <= MOST_WORKING_DAYS:
        errors["duration_days"] = [_t("One to %(most)d working days.") % {"most": MOST_WORKING_DAYS}]
    if draft.after and ahead is None:
        errors["after"] = [_t("Choose a task or milestone of this project.")]
    if errors or milestone is None:
        raise BadInput(errors)
    _refuse_loop(task, draft, milestone)
    task.title, task.milestone, task.owner, task.department = draft.title.strip(), milestone, draft.owner, department
    task.duration_days, task.earliest_on = draft.duration_days, draft.not_before
    task.after_task = ahead if isinstance(ahead, Task) else None
    task.after_milestone = ahead if isinstance(ahead, Milestone) else None


def _open_project_to(task: Task) -> None:
    """A department that is given work is on the team, else its people could not read what they are asked."""
    if task.department:
        TeamMember.objects.get_or_create(project=task.project, department=task.department)


def _sees(user: User, project: Project) -> bool:
    return user.is_internal and Project.objects.visible_to(user).filter(pk=project.pk).exists()


def _ahead(task: Task, name: str) -> Task | Milestone | None:
    if not name.startswith(TASK):
        return Milestone.objects.filter(project=task.project, key=name).first() if name else None
    number = name.removeprefix(TASK)
    rows = Task.objects.filter(project=task.project).exclude(pk=task.pk)
    return rows.filter(pk=number).first() if number.isdecimal() else None


def _refuse_loop(task: Task, draft: TaskDraft, milestone: Milestone) -> None:
    """What the draft waits for must not wait for what waits for the draft."""
    titles, pairs = network_of(task.project)
    others = [pair for pair in pairs if pair[1] != task.key and pair != (task.key, milestone.key)]
    if draft.after:
        refuse_loop(titles | {task.key: draft.title}, [*others, (task.key, milestone.key)], draft.after, task.key, field="after")


def _timing(task: Task) -> tuple[object, ...]:
    return task.duration_days, task.earliest_on, task.after_task_id, task.after_milestone_id


def _as_data(task: Task) -> dict[str, Any]:
    after = task.after_task or task.after_milestone
    return {
        "title": task.title,
        "milestone": task.milestone.key,
        "owner": task.owner and task.owner.full_name,
        "department": task.department and task.department.key,
        "duration_days": task.duration_days,
        "earliest_on": task.earliest_on,
        "after": after and after.key,
        "due_on": task.due_on,
    }


def _told(task: Task) -> dict[str, Any]:
    return {"title": task.title, "milestone": task.milestone.title}


def _read(task: Task) -> Task:
    return Task.objects.select_related("project", "milestone", "owner", "department", "after_task", "after_milestone").get(pk=task.pk)


def asked(task: Task) -> Task:
    """As it now stands in the plan, its owner asked where its phase has begun."""
    row = _read(task)
    if has_begun(row.project, row.milestone.phase):
        ask_task_owner(row)
    return row


def has_begun(project: Project, phase: str) -> bool:
    return PHASES.index(Phase(phase)) <= PHASES.index(Phase(project.phase))


def leave_out(project: Project, name: str) -> None:
    """Planning the charter anew does not bring back what somebody removed."""
    charter = Charter.objects.filter(project=project).select_for_update().first()
    if charter is not None and name not in charter.left_out:
        charter.left_out = [*charter.left_out, name]
        charter.save(update_fields=["left_out"])


def plan_tasks(project: Project, plans: list[PhasePlan], departments: dict[str, Department], left_out: list[str]) -> None:
    """The tasks that the phase plans give out by themselves, once each. Called with the milestones of these plans in place."""
    today = project.today
    milestones = {row.key: row for row in Milestone.objects.filter(project=project)}
    team = dict(project.team.exclude(user=None).values_list("department__key", "user_id"))
    known = set(Task.objects.filter(project=project).exclude(planned_key="").values_list("planned_key", flat=True))
    known |= {name.removeprefix(TASK) for name in left_out if name.startswith(TASK)}
    wanted = [item for plan in plans for item in plan.tasks if item.key not in known and item.milestone in milestones]
    Task.objects.bulk_create(
        Task(
            project=project,
            planned_key=item.key,
            title=str(item.title),
            milestone=milestones[item.milestone],
            owner_id=team.get(item.department),
            department=departments[item.department],
            duration_days=item.duration_days,
            after_milestone=milestones.get(item.after),
            agreed_on=today,
        )
        for item in wanted
        if milestones[item.milestone].actual_on is None
    )


def hand_to(project: Project, department: Department, user: User) -> int:
    """The department's open tasks that nobody has get this owner; how many."""
    rows = list(Task.objects.open().filter(Q(owner=None), project=project, department=department).select_related("milestone"))
    for task in rows:
        task.project, task.owner = project, user
        task.save(update_fields=["owner", "updated_at"])
        if has_begun(project, task.milestone.phase):
            ask_task_owner(task)
    return len(rows)
