"""What the sheets of the departments say of a charter: the risks they named, and who worked on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phases.evaluation.models import DepartmentAssessment
from projects.charter_texts import Said, charter_also_says

if TYPE_CHECKING:
    from projects.models import Project


def said_in_sheets(project: Project) -> Said:
    said = Said()
    sheets = DepartmentAssessment.objects.filter(project=project).select_related("department", "owner", "signed_off_by")
    for sheet in sheets.prefetch_related("risk_rows"):
        said.risks += [f"{sheet.department}: {' '.join(row.text.split())}" for row in sheet.risk_rows.all()]
        person = sheet.signed_off_by or sheet.owner
        if person is not None and person.is_active:
            said.people[sheet.department.key] = person
    return said


def register() -> None:
    charter_also_says(said_in_sheets)
