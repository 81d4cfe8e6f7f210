from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError

from audit import kinds, outbox
from audit.context import AuditContext, acting, because
from audit.events import EventKind, Happened, all_kinds, events_of, kind, record, record_each, register, scope_of
from audit.models import Event
from audit.outbox import press_doorbell


@pytest.fixture
def with_roles(person: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(type(person), "roles", frozenset({"research", "project_manager"}), raising=False)
    return person


def test_record_keeps_who_what_when_and_why(with_roles: Any, thing: Any) -> None:
    thing.event_scope = (3, 7)

    with acting(actor=with_roles, channel="page", request_id="abc"):
        record("thing.done", thing, actor=with_roles, reason="It was time.", before="draft", after="done", amount=Decimal("1.50"))

    event = Event.objects.get()
    assert (event.actor, event.actor_name, event.actor_roles) == (with_roles, "Ann Other", ["project_manager", "research"])
    assert (event.client_id, event.project_id, event.object, event.object_label) == (3, 7, thing, str(thing))
    assert (event.reason, event.request_id, event.channel) == ("It was time.", "abc", "page")
    assert event.data == {"before": "draft", "after": "done", "amount": "1.50"}
    assert (event.client_visible, event.client_data) == (False, None)


def test_record_takes_time_and_transaction_from_the_database(person: Any, thing: Any) -> None:
    event = record("thing.done", thing, actor=person)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, now(), clock_timestamp()")
        transaction_id, begun, now = cursor.fetchone()
    assert event.transaction_id == transaction_id
    assert begun <= event.at <= now


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_refused(person: Any, thing: Any) -> None:
    with pytest.raises(TransactionManagementError, match="open one around both"):
        record("thing.done", thing, actor=person)

    assert not Event.objects.exists()


def test_record_of_an_unregistered_kind_is_refused(person: Any, thing: Any) -> None:
    with pytest.raises(LookupError, match=r"thing\.undone"):
        record("thing.undone", thing, actor=person)


@pytest.mark.parametrize(("channel", "allowed"), [("worker", True), ("system", True), ("page", False), ("api", False), ("command", False)])
def test_only_worker_and_system_act_without_a_person(thing: Any, channel: str, allowed: bool) -> None:
    with acting(channel=channel):
        if allowed:
            assert record("thing.done", thing, actor=None).actor_name == ""
        else:
            with pytest.raises(PermissionError):
                record("thing.done", thing, actor=None)


def test_the_database_refuses_a_person_missing_too(db: None) -> None:
    with pytest.raises(IntegrityError, match="event_has_an_actor"), transaction.atomic():
        Event.objects.create(kind="thing.done", channel="page")


def test_record_fails_at_once_when_the_words_lack_a_placeholder(person: Any, thing: Any) -> None:
    register(EventKind("thing.moved", "moved to %(place)s"))

    with pytest.raises(KeyError, match="place"):
        record("thing.moved", thing, actor=person)

    assert not Event.objects.exists()


def test_data_are_stored_as_json(person: Any, thing: Any) -> None:
    data = {"day": date(2026, 3, 12), "id": UUID(int=1), "words": gettext_lazy("Go"), "nested": {"n": Decimal("2.0")}}

    record("thing.done", thing, actor=person, **data)

    expected = {"day": "2026-03-12", "id": "00000000-0000-0000-0000-000000000001", "words": "Go", "nested": {"n": "2.0"}}
    assert Event.objects.get().data == expected


def test_words_show_dates_as_people_read_them(person: Any, thing: Any, settings: Any) -> None:
    settings.TIME_ZONE = "UTC"
    register(EventKind("thing.planned", gettext_lazy("%(actor)s planned %(day)s, told at %(at)s: %(reason)s")))

    moment = datetime(2026, 3, 12, 14, 5, tzinfo=UTC)
    event = record("thing.planned", thing, actor=person, reason="late", day=date(2026, 3, 12), at=moment)

    assert event.words == "Ann Other planned 12 Mar 2026, told at 12 Mar 2026 14:05 UTC: late"


@pytest.mark.parametrize(("stored", "read"), [("125000.00", "125,000.00"), ("-1234.50", "-1,234.50"), ("2.0", "2.0"), ("v1.00", "v1.00")])
def test_words_show_amounts_in_groups(person: Any, thing: Any, stored: str, read: str) -> None:
    register(EventKind("thing.priced", gettext_lazy("priced at USD %(total)s")))

    assert record("thing.priced", thing, actor=person, total=stored).words == f"priced at USD {read}"


def test_link_is_the_kind_s(person: Any, thing: Any) -> None:
    register(EventKind("thing.linked", "linked", link=lambda event: f"/things/{event.object_id}/"))

    assert record("thing.linked", thing, actor=person).link == f"/things/{thing.pk}/"
    assert record("thing.done", thing, actor=person).link == ""


def test_a_kind_removed_later_shows_its_key(person: Any, thing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    event = record("thing.done", thing, actor=person)

    monkeypatch.setattr(kinds, "_kinds", {})

    assert (event.words, event.link) == ("thing.done", "")


@pytest.mark.parametrize(("shared", "visible", "seen"), [(True, True, {"day": "2026-03-12"}), (False, False, None)])
def test_client_sees_only_what_the_projection_gives(person: Any, thing: Any, shared: bool, visible: bool, seen: Any) -> None:
    def projection(obj: Any, data: dict[str, Any]) -> dict[str, Any] | None:
        return {"day": data["day"]} if data["shared"] else None

    register(EventKind("thing.shown", "shown", audience="client", client_projection=projection))

    event = record("thing.shown", thing, actor=person, day=date(2026, 3, 12), shared=shared, secret="price")

    assert (event.client_visible, event.client_data) == (visible, seen)


def test_scope_is_read_from_property_or_columns() -> None:
    class Scoped:
        event_scope = (1, 2)

    class Plain:
        client_id, project_id = 3, 4

    assert [scope_of(Scoped()), scope_of(Plain()), scope_of(object()), scope_of(None)] == [(1, 2), (3, 4), (None, None), (None, None)]


def test_reason_of_the_context_is_the_default(person: Any, thing: Any) -> None:
    with because("Audit finding 12"):
        assert record("thing.done", thing, actor=person).reason == "Audit finding 12"
        assert record("thing.done", thing, actor=person, reason="Own").reason == "Own"


def test_events_of_an_object_are_newest_first(person: Any, thing: Any) -> None:
    for obj, name in ((thing, "a"), (person, "b"), (thing, "c")):
        record("thing.done", obj, actor=person, name=name)

    assert [event.data["name"] for event in events_of(thing)] == ["c", "a"]


def test_delegation_is_named(person: Any, thing: Any) -> None:
    assert record("thing.done", thing, actor=person, on_behalf_of="Bea Boss").on_behalf_of_name == "Bea Boss"


def test_rollback_leaves_no_event_and_no_ring(
    person: Any, thing: Any, doorbells: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
        record("thing.done", thing, actor=person)
        raise ZeroDivisionError

    assert (Event.objects.count(), doorbells) == (0, [])


def test_many_events_ring_once(person: Any, thing: Any, doorbells: list[str], django_capture_on_commit_callbacks: Any) -> None:
    for __ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            record("thing.done", thing, actor=person)
            record("thing.done", thing, actor=person)

    assert doorbells == ["ring", "ring"]


def test_event_after_a_rolled_back_savepoint_still_rings(
    person: Any, thing: Any, doorbells: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record("thing.done", thing, actor=person)
            raise ZeroDivisionError
        record("thing.done", thing, actor=person)

    assert doorbells == ["ring"]


@pytest.mark.parametrize("failure", [OperationalError("broker away"), ConnectionRefusedError()])
def test_a_broker_that_is_away_never_fails_the_request(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **options: Any) -> None:
        raise failure

    monkeypatch.setattr(current_app.tasks[outbox.DOORBELL], "apply_async", away)

    press_doorbell()


def test_a_kind_is_registered_once() -> None:
    register(EventKind("thing.done", "%(actor)s did %(object)s"))

    with pytest.raises(ValueError, match="Two event kinds"):
        register(EventKind("thing.done", "other words"))

    assert all_kinds() == (kind("thing.done"),)


def test_default_context_is_a_shell_without_request() -> None:
    assert AuditContext().channel == "shell"


def test_many_events_of_one_act_are_written_as_one_is_by_one_statement(person: Any, thing: Any, django_assert_num_queries: Any) -> None:
    alone = record("thing.done", thing, actor=person, reason="It was time.", before="draft", amount=1)

    with django_assert_num_queries(1):
        record_each(
            Happened("thing.done", thing, {"actor": person, "reason": "It was time.", "before": "draft"}, {"amount": amount})
            for amount in (1, 2, 3)
        )
        record_each([])

    together = list(Event.objects.exclude(pk=alone.pk).order_by("pk"))
    assert [event.data["amount"] for event in together] == [1, 2, 3]
    assert values_of(together[0]) == values_of(Event.objects.get(pk=alone.pk))


def values_of(event: Event) -> dict[str, Any]:
    return {name: value for name, value in vars(event).items() if name not in ("id", "at", "_state")}


def test_one_of_many_events_that_is_refused_refuses_all(person: Any, thing: Any) -> None:
    with pytest.raises(LookupError, match=r"thing\.undone"):
        record_each([Happened("thing.done", thing, {"actor": person}, {}), Happened("thing.undone", thing, {"actor": person}, {})])

    assert not Event.objects.exists()
