"""A server that the product works with does not answer: told in words, and not as a fault of ours."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

RETRY_SECONDS = 10  # of Retry-After
LOST = ("08", "57P")  # PostgreSQL's classes: the connection failed; the server ended it or takes none


@dataclass(frozen=True)
class Outage:
    """What is said to a person, and to a system that asked the API."""

    words: str | Promise
    to_systems: str | Promise


DATABASE = Outage(
    _("The database cannot be reached. Try again shortly."),
    _("The database cannot be reached; try again shortly. A write is safe to send again under its Idempotency-Key."),
)
_NO_SIGN_IN = _("Redis cannot be reached, and without it nobody signs in or out or gives a signature. Try again shortly.")
REDIS = Outage(_NO_SIGN_IN, _NO_SIGN_IN)


def outage_of(error: BaseException | None) -> Outage | None:
    """Which of them does not answer; None where the error is something else."""
    if isinstance(error, RedisError):
        return REDIS
    return DATABASE if _is_connection_lost(error) else None


def _is_connection_lost(error: BaseException | None) -> bool:
    """A deadlock or a statement that took too long is told by the same class of error, and with a code of its own.

    Without a code the server said nothing: it was not reached, or our own use of the driver is at fault.
    """
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    if code is None:
        return isinstance(error, OperationalError) or _is_closed()
    return code.startswith(LOST)


def _is_closed() -> bool:
    return connection.connection is None or bool(connection.connection.closed)
