"""Doorbells: the row of the version is the queue, these only say that there is something in it."""

from typing import Any

from celery import shared_task
from celery.signals import worker_process_init

from audit.context import acting
from audit.files import clear_abandoned


@shared_task(name="documents.tasks.render_version")
def render_version(version_id: int) -> None:
    from documents.services import queue

    with acting(channel="worker"):
        queue.render_next(version_id)


@shared_task(name="documents.tasks.sweep_documents")
def sweep_documents() -> None:
    from documents.services import queue

    with acting(channel="worker"):
        queue.sweep()
    clear_abandoned()


@shared_task(name="documents.tasks.refresh_all_out_of_date")
def refresh_all_out_of_date() -> int:
    from documents.services import freshness

    with acting(channel="worker"):
        return freshness.refresh_all()


@worker_process_init.connect(dispatch_uid="documents.warm_up")
def warm_up(**_kwargs: Any) -> None:
    """Load the renderer and the fonts' tables after the fork, so that the first document does not wait for them."""
    from documents import rendering

    rendering.missing_characters("any text")
