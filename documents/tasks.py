"""Doorbells: the row of the version is the queue, these only say that there is something in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import shared_task
from celery.signals import worker_process_init

from audit.context import acting
from audit.files import clear_abandoned

if TYPE_CHECKING:
    from documents.models import DocumentVersion


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


@shared_task(name="documents.tasks.read_files", time_limit=150)
def read_files() -> int:
    from documents.services import file_texts

    with acting(channel="worker"):
        return file_texts.read_files()


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


def draw_preview(version: DocumentVersion) -> bytes:
    """A draft of a version that nobody stores, drawn while somebody waits; here, because only then the process loads the renderer."""
    from documents.models import Rendition
    from documents.rendering import render_pdf
    from documents.services.queue import page_of

    html = page_of(version, Rendition.Kind.REVIEW)
    return render_pdf(html, attachment=b"{}", attachment_name="preview.json", created=version.requested_at).content
