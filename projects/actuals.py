"""What a phase cost, gave and took beside what was quoted of it. A layer above knows it; the pages of a gate show it to us alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project


@dataclass(frozen=True)
class Beside:
    """A figure in words, as it was quoted and as it came; empty where there is nothing. notes: what it rests on, what is left out."""

    label: str
    quoted: str
    actual: str
    difference: str = ""
    percent: str = ""
    notes: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class PhaseActuals:
    """key: of the phase. link: to where they are recorded. hides_money: costs are left out, for the reader may not know what the project
    earns.
    """

    key: str
    label: str
    link: str
    rows: tuple[Beside, ...]
    hides_money: bool


_readers: list[Callable[[Project, User, str], PhaseActuals | None]] = []


def read_actuals_by(reader: Callable[[Project, User, str], PhaseActuals | None]) -> None:
    _readers[:] = [reader]


def actuals_at(project: Project, reader: User, phase: str) -> PhaseActuals | None:
    """None where the phase has not begun. A fixed number of queries."""
    return _readers[0](project, reader, phase)
