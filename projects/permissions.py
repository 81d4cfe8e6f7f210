"""Who may do what with requests, projects, plans, quotations and evidence. Small predicates, named once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules
from django.db.models import Q
from django.utils.translation import gettext as _t

from accounts.models import DEPARTMENT_ROLES, Role
from accounts.permissions import (
    allowed,
    has_administrator,
    has_business_development,
    has_department,
    has_management,
    has_project_manager,
    has_quality_assurance,
    holds,
    is_approver_of,
    is_system_of,
    signs_as,
)
from audit.refusals import Blocker
from projects.models.project import sees_portfolio

if TYPE_CHECKING:
    from accounts.models import User


# Roles in which somebody signs or confirms, the one that the act is meant for first: a person who holds several acts in that one.
RELEASERS = (Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT)
ASSESSORS = (Role.QUALITY_ASSURANCE, Role.PROJECT_MANAGER)
CONFIRMERS_OF_CONDITIONS = (Role.QUALITY_ASSURANCE, Role.MANAGEMENT, Role.PROJECT_MANAGER)
CONFIRMERS_OF_EVIDENCE = (Role.QUALITY_ASSURANCE, Role.PROJECT_MANAGER, Role.MANAGEMENT, *sorted(DEPARTMENT_ROLES))


def lacking(name: str, user: User, obj: Any, words: str) -> list[Blocker]:
    """For a page: the reason `words` beside a button when the named permission is missing. The service asks for the permission itself."""
    return [] if allowed(name, user, obj) else [Blocker(key="permission", words=words)]


def agreement_locks(user: User, whose: Any) -> list[Blocker]:
    """Why this person records no agreement of the project or client."""
    return lacking("projects.record_agreement", user, whose, _t("Agreements are recorded by business development or a project manager."))


@rules.predicate
def may_read_portfolio(user: User, obj: Any = None) -> bool:
    return bool(user.is_active and sees_portfolio(user))


@rules.predicate
def may_request_decision(user: User, obj: Any = None) -> bool:
    """Everybody of ours who works on the project: who does not see it is told that it does not exist."""
    return bool(user.is_active and user.is_internal and user.signing_roles - {Role.ADMINISTRATOR})


@rules.predicate
def may_save_view(user: User, obj: Any = None) -> bool:
    return bool(user.is_authenticated and user.is_active and user.is_internal)


@rules.predicate
def may_change_view(user: User, view: Any = None) -> bool:
    """Its owner; what somebody shared who has left, an administrator."""
    return may_save_view(user) and view is not None and (view.owner_id == user.pk or (view.shared and has_administrator(user)))


@rules.predicate
def may_read_revenue(user: User, project: Any = None) -> bool:
    """What a project earns: business development and management of every project, a project manager of the projects in hand.

    Quality assurance and the departments decide without it. Without a project: whether there is any at all.
    """
    if has_business_development(user) or has_management(user):
        return True
    return has_project_manager(user) and (project is None or project.project_manager_id == user.pk)


def revenue_readable_by(user: User) -> Q:
    """The same asked of the database: the projects whose earnings this person may read."""
    if has_business_development(user) or has_management(user):
        return Q(pk__isnull=False)
    return Q(project_manager=user) if has_project_manager(user) else Q(pk__isnull=True)


@rules.predicate
def owns_task(user: User, task: Any = None) -> bool:
    """Whoever was given the task: by name, or, where nobody is named, by department (the own one or one handed over)."""
    if task is None or not (user.is_active and user.is_internal):
        return False
    if task.owner_id is not None:
        return bool(task.owner_id == user.pk)
    return bool(task.department.key in user.signing_roles)


@rules.predicate
def may_book_vessel(user: User, project: Any = None) -> bool:
    """Project managers and production for the projects they see; without a project, for upkeep: production and who keeps the sites."""
    if project is not None:
        return holds(user, Role.PROJECT_MANAGER, Role.PRODUCTION)
    return holds(user, Role.PRODUCTION, Role.MANAGEMENT, Role.ADMINISTRATOR)


may_log_rfp = has_business_development | has_project_manager | is_approver_of | is_system_of


@rules.predicate
def may_attach_to_rfp(user: User, rfp: Any = None) -> bool:
    """Who edits requests; and while it is a draft, whoever may log one for the client, to what that side has logged."""
    if has_business_development(user) or has_project_manager(user):
        return True
    side = None if rfp is None else rfp.client
    return (is_approver_of(user, side) or is_system_of(user, side)) and (rfp is None or rfp.state == rfp.State.DRAFT)


@rules.predicate
def may_answer_quotation(user: User, quotation: Any = None) -> bool:
    """A client's approver, for quotations and change orders of the own organisation."""
    return bool(is_approver_of(user, quotation.project.client if quotation is not None else None))


