"""The tables of a cost scenario: its cost lines, what its materials cost, its risks. That of its phases is `phase_table.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.numbers import PercentField
from audit.refusals import BadInput
from catalogue.worksheets import A_MATERIAL
from process.confidence import confidence_column
from process.costs.building import Assessed, assessed, line_key, risk_of
from process.costs.case import Case, Inclusion
from process.costs.estimate import GRAM, LineCost, estimate
from process.costs.keys import recovered_key
from process.costs.models import CostAssessment, CostLine, MaterialPrice, QuotedPrice, RiskItem
from process.costs.origins import AS_THE_BASE, end_columns, origin_columns
from process.costs.purchases import orders
from process.costs.roll_up import cost_of_risk
from process.costs.services import editing_blockers, first_breaks
from process.costs.table_rows import LineRows, MaterialPriceRows, RiskRows
from process.routes.building import material_key
from process.words import grouped
from projects.money import half_up, rounded
from worksheets.sheets import Lookup, SheetColumn, Worksheet, register_sheet

if TYPE_CHECKING:
    from worksheets.bound import Bound

WHO = _("Costs are kept by research, material control, production, business development and management.")
HUNDRED = Decimal(100)


def costs_in(found: Assessed) -> dict[str, list[LineCost]]:
    """By line or material: its cost in each phase; while a material has no price, of the lines alone.

    Nothing where an exchange rate is missing, or a figure has too many digits.
    """
    try:
        answer = found.answer or (estimate(found.lines) if found.lines is not None else None)
    except (BadInput, InvalidOperation):
        return {}
    costs: dict[str, list[LineCost]] = {}
    for line in answer.value.lines if answer is not None and answer.value is not None else ():
        costs.setdefault(line.key, []).append(line)
    return costs


def assessed_now(assessment: CostAssessment) -> Assessed:
    """As the page has computed it already; else anew, for the rows may have changed since the scenario was read."""
    if assessment.standing is not None:
        return assessment.standing
    return assessed(CostAssessment.objects.select_related("route_version__route__project").get(pk=assessment.pk))


def _line_costs(rows: Sequence[CostLine], assessment: CostAssessment) -> Mapping[Any, Mapping[str, Any]]:
    costs = costs_in(assessed_now(assessment))
    found = {}
    for row in rows:
        lines = costs.get(line_key(row.pk), [])
        name = "optional" if row.inclusion == Inclusion.OPTIONAL else "cost"
        found[row.pk] = {name: _sum(line.amount for line in lines), "share": _share(lines)}
    return found


def _material_costs(rows: Sequence[MaterialPrice], assessment: CostAssessment) -> Mapping[Any, Mapping[str, Any]]:
    standing = assessed_now(assessment)
    costs = costs_in(standing)
    breaks = _up_to_breaks(standing.case) if standing.case is not None and costs else {}
    found = {}
    for row in rows:
        key = material_key(row.material_id)
        lines, back = costs.get(key, []), costs.get(recovered_key(key), [])
        prices = dict.fromkeys(f"{grouped(line.price.base.normalize())} {line.price.currency}" for line in lines)
        bought = _sum(line.quantity for line in lines)
        found[row.pk] = {
            "price_now": ", ".join(prices),
            "counted_as": next((str(line.price.source.label) for line in lines), ""),
            "bought_kg": None if bought is None else half_up(bought, GRAM),
            "up_to_break": breaks.get(key, ""),
            "cost": _sum(line.amount for line in lines),
            "recovered": _sum(line.amount for line in back),
            "share": _share([*lines, *back]),
        }
    return found


def _up_to_breaks(case: Case) -> dict[str, str]:
    """By material in which phase what is ordered instead of what, where more costs less."""
    found: dict[str, list[str]] = {}
    for order in orders(case):
        if order.is_up_to_a_break:
            found.setdefault(order.material.key, []).append(f"{order.scale.label}: {order.break_words}")
    return {key: "; ".join(words) for key, words in found.items()}


def _risk_costs(rows: Sequence[RiskItem], assessment: CostAssessment) -> Mapping[Any, Mapping[str, Any]]:
    case = assessed_now(assessment).lines
    return {row.pk: {"expected": None if case is None else _expected(row, case)} for row in rows}


def _expected(row: RiskItem, case: Case) -> Decimal | None:
    """None while no rate leads to the currency of the scenario."""
    try:
        return rounded(cost_of_risk(risk_of(row), case), case.currency)
    except BadInput:
        return None


def _percent(required: bool = False, max_digits: int = 6) -> PercentField:
    return PercentField(required=required, max_digits=max_digits, decimal_places=2)


def _sum(amounts: Any) -> Decimal | None:
    given = list(amounts)
    return sum(given, Decimal(0)) if given else None


def _share(lines: Sequence[LineCost]) -> Decimal | None:
    share = _sum(line.share for line in lines if line.share is not None)
    return None if share is None else half_up(share * HUNDRED, Decimal("0.1"))


def _offers(bound: Bound) -> QuerySet[Any]:
    """The price lists of the scenario's materials, each by its smallest quantity."""
    wanted = bound.parent.prices.values("material")
    return first_breaks(QuotedPrice.objects.visible_to(bound.user).filter(material__in=wanted))


def _offered(offers: QuerySet[Any], words: str) -> QuerySet[Any]:
    return offers.filter(pk__in=[each.pk for each in offers if str(each).casefold() == words.casefold()])


def _page(assessment: CostAssessment) -> str:
    return assessment.get_absolute_url()


