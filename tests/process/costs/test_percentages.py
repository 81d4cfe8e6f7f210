"""Percentages below one as the worksheets of a scenario take and tell them: by hand, in the API, in files, in the form of a row."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from process.models import CostAssessment, RiskItem
from tests.process import factories as make
from tests.worksheets.tables import xlsx
from worksheets import services as imports
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, Change, Result, change_rows
from worksheets.sheet_files import table_of_sheet
from worksheets.sheets import sheet_of

pytestmark = pytest.mark.django_db
D = Decimal


def enter(assessment: CostAssessment, percent: str | float) -> Result:
    values = {"label": "Dimer", "phase": "pilot", "probability_pct": percent, "impact": "10000"}
    (result,) = change_rows(f"cost-risks:{assessment.pk}", [Change(ADD, values=values)], actor=make.estimator()).results
    return result


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0.2", None), ("20", D(20)), ("0.2 %", D("0.2")), ("20 %", D(20)), ("0", D(0)), (0.2, None), (20.0, D(20)), (1, D(1)), (0, D(0))],
)
def test_a_percentage_typed_as_a_fraction_is_asked_about(scenario: CostAssessment, typed: str | float, kept: Decimal | None) -> None:
    """Also of a number in a file or of the API: a spreadsheet keeps 20 % as 0.2."""
    result = enter(scenario, typed)

    assert [row.probability_pct for row in RiskItem.objects.all()] == ([] if kept is None else [kept])
    if kept is None:
        assert "Is 20 % meant? Then type 20. If it is 0.2 %, type it with its sign." in str(result.errors)


def test_less_than_one_percent_is_told_as_it_can_be_sent_again(scenario: CostAssessment) -> None:
    enter(scenario, "0.50 %")
    bound = bind(f"cost-risks:{scenario.pk}", make.estimator())
    row = bound.query().get()
    told = bound.table([row])[0]["values"]
    typed = ("label", "phase", "probability_pct", "impact", "currency")

    (again,) = change_rows(bound.address, [Change(ADD, values={name: told[name] for name in typed})], actor=bound.user).results
    seen = {"probability_pct": told["probability_pct"], "label": "Dimer"}
    (changed,) = change_rows(bound.address, [Change(CHANGE, row.pk, {"label": "Trimer"}, seen)], actor=bound.user).results
    table = table_of_sheet(bound)

    assert told["probability_pct"] == "0.5 %"
    assert (again.errors, changed.errors) == ({}, {})
    assert list(RiskItem.objects.values_list("probability_pct", flat=True)) == [D("0.5"), D("0.5")]
    assert [line[2] for line in table.rows] == ["0.5 %", "0.5 %"]
    assert table.rows[0][6:8] == ["EUR", D("50.00")]


def test_less_than_one_percent_is_read_from_a_file_and_kept_by_the_form_of_its_row(scenario: CostAssessment, client: Client) -> None:
    head = [column.heading for column in sheet_of("cost-risks").template()]
    content = xlsx(head, ["Dimer", "Pilot", "0.5 %", 10000], sheet="Risks in the price")
    scope, by = str(scenario.pk), make.estimator()
    shown = imports.take_import("cost-risks", content, "risks.xlsx", actor=by, scope=scope)
    imports.press_import(shown.pk, actor=by, looked_at=imports.hash_of_doubts(imports.doubts_of(shown)))
    row = RiskItem.objects.get()
    client.force_login(by)
    address = reverse("worksheet-row", args=[f"cost-risks:{scope}", row.pk])
    form = client.get(address).context["form"]
    kept = {name: value for name, value in form.initial.items() if value is not None}

    answer = client.post(address, kept | {"label": "Trimer"})

    assert (answer.status_code, row.probability_pct) == (302, D("0.5"))
    assert RiskItem.objects.values_list("label", "probability_pct").get() == ("Trimer", D("0.5"))
