"""People with what is asked of each of them, read once for all."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from accounts.models import RoleGrant, User


def with_roles(people: QuerySet[User]) -> list[User]:
    """Each remembers the roles that are granted now, as `User.roles` would. One query."""
    grants = RoleGrant.objects.filter(user=OuterRef("pk"), ended_at=None).order_by().values("role")
    found: list[User] = list(people.annotate(open_roles=ArraySubquery(grants)))
    for person in found:
        person.__dict__["roles"] = frozenset(person.open_roles)  # type: ignore[attr-defined]
    return found