@rules.predicate
def may_answer_approval(user: User, asked: Any = None) -> bool:
    """A client's approver, for what the own organisation is asked to approve."""
    return bool(is_approver_of(user, asked.client if asked is not None else None))


@rules.predicate
def may_answer_account(user: User, project: Any = None) -> bool:
    """A client's approver, for the account of the own organisation's project."""
    return bool(is_approver_of(user, project.client if project is not None else None))


def register() -> None:
    """Names that pages, templates and the API ask for."""
    for name, predicate in {
        "projects.log_rfp": may_log_rfp,
        "projects.attach_to_rfp": may_attach_to_rfp,
        "projects.name_reader": has_business_development | has_project_manager | has_management,
        "projects.edit_rfp": has_business_development | has_project_manager,
        "projects.submit_rfp": has_business_development | has_project_manager,
        "projects.move": has_project_manager | has_management,
        "projects.cancel": has_project_manager | has_management | has_business_development,
        "projects.pass_out_of_scope": has_project_manager | has_quality_assurance,
        "projects.propose_gate": has_project_manager,
        "projects.request_decision": may_request_decision,
        "projects.confirm_condition": signs_as(*CONFIRMERS_OF_CONDITIONS),
        "projects.request_waiver": has_project_manager,
        "projects.decide_waiver": signs_as(Role.QUALITY_ASSURANCE),
        "projects.assess_change": signs_as(*ASSESSORS),
        "projects.choose_site": has_business_development | has_project_manager,
        "projects.draft_charter": has_project_manager | has_business_development,
        "projects.plan": has_project_manager,
        "projects.work_on_task": has_project_manager | owns_task,
        "projects.book_vessel": may_book_vessel,
        "projects.edit_calendars": has_project_manager | has_management,
        "projects.change_defaults": has_administrator | has_management | has_quality_assurance,
        "projects.publish": has_project_manager,
        "projects.open_loop": has_project_manager | has_quality_assurance,
        "projects.answer_account": may_answer_account,
        "projects.reply_to_account": has_project_manager,
        "projects.share": has_project_manager | has_business_development,
        "projects.quote": has_business_development,
        "projects.release_quotation": signs_as(*RELEASERS),
        "projects.answer_quotation": may_answer_quotation,
        "projects.order_change": has_business_development | has_project_manager,
        "projects.release_change_order": signs_as(*RELEASERS),
        "projects.answer_change_order": may_answer_quotation,
        "projects.answer_approval": may_answer_approval,
        "projects.plan_payment": has_business_development | has_project_manager,
        "projects.invoice": has_business_development,
        "projects.record_agreement": has_business_development | has_project_manager,
        "projects.enter_evidence": has_department | has_project_manager | has_quality_assurance | has_business_development,
        "projects.confirm_evidence": signs_as(*CONFIRMERS_OF_EVIDENCE),
        "projects.read_portfolio": may_read_portfolio,
        "projects.read_revenue": may_read_revenue,
        "projects.save_view": may_save_view,
        "projects.change_view": may_change_view,
    }.items():
        if not rules.perm_exists(name):
            rules.add_perm(name, predicate)


register()
