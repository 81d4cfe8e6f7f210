"""What the client may see: every item is internal until shared, and both acts are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from projects.models import Deliverable, Milestone, Project, Visibility
from projects.services.lifecycle import locked
from projects.services.unpublished import ask_to_publish

if TYPE_CHECKING:
    from accounts.models import User

SHARED_KINDS: dict[str, Any] = {"milestone": Milestone, "deliverable": Deliverable}


@transaction.atomic
def view_as_client(code: str, *, page: str, actor: User) -> Project:
    """One of ours opens a page as the client sees it; each page that is opened stands in the record."""
    project = Project.objects.visible_to(actor).select_related("client").get(code=code)
    require_permission("projects.share", actor, project)
    record("project.viewed_as_client", project, actor=actor, page=page, client=project.client.name)
    return project


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
