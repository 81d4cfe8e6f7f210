"""What is true of a row of a scenario's tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.models import ExchangeRate
from process.costs.building import plain_rates, quoted_figure, recovered_figure, typed_price
from process.costs.figures import FRACTION, Figure, Source
from process.costs.figures import quantity as quantity_of
from process.costs.lacking import recycled_in
from process.costs.materials import recovered_twice, worth_more
from process.costs.rates import Rate, converted
from process.routes.building import steps_of
from process.words import plain_number
from worksheets.rows import Rows, cells

if TYPE_CHECKING:
    from process.costs.models import CostLine, MaterialPrice, RiskItem
    from process.routes.models import RouteStep

PRICE = {"base": "price", "low": "price_low", "high": "price_high", "on": "dated"}
PRICE_PER_KG = PRICE | {"base": "price_per_kg"}
ENDS = ("price_low", "price_high")
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

OF_THE_PLAN = {"basis", "currency", "confidence", *PRICE.values(), *QUANTITY.values()}


class LineRows(Rows):
    def weigh(self, row: CostLine, changed: Collection[str], wrong: Collection[str]) -> dict[str, list[str]]:
        """Currency and day are those of the scenario where none is typed. Each figure is judged as the estimate will."""
        row.currency = row.currency or self.parent.currency
        row.dated = row.dated or self.parent.priced_on
        found: dict[str, list[str]] = {}
        if row.quantity is not None:
            low, high = ("" if end is None else end for end in (row.quantity_low, row.quantity_high))
            found |= _weighed(lambda: quantity_of(row.quantity, row.unit, low=low, high=high), QUANTITY, wrong)
        if row.price is not None:
            found |= _weighed(lambda: typed_price(row, row.price, row.unit), PRICE, wrong)
        return found

    def clean(self, row: CostLine, changed: Collection[str]) -> None:
        if row.planned_by and OF_THE_PLAN & set(changed) and "source" not in changed:
            row.source, row.reference = Source.ASSUMPTION, ""  # the department has not signed what is typed in its place
            row.confidence = row.confidence if "confidence" in changed else ""
        if row.spread and {"price", *ENDS} & set(changed):
            row.spread = ""


class RiskRows(Rows):
    def weigh(self, row: RiskItem, changed: Collection[str], wrong: Collection[str]) -> dict[str, list[str]]:
        return wrong_ends(row, "impact", wrong)

    def clean(self, row: RiskItem, changed: Collection[str]) -> None:
        """Currency and day are those of the scenario where none is typed; where nobody says whose word it is, it is assumed."""
        row.currency = row.currency or self.parent.currency
        row.dated = row.dated or self.parent.priced_on
        row.source = row.source or Source.ASSUMPTION


class MaterialPriceRows(Rows):
    def weigh(self, row: MaterialPrice, changed: Collection[str], wrong: Collection[str]) -> dict[str, list[str]]:
        """The price and what comes back, each by itself; then whether the one is worth the other."""
        found = {} if {"quote", "price_per_kg"} & set(wrong) else self._weigh_price(row, wrong)
        if "recovered_per_kg" in wrong:
            return found
        if not row.recovered_per_kg:
            return found | _nothing_recovered(row, changed, wrong)
        is_priced = not found and not {"quote", *PRICE_PER_KG.values()} & set(wrong)
        return found | self._weigh_recovered(row, wrong, is_priced=is_priced)

    def clean(self, row: MaterialPrice, changed: Collection[str]) -> None:
        """With a recovered value goes what belonged to it."""
        if row.quote is not None:
            row.source = Source.QUOTE
        elif "quote" in changed and "source" not in changed:
            row.source = Source.ASSUMPTION  # nobody has quoted what is typed in its place
        if not row.recovered_per_kg:
            row.recovered_per_kg, without = None, type(row)()
            for name in RECOVERED.values():
                setattr(row, name, getattr(without, name))

    def _weigh_price(self, row: MaterialPrice, wrong: Collection[str]) -> dict[str, list[str]]:
        """Of a supplier's the day, the reference and the validity are the supplier's."""
        if row.quote is None and row.price_per_kg is not None:
            row.currency = row.currency or self.parent.currency
            row.dated = row.dated or self.parent.priced_on
            return _weighed(lambda: typed_price(row, row.price_per_kg, "kg"), PRICE_PER_KG, wrong)  # type: ignore[arg-type]
        ends = zip(ENDS, cells(row, ENDS, wrong), strict=True)
        found = {name: [_t("This belongs to a typed price.")] for name, end in ends if end is not None}
        if row.quote is not None and "material" not in wrong and row.quote.material_id != row.material_id:
            found["quote"] = [_t("This is the price of another material.")]
        if row.quote is not None and row.price_per_kg is not None:
            found["price_per_kg"] = [_t("The supplier's price counts; empty one of the two.")]
        return found

    def _weigh_recovered(self, row: MaterialPrice, wrong: Collection[str], *, is_priced: bool) -> dict[str, list[str]]:
        """Currency and day are those of the scenario where none is typed; where nobody says whose word it is, it is assumed."""
        row.recovered_currency = row.recovered_currency or self.parent.currency
        row.recovered_dated = row.recovered_dated or self.parent.priced_on
        row.recovered_source = row.recovered_source or Source.ASSUMPTION
        if found := _weighed(lambda: recovered_figure(row, row.recovered_per_kg), RECOVERED, wrong):  # type: ignore[arg-type]
            return found
        if "material" not in wrong and (step := self._recycled.get(row.material_id)):
            return {"recovered_per_kg": [recovered_twice(step.name, str(row.material))]}
        return self._worth_more(row) if is_priced and not set(RECOVERED.values()) & set(wrong) else {}

    def _worth_more(self, row: MaterialPrice) -> dict[str, list[str]]:
        """Beside the smallest break of a price list. Where a cheaper one is reached, or no rate is known, the scenario says so."""
        costs = _price_of(row)
        if costs is None:
            return {}
        recovered = recovered_figure(row, row.recovered_per_kg)  # type: ignore[arg-type]
        try:
            worth, cost = (converted(each, self.parent.currency, self._rates).price for each in (recovered, costs))
        except BadInput:
            return {}
        if not (end := worth_more(worth, cost)):
            return {}
        words = _t("The recovered value is more than a kilogram costs: %(price)s %(currency)s.")
        return {RECOVERED[end]: [words % {"price": plain_number(getattr(costs, end)), "currency": costs.currency}]}

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


def _nothing_recovered(row: MaterialPrice, changed: Collection[str], wrong: Collection[str]) -> dict[str, list[str]]:
    """What is typed without a value is refused."""
    names = [name for name in RECOVERED.values() if name in changed and name != "recovered_per_kg"]
    given = zip(names, cells(row, names, wrong), strict=True)
    return {name: [_t("This belongs to a recovered value.")] for name, value in given if value not in (None, "")}


def wrong_ends(row: Any, name: str, wrong: Collection[str]) -> dict[str, list[str]]:
    """Whether the low and high of a figure of the row stand on its sides, at their columns."""
    names = {"base": name, "low": f"{name}_low", "high": f"{name}_high"}
    base, low, high = cells(row, list(names.values()), wrong)
    if base is None:
        return {}
    return _weighed(lambda: quantity_of(base, FRACTION, low="" if low is None else low, high="" if high is None else high), names, wrong)


def _weighed(figure: Callable[[], Figure], names: Mapping[str, str], wrong: Collection[str]) -> dict[str, list[str]]:
    """What is wrong with a figure, at the column that holds it; nothing is said of one of which a cell is wrong."""
    if set(names.values()) & set(wrong):
        return {}
    try:
        figure()
    except BadInput as bad:
        return {names.get(name, name): words for name, words in bad.errors.items()}
    return {}
