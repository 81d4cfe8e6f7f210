"""What the client may see: every item is internal until shared, and both acts are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from projects.models import Deliverable, Milestone, Visibility
from projects.services.lifecycle import locked
from projects.services.unpublished import ask_to_publish

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

SHARED_KINDS: dict[str, Any] = {"milestone": Milestone, "deliverable": Deliverable}


@act
def set_visibility(code: str, kind: str, key: str, *, visibility: str, actor: User, reason: str = "") -> Milestone | Deliverable:
    """Share or unshare one milestone or deliverable. The same visibility again changes and records nothing."""
    project = locked(code, actor)
    require_permission("projects.share", actor, project)
    item = SHARED_KINDS[kind].objects.select_for_update(of=("self",)).get(project=project, key=key)
    if item.visibility == visibility:
        return item
    item.project = project
    item.visibility = Visibility(visibility)
    fields = ["visibility"]
    if kind == "milestone":
        item.told_at, item.share_at_launch = timezone.now(), False
        fields += ["told_at", "share_at_launch", "updated_at"]
    item.save(update_fields=fields)
    record(f"{kind}.{'shared' if visibility == Visibility.SHARED else 'unshared'}", item, actor=actor, reason=reason, title=item.title)
    ask_to_publish(project)
    return item


def share_as_planned(project: Project, *, actor: User) -> None:
    """The contract is approved: the client sees every milestone that its plan wants shared. Runs inside the decision that orders it."""
    rows = Milestone.objects.filter(project=project, share_at_launch=True, visibility=Visibility.INTERNAL)
    for milestone in rows.select_for_update(of=("self",)):
        milestone.project = project
        milestone.visibility, milestone.share_at_launch, milestone.told_at = Visibility.SHARED, False, timezone.now()
        milestone.save(update_fields=["visibility", "share_at_launch", "told_at", "updated_at"])
        record("milestone.shared_at_launch", milestone, actor=actor, title=milestone.title)
