"""Cost scenarios that are fixed: what they keep, and what is asked before."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from audit.refusals import Refused
from catalogue.models import SupplierQuote
from process.costs import services
from process.costs.building import assessed
from process.costs.results import priced
from process.costs.trial import Trial
from process.models import CostAssessment
from process.routes.services import fix_version
from projects.models import Project
from tests.process import factories as make
from tests.process.costs.story import LABOUR, enter, price_of, read

pytestmark = pytest.mark.django_db
D = Decimal


def test_a_fixed_scenario_keeps_its_price_and_takes_no_row(scenario: CostAssessment) -> None:
    enter(scenario, LABOUR)
    with pytest.raises(Refused, match="is a draft"):
        services.fix_scenario(scenario.pk, reason="For the quotation.", actor=make.estimator())
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())
    price = price_of(scenario)

    fixed = services.fix_scenario(scenario.pk, reason="For the quotation.", actor=make.estimator())

    assert (fixed.fixed_price, fixed.result["algorithm"]) == (price, "cost.estimate")
    assert fixed.result["inputs"]["case"]["materials"][0]["price"]["base"].startswith("6.2")
    with pytest.raises(Refused):
        enter(fixed, LABOUR)
    with pytest.raises(Refused):
        services.change_scenario(scenario.pk, {"margin_pct": D(40)}, actor=make.estimator())


def fixed(scenario: CostAssessment) -> CostAssessment:
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())
    return services.fix_scenario(scenario.pk, reason="For the quotation.", actor=make.estimator())


def test_a_fixed_scenario_is_read_as_it_was_stored_and_can_be_tried(scenario: CostAssessment) -> None:
    """A supplier's price and a rate that are corrected afterwards move it no more."""
    enter(scenario, LABOUR)
    half = Trial({"pilot": (D(0), 0), "validation": (D(85), 1)}, D(50))
    prices = [price_of(scenario), price_of(scenario, half)]
    before = priced(assessed(read(scenario)))

    row = fixed(scenario)
    SupplierQuote.objects.update(price_per_kg=D(99))

    assert [price_of(row), price_of(row, half)] == prices
    after = priced(assessed(read(scenario)))
    assert (after.estimate, after.band, after.warnings) == (before.estimate, before.band, before.warnings)
    assert [each.words for each in assessed(read(row), Trial(yield_pct=D(120))).missing] == [
        "Acetylation would yield 108 %, more than the equation gives."
    ]


def test_a_scenario_that_was_fixed_before_risks_had_currencies_is_read(scenario: CostAssessment) -> None:
    enter(scenario, {"label": "Dimer", "phase": "pilot", "probability_pct": "20", "impact": "10000"}, "cost-risks")
    row = fixed(scenario)
    before, result = assessed(read(row)), read(row).result
    case = result["inputs"]["case"]
    del result["version"], case["risks"][0]["currency"]
    CostAssessment.objects.filter(pk=row.pk).update(result=result | {"algorithm": "estimate/1", "inputs": case})

    import_module("process.migrations.0003_risk_currencies").as_it_is_read_now(apps, SimpleNamespace(connection=connection))

    after = assessed(read(row))
    assert (after.case, after.answer) == (before.case, before.answer)


def test_a_scenario_without_a_price_is_not_fixed(project: Project) -> None:
    empty = make.a_scenario(project)

    with pytest.raises(Refused, match="nothing to price"):
        services.fix_scenario(empty.pk, reason="For the quotation.", actor=make.estimator())
