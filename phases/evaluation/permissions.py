"""Who may do what in evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from accounts.models import Role
from projects.permissions import is_business_development, is_project_manager

if TYPE_CHECKING:
    from accounts.models import User
    from phases.evaluation.models import DepartmentAssessment


@rules.predicate
def works_on_sheet(user: User, sheet: DepartmentAssessment | None = None) -> bool:
    """People of the sheet's department."""
    if not user.is_active or not user.is_internal:
        return False
    return sheet is None or sheet.department.key in user.roles


@rules.predicate
def may_reopen_sheet(user: User, sheet: Any = None) -> bool:
    return bool(user.is_active and user.is_internal and user.roles & {Role.PROJECT_MANAGER, Role.BUSINESS_DEVELOPMENT})


for _name, _predicate in {
    "phases.edit_sheet": works_on_sheet,
    "phases.reopen_sheet": works_on_sheet | may_reopen_sheet,
    "phases.assign_sheet": works_on_sheet | is_project_manager | is_business_development,
    "phases.recommend": is_business_development | is_project_manager,
}.items():
    if not rules.perm_exists(_name):
        rules.add_perm(_name, _predicate)
