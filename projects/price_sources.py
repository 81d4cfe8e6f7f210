"""What the prices of a quotation rest on, and what speaks against them.

A layer above knows it; the page of the quotation says it to us, and never to the client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projects.models import Quotation


@dataclass(frozen=True)
class PriceSource:
    """words: what the line came from, with a link to it. notes: what has changed since."""

    words: str
    link: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PriceSources:
    """lines: by the id of the line. breaks: of the price per kilogram by quantity. clause: what a draft can take its rule for
    raw-material prices from, with the address that does it."""

    lines: Mapping[int, PriceSource] = field(default_factory=dict)
    breaks: PriceSource | None = None
    clause: PriceSource | None = None


_readers: list[Callable[[Quotation], PriceSources]] = []
_doubters: list[Callable[[Quotation], list[str]]] = []


def read_price_sources_by(reader: Callable[[Quotation], PriceSources]) -> None:
    _readers[:] = [reader]


def price_sources(quotation: Quotation) -> PriceSources:
    return _readers[0](quotation)


def doubt_prices_by(doubter: Callable[[Quotation], list[str]]) -> None:
    """Say who knows what speaks against a price: `doubter(quotation)`, in words for us."""
    _doubters.append(doubter)


def doubts_about(quotation: Quotation) -> list[str]:
    return [words for doubter in _doubters for words in doubter(quotation)]
