import json
import logging
import logging.config
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.conf import settings

from audit.context import acting


@pytest.fixture
def line() -> Iterator[Any]:
    """A logger with the formatter of the settings; gives the entries written so far."""
    written = StringIO()
    configurator = logging.config.DictConfigurator(settings.LOGGING)
    handler = logging.StreamHandler(written)
    handler.setFormatter(configurator.configure_formatter(configurator.config["formatters"]["line"]))
    logger = logging.getLogger("tests.audit.line")
    logger.addHandler(handler)
    yield logger, lambda: [json.loads(entry) for entry in written.getvalue().splitlines()]
    logger.removeHandler(handler)


def test_an_entry_is_one_line_of_json_with_its_request(line: Any) -> None:
    logger, entries = line

    with acting(channel="worker", request_id="abc"):
        logger.warning("Broker %s\nis away", "A")

    (entry,) = entries()
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {"event": "Broker A\nis away", "level": "warning", "logger": "tests.audit.line", "request": "abc", "channel": "worker"}


def test_an_error_carries_its_traceback(line: Any) -> None:
    logger, entries = line

    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logger.exception("It failed")

    assert entries()[0]["exception"].endswith("ZeroDivisionError")


def test_structlog_entries_look_the_same(line: Any) -> None:
    logger, entries = line
    wrapped = structlog.wrap_logger(logger, processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter])

    wrapped.warning("Sent", project="API-2026-0001")

    assert (entries()[0]["event"], entries()[0]["project"]) == ("Sent", "API-2026-0001")


def test_structlog_s_own_loggers_end_in_the_standard_library_s(caplog: pytest.LogCaptureFixture, line: Any) -> None:
    logger, entries = line

    with acting(channel="worker", request_id="abc"):
        structlog.get_logger(logger.name).warning("mail.not_sent", message=5)

    (entry,) = entries()
    assert (entry["event"], entry["message"], entry["request"], entry["level"]) == ("mail.not_sent", 5, "abc", "warning")
