"""Who may keep webhooks, watch milestones and open calendar feeds. Whether a thing is seen at all is `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from accounts.permissions import has_administrator, has_business_development, is_approver_of, is_system_of

if TYPE_CHECKING:
    from accounts.models import User


@rules.predicate
def is_person(user: User, obj: Any = None) -> bool:
    """Ours or a client's; a client's system reads the API instead."""
    return bool(user.is_authenticated and user.is_active and (user.is_internal or user.is_client))


for name, predicate in {
    "notifications.manage_webhooks": has_administrator | has_business_development | is_approver_of | is_system_of,
    "notifications.watch": is_person,
    "notifications.keep_feeds": is_person,
    "notifications.choose": is_person,
}.items():
    rules.add_perm(name, predicate)
