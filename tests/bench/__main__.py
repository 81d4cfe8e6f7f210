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
from urllib.parse import urlencode

from cdmo.servers.children import Child
from cdmo.servers.layout import ROOT
from cdmo.servers.product import manage
from tests.bench.after import come_to_rest, document_rows, webhook_row
from tests.bench.rows import HEAD, SHELL, Row, measured, told_rows
from tests.bench.running import Reader, clients_system, running, signed_in
from tests.bench.sheets import sheet_rows

REPORT = ROOT / "docs" / "benchmarks.md"

POSITIONS = """
from audit.models import Event
from notifications.changes import cursor_of
for share in (0, 0.5, 0.999):
    event = Event.objects.order_by("transaction_id", "id")[int(Event.objects.count() * share)]
    print(cursor_of((event.transaction_id, event.pk)))
"""

SCENARIO = """
from process.models import CostAssessment
scenario = CostAssessment.objects.filter(state="draft", name="As asked").latest("pk")
print(scenario.project.code, scenario.number, scenario.phases.exclude(batches=0).latest("pk").phase)
"""


def api_rows(ours: Reader, floor: Reader, code: str, times: int) -> Iterator[Row]:
    for name, path in (
        ("API: 50 projects", "projects/?page_size=50"),
        ("API: 50 projects with their milestones", "projects/?page_size=50&include=milestones"),
        ("API: 50 milestones with their last change", "milestones/?page_size=50"),
    ):
        first, bare = ours.get(f"/api/v1/{path}"), floor.get(f"/{path}")
        assert (first[0], bare[0]) == (200, 200), (first, bare)
        mine, theirs = measured(lambda path=path: ours.get(f"/api/v1/{path}"), lambda path=path: floor.get(f"/{path}"), times=times)
        yield Row(name, mine, theirs, "0.5 of the floor", bool(theirs and theirs / mine >= 0.5))
    path = f"projects/{code}/"
    tags = [reader.get(each)[2]["etag"] for reader, each in ((ours, f"/api/v1/{path}"), (floor, f"/{path}"))]
    asked = [ours.get(f"/api/v1/{path}", **{"If-None-Match": tags[0]})[0], floor.get(f"/{path}", **{"If-None-Match": tags[1]})[0]]
    assert asked == [304, 304], asked
    mine, theirs = measured(
        lambda: ours.get(f"/api/v1/{path}", **{"If-None-Match": tags[0]}),
        lambda: floor.get(f"/{path}", **{"If-None-Match": tags[1]}),
        times=times,
    )
    yield Row("API: one project, not changed (304)", mine, theirs, "0.5 of the floor", bool(theirs and theirs / mine >= 0.5))


def feed_rows(readers: dict[str, Reader], cursors: list[str], times: int) -> Iterator[Row]:
    """Each reader reads on from the same events what it may: a client's system, for which the feed is made, and one of ours."""
    for who, reader in readers.items():
        for place, cursor in zip(("at the beginning", "in the middle", "near the end"), cursors, strict=True):
            path = f"/api/v1/changes/?{urlencode({'since': cursor})}"
            status, _body, _headers = reader.get(path)
            assert status == 200, status
            mine, _floor = measured(lambda reader=reader, path=path: reader.get(path), times=times)
            yield Row(f"API: changes feed, {who}, a page {place}", mine, None, "20 ms", mine <= 20)


def pages(code: str) -> list[str]:
    below = ("", "gate/", "plan/", "documents/", "activity/", "charter/", "payments/", "risks/", "sharing/", "status-report/")
    lists = ("", "my-work/", "rfps/", "projects/", "projects/board/", "projects/gantt/", "projects/kpis/", "projects/bids/")
    more = ("documents/", "clients/", "occupancy/", "inbox/", "search/?q=apixaban")
    return [*(f"/{each}" for each in (*lists, *more)), *(f"/projects/{code}/{each}" for each in below)]


def price_rows(staff: Reader, told: dict[str, str], times: int) -> Iterator[Row]:
    """The pages of costs, and what htmx asks for after each typed batch size, on the demo's largest scenario."""
    code, number, phase = manage(told, *SHELL, SCENARIO).splitlines()[-1].split()
    below = f"/projects/{code}/costs/"
    for path in (below, f"{below}{number}/"):
        assert staff.get(path)[0] == 200, path
        mine, _floor = measured(lambda path=path: staff.get(path), times=times)
        yield Row(f"Page {path.replace(code, '…')}", mine, None, "200 ms", mine <= 200)
    typed = f"{below}{number}/?{phase}-batch_kg=35"
    status, body, _headers = staff.get(typed, **{"HX-Request": "true"})
    assert (status, b"nothing of it is saved" in body) == (200, True), status
    mine, _floor = measured(lambda: staff.get(typed, **{"HX-Request": "true"}), times=times)
    yield Row("A typed batch size: price, band, 10,000 draws and open answers anew", mine, None, "1000 ms", mine <= 1000)


def page_rows(staff: Reader, code: str, times: int) -> Iterator[Row]:
    for path in pages(code):
        status, _body, _headers = staff.get(path)
        assert status == 200, (path, status)
        mine, _floor = measured(lambda path=path: staff.get(path), times=times)
        yield Row(f"Page {path.replace(code, '…')}", mine, None, "200 ms", mine <= 200)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make bench")
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=40)
    asked = parser.parse_args()
    with running(asked.projects) as (told, port, bare, behind):
        secret, code, manager, password = clients_system(told)
        cursors = manage(told, *SHELL, POSITIONS).splitlines()[-3:]
        size = manage(told, "load_scale", "--projects", "1")
        system = {"Authorization": f"Bearer {secret}"}
        staff = signed_in(port, manager, password)
        rows: list[Row] = []
        by_hand = REPORT.read_text().partition("\n## ")
        for row in chain(
            api_rows(Reader(port, **system), Reader(bare, **system), code, asked.times),
            feed_rows({"a client's system": Reader(port, **system), "one of ours": staff}, cursors, asked.times),
            page_rows(staff, code, asked.times),
            price_rows(staff, told, asked.times),
            sheet_rows(told, port, password, asked.times),
            told_rows(told, f"from tests.bench.acts import main; main({asked.times})"),
            told_rows(told, "from tests.bench.prices import main; main(7)"),
            told_rows(told, "from tests.bench.papers import charter; charter(7)"),
            told_rows(told, "from tests.bench.papers import large; large()"),
            with_workers(told, behind),
        ):
            print(row.line, flush=True)
            rows.append(row)
            REPORT.write_text(report(rows, size, asked.times) + "".join(by_hand[1:]))  # a later measurement that fails loses none of these
    return 0 if all(row.met for row in rows) else 1


def with_workers(told: dict[str, str], behind: list[Child]) -> Iterator[Row]:
    for child in behind:
        child.start()
    come_to_rest(told)
    yield webhook_row(told)
    yield from document_rows(told)


def report(rows: list[Row], size: str, times: int) -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return (
        "# How fast it is\n\n"
        f"Written by `make bench` on {datetime.now(UTC):%d %b %Y}: {size}; {machine}. Medians of {times} requests, one after the other,\n"
        "product and bare floor (`tests/bench/floor.py`) in turn. Milliseconds differ between machines by more than half; the share of\n"
        "the floor is what can be compared.\n\n" + HEAD + "\n".join(row.line for row in rows) + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
