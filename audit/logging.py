"""One line of JSON for each log entry, with the request and the person it belongs to."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from audit import context

_timestamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
_as_json = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


def renderer(logger: logging.Logger | None, method_name: str, event: MutableMapping[str, Any]) -> str | bytes:
    """Serves structlog's entries and the standard library's alike."""
    record: logging.LogRecord | None = event.pop("_record", None)
    event.pop("_from_structlog", None)
    now = context.current()
    entry: dict[str, Any] = {"level": method_name, "logger": record.name if record else ""}
    entry |= {"request": now.request_id, "channel": str(now.channel), "user": getattr(now.actor, "pk", None)}
    stamped = _timestamp(logger, method_name, {**entry, **event})
    complete = structlog.processors.format_exc_info(logger, method_name, stamped)
    return _as_json(logger, method_name, {name: value for name, value in complete.items() if value not in (None, "")})


PROCESSORS = (renderer,)  # of the `line` formatter in settings.LOGGING


def configure() -> None:
    """Entries written through structlog go the way of the standard library's, to the same handlers in the same form."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
