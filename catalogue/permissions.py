"""Who keeps what exists before any project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from accounts.models import Role
from accounts.permissions import has_administrator, has_business_development, has_management, has_project_manager, holds

if TYPE_CHECKING:
    from accounts.models import User


@rules.predicate
def uses_materials(user: User, obj: Any = None) -> bool:
    return holds(user, Role.RESEARCH, Role.MATERIAL_CONTROL, Role.PRODUCTION)


@rules.predicate
def has_research(user: User, obj: Any = None) -> bool:
    return holds(user, Role.RESEARCH)


@rules.predicate
def buys(user: User, obj: Any = None) -> bool:
    return holds(user, Role.MATERIAL_CONTROL)


@rules.predicate
def qualifies(user: User, obj: Any = None) -> bool:
    """The quality unit (ICH Q7 7.11)."""
    return holds(user, Role.QUALITY_ASSURANCE)


@rules.predicate
def tests_samples(user: User, obj: Any = None) -> bool:
    return holds(user, Role.ANALYTICAL)


@rules.predicate
def disposes(user: User, obj: Any = None) -> bool:
    return holds(user, Role.EHS, Role.PRODUCTION)


def register() -> None:
    rules.set_perm("catalogue.manage_sites", has_administrator | has_management)
    rules.set_perm("catalogue.cite_compound", has_business_development | has_project_manager)
    rules.set_perm("catalogue.manage_compounds", has_research | has_business_development)
    rules.set_perm("catalogue.manage_materials", uses_materials)
    rules.set_perm("catalogue.manage_suppliers", buys)
    rules.set_perm("catalogue.qualify_suppliers", qualifies)
    rules.set_perm("catalogue.manage_quotes", buys)
    rules.set_perm("catalogue.manage_rates", has_management | has_business_development)
    rules.set_perm("catalogue.manage_disposal_prices", disposes)
    rules.set_perm("catalogue.manage_analytical_prices", tests_samples)
