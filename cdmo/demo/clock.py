"""A clock that the demo's loader may set back.

The services stamp the present; so do the database's triggers on the record (`audit.stamps`). So that the demo's projects have a past,
the loader moves what Django calls "now" while it tells its stories, and, as the owner of the database and within its one transaction,
lets the triggers read the time of the story. Before the transaction commits they are as they were: no installation ever has a trigger
that can be told a time, and the application's role could not make one. The clock never goes beyond the real present.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from audit.models import Event
from audit.stamps import MOMENTS, functions, stamp_by_clock

_real_now = timezone.now
WORKING_TIME = time(9, 0, tzinfo=UTC)  # and some hours after it: the same day in Shanghai, Basel and New York
BETWEEN_ACTS = timedelta(minutes=2)
SETTING = "demo.story_time"
_LOCK = 7_315_002  # one loader at a time


class Clock:
    """The present of a story. It only goes forward, and stops at the real present."""

    def __init__(self, day: date, told: Callable[[datetime], None]) -> None:
        self._now, self._told = datetime.combine(day, WORKING_TIME), told
        told(self.now())

    def now(self) -> datetime:
        return min(self._now, _real_now())

    @property
    def today(self) -> date:
        return self.now().date()

    def go_to(self, day: date) -> None:
        """To the morning of the day; a day that has passed already is now, a little later."""
        self._now = max(datetime.combine(day, WORKING_TIME), self._now + BETWEEN_ACTS)
        self._told(self.now())

    def tick(self) -> None:
        """A little later."""
        self.go_to(self.today)


@contextmanager
def starting_on(day: date, told: Callable[[datetime], None]) -> Iterator[Clock]:
    """Run the block with the present set back to the morning of the day. `told` hears each new present."""
    clock = Clock(day, told)
    _read_from(clock.now, _real_now)
    try:
        yield clock
    finally:
        _read_from(_real_now, clock.now)


def _read_from(now: Callable[[], datetime], before: Callable[[], datetime]) -> None:
    """Whoever asks Django for the present, and the columns whose default is the present, read it there."""
    timezone.now = now  # type: ignore[assignment]
    for field in (field for model in apps.get_models() for field in model._meta.concrete_fields):
        if field.default == before:
            field.default = now
            field.__dict__.pop("_get_default", None)  # Django keeps what it made of the default


@contextmanager
def as_it_happened(day: date) -> Iterator[Clock]:
    """One transaction of the database's owner in which the record too is written at the time of the story."""
    with as_owner(), transaction.atomic():
        _let_triggers_read(SETTING)
        with starting_on(day, _tell_database) as clock:
            yield clock
        _run(functions(MOMENTS))


def _tell_database(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, moment.isoformat()])


def _let_triggers_read(setting: str) -> None:
    """Uncommitted, and so seen by nobody else."""
    _run([f"SELECT pg_advisory_xact_lock({_LOCK})"])
    try:
        stamp_by_clock(connection)  # the triggers are there, also where the roles were never applied
        _run(functions(dict.fromkeys(MOMENTS, f"current_setting('{setting}')::timestamptz")))
    except ProgrammingError as error:
        raise ImproperlyConfigured("The demo is loaded by the owner of the database: set MIGRATION_DATABASE_URL.") from error


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def as_owner() -> Iterator[None]:
    """The connection of the owner in place of the application's, where they are two."""
    if "owner" not in connections or _owns_the_record():
        yield
        return
    application = connections["default"]
    connections["default"] = connections["owner"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = application


def _owns_the_record() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(relowner, 'member') FROM pg_class WHERE oid = %s::regclass", [Event._meta.db_table])
        return bool(cursor.fetchone()[0])
