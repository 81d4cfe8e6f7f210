"""Who may do what with requests, projects, plans, quotations and evidence. Small predicates, named once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from accounts.models import Role
from accounts.permissions import (
    allowed,
    has_business_development,
    has_department,
    has_management,
    has_project_manager,
    has_quality_assurance,
    is_approver_of,
    is_system_of,
)
from audit.refusals import Blocker
from projects.models.project import sees_portfolio

if TYPE_CHECKING:
    from accounts.models import User


def lacking(name: str, user: User, obj: Any, words: str) -> list[Blocker]:
    """For a page: the reason `words` beside a button when the named permission is missing. The service asks for the permission itself."""
    return [] if allowed(name, user, obj) else [Blocker(key="permission", words=words)]


@rules.predicate
def may_read_portfolio(user: User, obj: Any = None) -> bool:
    return bool(user.is_active and sees_portfolio(user))


@rules.predicate
def may_decide_waiver(user: User, obj: Any = None) -> bool:
    """Quality assurance, in person or by a delegation that is in force."""
    return bool(user.is_authenticated and user.is_active and user.is_internal and Role.QUALITY_ASSURANCE in user.signing_roles)


may_log_rfp = has_business_development | has_project_manager | is_approver_of | is_system_of


@rules.predicate
def may_answer_quotation(user: User, quotation: Any = None) -> bool:
    """A client's approver, for quotations and change orders of the own organisation."""
    return bool(is_approver_of(user, quotation.project.client if quotation is not None else None))


@rules.predicate
def may_answer_account(user: User, project: Any = None) -> bool:
    """A client's approver, for the account of the own organisation's project."""
    return bool(is_approver_of(user, project.client if project is not None else None))


def register() -> None:
    """Names that pages, templates and the API ask for."""
    for name, predicate in {
        "projects.log_rfp": may_log_rfp,
        "projects.edit_rfp": has_business_development | has_project_manager,
        "projects.submit_rfp": has_business_development | has_project_manager,
        "projects.move": has_project_manager | has_management,
        "projects.cancel": has_project_manager | has_management | has_business_development,
        "projects.pass_out_of_scope": has_project_manager | has_quality_assurance,
        "projects.propose_gate": has_project_manager,
        "projects.confirm_condition": has_quality_assurance | has_management | has_project_manager,
        "projects.request_waiver": has_project_manager,
        "projects.decide_waiver": may_decide_waiver,
        "projects.draft_charter": has_project_manager | has_business_development,
        "projects.plan": has_project_manager,
        "projects.edit_calendars": has_project_manager | has_management,
        "projects.publish": has_project_manager,
        "projects.open_loop": has_project_manager | has_quality_assurance,
        "projects.answer_account": may_answer_account,
        "projects.reply_to_account": has_project_manager,
        "projects.share": has_project_manager | has_business_development,
        "projects.quote": has_business_development,
        "projects.release_quotation": has_business_development | has_management,
        "projects.answer_quotation": may_answer_quotation,
        "projects.order_change": has_business_development | has_project_manager,
        "projects.release_change_order": has_business_development | has_management,
        "projects.answer_change_order": may_answer_quotation,
        "projects.plan_payment": has_business_development | has_project_manager,
        "projects.invoice": has_business_development,
        "projects.record_agreement": has_business_development | has_project_manager,
        "projects.enter_evidence": has_department | has_project_manager | has_quality_assurance | has_business_development,
        "projects.confirm_evidence": has_department | has_project_manager | has_quality_assurance | has_management,
        "projects.read_portfolio": may_read_portfolio,
    }.items():
        if not rules.perm_exists(name):
            rules.add_perm(name, predicate)


register()
