"""Which clients one of ours may know of: what is said of it by the apps above, where the dealings with clients are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User

Rule = Callable[["User"], Q]
_rules: list[Rule] = []


def register_sight(rule: Rule) -> None:
    """rule: what must hold of a client for this person of ours to see that it exists."""
    if rule not in _rules:
        _rules.append(rule)


def within_sight(user: User) -> Q:
    """Of one of ours, asked of clients."""
    found = Q()
    for rule in _rules:
        found &= rule(user)
    return found
