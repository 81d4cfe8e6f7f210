"""However deep a loop stands, its turns take no memory from the kernel anew."""

from __future__ import annotations

import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cdmo.celery import app
from cdmo.room import with_room

TURNS, DEEPEST = 100, 400


def called(turn: int) -> int:
    return turn + 1


def loop_at(depth: int) -> None:
    if depth:
        loop_at(depth - 1)
    else:
        for turn in range(TURNS):
            called(turn)


def faults_at(depth: int) -> int:
    """How often places in memory were written to that the kernel had to give first."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    loop_at(depth)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def most_faults() -> int:
    loop_at(DEEPEST)  # every place is written to for the first time
    return max(map(faults_at, range(DEEPEST)))


def in_a_thread(call: Callable[[], int]) -> int:
    """A thread has frames of its own: the tests themselves have room."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def test_a_loop_at_the_end_of_a_chunk_takes_one_in_each_turn() -> None:
    """What `cdmo.room` is for: in a later CPython that keeps its chunks, it is not needed any more."""
    assert in_a_thread(most_faults) >= TURNS


def test_with_room_no_loop_does() -> None:
    assert in_a_thread(with_room(most_faults)) < TURNS / 2


def test_arguments_answers_and_errors_pass_through() -> None:
    assert with_room(divmod)(7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        with_room(divmod)(7, 0)


def test_every_task_has_room() -> None:
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]

    assert ours
    assert {type(task).__call__.__code__.co_stacksize > 50_000 for task in ours} == {True}
