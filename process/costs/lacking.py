"""What keeps a scenario from being priced, in words, each with where it is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.refusals import BadInput, Blocker
from catalogue.models import ExchangeRate, Material
from catalogue.models.rates import no_rate
from process.costs.case import Inclusion
from process.costs.materials import recovered_twice
from process.costs.models import CostAssessment, CostLine, MaterialPrice, RiskItem
from process.routes.building import plain_route
from process.routes.checks import faults_of
from process.routes.figures import materials_of
from process.routes.mending import blockers_of
from process.routes.models import RouteStep

Read = TypeVar("Read")
PRICES_AT = "#sheet-cost-materials"


class WrongRow(BadInput):
    """What is wrong with a figure of one row, named and with where it is mended."""

    def __init__(self, bad: BadInput, label: str, link: str) -> None:
        self.link = link
        super().__init__({name: [f"{label}: {words}" for words in listed] for name, listed in bad.errors.items()})


def of_row(read: Callable[[], Read], row: CostLine | MaterialPrice | RiskItem, table: str) -> Read:
    """Raises BadInput that leads to the row."""
    try:
        return read()
    except BadInput as bad:
        raise WrongRow(bad, str(row), _row_link(row, table)) from bad


def _row_link(row: CostLine | MaterialPrice | RiskItem, table: str) -> str:
    return reverse("worksheet-row", args=[f"{table}:{row.assessment_id}", row.pk])


def wrong_blockers(bad: BadInput, assessment: CostAssessment, *, is_tried: bool = False) -> Iterator[Blocker]:
    """Each with where it is mended: its row, the yields of the scenario or those that are tried, its batches; else what it counts with."""
    page = assessment.get_absolute_url()
    yields = "#id_yield_pct" if is_tried else f"{page}#id_change-yield_pct"
    sizes = f"{page}#sheet-cost-phases"
    places = {"yield_pct": yields, "recovered_per_kg": f"{page}{PRICES_AT}", "batches": sizes, "batch_low": sizes, "batch_high": sizes}
    for name, listed in bad.errors.items():
        elsewhere = places.get(name, f"{page}#scenario-title")
        yield from (Blocker("cost.wrong", words, link=bad.link if isinstance(bad, WrongRow) else elsewhere) for words in listed)


def missing_in(assessment: CostAssessment, steps: list[RouteStep], rates: Mapping[str, ExchangeRate]) -> Iterator[Blocker]:
    """Why it cannot be priced, whatever its figures say. rates: by the currency that is converted into that of the scenario."""
    version = assessment.route_version
    if version is not None:
        yield from (
            Blocker("cost.route", each.words, link=each.link) for each in blockers_of(faults_of(plain_route(steps)), version, steps)
        )
        priced = {row.material_id for row in assessment.prices.all() if row.is_known}
        for material, names in _bought_in(steps).items():
            if material.pk not in priced:
                words = _t("%(steps)s: %(material)s has no price in this scenario.")
                yield Blocker("cost.price", words % {"steps": ", ".join(names), "material": material}, link=PRICES_AT)
        recycled = recycled_in(steps)
        for row in assessment.prices.all():
            if row.recovered_per_kg is not None and row.material_id in recycled:
                words = recovered_twice(recycled[row.material_id].name, str(row.material))
                yield Blocker("cost.recovered_twice", words, link=_row_link(row, "cost-materials"))
    have = {*rates, assessment.currency}
    for currency in sorted(_currencies(assessment, materials_of(steps)) - have):
        yield rate_blocker(currency, assessment.currency, assessment.priced_on)


def _bought_in(steps: Iterable[RouteStep]) -> dict[Material, list[str]]:
    """By material the steps that take it in, both in the order of the route."""
    found: dict[Material, dict[RouteStep, str]] = {}
    for step in (each for each in steps if not each.set_aside):
        for line in step.inputs.all():
            if line.material is not None:
                found.setdefault(line.material, {})[step] = step.name
    return {material: list(names.values()) for material, names in found.items()}


def recycled_in(steps: Iterable[RouteStep]) -> dict[int, RouteStep]:
    """By material the first step that takes part of it from recycling."""
    found: dict[int, RouteStep] = {}
    for step in (each for each in steps if not each.set_aside):
        for line in step.inputs.all():
            if line.material_id is not None and line.recycle_pct:
                found.setdefault(line.material_id, step)
    return found


def rate_blocker(currency: str, into: str, on: date) -> Blocker:
    return Blocker("cost.rate", no_rate(currency, into, on), link=reverse("exchange-rates"))


def _currencies(assessment: CostAssessment, bought: set[int]) -> set[str]:
    prices = [row for row in assessment.prices.all() if row.material_id in bought and row.is_known]
    recovered = {row.recovered_currency for row in prices if row.recovered_per_kg is not None}
    of_prices = {row.quote.currency if row.quote is not None else row.currency for row in prices}
    of_lines = {line.currency for line in assessment.lines.all() if line.inclusion != Inclusion.EXCLUDED}
    return of_prices | recovered | of_lines | {risk.currency for risk in assessment.risks.all()}
