"""Who may say how a compound is made, and what it costs. Who does not see the project is told that there is none."""

from __future__ import annotations

from typing import Any

import rules

from accounts.models import Role, User
from accounts.permissions import has_business_development, has_department, has_management, has_project_manager, holds
from projects.permissions import may_read_revenue


@rules.predicate
def may_edit_route(user: User, obj: Any = None) -> bool:
    return holds(user, Role.RESEARCH, Role.PROJECT_MANAGER)


@rules.predicate
def may_decide_finding(user: User, obj: Any = None) -> bool:
    return holds(user, Role.RESEARCH, Role.EHS, Role.REGULATORY, Role.PROJECT_MANAGER, Role.QUALITY_ASSURANCE)


@rules.predicate
def may_edit_costs(user: User, obj: Any = None) -> bool:
    return holds(user, Role.RESEARCH, Role.MATERIAL_CONTROL, Role.PRODUCTION, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT)


@rules.predicate
def may_prepare_inquiry(user: User, obj: Any = None) -> bool:
    return holds(user, Role.RESEARCH, Role.MATERIAL_CONTROL, Role.PROJECT_MANAGER)


@rules.predicate
def may_send_inquiry(user: User, obj: Any = None) -> bool:
    return holds(user, Role.MATERIAL_CONTROL)


@rules.predicate
def may_record_actuals(user: User, obj: Any = None) -> bool:
    return holds(user, Role.RESEARCH, Role.PRODUCTION, Role.PROJECT_MANAGER)


@rules.predicate
def may_read_actual_costs(user: User, project: Any = None) -> bool:
    """Whoever records them, and whoever may know what the project earns."""
    return may_record_actuals(user) or may_read_revenue(user, project)


def register() -> None:
    rules.set_perm("process.edit_route", may_edit_route)
    rules.set_perm("process.decide_finding", may_decide_finding)
    rules.set_perm("process.edit_costs", may_edit_costs)
    rules.set_perm("process.prepare_inquiry", may_prepare_inquiry)
    rules.set_perm("process.send_inquiry", may_send_inquiry)
    rules.set_perm("process.record_actuals", may_record_actuals)
    rules.set_perm("process.read_actual_costs", may_read_actual_costs)
    rules.set_perm("process.keep_assumptions", has_department | has_project_manager | has_business_development | has_management)
    rules.set_perm("process.write_letter", has_business_development | has_project_manager)
    rules.set_perm("process.keep_literature", has_department | has_project_manager | has_business_development)
