"""Every page of the product over HTTP, each as the person who reads it, and what is searched for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

from cdmo.servers.product import manage
from tests.bench.rows import SHELL, Row, measured
from tests.bench.running import Reader, signed_in

SLOWEST, TIMES = 20, 3
PAGE_MS, QUERIES, GATE_QUERIES = 200, 20, 15
GATE = f", {GATE_QUERIES} queries"
SEARCH_MS = 100
WALK = "from tests.bench.places import main; main()"
SEARCHED = "from tests.bench.places import searched; searched()"


def page_rows(told: Mapping[str, str], port: int, password: str) -> Iterator[Row]:
    """The slowest, whatever misses its target, and one line for all others."""
    everybody = Everybody(port, password)
    rows = sorted((_row(everybody, *json.loads(line)) for line in asked(told, WALK)), key=lambda row: row.ours, reverse=True)
    yield from rows[:SLOWEST]
    rest = rows[SLOWEST:]
    yield from (row for row in rest if is_shown(row))
    others = [row for row in rest if not is_shown(row)]
    slowest, most = max(row.ours for row in others), max(row.queries or 0 for row in others)
    yield Row(f"All other {len(others)} pages: the slowest, the most queries", slowest, None, "200 ms, 20 queries", True, TIMES, most)


def is_shown(row: Row) -> bool:
    """Of those that are not among the slowest: what misses its target, and the pages of gates, which have one of their own."""
    return not row.met or GATE in row.target


def search_rows(told: Mapping[str, str], port: int, password: str, times: int) -> Iterator[Row]:
    everybody = Everybody(port, password)
    for line in asked(told, SEARCHED):
        what, email, word, number = json.loads(line)
        path = f"/search/?{urlencode({'q': word})}"
        spent = median([_spent(everybody.reader(email), path) for _ in range(times + 1)][1:])
        yield Row(f"Search: {what}", spent, None, f"{SEARCH_MS} ms", spent <= SEARCH_MS, times, number)


def asked(told: Mapping[str, str], code: str) -> list[str]:
    return [line for line in manage(told, *SHELL, f"import logging; logging.disable(logging.INFO); {code}").splitlines() if line[:1] == "["]


class Everybody:
    """Who was signed in once stays so."""

    def __init__(self, port: int, password: str) -> None:
        self.port, self.password, self.there = port, password, {"": Reader(port)}

    def reader(self, email: str) -> Reader:
        if email not in self.there:
            self.there[email] = signed_in(self.port, email, self.password)
        return self.there[email]


def _row(everybody: Everybody, name: str, email: str, address: str, queries: int) -> Row:
    reader = everybody.reader(email)
    spent = median([_spent(reader, address) for _ in range(TIMES + 1)][1:])
    most = GATE_QUERIES if address.endswith("/gate/") else QUERIES
    return Row(name, spent, None, f"{PAGE_MS} ms, {most} queries", spent <= PAGE_MS and queries <= most, TIMES, queries)


def _spent(reader: Reader, address: str) -> float:
    """With the page that it leads on to: a search for a mistyped name."""
    began = perf_counter()
    status, _body, headers = reader.get(address)
    if status == 302:
        status, _body, _headers = reader.get(headers["location"])
    assert status == 200, (address, status)
    return (perf_counter() - began) * 1000


def price_rows(staff: Reader, told: Mapping[str, str], times: int) -> Iterator[Row]:
    """The page of a scenario, and what htmx asks for there after each typed batch size: of the demo, and of twelve steps."""
    for whose, code in (("the demo", SCENARIO), ("12 steps and 150 materials", LARGE)):
        project, number, phase = manage(told, *SHELL, code).splitlines()[-1].split()
        path = f"/projects/{project}/costs/{number}/"
        assert staff.get(path)[0] == 200, path
        mine, _floor = measured(lambda path=path: staff.get(path), times=times)
        yield Row(f"Page of a cost scenario of {whose}", mine, None, "200 ms", mine <= 200, times)
        typed = f"{path}?{phase}-batch_kg=35"
        status, body, _headers = staff.get(typed, **{"HX-Request": "true"})
        assert (status, b"nothing of it is saved" in body) == (200, True), status
        mine, _floor = measured(lambda typed=typed: staff.get(typed, **{"HX-Request": "true"}), times=times)
        name = f"There a typed batch size: price, band, 10,000 draws and open answers of {whose} anew"
        yield Row(name, mine, None, "1000 ms", mine <= 1000, times)


SCENARIO = """
from process.models import CostAssessment
scenario = CostAssessment.objects.filter(state="draft", name="As asked").latest("pk")
print(scenario.project.code, scenario.number, scenario.phases.exclude(batches=0).latest("pk").phase)
"""
LARGE = "from tests.bench.large_route import main; main()"


def export_rows(staff: Reader, projects: int) -> Iterator[Row]:
    """The list of all projects as a file: until its first byte, and until its last."""
    for form in ("csv", "xlsx"):
        found = [_streamed(staff, f"/lists/projects.{form}") for _ in range(TIMES)]
        first, whole = (median(each) for each in zip(*found, strict=True))
        yield Row(f"{form.upper()} of {projects:,} projects: until its first byte", first, None, "–", True, TIMES)
        yield Row(f"{form.upper()} of {projects:,} projects: whole", whole, None, "–", True, TIMES)


def _streamed(staff: Reader, path: str) -> tuple[float, float]:
    began = perf_counter()
    answer = staff.open(path)
    assert answer.status == 200, answer.status
    answer.read(1)
    first = perf_counter() - began
    answer.read()
    return first * 1000, (perf_counter() - began) * 1000
