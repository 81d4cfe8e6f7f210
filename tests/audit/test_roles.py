"""The application's own database role tries to change the record, and cannot."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from pghistory.models import Context

from audit import roles
from audit.context import acting
from audit.events import record
from audit.models import Event, OutboxCursor, Signature
from audit.roles import apply_roles, insert_only_tables
from audit.stamps import MOMENTS, TRIGGER, stamped_tables

pytestmark = pytest.mark.django_db(transaction=True)

EVENT = Event._meta.db_table
RECORD = sorted(insert_only_tables())
CHANGES = ["UPDATE {} SET {key} = {key}", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE", "SELECT 1 FROM {} FOR UPDATE"]
WAYS_ROUND = [
    "SELECT set_config('pgtrigger.ignore', '{{audit_event:append_only}}', false); UPDATE {} SET reason = 'other'",
    "SELECT set_config('pgtrigger.ignore', '{{audit_event:append_only}}', false); DELETE FROM {}",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} OWNER TO {role}",
    "DROP TRIGGER pgtrigger_append_only_7d947 ON {}",
    "CREATE RULE nothing AS ON INSERT TO {} DO INSTEAD NOTHING",
    "CREATE TRIGGER nothing BEFORE INSERT ON {} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "INSERT INTO {} SELECT * FROM {} ON CONFLICT (id) DO UPDATE SET reason = 'other'",
    "DROP TABLE {} CASCADE",
    "SET session_replication_role = replica",
    "GRANT UPDATE ON {} TO {role}; UPDATE {} SET reason = 'other'",
    "CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
    "CREATE OR REPLACE FUNCTION audit_stamp_at() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP TRIGGER audit_stamped ON {}",
    "CREATE TABLE public.own (id int)",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9999', now())",
]


@pytest.fixture(scope="module")
def granted_once(django_db_setup: None, django_db_blocker: Any) -> None:
    """For tests that change neither rights nor rows: granting again for each of hundreds takes minutes."""
    with django_db_blocker.unblock():
        apply_roles(connection)
        connection.close()


@pytest.fixture
def granted() -> None:
    apply_roles(connection)


@pytest.fixture
def as_application(granted: None) -> Iterator[Callable[[str], None]]:
    with application() as execute:
        yield execute


@contextmanager
def application() -> Iterator[Callable[[str], None]]:
    """Runs SQL on a connection of its own that has nothing but the application's rights."""
    params = connection.get_connection_params()
    outside = psycopg2.connect(**{name: params[name] for name in ("dbname", "user", "password", "host", "port") if params.get(name)})
    outside.autocommit = True
    with outside.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {settings.DATABASE_APPLICATION_ROLE}")
        yield cursor.execute
    outside.close()


@pytest.fixture
def event(granted: None) -> Event:
    with acting(channel="system"), transaction.atomic():
        return record("thing.done", None, actor=None, reason="first")


def key_of(table: str) -> str:
    with connection.cursor() as cursor:
        return connection.introspection.get_primary_key_column(cursor, table) or ""


@pytest.mark.django_db
@pytest.mark.parametrize("table", RECORD)
def test_the_application_changes_nothing_in_the_record(granted_once: None, table: str) -> None:
    for change in CHANGES:
        with application() as execute, pytest.raises(psycopg2.errors.InsufficientPrivilege, match="permission denied"):
            execute(change.format(table, key=key_of(table)))


@pytest.mark.parametrize("attack", WAYS_ROUND)
def test_ways_round_the_guards_are_refused(as_application: Any, event: Event, attack: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        as_application(attack.format(EVENT, EVENT, EVENT, role=settings.DATABASE_APPLICATION_ROLE))

    assert list(Event.objects.values_list("reason", flat=True)) == ["first"]


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "column"), sorted(stamped_tables().items()))
def test_every_table_of_the_record_stamps_the_present(granted_once: None, table: str, column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass", [TRIGGER, table])
        ((definition,),) = cursor.fetchall()
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"audit_stamp_{column}"])
        ((source,),) = cursor.fetchall()

    assert f"audit_stamp_{column}()" in definition
    assert "BEFORE INSERT" in definition
    assert f"NEW.{column} := {MOMENTS[column]};" in source


