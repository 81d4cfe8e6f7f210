"""What the sheets of the departments say of a charter: the risks they named, who signed them, and who worked on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from charts.look import written
from phases.evaluation.models import DepartmentAssessment
from projects.charter_texts import Said, charter_also_says, risk_line

if TYPE_CHECKING:
    from phases.evaluation.tables import SheetRisk
    from projects.models import Project


def said_in_sheets(project: Project) -> Said:
    said, signed = Said(), []
    sheets = DepartmentAssessment.objects.filter(project=project).select_related("department", "owner", "signed_off_by")
    for sheet in sheets.prefetch_related("risk_rows"):
        said.risks += [_risk(sheet, row) for row in sheet.risk_rows.all()]
        if sheet.signed_off_at is not None:
            signed.append(f"{sheet.department} ({written(project.day_of(sheet.signed_off_at))})")
        person = sheet.signed_off_by or sheet.owner
        if person is not None and person.is_active:
            said.people[sheet.department.key] = person
    if signed:
        said.background.append(_t("Feasibility sheets signed: %(departments)s") % {"departments": ", ".join(signed)})
    return said


def _risk(sheet: DepartmentAssessment, row: SheetRisk) -> str:
    levels = (str(row.get_probability_display() or ""), str(row.get_impact_display() or ""))
    return risk_line(f"{sheet.department}: {row.text}", *levels, row.response)


def register() -> None:
    charter_also_says(said_in_sheets)
