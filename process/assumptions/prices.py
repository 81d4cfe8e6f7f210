"""What suppliers ask for a material whose price a scenario assumed: the award, else the cheapest offer of the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from process.assumptions.models import Assumption
from process.purchasing.awards import awarded_quotes
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
    """By material. Two queries, and one for each currency of a scenario; none where no open row is of a price that was fixed.

    Of a draft the page of the scenario says what is offered, and asks for it (`prompting`).
    """
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.is_open and row.material_id and row.scenario is not None and not row.scenario.is_draft:
            wanted.setdefault(row.currency, set()).add(row.material_id)
    if not wanted:
        return {}
    materials = set().union(*wanted.values())
    quotes = read_quotes(materials, project.today)
    found: dict[int, Ordered] = {}
    for currency, theirs in wanted.items():
        offers = prices_among((each for each in quotes if each.material_id in theirs), currency=currency, on=project.today).found
        found |= {pk: Ordered(each.quote.supplier.name, each.quote) for pk, each in offers.items()}
    return found | {pk: Ordered(quote.supplier.name, quote) for pk, quote in awarded_quotes(project.pk, materials, project.today).items()}
