"""The first lines of every service of a project: fetched as far as the actor sees it, locked, and active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.refusals import Blocker, Refused
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User


def locked(code: str, actor: User) -> Project:
    """The project, visible to the actor and locked; raises Project.DoesNotExist for absent and foreign alike."""
    return Project.objects.visible_to(actor).select_for_update(of=("self",)).select_related("client", "compound", "site").get(code=code)


def next_number(rows: QuerySet[Any]) -> int:
    """One after the last of these rows; whoever asks holds the lock of what they are numbered within."""
    last: int = rows.aggregate(last=Max("number"))["last"] or 0
    return last + 1


def not_active(project: Project) -> list[Blocker]:
    """Guard of every step that only an active project may take."""
    if project.is_active:
        return []
    words = _t("The project is %(status)s: %(reason)s") % {
        "status": project.get_status_display().lower(),
        "reason": project.status_reason or "–",
    }
    return [Blocker(key="project.not_active", words=words, link=reverse("project-detail", args=[project.code]))]


def require_active(project: Project) -> None:
    """Only an active project moves or takes work."""
    reasons = not_active(project)
    if reasons:
        raise Refused(reasons)
