"""In which capacity somebody signs or confirms: in an own role, or in one that another person handed over for these days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Capacity:
    """`giver` is the person for whom the role is used; nobody where it is the own one."""

    actor: User
    role: str
    giver: User | None = None

    @property
    def people(self) -> frozenset[int]:
        """Who acts, and for whom: where a second person is needed, neither may be the first."""
        return frozenset({self.actor.pk} if self.giver is None else {self.actor.pk, self.giver.pk})


def capacity(actor: User, *roles: str, apart_from: Collection[int | None] = ()) -> Capacity | None:
    """The capacity in which this person may act in one of the roles; None where there is none.

    An own role comes first; then one handed over by somebody who is not among `apart_from` (ids of people who acted before).
    """
    own = next((role for role in roles if role in actor.roles), None)
    if own is not None:
        return Capacity(actor, own)
    handed = [Capacity(actor, role, actor.stands_in_for[role]) for role in roles if role in actor.stands_in_for]
    return next((each for each in handed if each.giver and each.giver.pk not in apart_from), next(iter(handed), None))


def giver_of(found: Capacity | None) -> User | None:
    """For whom it is, where it is for another."""
    return found.giver if found else None
