"""Who may do what in evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.permissions import has_business_development, has_project_manager

if TYPE_CHECKING:
    from accounts.models import User
    from phases.evaluation.models import DepartmentAssessment


@rules.predicate
def works_on_sheet(user: User, sheet: DepartmentAssessment | None = None) -> bool:
    """People of the sheet's department, and who stands in for one of them."""
    if not user.is_active or not user.is_internal:
        return False
    return sheet is None or sheet.department.key in user.signing_roles


for _name, _predicate in {
    "phases.edit_sheet": works_on_sheet,
    "phases.reopen_sheet": works_on_sheet | has_project_manager | has_business_development,
    "phases.assign_sheet": works_on_sheet | has_project_manager | has_business_development,
    "phases.recommend": has_business_development | has_project_manager,
}.items():
    if not rules.perm_exists(_name):
        rules.add_perm(_name, _predicate)
