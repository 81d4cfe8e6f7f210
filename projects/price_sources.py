"""What the prices of a quotation rest on, and what speaks against them.

A layer above knows it; the page of the quotation says it to us, and never to the client. Only what the price assumes goes into its text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User
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


@dataclass(frozen=True)
class Doubt:
    """What speaks against a price, in words for us. link: where it is mended; empty where that is the page that says it."""

    words: str
    link: str = ""


_readers: list[Callable[[Quotation], PriceSources]] = []
_currencies: list[Callable[[int], str]] = []
_doubters: list[Callable[[Quotation], list[Doubt]]] = []
_assumers: list[Callable[[Quotation, User], Quotation]] = []


def read_price_sources_by(reader: Callable[[Quotation], PriceSources]) -> None:
    _readers[:] = [reader]


def price_sources(quotation: Quotation) -> PriceSources:
    return _readers[0](quotation)


def name_price_currency_by(reader: Callable[[int], str]) -> None:
    """Say who knows in which currency a project was priced: `reader(project's id)`, empty where it was not."""
    _currencies[:] = [reader]


def price_currency(project_pk: int) -> str:
    return _currencies[0](project_pk)


def doubt_prices_by(doubter: Callable[[Quotation], list[Doubt]]) -> None:
    """Say who knows what speaks against a price: `doubter(quotation)`."""
    _doubters.append(doubter)


def doubts_about(quotation: Quotation) -> list[Doubt]:
    return [doubt for doubter in _doubters for doubt in doubter(quotation)]


def take_assumptions_by(taker: Callable[[Quotation, User], Quotation]) -> None:
    """Say who knows what a price assumes: `taker(draft, actor)` writes it into the text of the draft, and gives the draft as it is then."""
    _assumers[:] = [taker]


def with_assumptions(draft: Quotation, *, actor: User) -> Quotation:
    """Part of the service that opens a draft or changes its price, which holds the lock of the project."""
    return _assumers[0](draft, actor)
