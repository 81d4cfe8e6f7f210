"""What the sheets of the departments say of a charter: the risks they named, and who worked on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phases.evaluation.models import DepartmentAssessment
from projects.charter_texts import Said, charter_also_says

if TYPE_CHECKING:
    from projects.models import Project


def said_in_sheets(project: Project) -> Said:
    said = Said()
    for sheet in DepartmentAssessment.objects.filter(project=project).select_related("department", "owner", "signed_off_by"):
        said.risks += [f"{sheet.department}: {line.strip()}" for line in sheet.risks.splitlines() if line.strip()]
        if person := sheet.signed_off_by or sheet.owner:
            said.people[sheet.department.key] = person
    return said


def register() -> None:
    charter_also_says(said_in_sheets)