def test_the_application_cannot_put_an_event_into_the_past(as_application: Any) -> None:
    columns = (
        "kind, channel, at, object_id, object_label, actor_name, actor_roles, on_behalf_of_name, reason, data, request_id, client_visible"
    )
    values = "'thing.done', 'system', '2001-01-01', '', '', '', '{}', '', '', '{}', '', false"
    as_application(
        "SELECT set_config('pgtrigger.ignore', '{audit_event:audit_stamped}', false), set_config('demo.story_time', '2001-01-01', false); "
        f"INSERT INTO {EVENT} ({columns}) VALUES ({values})"
    )

    assert timezone.now() - Event.objects.get().at < timedelta(minutes=5)


def test_the_record_is_what_we_think_it_is() -> None:
    assert {EVENT, Signature._meta.db_table, Context._meta.db_table} <= set(RECORD)
    assert OutboxCursor._meta.db_table not in RECORD


def test_every_row_history_is_part_of_the_record() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'pgh_label' AND table_schema = 'public'")
        histories = {name for (name,) in cursor.fetchall()}

    assert histories
    assert histories <= set(RECORD)


def test_the_application_can_do_its_work(granted: None, thing: Any, person: Any) -> None:
    with acting(actor=person, channel="page"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APPLICATION_ROLE}")
        person.full_name = "Ann Wedded"
        person.save()
        record("thing.done", thing, actor=person)

    assert get_user_model().objects.get(pk=person.pk).full_name == "Ann Wedded"
    assert Event.objects.get().actor == person


def test_columns_written_once_stay_while_others_change(monkeypatch: pytest.MonkeyPatch, event: Event, request: Any) -> None:
    cursors = OutboxCursor._meta.db_table
    monkeypatch.setattr(roles, "_written_once", {})
    roles.register_written_once(cursors, "consumer", "id")
    as_application = request.getfixturevalue("as_application")
    apply_roles(connection)
    OutboxCursor.objects.create(consumer="ear")

    as_application(f"UPDATE {cursors} SET event_id = 7")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        as_application(f"UPDATE {cursors} SET consumer = 'eye'")


def test_a_table_can_be_declared_insert_only(monkeypatch: pytest.MonkeyPatch, request: Any) -> None:
    monkeypatch.setattr(roles, "_insert_only", set())
    roles.register_insert_only(OutboxCursor._meta.db_table)
    as_application = request.getfixturevalue("as_application")

    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        as_application(f"DELETE FROM {OutboxCursor._meta.db_table}")


def test_a_later_table_is_insert_only_until_roles_are_applied(as_application: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id int)")
    try:
        as_application("INSERT INTO later VALUES (1)")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            as_application("UPDATE later SET id = 2")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE later")


def test_a_role_with_the_owner_s_rights_is_refused(settings: Any) -> None:
    settings.DATABASE_APPLICATION_ROLE = connection.settings_dict["USER"]

    with pytest.raises(ImproperlyConfigured, match="needs a lesser one"):
        apply_roles(connection)


def test_apply_roles_twice_is_apply_roles_once(granted: None) -> None:
    with connection.cursor() as cursor:
        query = "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
        cursor.execute(query)
        first = cursor.fetchall()
        apply_roles(connection)
        cursor.execute(query)
        assert cursor.fetchall() == first


def test_a_missing_role_is_created(settings: Any) -> None:
    settings.DATABASE_APPLICATION_ROLE = "cdmo_made_by_a_test"
    try:
        apply_roles(connection)
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'cdmo_made_by_a_test'")
            assert cursor.fetchone() == (True, False, False, False)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP OWNED BY cdmo_made_by_a_test; DROP ROLE cdmo_made_by_a_test")


def test_command_applies_and_says_so() -> None:
    said = StringIO()

    call_command("apply_roles", database="default", stdout=said)

    assert said.getvalue() == f"{settings.DATABASE_APPLICATION_ROLE} can only add to {len(RECORD)} tables of the record.\n"


def test_command_refuses_an_unknown_connection() -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("apply_roles", database="nowhere")
