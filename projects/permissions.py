"""Who may do what with requests, projects, plans, quotations and evidence. Small predicates, named once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from accounts.models import DEPARTMENT_ROLES, Role
from projects.models.project import sees_portfolio

if TYPE_CHECKING:
    from accounts.models import User


def _holds(user: User, *roles: Role) -> bool:
    return bool(user.is_active and user.is_internal and user.roles.intersection(roles))


@rules.predicate
def is_business_development(user: User, obj: Any = None) -> bool:
    return _holds(user, Role.BUSINESS_DEVELOPMENT)


@rules.predicate
def is_project_manager(user: User, obj: Any = None) -> bool:
    return _holds(user, Role.PROJECT_MANAGER)


@rules.predicate
def is_management(user: User, obj: Any = None) -> bool:
    return _holds(user, Role.MANAGEMENT)


@rules.predicate
def is_quality_assurance(user: User, obj: Any = None) -> bool:
    return _holds(user, Role.QUALITY_ASSURANCE)


@rules.predicate
def works_in_department(user: User, obj: Any = None) -> bool:
    return _holds(user, *DEPARTMENT_ROLES)


@rules.predicate
def may_read_portfolio(user: User, obj: Any = None) -> bool:
    return bool(user.is_active and sees_portfolio(user))


@rules.predicate
def may_log_rfp(user: User, client: Any = None) -> bool:
    """Business development and project managers for any client; a client's writing people and accounts for their own."""
    if user.is_internal:
        return _holds(user, Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER)
    writes = user.roles & {Role.CLIENT_APPROVER, Role.INTEGRATION}
    return bool(user.is_active and writes and (client is None or client.pk == user.client_id))


@rules.predicate
def may_edit_rfp(user: User, rfp: Any = None) -> bool:
    return _holds(user, Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER)


@rules.predicate
def may_answer_quotation(user: User, quotation: Any = None) -> bool:
    """A client's approver, for quotations of the own organisation. An integration account cannot sign."""
    if not user.is_active or Role.CLIENT_APPROVER not in user.roles:
        return False
    return quotation is None or quotation.project.client_id == user.client_id


def register() -> None:
    """Names that pages, templates and the API ask for."""
    for name, predicate in {
        "projects.log_rfp": may_log_rfp,
        "projects.edit_rfp": may_edit_rfp,
        "projects.submit_rfp": is_business_development | is_project_manager,
        "projects.move": is_project_manager | is_management,
        "projects.cancel": is_project_manager | is_management | is_business_development,
        "projects.pass_out_of_scope": is_project_manager | is_quality_assurance,
        "projects.propose_gate": is_project_manager,
        "projects.draft_charter": is_project_manager | is_business_development,
        "projects.plan": is_project_manager,
        "projects.publish": is_project_manager,
        "projects.share": is_project_manager | is_business_development,
        "projects.quote": is_business_development,
        "projects.release_quotation": is_business_development | is_management,
        "projects.answer_quotation": may_answer_quotation,
        "projects.record_agreement": is_business_development | is_project_manager,
        "projects.enter_evidence": works_in_department | is_project_manager | is_quality_assurance | is_business_development,
        "projects.confirm_evidence": works_in_department | is_project_manager | is_quality_assurance | is_management,
        "projects.read_portfolio": may_read_portfolio,
    }.items():
        if not rules.perm_exists(name):
            rules.add_perm(name, predicate)


register()
