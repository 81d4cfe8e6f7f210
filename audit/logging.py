"""One line of JSON for each log entry, with the request and the person it belongs to."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from audit import context

Entry = MutableMapping[str, Any]
_PROCESSORS: tuple[structlog.types.Processor, ...] = (
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)
_as_json = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


def renderer(logger: logging.Logger | None, method_name: str, event: Entry) -> str | bytes:
    """The processor of the `line` formatter in settings.LOGGING; serves structlog's entries and the standard library's alike."""
    now = context.current()
    event.setdefault("level", method_name)
    event.update({"request": now.request_id, "channel": str(now.channel), "user": getattr(now.actor, "pk", None)})
    for processor in _PROCESSORS:
        event = processor(logger, method_name, event)  # type: ignore[assignment]
    return _as_json(logger, method_name, event)
