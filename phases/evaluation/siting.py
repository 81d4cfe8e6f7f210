"""What follows from the site of a project in evaluation for the sheets that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.models import Event
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.owners import proposed_owners
from phases.evaluation.services import give
from projects.services.siting import follow_site

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

BY_SITE = ("sheet.opened_for", "sheet.followed_site")
BY_HAND = "sheet.assigned"


def sheets_follow(project: Project, actor: User) -> None:
    """Open sheets go to who answers for them at the site, or back to their department; what somebody was given by hand stays theirs."""
    owners, by_site = proposed_owners(project), _given_by_site(project)
    sheets = DepartmentAssessment.objects.filter(project=project, state=DepartmentAssessment.State.OPEN)
    for sheet in sheets.select_related("department", "owner").select_for_update(of=("self",)).order_by("pk"):
        owner = owners.get(sheet.department_id)
        if owner != sheet.owner and (sheet.owner is None or str(sheet.pk) in by_site):
            sheet.project = project
            give(sheet, owner, sheet.due_on, actor=actor, kind="sheet.followed_site", site=str(project.site))


def _given_by_site(project: Project) -> set[str]:
    """Keys of the sheets that have the owner with whom they opened or who came with a site: nobody has given them to anybody since."""
    given = Event.objects.filter(project_id=project.pk, kind__in=(*BY_SITE, BY_HAND)).order_by("pk").values_list("object_id", "kind")
    return {sheet for sheet, last in dict(given).items() if last != BY_HAND}


def register() -> None:
    follow_site(sheets_follow)
