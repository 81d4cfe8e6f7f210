"""`make bench`: how fast the product is, beside a bare floor measured in the same run. Writes docs/benchmarks.md.

Product and floor run under the same server with as many workers, on one database with copies of the demo's projects (`manage.py
load_scale`), which is kept for the next run. One reader asks one after the other, product and floor in turn; the medians count. Loopback
only; it stops by itself.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from itertools import chain
from urllib.parse import urlencode

from cdmo.servers.children import Child, stop_all, wait_for
from cdmo.servers.layout import ROOT, Layout
from cdmo.servers.private import Servers, claimed
from cdmo.servers.product import addresses, children, environment, manage
from tests.bench.after import come_to_rest, document_rows, webhook_row
from tests.bench.rows import SHELL, Row, measured, told_rows
from tests.stack import free_port

REPORT = ROOT / "docs" / "benchmarks.md"

TOKEN = """
from django.utils import timezone
from accounts.models import User
from accounts.services import create_integration_account, create_token
from cdmo.demo.people import PASSWORD
from projects.models import Project
project = Project.objects.exclude(charter=None).latest("pk")
actor = User.objects.get(email="bd@demo.example")
account = create_integration_account(project.client_id, name=f"Bench {timezone.now():%d %b %Y %H:%M:%S}", actor=actor)
manager = project.project_manager.email
print(create_token(account.pk, name="bench", scope="read", actor=actor)[1], project.code, manager, PASSWORD)
"""
POSITIONS = """
from audit.models import Event
from notifications.changes import cursor_of
for share in (0, 0.5, 0.999):
    event = Event.objects.order_by("transaction_id", "id")[int(Event.objects.count() * share)]
    print(cursor_of((event.transaction_id, event.pk)))
"""


class Reader:
    """One connection that stays open."""

    def __init__(self, port: int, **headers: str) -> None:
        self.connection, self.headers = HTTPConnection("127.0.0.1", port, timeout=600), headers

    def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        try:
            answer = self._ask(path, {**self.headers, **headers})
        except RemoteDisconnected:  # it was idle for longer than the server waits
            answer = self._ask(path, {**self.headers, **headers})
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}

    def _ask(self, path: str, headers: dict[str, str]) -> HTTPResponse:
        self.connection.request("GET", path, headers=headers)
        return self.connection.getresponse()

    def post(self, path: str, **fields: str) -> dict[str, str]:
        self.connection.request("POST", path, urlencode(fields), {**self.headers, "Content-Type": "application/x-www-form-urlencoded"})
        answer = self.connection.getresponse()
        answer.read()
        cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        return dict(cookie.split("=", 1) for cookie in cookies)


def answers(port: int, path: str) -> bool:
    with suppress(OSError):
        return bool(Reader(port).get(path)[0])
    return False


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


def feed_rows(staff: Reader, cursors: list[str], times: int) -> Iterator[Row]:
    for place, cursor in zip(("at the beginning", "in the middle", "near the end"), cursors, strict=True):
        path = f"/api/v1/changes/?{urlencode({'since': cursor})}"
        status, _body, _headers = staff.get(path)
        assert status == 200, status
        mine, _floor = measured(lambda path=path: staff.get(path), times=times)
        yield Row(f"API: changes feed, a page {place}", mine, None, "20 ms", mine <= 20)


def pages(code: str) -> list[str]:
    below = ("", "gate/", "plan/", "documents/", "activity/", "charter/", "payments/", "risks/", "sharing/", "status-report/")
    lists = ("", "my-work/", "rfps/", "projects/", "projects/board/", "projects/gantt/", "projects/kpis/", "documents/", "clients/")
    return (
        [f"/{each}" for each in lists] + ["/occupancy/", "/inbox/", "/search/?q=apixaban"] + [f"/projects/{code}/{each}" for each in below]
    )


def page_rows(staff: Reader, code: str, times: int) -> Iterator[Row]:
    for path in pages(code):
        status, _body, _headers = staff.get(path)
        assert status == 200, (path, status)
        mine, _floor = measured(lambda path=path: staff.get(path), times=times)
        yield Row(f"Page {path.replace(code, '…')}", mine, None, "200 ms", mine <= 200)


def signed_in(port: int, email: str, password: str) -> Reader:
    """A person's browser, without scripts."""
    reader = Reader(port)
    _status, body, headers = reader.get("/accounts/login/")
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', body)
    assert token, "The page of the sign-in has no form."
    reader.headers = {"Cookie": headers["set-cookie"].split(";")[0], "Referer": f"http://127.0.0.1:{port}/"}
    session = reader.post("/accounts/login/", csrfmiddlewaretoken=token[1].decode(), login=email, password=password)
    assert "cdmo_session" in session, "Nobody was signed in."
    reader.headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in session.items())}
    return reader


