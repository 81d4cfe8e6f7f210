"""How much of an input a step may take: its low, its high, and what is counted on it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from audit.refusals import BadInput
from process.models import RouteStep, StepInput
from projects.models import Project
from tests.process import factories as make

pytestmark = pytest.mark.django_db


def a_material(name: str) -> Any:
    return make.a_material(name, molar_mass_g_per_mol=100)


def a_step_with(project: Project, *, reagent_high: str = "") -> RouteStep:
    """Of a reagent two equivalents."""
    step = make.a_step(make.draft_of(make.a_route(project)))
    make.an_input(step, a_material("Limiting"), is_limiting="yes")
    make.an_input(step, a_material("Reagent"), amount="2", amount_high=reagent_high)
    return step


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("amount_low", {"amount": Decimal("1.1"), "amount_low": Decimal("1.2")}),
        ("amount_high", {"amount": Decimal("1.1"), "amount_high": Decimal(1)}),
        ("amount_high", {"amount": Decimal(1), "amount_high": Decimal(2), "is_limiting": "yes"}),
    ],
)
def test_a_range_lies_about_its_amount_and_the_limiting_input_has_none(field: str, values: dict[str, Any], project: Project) -> None:
    step = make.a_step(make.draft_of(make.a_route(project)))

    with pytest.raises(BadInput) as bad:
        make.an_input(step, make.a_material(), **values)

    assert list(bad.value.errors) == [field]


def test_what_another_line_is_counted_on_gets_no_range(project: Project) -> None:
    step = a_step_with(project)
    make.an_input(step, a_material("Wash"), basis="kg/kg", role="Reagent", reference="Reagent")

    with pytest.raises(BadInput) as bad:
        make.change_input(StepInput.objects.get(material__name="Reagent"), amount_high="3")

    assert list(bad.value.errors) == ["amount_high"]


def test_nothing_is_counted_on_a_line_with_a_range(project: Project) -> None:
    step = a_step_with(project, reagent_high="3")

    with pytest.raises(BadInput) as bad:
        make.an_input(step, a_material("Wash"), basis="kg/kg", role="Reagent", reference="Reagent")

    assert list(bad.value.errors) == ["reference"]


def test_the_range_of_a_line_of_the_same_name_in_another_step_matters_nothing(project: Project) -> None:
    step = a_step_with(project)
    other = make.a_step(step.version, "Other")
    make.an_input(other, StepInput.objects.get(material__name="Reagent").material, amount="2", amount_high="3")

    line = make.an_input(step, a_material("Wash"), basis="kg/kg", role="Reagent", reference="Reagent", amount_high="2")

    assert (line.reference.step, line.amount_high) == (step, 2)
