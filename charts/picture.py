"""A chart with the table that stands beside it, made from the same data."""

from __future__ import annotations

from dataclasses import dataclass

from charts.look import Spec


@dataclass(frozen=True)
class Picture:
    """rows: as many cells as the head, in words; they say all that the picture says. note: what the picture leaves to them."""

    spec: Spec
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
