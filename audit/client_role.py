"""A client's request sees the rows of its own client, whatever the query forgot: the database's own policies stand behind it.

`client_rows` opens a transaction in which the client's role (`audit.policies` says what it may read and write) takes the place of the
application's. Role and client end with the transaction, so that nothing stays on a connection that PgBouncer or CONN_MAX_AGE hands on;
what is left for `on_commit` runs as the application again.

This is a wall against forgotten filters, not against foreign SQL: whoever can send statements of their own can take the role off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import connection, transaction

NO_ROLE = "none"  # PostgreSQL's word for the role that the connection was opened with
_client: ContextVar[int | None] = ContextVar("client_of_the_request", default=None)


@contextmanager
def client_rows(client_id: int) -> Iterator[None]:
    """One transaction that sees and writes what is this client's."""
    with transaction.atomic():
        _become(settings.DATABASE_CLIENT_ROLE, client_id)
        token = _client.set(client_id)
        try:
            yield
        finally:
            _client.reset(token)
    if connection.in_atomic_block and not connection.needs_rollback:  # inside another transaction, which goes on
        _become(NO_ROLE, None)


@contextmanager
def as_application() -> Iterator[None]:
    """The one act inside a client's request that has to reach beyond its rows; elsewhere it does nothing. Say at the call why.

    Used by `projects.services.waiting`: what waits for our people before there is a project is no client's row.
    """
    client_id = _client.get()
    if client_id is None:
        yield
        return
    with transaction.atomic():
        _become(NO_ROLE, None)
        token = _client.set(None)
        try:
            yield
        finally:
            _client.reset(token)
    _become(settings.DATABASE_CLIENT_ROLE, client_id)  # after an error the savepoint has brought it back


def in_client_rows() -> bool:
    """Whether a client's request is being answered, in its transaction."""
    return _client.get() is not None


def _become(role: str, client_id: int | None) -> None:
    with connection.cursor() as cursor:
        values = [role, "" if client_id is None else str(client_id)]
        cursor.execute("SELECT set_config('role', %s, true), set_config('cdmo.client_id', %s, true)", values)
