"""The analytical test plan as cost lines of a scenario, beside those of the production plan."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import Refused
from catalogue.models import AnalyticalPrice, ExchangeRate
from phases.evaluation import services
from phases.evaluation.base_cost import take_plan_total
from phases.evaluation.cost_lines import costs_of_test
from phases.evaluation.planned import priced_tests
from phases.evaluation.tables import PlannedTest
from process.costs.building import assessed
from process.costs.estimate import estimate
from process.costs.plan_words import ANALYTICAL, PRODUCTION
from process.costs.plans import plan_of
from process.costs.taking import standing_of, take_plan
from process.models import CostAssessment
from projects.models import Project
from tests.phases import test_cost_lines as production
from tests.phases.sheets import ANSWERS, a_test_price, add_row, changed, sheet_of, sign_off
from tests.process import factories as process
from tests.process.costs.story import read
from tests.projects import factories as make
from tests.projects.vessels import a_vessel
from tests.worksheets.rows import a_supplier

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
BY_US = {"consumables_per_sample": "18"}
OUTSIDE = {"test": "Elemental impurities", "technique": "ICP-MS", "method": "AM-050", "supplier": "Demo Lab", "price_per_sample": "185"}
BY_OTHERS = OUTSIDE | {"hours_per_sample": "", "hourly_rate": "", "consumables_per_sample": "12"}


@pytest.fixture
def project() -> Project:
    a_supplier("Demo Lab")
    a_test_price(**BY_US)
    a_test_price(**BY_OTHERS)
    return make.a_project()


def planned(project: Project, **values: Any) -> int:
    row = {"price": "Assay", "stage": "release", "batches": "3", "samples_per_batch": "2"} | values
    return add_row(project, "analytical", "test-plan", **row)


def signed(project: Project, **said: Any) -> None:
    services.save_sheet(project.code, "analytical", changes=ANSWERS | said, actor=make.person(Role.ANALYTICAL))
    sign_off(project, "analytical")


def take(scenario: CostAssessment, phase: str = "validation") -> CostAssessment:
    take_plan(scenario.pk, "analytical", phase, actor=process.estimator())
    return read(scenario)


def told(scenario: CostAssessment) -> list[tuple[str, str, str, Decimal, str, Decimal]]:
    rows = scenario.lines.filter(planned_by="analytical")
    return [(row.label, row.category, row.basis, row.quantity.normalize(), row.unit, row.price.normalize()) for row in rows]


def planned_cost(project: Project) -> Decimal:
    sheet = sheet_of(project, "analytical")
    costs = [each.cost for each in priced_tests(list(sheet.tests.select_related("price")), sheet)]
    return sum((cost.total for cost in costs if cost is not None), Decimal(0))


def test_each_test_becomes_work_consumables_or_an_outside_laboratory(project: Project) -> None:
    planned(project)
    planned(project, price="Elemental impurities", batches="5", samples_per_batch="1")
    planned(project, stage="stability", samples_per_batch="14")
    signed(project)

    scenario = take(process.a_scenario(project))

    assert told(scenario) == [
        ("Assay (Release): work", "qc", "batch", Decimal(3), "h", Decimal(95)),
        ("Assay (Release): consumables", "qc", "batch", Decimal(2), "samples", Decimal(18)),
        ("Elemental impurities (Release): outside laboratory", "outside", "once", Decimal(5), "samples", Decimal(185)),
        ("Elemental impurities (Release): consumables", "qc", "once", Decimal(5), "samples", Decimal(12)),
        ("Assay (Stability): work", "dossier", "batch", Decimal(21), "h", Decimal(95)),
        ("Assay (Stability): consumables", "dossier", "batch", Decimal(14), "samples", Decimal(18)),
    ]
    line = scenario.lines.get(category="outside")
    assert (line.source, line.dated, line.note) == ("price_book", TODAY.replace(month=1, day=1), "5 × 1 samples, ICP-MS, AM-050, Demo Lab")
    assert line.reference == "", "the price book has none; the sheet's is not its"
    assert Event.objects.get(kind="cost.test_plan_taken").words.startswith("The plan of the analytical sheet was taken over")


def test_a_price_per_sample_of_ours_is_counted_by_the_sample(project: Project) -> None:
    own = {"price_per_sample": "40", "hours_per_sample": "", "hourly_rate": ""}
    a_test_price(test="Water", method="AM-003", technique="", valid_until=TODAY + timedelta(30), **own)
    planned(project, price="Water")
    signed(project)

    scenario = take(process.a_scenario(project))

    assert told(scenario) == [("Water (Release): work", "qc", "batch", Decimal(2), "samples", Decimal(40))]
    assert scenario.lines.get().valid_until == TODAY + timedelta(30)


def test_the_lines_cost_what_the_plan_says_whatever_the_batches_of_the_phase(project: Project) -> None:
    planned(project)
    planned(project, batches="5")
    planned(project, price="Elemental impurities", stage="stability")
    signed(project)
    rows = PlannedTest.objects.select_related("price__supplier")
    assert sum(each.quantity * each.price * each.batches for row in rows for each in costs_of_test(row)) == planned_cost(project)

    case = assessed(take(process.a_scenario(project))).lines

    assert case is not None
    assert sum(line.amount for line in estimate(case).known.lines) == planned_cost(project)


def test_each_line_keeps_the_currency_of_its_price(project: Project) -> None:
    a_test_price(test="Chiral purity", method="AM-021", currency="USD")
    planned(project)
    planned(project, price="Chiral purity")
    ExchangeRate.objects.create(currency="USD", into="EUR", on=TODAY, rate=Decimal("0.5"), source="ECB")
    signed(project)

    lines = take(process.a_scenario(project)).lines.values_list("label", "currency")

    assert dict(lines) == {
        "Assay (Release): work": "EUR",
        "Assay (Release): consumables": "EUR",
        "Chiral purity (Release): work": "USD",
    }


def test_the_ends_of_the_sheet_follow_where_its_base_is_the_plan_s_total(project: Project) -> None:
    planned(project)
    services.save_sheet(project.code, "analytical", changes={"currency": "EUR"}, actor=make.person(Role.ANALYTICAL))
    total = take_plan_total(project.code, "analytical", actor=make.person(Role.ANALYTICAL)).cost_base
    assert total is not None
    signed(project, cost_base=total, cost_low=total / 2, cost_high=total * 2)

    line = take(process.a_scenario(project)).lines.get(label="Assay (Release): work")

    assert (line.price_low, line.price_high) == (Decimal("47.5"), 190)


def test_another_last_day_of_a_price_makes_it_another_plan(project: Project) -> None:
    planned(project)
    signed(project)
    scenario = take(process.a_scenario(project))
    assert standing_of(scenario, ANALYTICAL).changes == ()

    AnalyticalPrice.objects.update(valid_until=TODAY + timedelta(days=3))

    assert standing_of(read(scenario), ANALYTICAL).changes == ("The test plan is another one since.",)


def test_both_plans_stand_beside_each_other_and_each_replaces_its_own_lines(project: Project) -> None:
    a_vessel()
    production.planned(project)
    production.signed(project)
    row = planned(project)
    signed(project)
    scenario = take(production.take(process.a_scenario(project)))
    services.reopen_sheet(project.code, "analytical", actor=make.person(Role.ANALYTICAL), reason="More samples.")
    assert changed(f"test-plan:{sheet_of(project, 'analytical').pk}", row, {"samples_per_batch": "4"}, Role.ANALYTICAL).is_saved
    assert standing_of(read(scenario), ANALYTICAL).changes == (
        "The test plan is another one since.",
        "The analytical sheet has been opened again and is not signed.",
    )
    with pytest.raises(Refused, match="analytical sheet is not signed"):
        take(scenario)
    sign_off(project, "analytical")

    scenario = take(scenario, "pilot")

    assert [each[3] for each in told(scenario)] == [Decimal(18), Decimal(12)]
    assert {standing_of(scenario, words).number for words in (ANALYTICAL, PRODUCTION)} == {2, 5}
    assert standing_of(scenario, PRODUCTION).changes == standing_of(scenario, ANALYTICAL).changes == ()


def test_what_keeps_the_plan_from_being_taken(project: Project) -> None:
    scenario = process.a_scenario(project)

    with pytest.raises(Refused, match="plans no test"):
        take(scenario)


def test_more_tests_cost_no_more_queries(project: Project, django_assert_num_queries: Any) -> None:
    planned(project)
    services.save_sheet(project.code, "analytical", changes=ANSWERS, actor=make.person(Role.ANALYTICAL))
    for _ in range(2):
        with django_assert_num_queries(1):
            assert plan_of(project, "analytical") is not None
        for stage in ("stability", "in_process"):
            planned(project, stage=stage, price="Elemental impurities")


def test_the_page_takes_the_plan(client: Client, project: Project) -> None:
    planned(project)
    signed(project)
    process.a_scenario(project)
    client.force_login(process.estimator())
    address = reverse("cost-plan", args=[project.code, 1, "analytical"])

    page = client.post(address, {"plan-analytical-phase": "pilot"}, follow=True).content.decode()

    assert "The test plan stands among the cost lines." in page
    assert "Take the test plan again" in page
    assert "Take the production plan again" not in page
    wrong = client.post(address, {"plan-analytical-phase": "moon"})
    assert (wrong.status_code, wrong.content.decode().count('class="invalid-feedback"')) == (400, 1)
    nowhere = reverse("cost-plan", args=[project.code, 1, "regulatory"])
    assert client.post(nowhere, {"plan-regulatory-phase": "pilot"}).status_code == 404
