"""One line of JSON for each log entry, with the request and the person it belongs to."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from audit import context

Entry = MutableMapping[str, Any]
_timestamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
_as_json = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


def renderer(logger: logging.Logger | None, method_name: str, event: Entry) -> str | bytes:
    """The processor of the `line` formatter in settings.LOGGING; serves structlog's entries and the standard library's alike."""
    now = context.current()
    where = {"level": method_name, "logger": getattr(logger, "name", None), "request": now.request_id, "channel": str(now.channel)}
    entry: Any = _timestamp(None, method_name, {**where, "user": getattr(now.actor, "pk", None), **event})
    entry = structlog.processors.format_exc_info(None, method_name, entry)
    return _as_json(None, method_name, {name: value for name, value in entry.items() if value not in (None, "")})
