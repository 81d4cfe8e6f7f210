from collections.abc import Callable, Sequence
from itertools import count
from random import Random
from threading import Event as Flag
from time import sleep
from typing import Any

import pytest
from django.db import transaction

from audit import outbox, tasks
from audit.context import Channel, acting
from audit.events import record
from audit.models import Event, OutboxCursor

pytestmark = pytest.mark.django_db(transaction=True)
Happen = Callable[..., Event]


def names(events: Sequence[Event]) -> list[str]:
    return [event.data["name"] for event in events]


@pytest.fixture
def heard() -> list[str]:
    """What the consumer "ear" was given."""
    given: list[str] = []
    outbox.register_consumer("ear", lambda events: given.extend(names(events)))
    return given


def test_read_follows_the_position_and_the_limit(happen: Happen) -> None:
    first, *__ = (happen(name) for name in "abcd")

    assert names(outbox.read()) == ["a", "b", "c", "d"]
    assert names(outbox.read(limit=2)) == ["a", "b"]
    assert names(outbox.read(after=(first.transaction_id, first.pk), limit=2)) == ["b", "c"]


def test_events_of_one_transaction_keep_their_order(happen: Happen, settle: Any) -> None:
    with transaction.atomic():
        first = happen("a")
        happen("b")
    settle()

    assert names(outbox.read(after=(first.transaction_id, first.pk))) == ["b"]


def test_a_slow_transaction_holds_the_feed_back_and_nothing_is_lost(happen: Happen, settle: Any, in_thread: Any, heard: list[str]) -> None:
    written, finish = Flag(), Flag()

    def slow() -> None:
        with transaction.atomic():
            happen("slow")
            written.set()
            assert finish.wait(20)

    thread = in_thread(slow)
    assert written.wait(20)
    happen("fast", settled=False)

    assert (outbox.consume("ear"), heard) == (0, [])
    finish.set()
    thread.join()
    settle()
    assert (outbox.consume("ear"), heard) == (2, ["slow", "fast"])


def test_no_event_is_lost_or_doubled_by_many_writers(happen: Happen, settle: Any, in_thread: Any, heard: list[str]) -> None:
    committed: list[str] = []

    def write(seed: int) -> None:
        chance = Random(seed)
        for number in range(15):
            with transaction.atomic():
                happen(f"{seed}-{number}")
                sleep(chance.random() / 200)
                transaction.set_rollback(chance.random() < 0.2)
                kept = not transaction.get_rollback()
            committed.extend([f"{seed}-{number}"] * kept)

    writers = [in_thread(write, seed) for seed in range(4)]
    while any(writer.is_alive() for writer in writers):
        outbox.consume("ear")
    [writer.join() for writer in writers]
    settle()
    outbox.consume("ear")

    assert sorted(heard) == sorted(committed)
    assert heard == names(Event.objects.order_by("transaction_id", "id"))


def test_cursor_moves_with_the_batch(happen: Happen, heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "BATCH", 2)
    last = [happen(name) for name in "abcde"][-1]

    assert outbox.consume("ear") == 5

    cursor = OutboxCursor.objects.get(consumer="ear")
    assert (cursor.transaction_id, cursor.event_id) == (last.transaction_id, last.pk)
    assert (outbox.consume("ear"), heard) == (0, ["a", "b", "c", "d", "e"])


