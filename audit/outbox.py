"""The feed of events without gaps, and the consumers that read it by cursor.

Ids are given out when a row is inserted, but rows appear when their transaction commits: a reader that remembers the highest id it saw
loses the row of a slower transaction. So every row carries its transaction's id, the order is (transaction, id), and readers stop below
the oldest transaction that is still running. Nothing below that mark can appear any more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from celery import current_app
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from audit.models import Event, OutboxCursor

logger = logging.getLogger(__name__)

BATCH = 200
DOORBELL = "audit.tasks.doorbell"
START = (0, 0)
UPPER_SQL = "(pg_snapshot_xmax(pg_current_snapshot())::text::bigint + public.outbox_offset())"
RESTORE_GAP = 2**32  # more than anybody can have read between a backup and the loss of what came after it
Handler = Callable[[Sequence[Event]], None]

_consumers: dict[str, Handler] = {}


def register_consumer(key: str, handler: Handler) -> None:
    """Have `handler(events)` called with every event in order; it runs in the transaction that moves its cursor."""
    if _consumers.setdefault(key, handler) is not handler:
        raise ValueError(f"Two consumers are called {key!r}.")


def require_transaction() -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError("The record is written in the transaction of the change: open one around both.")


class NextTransaction(models.Func):
    """Transactions from this id on have not begun."""

    template = UPPER_SQL
    arity = 0
    output_field = models.BigIntegerField()


def next_transaction() -> int:
    """The same, asked of no table: a client's role would look through the record for a row that it may see."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {UPPER_SQL}")
        return int(cursor.fetchone()[0])


class OldestRunning(models.Func):
    """No transaction below this id is still running, so no row below it can still appear."""

    template = "(pg_snapshot_xmin(pg_current_snapshot())::text::bigint + public.outbox_offset())"
    arity = 0
    output_field = models.BigIntegerField()


def read(after: tuple[int, int] = START, limit: int = BATCH) -> list[Event]:
    """The next events after the position (transaction id, event id), in the order of the feed."""
    events = Event.objects.filter(later_than(after), transaction_id__lt=OldestRunning())
    return list(events.order_by("transaction_id", "id")[:limit])


def later_than(position: tuple[int, int]) -> TupleGreaterThan:
    """Behind the position (transaction id, event id): as one comparison of the pair, which the index finds at once wherever it is."""
    return TupleGreaterThan(Tuple("transaction_id", "id"), position)


def consume(key: str) -> int:
    """Bring one consumer up to date; the number of events it was given. Returns at once when another process is at it."""
    OutboxCursor.objects.get_or_create(consumer=key)
    return _consume(key)


def _consume(key: str) -> int:
    total = given = _consume_batch(key)
    while given == BATCH:
        given = _consume_batch(key)
        total += given
    return total


@transaction.atomic
def _consume_batch(key: str) -> int:
    cursors = OutboxCursor.objects.select_for_update(skip_locked=True).annotate(next_transaction=NextTransaction())
    cursor = cursors.filter(consumer=key).first()
    if cursor is None:
        return 0
    _refuse_younger_cluster(cursor)
    events = read((cursor.transaction_id, cursor.event_id), BATCH)
    if not events:
        return 0
    _consumers[key](events)
    cursor.transaction_id, cursor.event_id, cursor.moved_at = events[-1].transaction_id, events[-1].pk, timezone.now()
    cursor.save(update_fields=["transaction_id", "event_id", "moved_at"])
    return len(events)


def _refuse_younger_cluster(cursor: Any) -> None:
    """A dump restored by hand into a new cluster starts with low transaction ids: new events would sort before old ones, unread."""
    if cursor.transaction_id > cursor.next_transaction:
        raise RuntimeError(
            f"The outbox stands at transaction {cursor.transaction_id}, but this database cluster is only at {cursor.next_transaction}: "
            f"it was restored from another by hand. Restore with `manage.py restore`, which brings new events behind the old ones."
        )


def lift_feed(cursor: CursorWrapper, position: int) -> None:
    """After a restore: what happens in this cluster comes behind every position that a reader may hold. As the owner of the database."""
    cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    offset = position + RESTORE_GAP - cursor.fetchone()[0]
    cursor.execute(f"CREATE OR REPLACE FUNCTION public.outbox_offset() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT {offset:d}::bigint'")


def consume_all() -> int:
    """Every consumer's turn. One that fails keeps its cursor, is logged, and is raised after the others had theirs.

    Then it looks again: the doorbell of what came meanwhile found us at work, and left.
    """
    failures: dict[str, Exception] = {}
    total = 0
    while given := sum(_turn_of(key, failures) for key in _behind() if key not in failures):
        total += given
    if failures:
        raise ExceptionGroup("Outbox consumers failed.", list(failures.values()))
    return total


def _turn_of(key: str, failures: dict[str, Exception]) -> int:
    try:
        return _consume(key)
    except Exception as failure:
        logger.exception("The outbox consumer %s failed; its cursor stays where it was.", key)
        failures[key] = failure
        return 0


def _behind() -> list[str]:
    """The consumers that do not stand at the end of the feed: when nothing happened, two queries answer for all of them."""
    newest = Event.objects.order_by("-transaction_id", "-id").values_list("transaction_id", "id").first() or START
    cursors = {cursor.consumer: cursor for cursor in OutboxCursor.objects.annotate(next_transaction=NextTransaction())}
    if new := _consumers.keys() - cursors.keys():
        OutboxCursor.objects.bulk_create([OutboxCursor(consumer=key) for key in new], ignore_conflicts=True)
    return [key for key in _consumers if key in new or not _at_rest(cursors[key], newest)]


def _at_rest(cursor: Any, newest: tuple[int, int]) -> bool:
    """In a younger cluster (`_refuse_younger_cluster`) a cursor stands at the end as well, and must not be left alone."""
    return (cursor.transaction_id, cursor.event_id) == newest and cursor.transaction_id <= cursor.next_transaction


def lag_seconds() -> dict[str, float]:
    """For each consumer the age of the oldest event that it has not read, 0 when it has read all."""
    now = timezone.now()
    unread = Event.objects.filter(
        models.Q(transaction_id__gt=models.OuterRef("transaction_id"))
        | models.Q(transaction_id=models.OuterRef("transaction_id"), id__gt=models.OuterRef("event_id")),
        transaction_id__gte=models.OuterRef("transaction_id"),
    )
    oldest = models.Subquery(unread.order_by("transaction_id", "id").values("at")[:1])
    rows = OutboxCursor.objects.annotate(oldest=oldest).values_list("consumer", "oldest")
    return {consumer: max(0.0, (now - at).total_seconds()) if at else 0.0 for consumer, at in rows}


class _Doorbell:
    """Rings once per transaction, however many events it wrote."""

    rung = False

    def __call__(self) -> None:
        self.rung = True
        press_doorbell()


def ring() -> None:
    """Wake the worker once this transaction has committed."""
    waiting = (entry[1] for entry in connection.run_on_commit)
    if not any(isinstance(callback, _Doorbell) and not callback.rung for callback in waiting):
        transaction.on_commit(_Doorbell())


def press_doorbell() -> None:
    """Tell the worker that there is something to read. A broker that is away costs time, never an event: the sweep finds it."""
    try:
        current_app.signature(DOORBELL).delay()
    except (BrokerError, OSError) as failure:
        logger.warning("The outbox doorbell could not be rung (%s); the sweep will do it.", failure)
