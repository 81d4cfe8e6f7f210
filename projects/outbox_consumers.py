"""What this app does when events come in: keep the readiness summaries fresh."""

from __future__ import annotations

from collections.abc import Sequence

from audit.models import Event
from audit.outbox import register_consumer
from projects.services.readiness import refresh_readiness


def refresh_readiness_of(events: Sequence[Event]) -> None:
    refresh_readiness({event.project_id for event in events if event.project_id})


def register_all() -> None:
    register_consumer("projects.readiness", refresh_readiness_of)