def test_a_failing_consumer_keeps_its_cursor_and_others_are_served(happen: Happen, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts, given = count(), []

    def stumble(events: Sequence[Event]) -> None:
        happen("written by the failing handler")
        if next(attempts) == 0:
            raise RuntimeError("no")

    outbox.register_consumer("stumbler", stumble)
    outbox.register_consumer("ear", lambda events: given.extend(names(events)))
    happen("a")

    with pytest.raises(ExceptionGroup, match="Outbox consumers failed"):
        outbox.consume_all()

    assert given == ["a"]
    assert OutboxCursor.objects.get(consumer="stumbler").event_id == 0
    assert names(Event.objects.all()) == ["a"]


def test_a_handler_s_own_events_come_in_the_next_round(happen: Happen, settle: Any) -> None:
    given: list[str] = []

    def answer(events: Sequence[Event]) -> None:
        given.extend(names(events))
        if given == ["a"]:
            happen("answer to a")

    outbox.register_consumer("answerer", answer)
    happen("a")

    outbox.consume("answerer")
    settle()
    outbox.consume("answerer")

    assert given == ["a", "answer to a"]


def test_a_consumer_at_work_is_left_alone(happen: Happen, in_thread: Any) -> None:
    at_work, finish = Flag(), Flag()
    given: list[str] = []

    def linger(events: Sequence[Event]) -> None:
        given.extend(names(events))
        at_work.set()
        assert finish.wait(20)

    outbox.register_consumer("slow", linger)
    happen("a")
    worker = in_thread(outbox.consume, "slow")
    assert at_work.wait(20)

    assert outbox.consume("slow") == 0
    finish.set()
    worker.join()
    assert given == ["a"]


def test_a_database_restored_into_a_younger_cluster_is_noticed(happen: Happen, heard: list[str]) -> None:
    OutboxCursor.objects.create(consumer="ear", transaction_id=2**40)

    with pytest.raises(RuntimeError, match="restored from another"):
        outbox.consume("ear")


def test_it_is_noticed_where_everything_is_read(happen: Happen, heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    happen("a")
    outbox.consume_all()
    monkeypatch.setattr(outbox.NextTransaction, "template", "1::bigint")

    with pytest.raises(ExceptionGroup) as found:
        outbox.consume_all()

    assert found.group_contains(RuntimeError, match="restored from another")


def test_a_sweep_that_finds_nothing_new_asks_twice(happen: Happen, heard: list[str], django_assert_num_queries: Any) -> None:
    happen("a")
    outbox.consume_all()

    with django_assert_num_queries(2):
        assert outbox.consume_all() == 0

    happen("b")
    outbox.consume_all()
    assert heard == ["a", "b"]


def test_what_comes_while_a_worker_is_at_it_is_read_by_that_worker(happen: Happen, settle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its doorbell finds the consumer taken and leaves: nobody else would read it before the sweep."""
    given: list[str] = []

    def meanwhile(events: Sequence[Event]) -> None:
        given.extend(names(events))

    def last(events: Sequence[Event]) -> None:
        if names(events) == ["a"]:
            happen("b")

    outbox.register_consumer("first", meanwhile)
    outbox.register_consumer("last", last)
    monkeypatch.setattr(outbox, "_behind", lambda found=outbox._behind: settle() or found())
    happen("a")

    assert outbox.consume_all() == 4

    assert given == ["a", "b"]


def test_an_event_costs_each_consumer_few_queries(happen: Happen, heard: list[str], django_assert_max_num_queries: Any) -> None:
    """Every act of anybody rings, and every consumer looks."""
    outbox.consume_all()
    happen("a")

    with django_assert_max_num_queries(4 + 5 * len(outbox._consumers)):  # transaction, cursor, events, cursor, end
        outbox.consume_all()

    assert heard == ["a"]


@pytest.mark.parametrize("task", [tasks.doorbell, tasks.sweep_outbox])
def test_doorbell_and_sweep_serve_every_consumer(task: Any, happen: Happen, heard: list[str]) -> None:
    happen("a")

    assert task() == 1

    assert heard == ["a"]


def test_tasks_act_as_the_worker(happen: Happen) -> None:
    outbox.register_consumer("writer", lambda events: happen("b") if names(events) == ["a"] else None)
    outbox.register_consumer("recorder", lambda events: events[0].data["name"] == "a" and record("thing.done", None, actor=None, name="c"))
    happen("a")

    tasks.doorbell()

    assert [event.channel for event in Event.objects.order_by("id")] == [Channel.SYSTEM, Channel.SYSTEM, Channel.WORKER]


def test_commit_rings(doorbells: list[str]) -> None:
    with acting(channel=Channel.SYSTEM), transaction.atomic():
        record("thing.done", None, actor=None)
        assert doorbells == []

    assert doorbells == ["ring"]


def test_a_consumer_is_registered_once(heard: list[str]) -> None:
    with pytest.raises(ValueError, match="Two consumers"):
        outbox.register_consumer("ear", lambda events: None)
