"""Who may do what with people, clients and tokens; and asking any permission by its name.

Predicates live in each app's `permissions.py` and are registered there by name; pages, templates and API ask the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from accounts.models import DEPARTMENT_ROLES, Role
from audit.refusals import NotAllowed

if TYPE_CHECKING:
    from accounts.models import Client, User


def allowed(name: str, user: User, obj: Any = None) -> bool:
    """Whether `user` may do the named thing to `obj`. Raises KeyError for a name that nobody registered."""
    if not rules.perm_exists(name):
        raise KeyError(name)
    return rules.has_perm(name, user, obj)


def require_permission(name: str, user: User, obj: Any = None) -> None:
    """Raises NotAllowed (403) unless `user` may do the named thing to `obj`."""
    if not allowed(name, user, obj):
        raise NotAllowed()


def holds(user: User, *roles: str) -> bool:
    """Whether one of ours, with an active account, holds one of the roles."""
    return bool(user.is_authenticated and user.is_active and user.is_internal and user.roles.intersection(roles))


@rules.predicate
def has_business_development(user: User, obj: Any = None) -> bool:
    return holds(user, Role.BUSINESS_DEVELOPMENT)


@rules.predicate
def has_project_manager(user: User, obj: Any = None) -> bool:
    return holds(user, Role.PROJECT_MANAGER)


@rules.predicate
def has_quality_assurance(user: User, obj: Any = None) -> bool:
    return holds(user, Role.QUALITY_ASSURANCE)


@rules.predicate
def has_management(user: User, obj: Any = None) -> bool:
    return holds(user, Role.MANAGEMENT)


@rules.predicate
def has_administrator(user: User, obj: Any = None) -> bool:
    return holds(user, Role.ADMINISTRATOR)


@rules.predicate
def has_department(user: User, obj: Any = None) -> bool:
    return holds(user, *DEPARTMENT_ROLES)


def signs_as(*roles: str) -> rules.predicates.Predicate:
    """One of ours who may sign or confirm in one of the roles, in person or by a delegation that is in force."""

    def may_sign(user: User, obj: Any = None) -> bool:
        return bool(user.is_authenticated and user.is_active and user.is_internal and user.signing_roles & set(roles))

    return rules.predicate(may_sign, name=f"signs_as:{','.join(sorted(roles))}")


@rules.predicate
def is_approver_of(user: User, client: Client | None = None) -> bool:
    """A client's approver, for the own organisation; without a client: whether there is anything at all to manage."""
    if not (user.is_authenticated and user.is_active and user.is_client and user.has_role(Role.CLIENT_APPROVER)):
        return False
    return client is None or client.pk == user.client_id


@rules.predicate
def is_system_of(user: User, client: Client | None = None) -> bool:
    """A client's integration account, for the own organisation; the scope of its token is asked separately."""
    if not (user.is_authenticated and user.is_active and user.has_role(Role.INTEGRATION)):
        return False
    return client is None or client.pk == user.client_id


def register() -> None:
    keeps_clients = has_business_development | has_project_manager | has_management
    keeps_tokens = has_administrator | has_business_development | has_project_manager | is_approver_of
    for name, predicate in {
        "accounts.manage_people": has_administrator,
        "accounts.read_administration": has_administrator | has_quality_assurance | has_management,
        "accounts.review_access": has_quality_assurance | has_management,  # not by whoever gives the roles
        "accounts.create_client": keeps_clients,
        "accounts.edit_client": keeps_clients,
        "accounts.create_contact": keeps_clients | is_approver_of | is_system_of,
        "accounts.manage_tokens": keeps_tokens,
    }.items():
        rules.set_perm(name, predicate)
