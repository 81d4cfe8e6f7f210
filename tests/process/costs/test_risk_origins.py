"""Whose word the cost of a risk is, and what it may come to: kept with the row, in the band, on paper."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from audit.refusals import BadInput
from process.assumptions.figures import assumed_in
from process.costs.band import price_band, widened_by
from process.costs.building import assessed
from process.costs.case import Case
from process.costs.demand import base_value
from process.costs.figures import Source
from process.costs.paper import scenario_on_paper
from process.costs.roll_up import total_price
from process.costs.services import copy_scenario
from process.costs.stored import plain, restored
from process.costs.tornado import tornado
from process.costs.variables import variables
from process.models import CostAssessment, RiskItem
from tests.process import factories as make
from tests.process.costs.cases import small
from tests.process.costs.story import change, enter, read

D = Decimal
DIMER = {"label": "Dimer", "phase": "pilot", "probability_pct": "20", "impact": "10000"}
QUOTED = {"impact_low": "8000", "impact_high": "25000", "source": "Quote", "confidence": "Low", "reference": "Q-17", "dated": "2026-02-01"}


def ranged(case: Case, low: Decimal | None, high: Decimal | None) -> Case:
    return replace(case, risks=tuple(replace(each, low=low, high=high) for each in case.risks))


def test_it_moves_the_price_by_its_probability_and_the_margin_on_it() -> None:
    case = ranged(small(), D(8000), D(32000))

    bar = next(bar for bar in tornado(case).known.bars if bar.variable.key == "risk/0")

    assert bar.variable.label == "Cost of the risk: A vessel is late"
    assert (bar.swing, bar.variable.unit) == (round(D(24000) * D(".25") / D(".7"), 2), "CHF")
    assert price_band(case).known.width > price_band(small()).known.width
    assert total_price(case, base_value) == total_price(small(), base_value)


def test_a_risk_that_is_only_shown_moves_nothing() -> None:
    case = ranged(small(), D(0), D(90000))

    assert "risk/0" not in {each.key for each in variables(replace(case, terms=replace(case.terms, risk_in_price=False)))}
    assert price_band(replace(case, terms=replace(case.terms, risk_in_price=False))).known.width < price_band(case).known.width


@pytest.mark.parametrize(("low", "high"), [(D(20001), None), (None, D(19999)), (D(-1), None)])
def test_an_end_on_the_wrong_side_is_refused(low: Decimal | None, high: Decimal | None) -> None:
    with pytest.raises(BadInput):
        ranged(small(), low, high)


def test_one_that_is_assumed_and_may_cost_more_goes_to_the_ledger_as_ours() -> None:
    case = ranged(small(), None, D(32000))
    told = {figure.about: figure for figure in assumed_in(case)}

    found = told["risk pilot A vessel is late"]
    assert (found.words, found.ends, found.unit) == ("Cost of the risk: A vessel is late", (20000, 20000, 32000), "CHF")
    assert widened_by(tornado(case).known, found.keys) > 0 and not found.for_client
    quoted = replace(case, risks=tuple(replace(each, source=Source.QUOTE) for each in case.risks))
    shown = replace(case, terms=replace(case.terms, risk_in_price=False))
    assert not any(each.about == found.about for other in (small(), quoted, shown) for each in assumed_in(other))


def test_a_case_without_ends_is_hashed_as_before_there_were_any() -> None:
    assert set(plain(small(), hashed=True)["risks"][0]) == {"label", "phase", "probability_fraction", "impact", "currency"}
    case = ranged(small(), D(8000), None)
    assert restored(Case, plain(case)) == case


@pytest.mark.django_db
def test_a_row_keeps_it_and_goes_with_the_copy(scenario: CostAssessment) -> None:
    assert not enter(scenario, DIMER | QUOTED, "cost-risks").errors

    copied = copy_scenario(scenario.pk, "Again", actor=make.estimator()).risks.get()

    assert (copied.source, copied.confidence, copied.reference, str(copied.dated)) == ("quote", "low", "Q-17", "2026-02-01")
    (risk,) = assessed(read(scenario)).case.risks  # type: ignore[union-attr]
    assert (risk.low, risk.high, risk.source, risk.confidence) == (8000, 25000, "quote", "low")


@pytest.mark.django_db
def test_where_nobody_says_it_is_assumed_on_the_day_of_the_scenario(scenario: CostAssessment) -> None:
    enter(scenario, DIMER, "cost-risks")
    row = scenario.risks.get()
    assert (row.source, row.dated) == ("assumption", scenario.priced_on)

    found = change(scenario, row, {"impact_low": "11000"}, "cost-risks").errors

    assert found == {"impact_low": ["The lowest figure is not above the base, the highest not below it."]}


@pytest.mark.django_db
def test_paper_says_it_and_keeps_silent_of_a_risk_from_before(scenario: CostAssessment) -> None:
    enter(scenario, DIMER | QUOTED, "cost-risks")
    enter(scenario, DIMER | {"label": "Strike"}, "cost-risks")
    RiskItem.objects.filter(label="Strike").update(source="", dated=None)

    found = scenario_on_paper(scenario.project)

    assert found is not None
    told = [[words.replace("\N{NARROW NO-BREAK SPACE}", ",") for words in row] for row in found["risks"]["rows"]]
    assert told == [
        ["Dimer\nQuote, Q-17, 1 Feb 2026, confidence: Low", "20", "EUR 10,000.00\n8,000.00 – 25,000.00"],
        ["Strike", "20", "EUR 10,000.00"],
    ]
