"""A request's id goes with the tasks that it rings for."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery
from django.db import transaction

from audit.context import Channel, acting, current
from audit.events import record
from audit.models import Event

seen: list[str] = []


@pytest.fixture
def celery() -> Celery:
    """An application of its own, whose broker is this process."""
    app = Celery("tests", broker="memory://", set_as_current=False)
    app.conf.task_ignore_result = True

    @app.task(name="tests.look", shared=False)
    def look() -> None:
        seen.append(current().request_id)

    @app.task(name="tests.write", shared=False)
    def write() -> None:
        with acting(channel=Channel.WORKER), transaction.atomic():
            record("thing.done", None, actor=None, name="a")

    seen.clear()
    return app


def work(app: Celery) -> None:
    """Take every message as a worker does: with its headers, through the tracer that runs tasks."""
    from celery.app.trace import build_tracer

    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
        while queue.qsize():
            message = queue.get_nowait()
            args, kwargs, _embedded = message.payload
            task = app.tasks[message.headers["task"]]
            trace: Any = build_tracer(task.name, task, app=app)
            trace(message.headers["id"], args, kwargs, request={**message.headers, "hostname": "here", "is_eager": False})
            message.ack()


def test_the_task_runs_under_the_request_that_rang(celery: Celery) -> None:
    with acting(channel=Channel.PAGE, request_id="abc"):
        celery.tasks["tests.look"].delay()

    work(celery)

    assert seen == ["abc"]
    assert current().request_id == ""


def test_two_tasks_do_not_share_what_came_with_one(celery: Celery) -> None:
    with acting(channel=Channel.PAGE, request_id="abc"):
        celery.tasks["tests.look"].delay()
    celery.tasks["tests.look"].delay()

    work(celery)

    assert seen[0] == "abc"
    assert seen[1] not in ("", "abc")  # rung for by the clock: an id of its own


@pytest.mark.django_db
def test_the_event_of_the_task_carries_the_request(celery: Celery) -> None:
    with acting(channel=Channel.PAGE, request_id="abc"):
        celery.tasks["tests.write"].delay()

    work(celery)

    assert list(Event.objects.values_list("request_id", "channel")) == [("abc", "worker")]
