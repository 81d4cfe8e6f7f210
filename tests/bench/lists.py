"""The API's lists and its 304 beside the bare floor, which has to say the same: one after the other, and eight connections at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from tests.bench.rows import Row, measured
from tests.bench.running import Reader

LISTS = (
    ("50 projects", "projects/?page_size=50"),
    ("50 projects with their milestones", "projects/?page_size=50&include=milestones"),
    ("50 milestones with their last change", "milestones/?page_size=50"),
)
CONNECTIONS, SECONDS, TURNS = 8, 2.0, 3
SHARE = 0.5
Readers = Callable[[], Reader]
Said = list[tuple[Any, ...]]


def api_rows(ours: Readers, floor: Readers, code: str, times: int) -> Iterator[Row]:
    for name, path in LISTS:
        yield _alone(f"API: {name}", (ours(), f"/api/v1/{path}"), (floor(), f"/{path}"), times)
    path = f"projects/{code}/"
    yield _alone("API: one project, not changed (304)", *_unchanged(ours, floor, path), times)
    _name, path = LISTS[1]
    yield _at_once(f"API: {LISTS[1][0]}", (ours, f"/api/v1/{path}", {}), (floor, f"/{path}", {}))
    (reader, mine), (other, theirs) = _unchanged(ours, floor, f"projects/{code}/")
    yield _at_once("API: one project, not changed (304)", (ours, mine, reader.headers), (floor, theirs, other.headers))


def _alone(name: str, ours: tuple[Reader, str], floor: tuple[Reader, str], times: int) -> Row:
    same(ours, floor)
    mine, theirs = measured(lambda: ours[0].get(ours[1]), lambda: floor[0].get(floor[1]), times=times)
    return Row(name, mine, theirs, f"{SHARE} of the floor", bool(theirs and theirs / mine >= SHARE), times)


def _unchanged(ours: Readers, floor: Readers, path: str) -> tuple[tuple[Reader, str], tuple[Reader, str]]:
    """Readers who have the answer already; that the two answers were about the same project is looked at before."""
    asked = (ours(), f"/api/v1/{path}"), (floor(), f"/{path}")
    same(*asked)
    for reader, address in asked:
        reader.headers["If-None-Match"] = reader.get(address)[2]["etag"]
        assert reader.get(address)[0] == 304, address
    return asked


def same(ours: tuple[Reader, str], floor: tuple[Reader, str]) -> None:
    """The floor says what the product says: as many rows, of the same things, each with the same milestones; and in no more
    fields. Else nothing is compared.
    """
    answers = [reader.get(address) for reader, address in (ours, floor)]
    if [status for status, _body, _headers in answers] == [304, 304]:
        return
    assert [status for status, _body, _headers in answers] == [200, 200], answers
    read = [json.loads(body) for _status, body, _headers in answers]
    mine, theirs = map(said, read)
    assert mine and mine == theirs, f"{ours[1]}: the product has {len(mine)} rows, the floor {len(theirs)}, or others."
    (fields, bare) = ({*each.get("results", [each])[0]} for each in read)
    assert len(bare) <= len(fields), f"{ours[1]}: the floor says more: {bare} beside {fields}."


def said(answer: dict[str, Any]) -> Said:
    """What an answer is about: projects by code with the keys of their milestones, milestones by project and key."""
    rows = answer.get("results", [answer])
    return [_of_row(row) for row in rows]


def _of_row(row: dict[str, Any]) -> tuple[Any, ...]:
    if "code" in row:
        return (row["code"], *sorted(each["key"] for each in row.get("milestones", ())))
    return row["project"], row["key"]


def _at_once(name: str, ours: tuple[Readers, str, dict[str, str]], floor: tuple[Readers, str, dict[str, str]]) -> Row:
    """Product and floor in turn, for some seconds each; the reader, too, needs a share of the same cores."""
    rates = [[_rate(*each) for each in (ours, floor)] for _turn in range(TURNS)]
    mine, theirs = (sorted(each)[TURNS // 2] for each in zip(*rates, strict=True))
    whole = f"{name}, {CONNECTIONS} connections at once: {mine:.0f} answers a second, the floor {theirs:.0f}; ms for each"
    return Row(whole, 1000 / mine, 1000 / theirs, f"{SHARE} of the floor", mine / theirs >= SHARE, TURNS)


def _rate(readers: Readers, address: str, headers: dict[str, str]) -> float:
    """Answers a second. Each connection stays open and stops by itself."""

    def ask(until: float) -> int:
        reader, number = readers(), 0
        while perf_counter() < until:
            status, _body, _headers = reader.get(address, **headers)
            assert status in (200, 304), status
            number += 1
        return number

    began = perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        total = sum(pool.map(ask, [began + SECONDS] * CONNECTIONS))
    return total / (perf_counter() - began)
