"""The request id goes along: with every task that a request rings for, into that task's log lines, events and history rows."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from celery import Task
from celery.signals import before_task_publish, task_postrun, task_prerun

from audit.context import Channel, acting, current

HEADER = "request_id"
_running: dict[str, ExitStack] = {}  # by the id of the task: a worker process runs one at a time


@before_task_publish.connect(dispatch_uid="audit.propagation.send")
def send(headers: dict[str, Any] | None = None, **_rest: Any) -> None:
    """A task rung for outside of any request, by the clock, gets an id of its own where it runs."""
    if headers is not None and (request_id := current().request_id):
        headers.setdefault(HEADER, request_id)


@task_prerun.connect(dispatch_uid="audit.propagation.enter")
def enter(task_id: str, task: Task, **_rest: Any) -> None:
    stack = _running[task_id] = ExitStack()
    stack.enter_context(acting(channel=Channel.WORKER, request_id=str(getattr(task.request, HEADER, None) or "")))


@task_postrun.connect(dispatch_uid="audit.propagation.leave")
def leave(task_id: str, **_rest: Any) -> None:
    if stack := _running.pop(task_id, None):
        stack.close()
