"""What suppliers ask for a material whose price a scenario assumed: the award, else the cheapest offer of the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from catalogue.models import ExchangeRate
from process.assumptions.models import Assumption
from process.purchasing.awards import restored
from process.routes.building import prices_among, read_quotes
from process.words import money_words

if TYPE_CHECKING:
    from catalogue.models import SupplierQuote
    from projects.models import Project


@dataclass(frozen=True)
class Ordered:
    """The price at which the material can be ordered, for a small quantity."""

    supplier: str
    quote: SupplierQuote

    @property
    def words(self) -> str:
        return f"{self.supplier}: {money_words(self.quote.price_per_kg, self.quote.currency)}/kg"

    def figure_in(self, unit: str) -> Decimal | None:
        """None where the row is in another currency: nothing is converted without a rate being named."""
        return self.quote.price_per_kg if unit.casefold() == f"{self.quote.currency}/kg".casefold() else None


def prices_of(project: Project, rows: Iterable[Assumption]) -> dict[int, Ordered]:
    """By material. Two queries, whatever currencies; none where no open row is of a price that was fixed. rows: of the ledger's `rows_of`.

    Of a draft the page of the scenario says what is offered, and asks for it (`prompting`).
    """
    asked = [row for row in rows if row.is_open and row.material_id and row.scenario is not None and not row.scenario.is_draft]
    if not asked:
        return {}
    wanted: dict[str, set[int]] = {}
    for row in asked:
        wanted.setdefault(row.currency, set()).add(row.material_id)  # type: ignore[arg-type]
    today = project.today
    rates = ExchangeRate.objects.holding_for({(currency, today) for currency in wanted})
    quotes = read_quotes(set().union(*wanted.values()), today)
    found: dict[int, Ordered] = {}
    for currency, theirs in wanted.items():
        offers = [each for each in quotes if each.material_id in theirs]
        prices = prices_among(offers, currency=currency, on=today, rates=rates[currency, today])
        found |= {pk: Ordered(each.quote.supplier.name, each.quote) for pk, each in prices.found.items()}
    return found | dict(_awarded(project, asked))


def _awarded(project: Project, rows: Iterable[Assumption]) -> Iterator[tuple[int, Ordered]]:
    """What goes to a supplier by whose price somebody can order."""
    for row in rows:
        award = restored(row.award, project, row.material) if row.award else None  # type: ignore[arg-type, attr-defined]
        if award is not None and award.quote is not None and not award.broken_because(project.today):
            yield award.quote.material_id, Ordered(award.quote.supplier.name, award.quote)
