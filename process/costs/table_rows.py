"""What is true of a row of a scenario's tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.models import ExchangeRate
from process.costs.building import line_figures, plain_rates, quoted_figure, recovered_figure, typed_price
from process.costs.figures import Figure, Source
from process.costs.figures import quantity as quantity_of
from process.costs.lacking import recycled_in
from process.costs.materials import recovered_twice, worth_more
from process.costs.rates import Rate, converted
from process.routes.building import steps_of
from process.words import plain_number
from worksheets.rows import Rows

if TYPE_CHECKING:
    from process.costs.models import CostLine, MaterialPrice, RiskItem
    from process.routes.models import RouteStep

PRICE = {"base": "price", "low": "price_low", "high": "price_high", "on": "dated"}
RECOVERED = {
    "base": "recovered_per_kg",
    "low": "recovered_low",
    "high": "recovered_high",
    "currency": "recovered_currency",
    "source": "recovered_source",
    "confidence": "recovered_confidence",
    "reference": "recovered_reference",
    "on": "recovered_dated",
}
QUANTITY = {"base": "quantity", "low": "quantity_low", "high": "quantity_high"}

OF_THE_PLAN = {"basis", "currency", *PRICE.values(), *QUANTITY.values()}


class LineRows(Rows):
    def clean(self, row: CostLine, changed: Collection[str]) -> None:
        """Currency and day are those of the scenario where none is typed. A figure is judged as the estimate will."""
        row.currency = row.currency or self.parent.currency
        row.dated = row.dated or self.parent.priced_on
        if row.planned_by and OF_THE_PLAN & set(changed) and "source" not in changed:
            row.source, row.reference = Source.ASSUMPTION, ""  # the department has not signed what is typed in its place
            row.confidence = row.confidence if "confidence" in changed else ""
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
        if row.recovered_per_kg:
            self._clean_recovered(row)
        else:
            self._clean_nothing_recovered(row, changed)

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

    def _clean_recovered(self, row: MaterialPrice) -> None:
        """Currency and day are those of the scenario where none is typed; where nobody says whose word it is, it is assumed."""
        row.recovered_currency = row.recovered_currency or self.parent.currency
        row.recovered_dated = row.recovered_dated or self.parent.priced_on
        row.recovered_source = row.recovered_source or Source.ASSUMPTION
        recovered = _judged(lambda: recovered_figure(row, row.recovered_per_kg), RECOVERED)  # type: ignore[arg-type]
        if step := self._recycled.get(row.material_id):
            raise BadInput({"recovered_per_kg": recovered_twice(step.name, str(row.material))})
        self._require_worth(row, recovered)

    def _require_worth(self, row: MaterialPrice, recovered: Figure) -> None:
        """Beside the smallest break of a price list. Where a cheaper one is reached, or no rate is known, the scenario says so."""
        costs = _price_of(row)
        if costs is None:
            return
        try:
            worth, cost = (converted(each, self.parent.currency, self._rates).price for each in (recovered, costs))
        except BadInput:
            return
        if end := worth_more(worth, cost):
            words = _t("The recovered value is more than a kilogram costs: %(price)s %(currency)s.")
            raise BadInput({RECOVERED[end]: words % {"price": plain_number(getattr(costs, end)), "currency": costs.currency}})

    def _clean_nothing_recovered(self, row: MaterialPrice, changed: Collection[str]) -> None:
        """With the value goes what belonged to it; what is typed without one is refused."""
        row.recovered_per_kg, without = None, type(row)()
        for name in RECOVERED.values():
            if name in changed and getattr(row, name) not in (None, ""):
                raise BadInput({name: _t("This belongs to a recovered value.")})
            setattr(row, name, getattr(without, name))

    @cached_property
    def _rates(self) -> tuple[Rate, ...]:
        return plain_rates(ExchangeRate.objects.into(self.parent.currency, self.parent.priced_on))

    @cached_property
    def _recycled(self) -> dict[int, RouteStep]:
        version = self.parent.route_version
        return recycled_in(steps_of(version)) if version is not None else {}


def _price_of(row: MaterialPrice) -> Figure | None:
    """None where none is known yet."""
    if row.quote is not None:
        return quoted_figure(row.quote, row, Source.QUOTE)
    return None if row.price_per_kg is None else typed_price(row, row.price_per_kg, "kg")


def _judged(figure: Callable[[], Figure], names: Mapping[str, str]) -> Any:
    """The figure; what is wrong with it stands at the column that holds it."""
    try:
        return figure()
    except BadInput as bad:
        raise BadInput({names.get(name, name): words for name, words in bad.errors.items()}) from bad
