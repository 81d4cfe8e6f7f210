"""What was measured, and how it is written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from cdmo.servers.product import manage

WARM_UP = 5
HEAD = "| what | product, ms | floor, ms | floor / product | readings | queries | asked | met |\n|---|---|---|---|---|---|---|---|\n"
SHELL = ("shell", "--no-imports", "--command")


@dataclass(frozen=True)
class Row:
    """What was measured: milliseconds of the product, of the floor where there is one, what is asked of it, of how many readings these are
    the medians, and a page's statements.
    """

    name: str
    ours: float
    floor: float | None
    target: str
    met: bool
    readings: int
    queries: int | None = None

    @property
    def line(self) -> str:
        floor = f"{self.floor:.1f}" if self.floor else "–"
        share = f"{self.floor / self.ours:.2f}" if self.floor else "–"
        queries = "–" if self.queries is None else str(self.queries)
        met = "yes" if self.met else "**no**"
        return f"| {self.name} | {self.ours:.1f} | {floor} | {share} | {self.readings} | {queries} | {self.target} | {met} |"


def measured(ours: Callable[[], object], floor: Callable[[], object] | None = None, *, times: int) -> tuple[float, float | None]:
    """The medians in milliseconds, asked in turn."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(times + WARM_UP):
        for spent, ask in zip(found, (ours, floor), strict=True):
            if ask is not None:
                began = perf_counter()
                ask()
                if number >= WARM_UP:
                    spent.append((perf_counter() - began) * 1000)
    return median(found[0]), median(found[1]) if floor else None


def told_rows(told: Mapping[str, str], code: str) -> Iterator[Row]:
    """What this code prints inside the product: one JSON list of name, value, floor, what is asked and the number of readings a line.

    A number above one that is asked is the most that the value may be; below one it is the least share of the floor.
    """
    for line in (line for line in manage(told, *SHELL, code).splitlines() if line[:1] == "["):  # not what is logged of each request
        name, ours, floor, asked, readings = json.loads(line)
        if asked is None:
            yield Row(name, ours, floor, "–", True, readings)
        elif asked < 1:
            yield Row(name, ours, floor, f"{asked:.2f} of the floor", floor / ours >= asked, readings)
        else:
            yield Row(name, ours, floor, f"{asked:g}", ours <= asked, readings)
