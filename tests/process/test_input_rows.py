"""Inputs of steps as rows: they move within their step, and may name what the same request has entered."""

from __future__ import annotations

import pytest

from audit.models import Event
from audit.refusals import BadInput
from catalogue.models import Material
from process.models import RouteVersion, StepInput
from process.routes.building import steps_of
from process.routes.figures import figures_in
from process.screen.findings import findings_of
from projects.models import Project
from tests.process import factories as make
from worksheets.bound import bind
from worksheets.changing import ADD, MOVE, Change, change_rows

pytestmark = pytest.mark.django_db


def test_an_input_is_not_moved_among_those_of_another_step(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    first, second = make.a_step(version, "One"), make.a_step(version, "Two")
    acid, base = (make.an_input(first, make.a_material(name)) for name in ("Acid", "Base"))
    other = make.an_input(second, first)

    for line, after in ((base, other.pk), (other, 0)):
        with pytest.raises(BadInput, match="no other place among the rows it stands with"):
            make.one(f"step-inputs:{version.pk}", MOVE, line.pk, after=after)
    make.one(f"step-inputs:{version.pk}", MOVE, base.pk, after=acid.pk)

    assert not Event.objects.filter(kind="worksheet.row_moved").exists()
    assert list(StepInput.objects.order_by("pk").values_list("position", flat=True)) == [1, 2, 1]


def test_what_was_not_there_is_found_once_a_row_of_the_request_has_entered_it(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    step = make.a_step(version, "One")
    make.a_material("Acid")
    make.a_material("Base")
    line = {"step": step.name, "role": "reactant", "amount": "1", "basis": "equivalents"}
    rows = [line | {"material": "Acid", "reference": "Base"}, line | {"material": "Base"}, line | {"material": "Acid", "reference": "Base"}]

    changed = change_rows(f"step-inputs:{version.pk}", [Change(ADD, values=row) for row in rows], actor=make.chemist())

    assert [list(each.errors) for each in changed.results] == [["reference"], [], []]
    assert str(StepInput.objects.get(material__name="Acid").reference) == "Base"


def test_the_total_cost_is_told_where_every_bought_input_has_a_price(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    total = bind(f"step-inputs:{version.pk}", make.chemist()).totals()["cost"]
    assert total is not None

    make.a_price(make.a_material("Sodium hydroxide"), "0.5", "XAF")  # no rate is known
    make.an_input(version.steps.get(), Material.objects.get(name="Sodium hydroxide"), role="reagent")

    assert bind(f"step-inputs:{version.pk}", make.chemist()).totals()["cost"] is None


@pytest.mark.parametrize("role", ["solvent", "auxiliary", "water"])
def test_water_is_water_whatever_it_is_charged_as(project: Project, role: str) -> None:
    version = make.draft_of(make.a_whole_route(project))
    make.change_input(StepInput.objects.get(material__name="Water"), role=role)

    figures = figures_in(RouteVersion.objects.get(pk=version.pk), "EUR")

    assert figures.green.value is not None
    net = figures.green.value.steps[0].net
    assert (net.solvents, net.water > 0) == (0, True)
    assert "Water" not in {finding.subject for finding in findings_of(version, steps_of(version))}
