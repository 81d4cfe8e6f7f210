"""Which clients one of ours may know of: what is said of it by the apps above, where the dealings with clients are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User

Rule = Callable[["User"], Q]
Keepers = Callable[[Collection[int]], list[str]]
_sights: list[tuple[Rule, Keepers]] = []


def register_sight(rule: Rule, keepers: Keepers) -> None:
    """rule: what must hold of a client for this person of ours to see that it exists. keepers: by name, who of ours can act for those
    of these clients, by id, that others may not know of."""
    if (rule, keepers) not in _sights:
        _sights.append((rule, keepers))


def within_sight(user: User) -> Q:
    """Of one of ours, asked of clients."""
    found = Q()
    for rule, _keepers in _sights:
        found &= rule(user)
    return found


def keepers_of(client_ids: Collection[int]) -> list[str]:
    """Whom somebody asks who may not know of these clients."""
    return list(dict.fromkeys(name for _rule, keepers in _sights for name in keepers(client_ids)))