COST = SheetColumn("cost", _("Cost now"), money=True, derived=True, total=True, kind="number")
SHARE = SheetColumn("share", _("Share of the direct cost"), unit="%", derived=True, total=True, kind="number")
ASSUMED = _("Empty: an assumption.")
DAY_OF_SCENARIO = _("Empty: the day of the scenario.")
ORIGIN = (
    *origin_columns(undated=DAY_OF_SCENARIO),
    SheetColumn("valid_until", example="2026-12-31"),
    SheetColumn("note", note=_("A price of zero needs one."), width=24),
)
RECOVERED_NOTE = _(
    "For each kg charged, times the share that comes back: 85 % come back and are sold at 0.80: 0.68. Only of what the route does not "
    "recycle. It lowers the direct cost, and with it overhead, contingency and margin."
)
OF_SCENARIO: dict[str, Any] = {
    "parent": "assessment",
    "currency": lambda scenario: str(scenario.currency),
    "permission": "process.edit_costs",
    "who": WHO,
    "blockers": editing_blockers,
    "page": _page,
}
COST_LINES = Worksheet(
    key="cost-lines",
    title=_("Cost lines"),
    noun=_("cost line"),
    model=CostLine,
    columns=(
        SheetColumn("label", example="Calorimetry of step 2", frozen=True, width=28),
        SheetColumn("phase", example="Pilot", width=14),
        SheetColumn("category", example="Labour", width=20),
        SheetColumn("inclusion", note=_("Optional ones stand beside the price, excluded ones are only said."), example="included"),
        SheetColumn("basis", example="per batch"),
        SheetColumn("quantity", example="40"),
        SheetColumn("quantity_low", note=AS_THE_BASE),
        SheetColumn("quantity_high", note=AS_THE_BASE, example="60"),
        SheetColumn("unit", example="h", width=7),
        SheetColumn("price", example="120"),
        *end_columns("price"),
        SheetColumn("currency", note=_("Empty: that of the scenario."), example="EUR"),
        COST,
        SheetColumn("optional", _("Optional, cost"), money=True, derived=True, total=True, kind="number"),
        SHARE,
        SheetColumn("department", example="Research and development", width=20),
        SheetColumn("at_cost", note=_("After the margin: freight, tax, insurance."), example="no"),
        *ORIGIN,
    ),
    service=LineRows,
    order="position",
    together=_line_costs,
    hint=_("Quantity × price, once, for each batch or for each kilogram of the phase. What a material costs stands in its own table."),
    **OF_SCENARIO,
)
MATERIAL_PRICES = Worksheet(
    key="cost-materials",
    title=_("Material prices"),
    noun=_("material price"),
    model=MaterialPrice,
    columns=(
        SheetColumn(
            "material",
            lookup=A_MATERIAL,
            example="TOL-99",
            fixed=True,
            frozen=True,
            width=26,
            link=lambda row: row.material.get_absolute_url(),
        ),
        SheetColumn("quote", note=_("With every price break of that list."), lookup=Lookup(_offers, find=_offered), width=44),
        SheetColumn("price_per_kg", note=_("Where no supplier's price is chosen."), example="4.80"),
        *end_columns("price"),
        SheetColumn("currency", note=_("Empty: that of the scenario."), example="EUR"),
        SheetColumn("price_now", _("Counted price per kg"), derived=True, width=14),
        SheetColumn("counted_as", _("Counted as"), note=_("Whether the price was awarded."), derived=True, width=14),
        SheetColumn("bought_kg", _("Bought"), unit="kg", derived=True, kind="number"),
        SheetColumn("up_to_break", _("Up to a price break"), note=_("Where more of it costs less in all."), derived=True, width=30),
        COST,
        SHARE,
        SheetColumn("handling_loss_pct", unit="%", field=_percent, note=_("Lost outside the reaction."), example="2"),
        SheetColumn("loss_in_yield", note=_("Then it is not counted again."), example="no"),
        *ORIGIN,
        SheetColumn("recovered_per_kg", note=RECOVERED_NOTE),
        *end_columns("recovered"),
        SheetColumn("recovered_currency", note=_("Empty: that of the scenario.")),
        SheetColumn("recovered", _("Recovered now"), money=True, derived=True, total=True, kind="number"),
        SheetColumn("recovered_source", note=ASSUMED, width=14),
        confidence_column("recovered_confidence"),
        SheetColumn("recovered_reference", width=18),
        SheetColumn("recovered_dated", note=DAY_OF_SCENARIO),
    ),
    service=MaterialPriceRows,
    rows=lambda rows: rows.select_related("quote__material", "quote__supplier"),
    together=_material_costs,
    hint=_("Every material that the route buys: choose a supplier's price, or type one with its lowest and highest."),
    **OF_SCENARIO,
)
RISKS = Worksheet(
    key="cost-risks",
    title=_("Risks in the price"),
    noun=_("risk"),
    model=RiskItem,
    columns=(
        SheetColumn("label", example="The dimer is not purged", frozen=True, width=32),
        SheetColumn("phase", example="Pilot", width=14),
        SheetColumn("probability_pct", unit="%", field=partial(_percent, required=True, max_digits=5), example="20"),
        SheetColumn("impact", example="45000"),
        *end_columns("impact"),
        SheetColumn("currency", note=_("Empty: that of the scenario."), example="EUR"),
        SheetColumn(
            "expected", _("Expected cost"), money=True, note=_("In the currency of the scenario."), derived=True, total=True, kind="number"
        ),
        *origin_columns(unsaid=ASSUMED, undated=DAY_OF_SCENARIO),
        SheetColumn("note", width=32),
    ),
    service=RiskRows,
    order="position",
    together=_risk_costs,
    alone=True,
    hint=_("Probability × cost is what a risk is expected to cost; it stands apart from the contingency."),
    **OF_SCENARIO,
)


def register() -> None:
    register_sheet(COST_LINES, MATERIAL_PRICES, RISKS)
