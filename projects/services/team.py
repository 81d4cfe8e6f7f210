"""Who of each department is on the team of a project: planned with the charter, named one by one or together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _t

from accounts.models import Department
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput
from projects.models import Deliverable, Milestone, Project, TeamMember
from projects.plans import PhasePlan
from projects.services.confidentiality import require_not_kept, words_if_kept
from projects.services.locking import locked
from projects.services.owners import ask_for
from projects.services.tasks import hand_to, has_begun

if TYPE_CHECKING:
    from accounts.models import User


def plan_team(project: Project, plans: list[PhasePlan], departments: dict[str, Department]) -> None:
    keys = {item.department for plan in plans for items in (plan.deliverables, plan.milestones, plan.tasks) for item in items}
    for key in sorted(keys):
        TeamMember.objects.get_or_create(project=project, department=departments[key])
    named = {"project_management": project.project_manager, "business_development": project.account_owner}
    for key, user in named.items():
        TeamMember.objects.update_or_create(project=project, department=departments[key], defaults={"user": user})


@transaction.atomic
def name_team(code: str, people: dict[str, User | None], *, actor: User) -> list[TeamMember]:
    """Name the persons of several departments, by the key of each, together or not at all; those who change.

    Raises BadInput by the key of a department whose person may not see the project yet.
    """
    project = locked(code, actor)
    before = dict(TeamMember.objects.filter(project=project).values_list("department__key", "user_id"))
    changed = {key: user for key, user in people.items() if before.get(key) != (user.pk if user else None)}
    if kept_out := {key: words for key, user in changed.items() if user and (words := words_if_kept(project, user))}:
        raise BadInput(kept_out)
    return [name_team_member(code, key, user=user, actor=actor) for key, user in changed.items()]


@transaction.atomic
def name_team_member(code: str, department_key: str, *, user: User | None, actor: User) -> TeamMember:
    """Name the person of a department on the team."""
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    if user is not None and not user.is_internal:
        raise BadInput({"user": [_t("The team is ours; the client has its own people.")]})
    if user is not None and not user.is_active:
        raise BadInput({"user": [_t("%(name)s has left.") % {"name": user.full_name}]})
    require_not_kept(project, user, field="user")
    member, _created = TeamMember.objects.select_for_update().get_or_create(
        project=project, department=Department.objects.get(key=department_key)
    )
    before = member.user.full_name if member.user else ""
    member.user = user
    member.save(update_fields=["user"])
    given = _hand_open_work(project, member.department, user, actor=actor) if user else 0
    record(
        "team.named",
        project,
        actor=actor,
        before={"name": before},
        after={"name": user.full_name if user else "", "given": given},
        department=member.department.name,
    )
    return member


def _hand_open_work(project: Project, department: Department, user: User, *, actor: User) -> int:
    """What the department owes and nobody has is this person's now, who is asked for what has begun; how many things."""
    deliverables = list(Deliverable.objects.open().filter(project=project, department=department, owner=None).select_related("department"))
    for deliverable in deliverables:
        deliverable.project, deliverable.owner = project, user
        deliverable.save(update_fields=["owner"])
        if has_begun(project, deliverable.phase):
            ask_for(deliverable, actor=actor)
    milestones = list(Milestone.objects.open().filter(project=project, department=department, owner=None).select_for_update(of=("self",)))
    for milestone in milestones:
        milestone.owner = user
        milestone.save(update_fields=["owner", "updated_at"])
    return len(deliverables) + len(milestones) + hand_to(project, department, user)
