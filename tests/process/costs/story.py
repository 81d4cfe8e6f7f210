"""Rows of a cost scenario, entered through the door, and the price that it then has."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from process.costs.building import assessed
from process.costs.estimate import estimate
from process.costs.trial import Trial
from process.models import CostAssessment
from tests.process import factories as make
from worksheets.changing import ADD, CHANGE, Change, Result, change_rows

LABOUR = {
    "label": "Operators",
    "phase": "pilot",
    "category": "labour",
    "basis": "batch",
    "quantity": "40",
    "quantity_high": "60",
    "unit": "h",
    "price": "120",
}
TYPED = {"quote": "", "price_per_kg": "9.5"}  # in place of a supplier's price


def enter(assessment: CostAssessment, values: dict[str, Any], sheet: str = "cost-lines") -> Result:
    (result,) = change_rows(f"{sheet}:{assessment.pk}", [Change(ADD, values=values)], actor=make.estimator()).results
    return result


def change(assessment: CostAssessment, row: Any, values: dict[str, Any], sheet: str = "cost-materials") -> Result:
    (result,) = change_rows(f"{sheet}:{assessment.pk}", [Change(CHANGE, row.pk, values)], actor=make.estimator()).results
    return result


def resize(assessment: CostAssessment, phase: str, /, **values: Any) -> Result:
    """Of the row of one phase. values: by column, as typed."""
    return change(assessment, assessment.phases.get(phase=phase), values, "cost-phases")


def read(assessment: CostAssessment) -> CostAssessment:
    return CostAssessment.objects.get(pk=assessment.pk)


def price_of(assessment: CostAssessment, trial: Trial | None = None) -> Decimal:
    case = assessed(read(assessment), trial).case
    assert case is not None
    return estimate(case).known.price
