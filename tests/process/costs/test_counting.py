"""Which cost scenario the documents print: the one that the price rests on, with the reason."""

from __future__ import annotations

import pytest

from process.costs.counting import counting, quoted_scenario, what_counts, why_counts
from process.costs.paper import scenario_on_paper
from process.costs.quoting import quote_scenario
from process.models import CostAssessment
from projects.models import Project
from tests.process import factories as make
from tests.process.costs.test_quoting import a_fixed_scenario, quote
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


def printed(project: Project) -> tuple[str, str]:
    found = scenario_on_paper(project)
    assert found is not None
    facts = {row["label"]: row["value"] for row in found["facts"]}
    return facts["Scenario"], facts["Why this one"]


def test_the_scenario_that_the_quotation_rests_on_counts_though_a_newer_one_is_fixed(project: Project) -> None:
    projects.a_quotation(project)
    first = a_fixed_scenario(project, name="As quoted")
    quotation = quote(first)
    before = what_counts(project)

    second = a_fixed_scenario(project, name="A larger batch")

    assert printed(project) == ("1 · As quoted (Fixed)", f"The price of 2 of 3 phases of {quotation.label} rests on it.")
    assert what_counts(project) == before
    quote_scenario(second.pk, actor=make.estimator())
    assert printed(project)[0] == "2 · A larger batch (Fixed)"
    assert what_counts(project) != before


def test_before_a_quotation_rests_on_one_the_newest_fixed_counts_then_a_draft(project: Project) -> None:
    draft: CostAssessment = make.a_scenario(project, make.draft_of(make.a_whole_route(project)))
    assert why_counts(draft, quoted_scenario(project)) == "It is the newest that has a price."

    row = a_fixed_scenario(project)

    chosen = counting(project)
    assert chosen is not None and chosen.assessed.assessment.pk == row.pk
    assert printed(project)[1] == "It is the newest that is fixed."
