"""How far the cost of a phase lay from its estimate, in the projects that are through it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Role, User
from audit.context import acting
from audit.models import Event
from process.actuals.beside import Money
from process.actuals.outcomes import SeenCost, keep_after, seen_costs, with_seen_costs
from process.models import CostAssessment, CostPhase, PhaseOutcome, ScenarioQuote
from projects.models import Project
from tests.process import factories as make
from tests.process.actuals.story import a_quoted_project, spend
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db
SIZES = {f"{phase}-{name}": Decimal(1) for phase in ("small_scale", "pilot") for name in ("batch_kg", "batches")}


@pytest.fixture
def quoted(db: None) -> Project:
    return a_quoted_project()


def a_scenario(project: Project) -> CostAssessment:
    return make.a_scenario(project, **SIZES)


def seen(scenario: CostAssessment, reader: User) -> list[SeenCost]:
    return seen_costs(with_seen_costs(CostAssessment.objects.all(), reader).get(pk=scenario.pk))


def told() -> None:
    """What the worker does with all that has happened."""
    with acting(channel="worker"), transaction.atomic():
        keep_after(list(Event.objects.order_by("pk")))


def test_a_phase_that_is_over_tells_the_next_estimate_of_it(quoted: Project, client: Client) -> None:
    spend(quoted, "12100")
    told()
    assert not PhaseOutcome.objects.exists(), "the phase runs still"

    projects.pass_gate(quoted)
    told()

    assert PhaseOutcome.objects.get().percent == 10  # 11,000 EUR were quoted
    scenario, reader = a_scenario(projects.a_project()), make.estimator()
    assert seen(scenario, reader) == [SeenCost("Small scale", "Seen in 1 project: cost 10 % above the estimate")]
    CostPhase.objects.filter(assessment=scenario, phase="small_scale").update(batches=0, batch_kg=0)
    assert seen(scenario, reader) == [], "nothing is made there"
    assert seen(quoted.cost_assessments.get(), reader) == [], "its own"
    CostPhase.objects.filter(assessment=scenario, phase="small_scale").update(batches=1, batch_kg=1)
    client.force_login(projects.person(Role.BUSINESS_DEVELOPMENT))
    assert "cost 10 % above the estimate" in client.get(scenario.get_absolute_url()).content.decode()


def test_what_is_booked_later_counts_and_money_without_a_rate_makes_the_sum_no_outcome(quoted: Project) -> None:
    spend(quoted, "11000")
    projects.pass_gate(quoted)
    told()
    spend(quoted, "1650")
    told()
    assert PhaseOutcome.objects.get().percent == 15

    spend(quoted, "100", "JPY")
    told()

    assert not PhaseOutcome.objects.exists()


def test_a_price_tells_nothing_of_how_right_the_cost_was_and_what_no_column_holds_is_left_out(quoted: Project) -> None:
    spend(quoted, "11000")
    projects.pass_gate(quoted)
    told()
    assert PhaseOutcome.objects.get().percent == 0

    spend(quoted, "99999999999999", booked_on="2026-01-02")
    told()
    assert not PhaseOutcome.objects.exists(), "beyond what a percent can be"

    ScenarioQuote.objects.all().delete()
    assert Money(Project.objects.get(pk=quoted.pk), ["small_scale"]).compared("small_scale").percent is None


def test_who_may_not_read_what_was_spent_is_not_told(quoted: Project, client: Client) -> None:
    PhaseOutcome.objects.create(project=quoted, phase="pilot", percent=12)
    scenario = a_scenario(projects.a_project())

    pages = {}
    for role in (Role.BUSINESS_DEVELOPMENT, Role.EHS):
        client.force_login(projects.person(role))
        pages[role] = "cost 12 % above" in client.get(scenario.get_absolute_url()).content.decode()

    assert pages == {Role.BUSINESS_DEVELOPMENT: True, Role.EHS: False}


def test_several_projects_have_a_mean_and_its_ends_and_a_client_reads_none(quoted: Project) -> None:
    other, third = projects.a_project(), projects.a_project()
    PhaseOutcome.objects.bulk_create(
        [PhaseOutcome(project=each, phase="pilot", percent=Decimal(percent)) for each, percent in ((quoted, 12), (other, -2))]
    )

    scenario = a_scenario(third)
    assert [each.words for each in seen(scenario, make.estimator())] == ["Seen in 2 projects: cost 5 % above the estimate (−2 to +12)"]
    assert not PhaseOutcome.objects.visible_to(projects.person(Role.CLIENT_VIEWER, client=third.client)).exists()
