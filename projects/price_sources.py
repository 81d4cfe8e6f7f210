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
_currencies: list[Callable[[int], str]] = []
_doubters: list[Callable[[Quotation], list[str]]] = []


def read_price_sources_by(reader: Callable[[Quotation], PriceSources]) -> None:
    _readers[:] = [reader]


def price_sources(quotation: Quotation) -> PriceSources:
    return _readers[0](quotation)


def name_price_currency_by(reader: Callable[[int], str]) -> None:
    """Say who knows in which currency a project was priced: `reader(project's id)`, empty where it was not."""
    _currencies[:] = [reader]


def price_currency(project_pk: int) -> str:
    return _currencies[0](project_pk)


def doubt_prices_by(doubter: Callable[[Quotation], list[str]]) -> None:
    """Say who knows what speaks against a price: `doubter(quotation)`, in words for us."""
    _doubters.append(doubter)


def doubts_about(quotation: Quotation) -> list[str]:
    return [words for doubter in _doubters for words in doubter(quotation)]
