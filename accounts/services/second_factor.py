"""Where our people need a second factor, a role that signs and the making of a token wait for it.

Whoever signs in by the organisation's own provider has it there; clients' people may have one.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from accounts.models import INTERNAL_ROLES, Role, User
from audit.refusals import Blocker, Refused, Words

SIGNING_ROLES = INTERNAL_ROLES - {Role.ADMINISTRATOR}  # the first administrator opens the accounts of all others


def lacks_second_factor(user: User) -> bool:
    is_asked = settings.SECOND_FACTOR_REQUIRED and not settings.OIDC_ISSUER and user.is_internal
    return bool(is_asked and not user.has_second_factor)


def signs(roles: Iterable[str]) -> bool:
    return not SIGNING_ROLES.isdisjoint(roles)


def require_second_factor(user: User, words: Words) -> None:
    """Raises Refused, with what to do."""
    if lacks_second_factor(user):
        raise Refused(Blocker("person.without_second_factor", words))
