"""What happens behind an answer, with the product's own workers running: webhooks, and documents in their queue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from statistics import median
from time import sleep, time

from cdmo.servers.product import manage
from tests.bench.rows import SHELL, Row
from tests.notifications.receiver import Receiver, listening

ACTS, CROWD, CHARTERS = 20, 10_000, 5
PATIENCE_SECONDS = 60.0
OURS = ("project.held", "project.resumed")


def come_to_rest(told: Mapping[str, str]) -> None:
    """What the copies of the demo left to do is no part of what is measured."""
    run(told, "rest(); print(0)")
    until = time() + 4 * PATIENCE_SECONDS
    while int(run(told, "print(waiting())")):
        assert time() < until, "The workers did not come to rest."
        sleep(2)


def webhook_row(told: Mapping[str, str]) -> Row:
    """From the commit of an act to the call in the client's system."""
    with listening() as receiver:
        webhook, acts = json.loads(run(told, f"acts({receiver.url!r}, {ACTS})"))
        came = arrivals(receiver, len(acts))
    run(told, f"disable({webhook}); print(0)")
    spent = median((arrived - done) * 1000 for done, arrived in zip(acts, came, strict=True))
    return Row("Webhook: from the commit to the client's system", spent, None, "–", True, ACTS)


def arrivals(receiver: Receiver, wanted: int) -> list[float]:
    until = time() + PATIENCE_SECONDS
    while True:
        calls = zip(receiver.moments, list(receiver.calls), strict=False)
        found = [moment for moment, (_path, _headers, body) in calls if json.loads(body)["kind"] in OURS]
        if len(found) >= wanted:
            return found[:wanted]
        assert time() < until, f"{len(found)} of {wanted} calls came."
        sleep(0.1)


def document_rows(told: Mapping[str, str]) -> Iterator[Row]:
    spent = median(json.loads(run(told, "one_document('project_charter')"))[0] for _ in range(CHARTERS))
    yield Row("Charter: from the click to its file, nothing else waiting", spent, None, "3 s", spent <= 3000, CHARTERS)
    crowd = int(run(told, f"crowd({CROWD})"))
    try:
        spent, waiting = json.loads(run(told, "one_document('project_status_report')"))
    finally:
        run(told, "disperse(); print(0)")
    name = f"Status report of another person while {waiting:,} of {crowd:,} documents wait"
    yield Row(name, spent, None, "10 s, and others still wait", spent <= 10_000 and waiting > CROWD / 2, 1)


def run(told: Mapping[str, str], call: str) -> str:
    return manage(told, *SHELL, f"from tests.bench.queues import *; {call}").splitlines()[-1]
