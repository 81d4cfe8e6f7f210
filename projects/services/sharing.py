"""What the client may see: every item is internal until shared, and both acts are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from projects.models import Deliverable, Milestone, Visibility
from projects.services.lifecycle import locked
from projects.services.unpublished import ask_to_publish

if TYPE_CHECKING:
    from accounts.models import User

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
    item.save(update_fields=["visibility"] if kind == "deliverable" else ["visibility", "updated_at"])
    record(f"{kind}.{'shared' if visibility == Visibility.SHARED else 'unshared'}", item, actor=actor, reason=reason, title=item.title)
    ask_to_publish(project)
    return item
