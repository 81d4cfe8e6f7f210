"""The yield chain and the raw materials of a scenario on paper: what each step takes and gives, what is bought, how dear, from whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, cell, data_table, day, shortest
from process.confidence import confidence_words
from process.costs.estimate import LineCost
from process.costs.figures import Source
from process.costs.keys import recovered_key
from process.costs.models import MaterialPrice
from process.costs.results import Priced
from process.routes.building import holding_quotes, material_key, plain_route, steps_of
from process.routes.chain import Chain, Link, at_yields, yield_chain
from process.routes.checks import faults_of
from process.routes.mass_balance import Bought, mass_balance
from process.routes.models import RouteSource, RouteStep
from process.routes.paper import four_figures
from process.routes.plain import Basis, Route
from process.words import plain_number

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Counted:
    """A material of the scenario: its row, how much of it a kilogram of API takes, its equivalents in words, the price that counts, and
    what is recovered of it.
    """

    row: MaterialPrice
    bought: Bought
    equivalents: str
    price: LineCost | None
    recovered: LineCost | None
    sellers: int

    @property
    def is_awarded(self) -> bool:
        return self.price is not None and self.price.price.source == Source.AWARDED

    @property
    def recovery_pct(self) -> float:
        return 100 * (1 - self.bought.fresh_kg / self.bought.charged_kg) if self.bought.charged_kg else 0.0


def materials_on_paper(chosen: Priced) -> dict[str, Any]:
    """Tables of the route that the scenario counts with, at its yields; nothing of a scenario without one."""
    scenario = chosen.assessed.assessment
    if scenario.route_version is None:
        return {}
    steps = list(chosen.assessed.steps) or list(steps_of(scenario.route_version))
    route = at_yields(plain_route(steps), float(scenario.yield_pct / HUNDRED))
    chain = yield_chain(route, faults=faults_of(route)).value
    if chain is None:
        return {}
    counted = _counted(chosen, route)
    purities = {str(step.key): step.purity_pct for step in steps}
    return {
        "chain": _chain(chain, chosen, purities),
        "consumption": _consumption(counted),
        "yields": _yields(steps),
        "amounts": _amounts(steps),
        "supply": _supply(counted),
    }


def _chain(chain: Chain, chosen: Priced, purities: Mapping[str, Decimal | None]) -> dict[str, Any]:
    """Kilograms of one batch of the phase that makes most; of one kilogram where no phase makes any."""
    largest = chosen.largest
    batch_kg = float(largest.output_kg / largest.batches) if largest else 1.0
    told = {"kg": plain_number(shortest(Decimal(f"{batch_kg:.6g}")) or Decimal(0)), "phase": largest.label if largest else ""}
    caption = _t("A batch of %(kg)s kg (%(phase)s)") % told if largest else _t("For 1 kg of API")
    columns = [
        Column(_t("Step"), 15),
        Column(_t("Input"), 17),
        Column(_t("Assay (%)"), 8, "right"),
        Column(_t("Input (kg)"), 9, "right"),
        Column(_t("Output (kg)"), 9, "right"),
        Column(_t("Purity (area %)"), 9, "right"),
        Column(_t("Molar yield (%)"), 9, "right"),
        Column(_t("Weight yield (kg/kg)"), 12, "right"),
        Column(_t("Input per kg of API (kg)"), 12, "right"),
    ]
    rows = [_link(link, batch_kg, purities.get(link.step.key)) for link in chain.links]
    first = next(link for link in chain.links if link.step.key == chain.sequence[0])
    ends = [four_figures(first.input_kg * batch_kg), four_figures(batch_kg)]
    yields = [four_figures(100 * chain.molar_yield_fraction), four_figures(chain.weight_yield)]
    rows.append((_t("Overall"), _t("along the longest line"), None, *ends, None, *yields, four_figures(first.input_kg)))
    return data_table(columns, rows, caption=caption)


def _link(link: Link, batch_kg: float, purity_pct: Decimal | None) -> tuple[Any, ...]:
    return (
        link.step.name,
        link.input,
        four_figures(100 * link.assay_fraction),
        four_figures(link.input_kg * batch_kg),
        four_figures(link.output_kg * batch_kg),
        shortest(purity_pct),
        four_figures(100 * link.molar_yield_fraction),
        four_figures(link.weight_yield),
        four_figures(link.input_kg),
    )


def _counted(chosen: Priced, route: Route) -> list[Counted]:
    """In the order in which the route takes them. One query, for who sells them."""
    scenario, balance = chosen.assessed.assessment, mass_balance(route, 1.0).value
    rows = {material_key(row.material_id): row for row in scenario.prices.all()}
    bought = [each for each in (balance.bought if balance else ()) if each.substance.key in rows]
    sellers = _sellers([rows[each.substance.key].material_id for each in bought], chosen)
    prices = _prices(chosen)
    return [
        Counted(
            row := rows[each.substance.key],
            each,
            _equivalents(route, each.substance.key),
            prices.get(each.substance.key),
            prices.get(recovered_key(each.substance.key)),
            sellers.get(row.material_id, 0),
        )
        for each in bought
    ]


def _sellers(materials: Iterable[int], chosen: Priced) -> dict[int, int]:
    """By material the number of suppliers by whose prices it could be ordered on the day of the scenario."""
    found: dict[int, set[int]] = {}
    for material, supplier in holding_quotes(materials, chosen.assessed.assessment.priced_on).values_list("material_id", "supplier_id"):
        found.setdefault(material, set()).add(supplier)
    return {material: len(each) for material, each in found.items()}


def _prices(chosen: Priced) -> Mapping[str, LineCost]:
    """By material, and by its recovered value, as the phase that makes most buys it."""
    largest, lines = chosen.largest, chosen.estimate.lines if chosen.estimate else ()
    found = {line.key: line for line in lines}
    return found | {line.key: line for line in lines if largest and line.phase == largest.phase}


def _equivalents(route: Route, key: str) -> str:
    charges = (charge for step in route.steps for charge in step.charges if charge.substance.key == key)
    return ", ".join(f"{charge.amount:g}" for charge in charges if charge.basis == Basis.EQUIVALENTS)


def _consumption(counted: Iterable[Counted]) -> dict[str, Any]:
    columns = [
        Column(_t("Material, CAS, grade"), 23),
        Column(_t("Equivalents"), 11, "right"),
        Column(_t("Charged (kg/kg API)"), 10, "right"),
        Column(_t("Recovery (%)"), 10, "right"),
        Column(_t("Consumption (kg/kg API)"), 13, "right"),
        Column(_t("Loss (%)"), 8, "right"),
        Column(_t("Price per kg"), 13, "right"),
        Column(_t("Recovered value (per kg charged)"), 12, "right"),
    ]
    return data_table(columns, [_used(each) for each in counted])


def _used(each: Counted) -> tuple[Any, ...]:
    row, material = each.row, each.row.material
    loss = shortest(row.handling_loss_pct)
    return (
        f"{material.name}\n{', '.join(filter(None, (material.cas_number, material.grade)))}".strip(),
        each.equivalents,
        four_figures(each.bought.charged_kg),
        four_figures(each.recovery_pct),
        four_figures(each.bought.fresh_kg),
        _t("%(loss)s, in the yield") % {"loss": loss} if loss and row.loss_in_yield else loss,
        _per_kg(each.price),
        _per_kg(each.recovered),
    )


def _per_kg(line: LineCost | None) -> str | None:
    return f"{cell(shortest(line.price.base))} {line.price.currency}" if line else None


def _yields(steps: Iterable[RouteStep]) -> dict[str, Any]:
    return _origins((_t("Source of the yields"), _t("Steps")), "yield", {step: step.name for step in steps if not step.set_aside})


def _amounts(steps: Iterable[RouteStep]) -> dict[str, Any]:
    lines = (line for step in steps if not step.set_aside for line in step.inputs.all())
    return _origins((_t("Source of the amounts"), _t("Inputs")), "amount", {line: line.material.name for line in lines if line.material})


def _origins(heads: tuple[str, str], figure: str, rows: Mapping[Any, str]) -> dict[str, Any]:
    """Where figures come from: by source, reference, day and how sure they are the names of those that are from there, each once."""
    found: dict[str, dict[str, None]] = {}
    for row, name in rows.items():
        source, reference, dated, sure = (getattr(row, f"{figure}_{each}") for each in ("source", "reference", "dated", "confidence"))
        told = (str(RouteSource(source).label), reference, day(dated) if dated else "", confidence_words(sure))
        found.setdefault(", ".join(filter(None, told)), {})[name] = None
    columns = [Column(head, width) for head, width in zip(heads, (40, 60), strict=True)]
    return data_table(columns, [(words, "; ".join(names)) for words, names in found.items()])


def _supply(counted: Iterable[Counted]) -> dict[str, Any]:
    columns = [
        Column(_t("Material"), 24),
        Column(_t("Supplier, country"), 23),
        Column(_t("Quoted on, valid until"), 14),
        Column(_t("Pack (kg)"), 8, "right"),
        Column(_t("Minimum order (kg)"), 10, "right"),
        Column(_t("Lead time (days)"), 9, "right"),
        Column(_t("Single source"), 12),
    ]
    return data_table(columns, [_sold(each) for each in counted])


def _sold(each: Counted) -> tuple[Any, ...]:
    """A typed price has no supplier: its source stands there instead. Several who sell it, or nobody, make no single source."""
    row, quote = each.row, each.row.quote
    single = {0: _t("nobody offers it"), 1: _t("yes")}.get(each.sellers, _t("no, %(number)d offer it") % {"number": each.sellers})
    if quote is None:
        origin = ", ".join(filter(None, (str(Source(row.source).label), row.reference)))
        return row.material.name, origin, _days(row.dated, row.valid_until), None, None, None, single
    return (
        row.material.name,
        ", ".join(filter(None, (quote.supplier.name, quote.origin or quote.supplier.country, _t("awarded") if each.is_awarded else ""))),
        _days(quote.quoted_on, quote.valid_until),
        shortest(quote.pack_kg),
        shortest(max(quote.quantity_from_kg, quote.minimum_order_kg or Decimal(0))) or None,
        quote.lead_time_days,
        single,
    )


def _days(quoted: date | None, until: date | None) -> str:
    return f"{day(quoted)}\n{day(until)}"
