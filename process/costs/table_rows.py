"""What is true of a row of a scenario's tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.costs.building import line_figures, typed_price
from process.costs.figures import Figure, Source
from process.costs.figures import quantity as quantity_of
from worksheets.rows import Rows

if TYPE_CHECKING:
    from process.costs.models import CostLine, MaterialPrice, RiskItem

PRICE = {"base": "price", "low": "price_low", "high": "price_high", "on": "dated"}
QUANTITY = {"base": "quantity", "low": "quantity_low", "high": "quantity_high"}

OF_THE_PLAN = {"basis", "currency", *PRICE.values(), *QUANTITY.values()}


class LineRows(Rows):
    def clean(self, row: CostLine, changed: Collection[str]) -> None:
        """Currency and day are those of the scenario where none is typed. A figure is judged as the estimate will."""
        row.currency = row.currency or self.parent.currency
        row.dated = row.dated or self.parent.priced_on
        if row.planned_by and OF_THE_PLAN & set(changed) and "source" not in changed:
            row.source, row.reference = Source.ASSUMPTION, ""  # the department has not signed what is typed in its place
        ends = {name: getattr(row, name) for name in ("quantity_low", "quantity_high")}
        low, high = ("" if end is None else end for end in ends.values())
        _judged(lambda: quantity_of(row.quantity, row.unit, low=low, high=high), QUANTITY)
        _judged(lambda: line_figures(row)[1], PRICE)


class RiskRows(Rows):
    def clean(self, row: RiskItem, changed: Collection[str]) -> None:
        row.currency = row.currency or self.parent.currency


class MaterialPriceRows(Rows):
    def clean(self, row: MaterialPrice, changed: Collection[str]) -> None:
        if row.quote is None and "quote" in changed and "source" not in changed:
            row.source = Source.ASSUMPTION  # nobody has quoted what is typed in its place
        if row.quote is not None:
            self._clean_quoted(row)
        elif row.price_per_kg is None:
            self._clean_open(row)
        else:
            row.currency = row.currency or self.parent.currency
            row.dated = row.dated or self.parent.priced_on
            _judged(lambda: typed_price(row, row.price_per_kg, "kg"), PRICE | {"base": "price_per_kg"})  # type: ignore[arg-type]

    def _clean_quoted(self, row: MaterialPrice) -> None:
        """The day, the reference and the validity are the supplier's."""
        if row.quote is not None and row.quote.material_id != row.material_id:
            raise BadInput({"quote": _t("This is the price of another material.")})
        if row.price_per_kg is not None:
            raise BadInput({"price_per_kg": _t("The supplier's price counts; empty one of the two.")})
        self._clean_open(row)
        row.source = Source.QUOTE

    def _clean_open(self, row: MaterialPrice) -> None:
        for name in ("price_low", "price_high"):
            if getattr(row, name) is not None:
                raise BadInput({name: _t("This belongs to a typed price.")})


def _judged(figure: Callable[[], Figure], names: Mapping[str, str]) -> Any:
    """The figure; what is wrong with it stands at the column that holds it."""
    try:
        return figure()
    except BadInput as bad:
        raise BadInput({names.get(name, name): words for name, words in bad.errors.items()}) from bad
