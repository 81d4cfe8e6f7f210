"""`make bench`: how fast the product is, beside a bare floor measured in the same run. Writes docs/benchmarks.md.

Product and floor run under the same server with as many workers, on one database with copies of the demo's projects (`manage.py
load_scale`), which is kept for the next run. One reader asks one after the other, product and floor in turn; the medians count. Loopback
only; it stops by itself.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from time import perf_counter
from urllib.parse import urlencode

from cdmo.servers.children import Child
from cdmo.servers.layout import ROOT
from cdmo.servers.product import manage
from tests.bench.after import come_to_rest, document_rows, webhook_row
from tests.bench.lists import api_rows
from tests.bench.pages import export_rows, page_rows, price_rows, search_rows
from tests.bench.rows import HEAD, SHELL, Row, measured, told_rows
from tests.bench.running import Reader, clients_system, running, signed_in
from tests.bench.sheets import sheet_rows

PACE = 20_000_000
REPORT = ROOT / "docs" / "benchmarks.md"

POSITIONS = """
from audit.models import Event
from notifications.changes import cursor_of
for share in (0, 0.5, 0.999):
    event = Event.objects.order_by("transaction_id", "id")[int(Event.objects.count() * share)]
    print(cursor_of((event.transaction_id, event.pk)))
"""


def feed_rows(readers: dict[str, Reader], cursors: list[str], times: int) -> Iterator[Row]:
    """Each reader reads on from the same events what it may: a client's system, for which the feed is made, and one of ours."""
    for who, reader in readers.items():
        for place, cursor in zip(("at the beginning", "in the middle", "near the end"), cursors, strict=True):
            path = f"/api/v1/changes/?{urlencode({'since': cursor})}"
            status, _body, _headers = reader.get(path)
            assert status == 200, status
            mine, _floor = measured(lambda reader=reader, path=path: reader.get(path), times=times)
            yield Row(f"API: changes feed, {who}, a page {place}", mine, None, "20 ms", mine <= 20, times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make bench")
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=40)
    asked = parser.parse_args()
    pace = pace_ms()
    with running(asked.projects) as (told, port, bare, behind):
        secret, code, manager, password = clients_system(told)
        cursors = manage(told, *SHELL, POSITIONS).splitlines()[-3:]
        size = manage(told, "load_scale", "--projects", "1")
        system = {"Authorization": f"Bearer {secret}"}
        staff = signed_in(port, manager, password)
        rows: list[Row] = []
        by_hand = REPORT.read_text().partition("\n## ")
        for row in chain(
            api_rows(lambda: Reader(port, **system), lambda: Reader(bare, **system), code, asked.times),
            feed_rows({"a client's system": Reader(port, **system), "one of ours": staff}, cursors, asked.times),
            page_rows(told, port, password),
            search_rows(told, port, password, asked.times),
            price_rows(staff, told, asked.times),
            export_rows(staff, asked.projects),
            sheet_rows(told, port, password, asked.times),
            told_rows(told, f"from tests.bench.acts import main; main({asked.times})"),
            told_rows(told, "from tests.bench.prices import main; main(7)"),
            told_rows(told, "from tests.bench.papers import charter; charter(15)"),
            told_rows(told, "from tests.bench.papers import large; large()"),
            with_workers(told, behind),
        ):
            print(row.line, flush=True)
            rows.append(row)
            REPORT.write_text(report(rows, size, pace) + "".join(by_hand[1:]))  # a later measurement that fails loses none of these
    return 0 if all(row.met for row in rows) else 1


def pace_ms() -> float:
    """How fast this machine runs Python at the moment."""
    began, total = perf_counter(), 0
    for number in range(PACE):
        total += number
    return (perf_counter() - began) * 1000


def with_workers(told: dict[str, str], behind: list[Child]) -> Iterator[Row]:
    for child in behind:
        child.start()
    come_to_rest(told)
    yield webhook_row(told)
    yield from document_rows(told)


def report(rows: list[Row], size: str, pace: float) -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return (
        "# How fast it is\n\n"
        f"Written by `make bench` on {datetime.now(UTC):%d %b %Y}: {size}; {machine}. Medians of so many\n"
        "readings, one after the other; where there is a bare floor (`tests/bench/floor.py`, or what the row says), product and floor in\n"
        "turn. Milliseconds differ between machines, and between the hours of this one, by more than half: there, the floor's share says\n"
        f"more. As a measure of the machine: {PACE:,} additions in Python took {pace:.0f} ms before this run.\n\n"
        + HEAD
        + "\n".join(row.line for row in rows)
        + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
