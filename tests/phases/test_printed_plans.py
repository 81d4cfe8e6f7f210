"""What the sheets count stands in the report and, under its section, in the cost form; an empty section says what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.models import AnalyticalPrice
from phases.evaluation.assessment_documents import cost_assessment
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.printed_plans import plans_on_paper
from projects.models import Project
from tests.phases.sheets import OPERATION, a_test_price, add_row
from tests.projects import factories as make
from tests.projects.vessels import a_vessel

pytestmark = pytest.mark.django_db
CALORIMETRY = {"item": "Reaction calorimetry", "unit": "runs", "amount": "3", "unit_price": "2400"}
ORIGINS = "Analytical: Test plan, where the figures come from"
VALIDATION = {"item": "Assay, HPLC", "work": "validation", "amount": "120", "unit_price": "110"}


@pytest.fixture
def project() -> Project:
    project = make.a_project()
    add_row(project, "ehs", "ehs-costs", **CALORIMETRY)
    add_row(project, "analytical", "method-work", **VALIDATION)
    add_row(
        project, "analytical", "test-plan", price=a_test_price().test, stage="Release", batches="3", samples_per_batch="2", replicates="2"
    )
    return project


def captions(tables: list[dict[str, Any]]) -> list[str]:
    return [table["caption"] for table in tables]


def sheets_of(project: Project) -> list[DepartmentAssessment]:
    return list(DepartmentAssessment.objects.filter(project=project).with_tables().select_related("project__site"))


def heads(table: dict[str, Any]) -> list[str]:
    return [column["label"] for column in table["columns"]]


def test_a_reference_of_the_price_book_is_printed(project: Project) -> None:
    AnalyticalPrice.objects.update(reference="PB 2026")

    assert heads(plans_on_paper(sheets_of(project))[2]) == ["Test", "Stage", "Source", "Reference", "Dated"]


def test_what_is_counted_by_another_unit_is_told_apart_where_figures_come_from(project: Project) -> None:
    a_vessel()
    add_row(project, "production", "production-plan", **OPERATION, vessel="R-302")
    steam = {"operation": OPERATION["operation"], "kind": "Steam", "unit": "kg", "rate": "0.045", "source": "Quote"}
    add_row(project, "production", "planned-utilities", **steam, amount="5", basis="per kg of the batch", amount_high="8")
    add_row(project, "production", "planned-utilities", **steam, amount="900", basis="per batch", amount_high="1200")
    add_row(project, "ehs", "ehs-costs", item="Permit", unit="piece", amount="1", unit_price="900", source="Quote")
    add_row(
        project, "analytical", "method-work", item="Column", work="columns", unit="pieces", amount="2", unit_price="600", source="Quote"
    )

    found = {table["caption"].removesuffix(", where the figures come from"): table for table in plans_on_paper(sheets_of(project))}

    used, methods = found["Production: Utilities"], found["Analytical: Work on methods"]
    assert heads(used)[2:5] == ["Unit", "Counted", "Amount, high"]
    assert [row[2:5] for row in used["rows"]] == [["kg", "per kg of the batch", "8"], ["kg", "per batch", "1,200"]]
    assert [row[-2:] for row in methods["rows"]] == [["h", "–"], ["pieces", "Quote"]]
    assert [row[1] for row in found["Environment, health and safety: Costs of EHS"]["rows"]] == ["runs", "piece"]


def test_the_report_prints_every_table_once_and_what_is_wide_in_parts(project: Project) -> None:
    tables = plans_on_paper(sheets_of(project))

    assert captions(tables) == [
        *["Analytical: Test plan"] * 2,
        ORIGINS,
        "Analytical: Work on methods",
        "Environment, health and safety: Costs of EHS",
    ]
    assert [len(table["columns"]) for table in tables[:3]] == [8, 6, 4], "as many as a page in portrait holds"
    assert heads(tables[2]) == ["Test", "Stage", "Source", "Dated"], "the price book has no reference"


def test_the_cost_form_prints_them_under_their_sections(project: Project) -> None:
    data = cost_assessment(project)

    found = {view["key"]: view for view in data["views"]}
    assert captions(found["quality_control"]["tables"]) == ["Analytical: Test plan", ORIGINS, "Analytical: Work on methods"]
    assert found["ehs"]["tables"][0]["rows"][0][:5] == ["Reaction calorimetry", "runs", "3", "2,400", "7,200"]
    assert found["production"]["missing"] == ["No sheet plans an operation in a vessel."]
    assert data["told"] == list(found)


def test_no_table_of_another_department_is_printed(project: Project) -> None:
    """Hours, materials, methods and costs of EHS are rows of one kind: each belongs to the table of its department."""
    assert str(plans_on_paper(sheets_of(project))).count("Reaction calorimetry") == 1


def test_totals_are_named_with_their_currency_and_a_price_is_said_to_be_valid_under_its_own_heading(project: Project) -> None:
    DepartmentAssessment.objects.filter(project=project).update(currency="EUR")
    samples, costs, _origins, methods, _ehs = plans_on_paper(sheets_of(project))

    assert [table["rows"][-1][0] for table in (samples, costs, methods)] == ["Total", "Total (EUR)", "Total (EUR)"]
    heads = [column["label"] for column in samples["columns"]]
    assert samples["rows"][0][heads.index("Validity of the price")] == "valid" and "Price" not in heads
    assert costs["has_total"]
    assert [column["label"] for column in costs["columns"]][-3:] == ["Consumables (EUR)", "Outside laboratories (EUR)", "Cost in all (EUR)"]
