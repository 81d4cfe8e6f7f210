"""What a change order may begin with: words that a layer above knows. They stand in the form, where whoever drafts it changes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projects.models import Project


@dataclass(frozen=True)
class Proposal:
    title: str
    reason: str
    scope: str


_readers: dict[str, Callable[[Project, int], Proposal | None]] = {}


def propose_orders_by(name: str, reader: Callable[[Project, int], Proposal | None]) -> None:
    """reader: of the project and the id that stands under this name in the address of the form; None where there is nothing to propose."""
    _readers[name] = reader


def proposed(project: Project, name: str, pk: str) -> Proposal | None:
    return _readers[name](project, int(pk)) if name in _readers and pk.isascii() and pk.isdigit() and len(pk) < 10 else None


def names() -> list[str]:
    return list(_readers)
