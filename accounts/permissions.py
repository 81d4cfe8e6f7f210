"""Asking a permission by its name. Predicates live in each app's `permissions.py`; nobody asks anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from audit.refusals import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User


def allowed(name: str, user: User, obj: Any = None) -> bool:
    """Whether `user` may do the named thing to `obj`. Raises KeyError for a name that nobody registered."""
    if not rules.perm_exists(name):
        raise KeyError(name)
    return rules.has_perm(name, user, obj)


def require_permission(name: str, user: User, obj: Any = None) -> None:
    """Raises NotAllowed (403) unless `user` may do the named thing to `obj`."""
    if not allowed(name, user, obj):
        raise NotAllowed()
