"""What all tables of feasibility sheets have in common, as worksheets."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocker
from phases.evaluation.services import change_blockers
from projects.money import rounded

if TYPE_CHECKING:
    from phases.evaluation.models import DepartmentAssessment

OWN = {  # tables that only one department has
    "test-plan": "analytical",
    "method-work": "analytical",
    "production-plan": "production",
    "planned-utilities": "production",
    "sheet-hazards": "ehs",
    "research-labour": "research",
    "material-costs": "material_control",
    "ehs-costs": "ehs",
}
OF_THE_SHEET, SIGNED = _("Empty: the sheet itself."), _("Empty: the day of the signature.")


def blockers_of(sheet: DepartmentAssessment, key: str) -> list[Blocker]:
    if OWN.get(key, sheet.department.key) != sheet.department.key:
        return [Blocker("sheet.other_table", _t("The sheet of this department has no such table."), link=sheet.get_absolute_url())]
    return change_blockers(sheet)


def table_of_sheet(key: str) -> dict[str, Any]:
    """What all tables of sheets have in common."""
    return {
        "key": key,
        "parent": "assessment",
        "permission": "phases.edit_sheet",
        "who": _("The tables of a sheet are filled in by its department."),
        "blockers": lambda sheet: blockers_of(sheet, key),
        "page": lambda sheet: str(sheet.get_absolute_url()),
        "order": "position",
        "currency": lambda sheet: str(sheet.currency),
    }


def money_in(amount: Decimal, sheet: DepartmentAssessment) -> Decimal | None:
    """None where the amount has more digits than a sum can have."""
    try:
        return rounded(amount, sheet.currency)
    except InvalidOperation:
        return None
