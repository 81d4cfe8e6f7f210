"""A version of a route on paper: tables that the snapshot of a document can hold, and its scheme as what a worker draws it from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from catalogue.models import SupplierQuote
from catalogue.models.supply import ListOfPrices, list_of
from documents.content import Column, cell, data_table, key_values, shortest
from process.confidence import confidence_words
from process.routes.awarded import awarded_lists
from process.routes.building import read_quotes
from process.routes.drawing import kept_scheme
from process.routes.figures import Balanced, balance_of, materials_of
from process.routes.green import GreenMetrics, green_metrics
from process.routes.models import RouteStep, RouteVersion
from process.routes.yields import overall_yield
from projects.models import Project

SELLERS = {"without": 0, "single": 1}


def newest_version(project: Project) -> RouteVersion | None:
    """The newest that is fixed, else that of the first route."""
    rows = RouteVersion.objects.filter(route__project=project).select_related("route")
    fixed = rows.filter(state=RouteVersion.State.FIXED).order_by("-fixed_at", "-pk").first()
    return fixed or rows.order_by("route__number", "-number").first()


def route_on_paper(version: RouteVersion) -> dict[str, Any] | None:
    """Scheme, steps, what is bought for a kilogram of product, and intensity. None of a version without a step that counts."""
    whole = balance_of(version)
    steps = [step for step in whole.steps if not step.set_aside]
    if not steps:
        return None
    green = green_metrics(whole.route, faults=whole.faults).value
    return {
        "facts": _facts(version, whole, green),
        "scheme": kept_scheme(steps, title=version.route.name),
        "steps": _steps(steps, whole, green),
        "balance": _bought(whole),
        "missing": [fault.words for fault in whole.faults],
    }


def offers_on_paper(version: RouteVersion, on: date) -> dict[str, Any] | None:
    """What suppliers ask for the materials of the route: table, of each supplier its newest offer that holds on that day, and which of
    them was awarded; the names of materials that nobody offers (`without`), and of those that one supplier alone does (`single`)."""
    steps = balance_of(version).steps
    inputs = (line for step in steps if not step.set_aside for line in step.inputs.all())
    names = {line.material.pk: str(line.material) for line in inputs if line.material is not None}
    if not names:
        return None
    offers: dict[int, list[SupplierQuote]] = {pk: [] for pk in names}
    for quote in read_quotes(materials_of(steps), on):
        offers[quote.material_id].append(quote)
    columns = [
        Column(_t("Material"), 26),
        Column(_t("Supplier"), 22),
        Column(_t("From (kg)"), 12, "right"),
        Column(_t("Price per kg"), 16, "right"),
        Column(_t("Lead time (days)"), 11, "right"),
        Column(_t("Valid until"), 13),
    ]
    awarded = awarded_lists(version.route.project_id, names, on)
    rows = [row for pk, name in names.items() for row in _offered(name, offers[pk], awarded.get(pk))]
    table = data_table(columns, rows, caption=_t("Offers that hold"))
    sellers = {name: len({quote.supplier_id for quote in offers[pk]}) for pk, name in names.items()}
    return {"table": table, **{key: [name for name, each in sellers.items() if each == many] for key, many in SELLERS.items()}}


def _offered(name: str, quotes: Iterable[SupplierQuote], awarded: ListOfPrices | None) -> Iterator[tuple[Any, ...]]:
    rows = sorted(quotes, key=lambda quote: (str(quote.supplier), quote.quantity_from_kg))
    newest = {quote.supplier_id: quote.quoted_on for quote in sorted(rows, key=lambda quote: quote.quoted_on)}
    for quote in (each for each in rows if each.quoted_on == newest[each.supplier_id] or list_of(each) == awarded):
        price = f"{cell(shortest(quote.price_per_kg))} {quote.currency}"
        seller = _t("%(supplier)s (awarded)") % {"supplier": quote.supplier} if list_of(quote) == awarded else str(quote.supplier)
        yield name, seller, shortest(quote.quantity_from_kg), price, quote.lead_time_days, quote.valid_until
    if not rows:
        yield name, _t("no offer that holds"), None, None, None, None


def _facts(version: RouteVersion, whole: Balanced, green: GreenMetrics | None) -> list[dict[str, str]]:
    overall = overall_yield(whole.route, faults=whole.faults).value
    measured = {
        _t("Overall yield of the longest line (%)"): 100 * overall.yield_fraction if overall else None,
        _t("Process mass intensity, net (kg/kg)"): green.net.pmi if green else None,
        _t("Process mass intensity, gross (kg/kg)"): green.gross.pmi if green else None,
        _t("E-factor, complete (kg/kg)"): green.net.e_complete if green else None,
        _t("E-factor, without water and solvents (kg/kg)"): green.net.e_simple if green else None,
    }
    known = ((label, four_figures(value)) for label, value in measured.items() if value is not None)
    route = version.route
    return key_values((_t("Route"), version), (_t("Origin"), route.get_origin_display()), (_t("Purpose"), route.purpose), *known)


def _steps(steps: Iterable[RouteStep], whole: Balanced, green: GreenMetrics | None) -> dict[str, Any]:
    balance = whole.balance.value
    made = {each.step.key: each.product_kg / balance.target_kg for each in balance.steps} if balance else {}
    intensity = {each.step.key: each.net.pmi for each in green.steps} if green else {}
    columns = [
        Column(_t("Step"), 17),
        Column(_t("Product"), 19),
        Column(_t("Yield (%)"), 7, "right"),
        Column(_t("Low – high (%)"), 10, "right"),
        Column(_t("Source of the yield"), 21),
        Column(_t("Made for 1 kg of product (kg)"), 10, "right"),
        Column(_t("PMI, net"), 7, "right"),
        Column(_t("Cycle time (h)"), 9, "right"),
    ]
    rows = (
        (
            step.name,
            step.product_name,
            shortest(step.yield_pct),
            _span(step.yield_low_pct, step.yield_high_pct),
            " · ".join(filter(None, (str(step.get_yield_source_display()), step.yield_reference, confidence_words(step.yield_confidence)))),
            four_figures(made.get(str(step.key))),
            four_figures(intensity.get(str(step.key))),
            shortest(step.cycle_time_h),
        )
        for step in steps
    )
    return data_table(columns, rows)


def _bought(whole: Balanced) -> dict[str, Any] | None:
    balance = whole.balance.value
    if balance is None:
        return None
    columns = [Column(_t("Bought for 1 kg of product"), 56), Column(_t("Charged (kg)"), 22, "right"), Column(_t("Fresh (kg)"), 22, "right")]
    each_kg = balance.target_kg
    rows = [
        (each.substance.name, four_figures(each.charged_kg / each_kg), four_figures(each.fresh_kg / each_kg)) for each in balance.bought
    ]
    return data_table(columns, rows)


def _span(low: Decimal | None, high: Decimal | None) -> str:
    return "" if low is None and high is None else f"{cell(shortest(low))} – {cell(shortest(high))}"


def four_figures(value: float | None) -> Decimal | None:
    return None if value is None else shortest(Decimal(f"{value:.4g}"))
