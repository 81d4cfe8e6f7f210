"""The site of a project in evaluation, and what follows from it for the sheets that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.services import give, proposed_owners
from projects.services import siting
from projects.services.locking import locked

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import Site
    from projects.models import Project


@transaction.atomic
def choose_site(code: str, *, site: Site, actor: User) -> Project:
    """A sheet that is still its department's goes to who answers for such sheets there. Raises Refused once the charter names the site."""
    before = locked(code, actor).site_id
    project = siting.choose_site(code, site=site, actor=actor)
    if project.site_id == before:
        return project
    owners = proposed_owners(project)
    open_sheets = DepartmentAssessment.objects.filter(project=project, state=DepartmentAssessment.State.OPEN, owner=None)
    for sheet in open_sheets.filter(department__in=owners).select_related("department").select_for_update(of=("self",)).order_by("pk"):
        sheet.project = project
        give(sheet, owners[sheet.department_id], sheet.due_on, actor=actor)
    return project
