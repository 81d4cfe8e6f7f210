"""What research, materials and EHS cost: tables of their sheets, taken as base cost and as cost lines of a scenario."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import Refused
from audit.signatures import content_hash
from phases.evaluation import services
from phases.evaluation.base_cost import take_plan_total
from phases.evaluation.cost_tables import SheetCost
from process.costs.plan_words import EHS, MATERIALS, RESEARCH, PlanWords
from process.costs.plans import plan_of
from process.costs.taking import standing_of, take_plan
from projects.models import Project
from tests.phases.sheets import ANSWERS, a_test_price, add_row, enter, sheet_of, sign_off
from tests.process import factories as process
from tests.process.costs.story import read
from tests.projects import factories as make
from worksheets.bound import bind

pytestmark = pytest.mark.django_db
D = Decimal
CHEMIST = {"item": "Process chemist", "amount": "320", "unit_price": "95"}
ANALYST = {"item": "Analyst", "amount": "40.5", "unit_price": "110"}
ANHYDRIDE = {"item": "Acetic anhydride", "amount": "240", "unit_price": "1.15"}
CALORIMETRY = {"item": "Reaction calorimetry", "unit": "runs", "amount": "3", "unit_price": "2400"}


@pytest.fixture
def project() -> Project:
    return make.a_project()


def signed(project: Project, department: str, **said: Any) -> None:
    services.save_sheet(project.code, department, changes=ANSWERS | said, actor=make.person(department))
    sign_off(project, department)


def test_hours_at_their_rates_add_up_and_are_taken_as_base_cost(project: Project) -> None:
    for row in (CHEMIST, ANALYST):
        add_row(project, "research", "research-labour", **row)
    services.save_sheet(project.code, "research", changes={"currency": "EUR"}, actor=make.person(Role.RESEARCH))

    bound = bind(f"research-labour:{sheet_of(project, 'research').pk}", make.person(Role.RESEARCH))
    rows, totals = bound.whole(list(bound.query()))
    sheet = take_plan_total(project.code, "research", actor=make.person(Role.RESEARCH))

    assert [D(str(row["values"]["cost"])) for row in rows] == [D(30400), D(4455)]
    assert (D(str(totals["amount"])), D(str(totals["cost"]))) == (D("360.5"), D(34855))
    assert sheet.cost_base == D(34855)
    assert {row.unit for row in SheetCost.objects.all()} == {"h"}


@pytest.mark.parametrize(
    ("department", "key", "row", "words", "category", "unit"),
    [
        ("research", "research-labour", CHEMIST, RESEARCH, "labour", "h"),
        ("material_control", "material-costs", ANHYDRIDE, MATERIALS, "materials", "kg"),
        ("ehs", "ehs-costs", CALORIMETRY, EHS, "ehs", "runs"),
    ],
)
def test_each_becomes_cost_lines_counted_once(
    project: Project, department: str, key: str, row: dict[str, str], words: PlanWords, category: str, unit: str
) -> None:
    add_row(project, department, key, **row)
    services.save_sheet(project.code, department, changes={"currency": "EUR"}, actor=make.person(department))
    scenario = process.a_scenario(project, **{"pilot-batches": 1})
    with pytest.raises(Refused, match="is not signed"):
        take_plan(scenario.pk, department, "pilot", actor=process.estimator())
    signed(project, department)

    take_plan(scenario.pk, department, "pilot", actor=process.estimator())

    line = scenario.lines.get()
    assert (line.label, line.category, line.basis, line.unit) == (row["item"], category, "once", unit)
    assert (line.quantity, line.price, line.currency, line.source) == (D(row["amount"]), D(row["unit_price"]), "EUR", "sheet")
    assert (standing_of(read(scenario), words).number, standing_of(read(scenario), words).changes) == (1, ())
    assert Event.objects.filter(kind=words.event).exists()


def test_a_function_is_wanted_for_a_task(project: Project) -> None:
    for task in ("Route optimisation", "Reports"):
        add_row(project, "research", "research-labour", **CHEMIST | {"task": task})
    services.save_sheet(project.code, "research", changes={"currency": "EUR"}, actor=make.person(Role.RESEARCH))

    plan = plan_of(project, "research")

    assert plan is not None
    assert [cost.label for cost in plan.costs] == ["Process chemist: Route optimisation", "Process chemist: Reports"]
    assert len({cost.of for cost in plan.costs}) == 2


def test_without_a_currency_or_a_row_there_is_nothing_to_take(project: Project) -> None:
    assert plan_of(project, "research") is None
    add_row(project, "research", "research-labour", **CHEMIST)
    assert plan_of(project, "research") is None, "the sheet has no currency yet"
    with pytest.raises(Refused, match="has no currency"):
        take_plan_total(project.code, "research", actor=make.person(Role.RESEARCH))
    with pytest.raises(Refused, match="no cost in the table"):
        take_plan_total(project.code, "ehs", actor=make.person(Role.EHS))


def test_a_signature_covers_the_costs_and_another_sheet_has_no_such_table(project: Project) -> None:
    before = content_hash(sheet_of(project, "ehs"))
    add_row(project, "ehs", "ehs-costs", **CALORIMETRY)

    assert content_hash(sheet_of(project, "ehs")) != before
    with pytest.raises(Refused, match="has no such table"):
        enter(f"ehs-costs:{sheet_of(project, 'research').pk}", CALORIMETRY, Role.RESEARCH)


@pytest.mark.parametrize("department", ["research", "material_control", "ehs"])
def test_the_page_of_the_sheet_shows_the_total_and_asks_little(client: Client, project: Project, department: str) -> None:
    key, row = {
        "research": ("research-labour", CHEMIST),
        "material_control": ("material-costs", ANHYDRIDE),
        "ehs": ("ehs-costs", CALORIMETRY),
    }[department]
    add_row(project, department, key, **row)
    services.save_sheet(project.code, department, changes={"currency": "EUR"}, actor=make.person(department))
    client.force_login(make.person(department))
    address = reverse("sheet-detail", args=[project.code, department])
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).content.decode()

    assert "The tables add up to EUR" in page
    assert len(queries) <= 20


def test_the_page_of_a_scenario_asks_little_with_every_plan(client: Client, project: Project) -> None:
    for department, key, row in (
        ("research", "research-labour", CHEMIST),
        ("material_control", "material-costs", ANHYDRIDE),
        ("ehs", "ehs-costs", CALORIMETRY),
    ):
        add_row(project, department, key, **row)
        signed(project, department)
    add_row(project, "analytical", "test-plan", price=str(a_test_price()), stage="release", batches="3", samples_per_batch="2")
    signed(project, "analytical")
    Project.objects.update(site=make.a_site())
    scenario = process.a_scenario(project, process.draft_of(process.a_whole_route(project)))
    client.force_login(process.estimator())
    client.get(scenario.get_absolute_url())

    with CaptureQueriesContext(connection) as queries:
        page = client.get(scenario.get_absolute_url()).content.decode()

    assert "Take the labour of research" in page
    assert len(queries) <= 21  # what suppliers offer anew is the last of them
