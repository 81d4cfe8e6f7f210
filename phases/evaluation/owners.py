"""With whom the sheets of a project open: who answers for them at its site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue.models import SheetOwner
from phases.evaluation.models import DepartmentAssessment
from projects.models.confidentiality import sights_of

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project


def proposed_owners(project: Project) -> dict[int, User]:
    """By department: who answers for its sheets at the site, where they still work there and the project is not kept from them."""
    named = list(SheetOwner.objects.working().filter(site=project.site))
    if not named:
        return {}
    sight = sights_of(pk=project.rfp_id)[project.rfp_id]
    return {row.department_id: row.person for row in named if sight.is_open_to(row.person)}


def passed_over(project: Project) -> list[SheetOwner]:
    """Who is named at the site and has not the sheet that was just opened: they work there no more, or the project is kept from them."""
    owners = dict(DepartmentAssessment.objects.filter(project=project).values_list("department_id", "owner_id"))
    named = SheetOwner.objects.filter(site=project.site).select_related("department", "person")
    return [row for row in named if owners.get(row.department_id) != row.person_id]
