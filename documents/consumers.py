"""What this app does when events come in: see whether the documents of the project are still true."""

from __future__ import annotations

from collections.abc import Sequence

from audit.models import Event
from audit.outbox import register_consumer
from documents.services.freshness import refresh_out_of_date
from projects.touched import touched_by


def refresh_documents_of(events: Sequence[Event]) -> None:
    refresh_out_of_date(touched_by(events))


def register_all() -> None:
    register_consumer("documents.freshness", refresh_documents_of)
