"""How sure a figure is, wherever it is entered, stands with it in the scenario, on paper and in the ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest

from process.assumptions.figures import assumed_in, take_figures
from process.costs.building import assessed
from process.costs.case import Case
from process.costs.paper import scenario_on_paper
from process.costs.stored import plain, restored
from process.models import Assumption, CostAssessment, CostLine, StepInput
from process.routes.models import RouteStep
from process.routes.paper import route_on_paper
from process.routes.services.versions import fix_version, start_version
from tests.process import factories as make
from tests.process.costs.story import LABOUR, TYPED, change, enter, read

D = Decimal
RECOVERED = {"recovered_per_kg": "0.5", "recovered_confidence": "Low"}


@pytest.fixture
def judged(scenario: CostAssessment) -> CostAssessment:
    """A yield, an amount and what is recovered: each as sure as somebody says."""
    assert not make.change_step(step_of(scenario), yield_low_pct="80", yield_confidence="High").errors
    assert not make.change_input(input_of(scenario), amount_high="1.6", amount_confidence="medium").errors
    row = scenario.prices.get(material__name="4-Aminophenol")
    assert not change(scenario, row, RECOVERED).errors
    return scenario


def step_of(scenario: CostAssessment) -> RouteStep:
    return RouteStep.objects.get(version=scenario.route_version_id)


def input_of(scenario: CostAssessment) -> StepInput:
    return StepInput.objects.get(step__version=scenario.route_version_id, material__name="Acetic anhydride")


def case_of(scenario: CostAssessment) -> Case:
    case = assessed(read(scenario)).case
    assert case is not None
    return case


def test_figures_of_the_route_and_recovered_values_say_it_in_the_scenario(judged: CostAssessment) -> None:
    case = case_of(judged)

    (step,) = case.demands[0].steps
    assert step.yield_fraction.confidence == "high"
    assert [each.confidence for each in step.intakes] == ["", "medium", ""]
    assert [each.recovered.confidence for each in case.materials if each.recovered] == ["low"]
    assert restored(Case, plain(case)) == case


def test_paper_says_it_beside_the_source(judged: CostAssessment) -> None:
    found = scenario_on_paper(judged.project)
    assert found is not None and judged.route_version is not None
    route = route_on_paper(judged.route_version)
    assert route is not None

    assert found["yields"]["rows"] == [["Assumption, confidence: High", "Acetylation"]]
    assert ["Assumption, confidence: Medium", "Acetic anhydride"] in found["amounts"]["rows"]
    assert "confidence: Low" in str(found["lines"]["rows"])
    assert route["steps"]["rows"][0][4] == "Assumption · confidence: High"


def test_it_goes_into_the_ledger_and_a_later_word_there_stays_where_the_scenario_says_nothing(judged: CostAssessment) -> None:
    enter(judged, LABOUR)

    rows = {row.words: row for row in take_figures(judged.project.code, judged.number, actor=make.estimator())}

    assert rows["Yield of Acetylation"].confidence == "high"
    assert rows["Use of Acetic anhydride in Acetylation"].confidence == "medium"
    line = rows["Operators in Pilot"]
    assert line.confidence == ""
    Assumption.objects.filter(pk=line.pk).update(confidence="low")
    make.change_step(step_of(judged), yield_confidence="Low")
    take_figures(judged.project.code, judged.number, actor=make.estimator())
    assert dict(Assumption.objects.filter(pk__in=[line.pk, rows["Yield of Acetylation"].pk]).values_list("words", "confidence")) == {
        "Yield of Acetylation": "low",
        "Operators in Pilot": "low",
    }


def test_a_typed_price_and_what_is_recovered_say_it_in_the_ledger(scenario: CostAssessment) -> None:
    row = scenario.prices.get(material__name="4-Aminophenol")
    assert not change(scenario, row, TYPED | RECOVERED | {"confidence": "Medium"}).errors

    told = {each.about.split()[0]: each.confidence for each in assumed_in(case_of(scenario))}

    assert (told["price"], told["recovered"]) == ("medium", "low")


def test_without_a_recovered_value_it_is_refused_and_goes_with_it(judged: CostAssessment) -> None:
    row = judged.prices.get(material__name="4-Aminophenol")

    assert not change(judged, row, {"recovered_per_kg": ""}).errors

    row.refresh_from_db()
    assert row.recovered_confidence == ""
    assert change(judged, row, {"recovered_confidence": "High"}).errors == {
        "recovered_confidence": ["This belongs to a recovered value."],
    }


def test_a_department_was_not_sure_of_what_is_typed_in_place_of_its_figure(scenario: CostAssessment) -> None:
    enter(scenario, LABOUR | {"confidence": "High"})
    line = scenario.lines.get()
    CostLine.objects.filter(pk=line.pk).update(planned_by="research", source="sheet")

    assert not change(scenario, line, {"price": "130"}, "cost-lines").errors
    line.refresh_from_db()
    assert line.confidence == ""

    CostLine.objects.filter(pk=line.pk).update(planned_by="research", source="sheet")
    assert not change(scenario, line, {"price": "140", "confidence": "Low"}, "cost-lines").errors
    line.refresh_from_db()
    assert line.confidence == "low"


def test_a_department_did_not_say_what_somebody_else_says_of_its_figure(scenario: CostAssessment) -> None:
    enter(scenario, LABOUR | {"confidence": "Low"})
    line = scenario.lines.get()
    CostLine.objects.filter(pk=line.pk).update(planned_by="research", source="sheet", reference="Sheet of research")

    assert not change(scenario, line, {"confidence": "High"}, "cost-lines").errors

    line.refresh_from_db()
    assert (line.source, line.reference, line.confidence) == ("assumption", "", "high")


def test_the_next_version_of_a_route_keeps_it(judged: CostAssessment) -> None:
    version = judged.route_version
    assert version is not None
    fix_version(version.pk, reason="Quoted.", actor=make.chemist())

    copied = start_version(version.route_id, reason="Less.", actor=make.chemist()).steps.get()

    assert copied.yield_confidence == "high"
    assert list(copied.inputs.order_by("pk").values_list("amount_confidence", flat=True)) == ["", "medium", ""]
