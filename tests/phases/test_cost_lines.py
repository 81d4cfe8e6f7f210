"""The production plan as cost lines of a scenario: with its sheet as their source, in place of its own lines only, and changed since."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import ExchangeRate
from phases.evaluation import services
from phases.evaluation.base_cost import take_plan_total
from phases.evaluation.cost_lines import costs_of
from phases.evaluation.planned import work_of
from phases.evaluation.tables import PlannedOperation
from process.costs.building import assessed
from process.costs.estimate import estimate
from process.costs.plan_words import PRODUCTION
from process.costs.plans import plan_of
from process.costs.services import copy_scenario
from process.costs.taking import Standing, misfits_of, take_plan
from process.costs.taking import standing_of as standing_by
from process.costs.trial import Trial
from process.models import CostAssessment
from projects.models import Project
from tests.phases.sheets import ANSWERS, OPERATION, add_row, changed, sheet_of, sign_off
from tests.process import factories as process
from tests.process.costs.story import LABOUR, change, enter, read
from tests.projects import factories as make
from tests.projects.vessels import a_vessel

pytestmark = pytest.mark.django_db
SIZE_OF_THE_PLAN = {"validation-batch_kg": Decimal(120)}
RATES = {
    "vessel": "R-302",
    "vessel_rate": "410",
    "operators": "2",
    "operator_rate": "68",
    "utilities_per_kg": "3.20",
    "waste_kg_per_kg": "18",
    "waste_price_per_kg": "0.42",
}


@pytest.fixture
def project() -> Project:
    a_vessel()
    return make.a_project()


def planned(project: Project, **values: Any) -> int:
    return add_row(project, "production", "production-plan", **OPERATION | RATES | values)


def signed(project: Project, **said: Any) -> None:
    services.save_sheet(project.code, "production", changes=ANSWERS | said, actor=make.person(Role.PRODUCTION))
    sign_off(project, "production")


def take(scenario: CostAssessment, phase: str = "validation") -> CostAssessment:
    take_plan(scenario.pk, "production", phase, actor=process.estimator())
    return read(scenario)


def amounts(scenario: CostAssessment, trial: Trial | None = None) -> dict[str, Decimal]:
    """What each line comes to, by its words."""
    case = assessed(read(scenario), trial).case
    assert case is not None
    return {line.label: line.amount for line in estimate(case).known.lines}


def standing_of(scenario: CostAssessment) -> Standing:
    return standing_by(scenario, PRODUCTION)


def told(scenario: CostAssessment) -> list[tuple[str, str, str, Decimal, Decimal]]:
    rows = scenario.lines.filter(planned_by="production")
    return [(row.label, row.category, row.basis, row.quantity.normalize(), row.price.normalize()) for row in rows]


def test_each_operation_becomes_lines_with_the_signed_sheet_as_their_source(project: Project) -> None:
    planned(project)
    signed(project)
    scenario = take(process.a_scenario(project))

    assert told(scenario) == [
        ("Step 1: vessel", "occupancy", "batch", Decimal(36), Decimal(410)),
        ("Step 1: cleaning", "cleaning", "batch", Decimal(8), Decimal(410)),
        ("Step 1: operators", "labour", "batch", Decimal(88), Decimal(68)),
        ("Step 1: utilities", "utilities", "kg", Decimal(1), Decimal("3.2")),
        ("Step 1: waste", "waste", "kg", Decimal(18), Decimal("0.42")),
    ]
    line = scenario.lines.latest("pk")
    today = timezone.localdate()
    assert (line.reference, line.source, line.dated) == (f"Sheet of Production, signed on {date_format(today)}", "sheet", today)
    assert line.note == "3 × 120 kg in R-302"
    assert (line.price_low, line.price_high) == (None, None)  # the sheet's base cost is not the total of its plan


def test_changing_the_equipment_costs_once(project: Project) -> None:
    planned(project, modification_cost="12000")
    signed(project)
    scenario = take(process.a_scenario(project))

    line = scenario.lines.get(label="Step 1: change of equipment")
    assert (line.category, line.basis, line.quantity, line.price) == ("occupancy", "once", 1, 12000)
    without = work_of(PlannedOperation(batch_kg=Decimal(120), batches=3, hours=Decimal(36))).cost
    assert (
        work_of(PlannedOperation(batch_kg=Decimal(120), batches=3, hours=Decimal(36), modification_cost=Decimal(12000))).cost
        == without + 12000
    )


def test_the_lines_cost_what_the_plan_says_where_the_phase_makes_as_much(project: Project) -> None:
    planned(project)
    planned(project, operation="Step 2", batches="5", operators="1.5")
    signed(project)
    rows = list(PlannedOperation.objects.order_by("pk").select_related("vessel"))
    for row in rows:
        assert sum(each.quantity * each.price * each.batches for each in costs_of(row)) == work_of(row).cost

    scenario = take(process.a_scenario(project, **SIZE_OF_THE_PLAN))

    costs = amounts(scenario)
    assert sum(costs.values()) == pytest.approx(sum(work_of(row).cost for row in rows), abs=Decimal("0.05"))  # 1.6667 kg per kg of API
    assert costs["Step 2: vessel"] == 5 * 36 * 410


def test_a_typed_size_moves_what_is_per_kilogram_and_typed_batches_move_everything(project: Project) -> None:
    planned(project)
    signed(project)
    scenario = take(process.a_scenario(project, **SIZE_OF_THE_PLAN))
    before = amounts(scenario)

    larger, more = (amounts(scenario, Trial({"validation": size})) for size in ((Decimal(240), 3), (Decimal(120), 6)))

    assert sum(before.values()) == work_of(PlannedOperation.objects.select_related("vessel").get()).cost
    assert larger == before | {name: 2 * before[name] for name in ("Step 1: utilities", "Step 1: waste")}
    assert more == {name: 2 * amount for name, amount in before.items()}


def test_a_tried_size_that_the_planned_vessel_does_not_hold_is_said(client: Client, project: Project) -> None:
    a_vessel("R-304", volume_min_litres=Decimal(450), volume_max_litres=Decimal(3000))
    planned(project, vessel="R-304")
    signed(project)
    scenario = process.a_scenario(project, **SIZE_OF_THE_PLAN)
    assert misfits_of(scenario, assessed(scenario, Trial({"validation": (Decimal(300), 3)})).case) == []  # not taken yet
    scenario = take(scenario)
    assert misfits_of(scenario, assessed(scenario).case) == []
    client.force_login(process.estimator())

    page = client.get(scenario.get_absolute_url(), {"validation-batch_kg": "300"}, headers={"HX-Request": "true"}).content.decode()

    assert "The tried size no longer suits the planned vessels:" in page
    assert "Step 1: a batch of 300 kg does not suit R-304: 600 L above the greatest working volume (3,000 L)." in page


def test_a_plan_is_taken_into_a_phase_that_makes_batches(project: Project) -> None:
    planned(project)
    signed(project)
    with pytest.raises(BadInput, match="makes no batch yet"):
        take(process.a_scenario(project), "commercial")


def test_another_currency_is_converted_by_the_rate_of_the_scenario_s_day(project: Project) -> None:
    planned(project)
    signed(project, currency="USD")
    scenario = take(process.a_scenario(project, **SIZE_OF_THE_PLAN))
    assert [each.key for each in assessed(scenario).missing] == ["cost.rate"]

    ExchangeRate.objects.create(currency="USD", into="EUR", on=scenario.priced_on, rate=Decimal("0.5"), source="ECB")

    case = assessed(read(scenario)).lines
    assert case is not None
    (row,) = PlannedOperation.objects.all()
    lines = estimate(case).known.lines
    assert sum(line.amount for line in lines) == work_of(row).cost / 2
    assert {(line.price.currency, line.rate.on) for line in lines if line.rate} == {("USD", scenario.priced_on)}


def test_the_ends_of_the_sheet_follow_where_its_base_is_the_plan_s_total(project: Project) -> None:
    planned(project)
    services.save_sheet(project.code, "production", changes={"currency": "EUR"}, actor=make.person(Role.PRODUCTION))
    total = take_plan_total(project.code, "production", actor=make.person(Role.PRODUCTION)).cost_base
    assert Event.objects.get(kind="sheet.plan_total_taken").reason == "The plan's total of 1 operation."
    assert total is not None
    signed(project, cost_base=total, cost_low=total / 2, cost_high=total * 2)

    line = take(process.a_scenario(project)).lines.get(label="Step 1: vessel")

    assert (line.price_low, line.price_high) == (205, 820)


def test_taken_again_it_replaces_its_own_lines_and_leaves_the_others(project: Project) -> None:
    row = planned(project)
    signed(project)
    scenario = process.a_scenario(project)
    assert enter(scenario, LABOUR).is_saved
    take(scenario, "pilot")
    services.reopen_sheet(project.code, "production", actor=make.person(Role.PRODUCTION), reason="A longer one.")
    assert changed(f"production-plan:{sheet_of(project, 'production').pk}", row, {"hours": "40"}, Role.PRODUCTION).is_saved
    assert standing_of(read(scenario)).changes == (
        "The production plan is another one since.",
        "The production sheet has been opened again and is not signed.",
    )
    with pytest.raises(Refused, match="not signed"):
        take(scenario)
    sign_off(project, "production")

    scenario = take(scenario)

    assert [(each.label, each.phase) for each in scenario.lines.all()][:2] == [("Operators", "pilot"), ("Step 1: vessel", "validation")]
    assert (len(told(scenario)), told(scenario)[0][3], standing_of(scenario).changes) == (5, Decimal(40), ())
    event = Event.objects.filter(kind="cost.plan_taken").latest("pk")
    assert event.data["before"]["Pilot: Step 1: vessel"] == "36.0000 h × 410.0000 EUR"


def test_one_operation_in_two_vessels_stands_in_the_record_twice(project: Project) -> None:
    a_vessel("R-303")
    for vessel, hours in (("R-302", "36"), ("R-303", "20")):
        planned(project, vessel=vessel, hours=hours)
    signed(project)

    take(process.a_scenario(project), "pilot")

    after = Event.objects.get(kind="cost.plan_taken").data["after"]
    assert len(after) == 10
    assert after["Pilot: Step 1: vessel"] != after["Pilot: Step 1: vessel (2)"]


def test_a_sheet_signed_again_over_the_same_plan_changes_nothing_and_a_copy_keeps_its_source(project: Project) -> None:
    planned(project)
    signed(project)
    scenario = take(process.a_scenario(project))
    services.reopen_sheet(project.code, "production", actor=make.person(Role.PRODUCTION), reason="A word.")
    sign_off(project, "production")

    copy = copy_scenario(scenario.pk, "Another", actor=process.estimator())

    for each in (scenario, copy):
        assert (standing_of(read(each)).number, standing_of(read(each)).changes) == (5, ())


def test_what_is_typed_over_a_taken_line_is_no_longer_the_sheet_s(project: Project) -> None:
    planned(project)
    signed(project)
    scenario = take(process.a_scenario(project))
    line = scenario.lines.get(label="Step 1: vessel")

    assert change(scenario, line, {"label": "Reactor"}, "cost-lines").is_saved
    assert scenario.lines.get(pk=line.pk).source == "sheet"
    assert change(scenario, line, {"price": "400"}, "cost-lines").is_saved

    assert (scenario.lines.get(pk=line.pk).source, scenario.lines.get(pk=line.pk).reference) == ("assumption", "")


def test_what_keeps_the_plan_from_being_taken(project: Project) -> None:
    scenario = process.a_scenario(project)
    with pytest.raises(Refused, match="plans no operation"):
        take(scenario)
    planned(project, vessel_rate="0", operators="0", utilities_per_kg="0", waste_kg_per_kg="0")
    signed(project)
    with pytest.raises(Refused, match="No operation of the production plan has a rate"):
        take(scenario)
    with pytest.raises(NotAllowed):
        take_plan(scenario.pk, "production", "pilot", actor=make.person(Role.QUALITY_ASSURANCE))
    assert not scenario.lines.exists()


def test_more_operations_cost_no_more_queries(project: Project, django_assert_num_queries: Any) -> None:
    planned(project)
    services.save_sheet(project.code, "production", changes=ANSWERS, actor=make.person(Role.PRODUCTION))
    for _ in range(2):
        with django_assert_num_queries(1):
            assert plan_of(project, "production") is not None
        for step in ("Step 2", "Step 3"):
            planned(project, operation=step)


def test_the_page_takes_the_plan_and_says_when_it_is_another_one(client: Client, project: Project) -> None:
    row = planned(project)
    signed(project)
    scenario = process.a_scenario(project)
    client.force_login(process.estimator())

    page = client.post(
        reverse("cost-plan", args=[project.code, 1, "production"]), {"plan-production-phase": "pilot"}, follow=True
    ).content.decode()

    assert "The production plan stands among the cost lines." in page
    assert "Take the production plan again" in page
    assert 'value="pilot" selected' in page
    assert "was taken from the production plan" not in page
    services.reopen_sheet(project.code, "production", actor=make.person(Role.PRODUCTION), reason="A longer one.")
    changed(f"production-plan:{sheet_of(project, 'production').pk}", row, {"hours": "40"}, Role.PRODUCTION)
    page = re.sub(r"\s+", " ", client.get(scenario.get_absolute_url()).content.decode())
    assert "5 cost lines were taken from the production plan. The production plan is another one since." in page
    assert client.post(reverse("cost-plan", args=[project.code, 1, "production"]), {"plan-production-phase": "moon"}).status_code == 400