@contextmanager
def running(projects: int) -> Iterator[tuple[dict[str, str], int, int, list[Child]]]:
    """What the product was told, its port, the floor's, and the processes that still have to start: workers and clock."""
    layout = Layout(ROOT / ".state" / "bench")
    with claimed(layout):
        servers, processes = Servers(layout), list[Child]()
        try:
            told = environment(
                layout, addresses(servers.start_postgres(), servers.start_redis()), API_RATE="1000000/min", WEBHOOK_LOOPBACK="yes"
            )
            print("Preparing the database …", flush=True)
            manage(told, "prepare", "--demo")
            print(manage(told, "load_scale", "--projects", str(projects)), flush=True)
            port, bare = free_port(), free_port()
            web, *behind = children(layout, told, port)
            command = [part if part != "cdmo.wsgi" else "tests.bench.floor:application" for part in web.command]
            command = [part.replace(str(port), str(bare)).replace("web.ctl", "floor.ctl") for part in command if part != "--preload"]
            floor = Child("floor", command, {**told, "PYTHONPATH": str(ROOT)}, layout.logs / "floor.log")
            processes += [web, floor]
            for child in processes:
                child.start()
            wait_for("The web server", lambda: answers(port, "/healthz"), processes)
            wait_for("The floor", lambda: answers(bare, "/projects/"), processes)
            processes += behind
            yield told, port, bare, behind
        finally:
            stop_all(processes, servers.children)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make bench")
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=40)
    asked = parser.parse_args()
    with running(asked.projects) as (told, port, bare, behind):
        secret, code, manager, password = manage(told, *SHELL, TOKEN).splitlines()[-1].split()
        cursors = manage(told, *SHELL, POSITIONS).splitlines()[-3:]
        size = manage(told, "load_scale", "--projects", "1")
        system = {"Authorization": f"Bearer {secret}"}
        staff = signed_in(port, manager, password)
        rows: list[Row] = []
        for row in chain(
            api_rows(Reader(port, **system), Reader(bare, **system), code, asked.times),
            feed_rows(staff, cursors, asked.times),
            page_rows(staff, code, asked.times),
            told_rows(told, f"from tests.bench.acts import main; main({asked.times})"),
            told_rows(told, "from tests.bench.prices import main; main(7)"),
            told_rows(told, "from tests.bench.papers import charter; charter(7)"),
            told_rows(told, "from tests.bench.papers import large; large()"),
            with_workers(told, behind),
        ):
            print(row.line, flush=True)
            rows.append(row)
            REPORT.write_text(report(rows, size, asked.times))  # a later measurement that fails loses none of these
    return 0 if all(row.met for row in rows) else 1


def with_workers(told: dict[str, str], behind: list[Child]) -> Iterator[Row]:
    for child in behind:
        child.start()
    come_to_rest(told)
    yield webhook_row(told)
    yield from document_rows(told)


def report(rows: list[Row], size: str, times: int) -> str:
    head = "| what | product, ms | floor, ms | floor / product | asked | met |\n|---|---|---|---|---|---|\n"
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return (
        "# How fast it is\n\n"
        f"Written by `make bench` on {datetime.now(UTC):%d %b %Y}: {size}; {machine}. Medians of {times} requests, one after the other,\n"
        "product and bare floor (`tests/bench/floor.py`) in turn. Milliseconds differ between machines by more than half; the share of\n"
        "the floor is what can be compared.\n\n" + head + "\n".join(row.line for row in rows) + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
