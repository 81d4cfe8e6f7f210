"""The batches of a phase in a scenario: how many, how large, and what one may come to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from audit.models import Event
from audit.refusals import BadInput
from process.costs import services
from process.costs.building import assessed
from process.costs.results import priced
from process.costs.trial import Trial
from process.models import CostAssessment
from tests.process import factories as make
from tests.process.costs.story import LABOUR, enter, read

pytestmark = pytest.mark.django_db
D = Decimal


def test_batches_without_a_size_are_refused(scenario: CostAssessment) -> None:
    with pytest.raises(BadInput) as refused:
        services.change_scenario(scenario.pk, {"pilot-batch_kg": D(0), "validation-batch_kg": D(-1)}, actor=make.estimator())

    assert list(refused.value.errors) == ["pilot-batches", "validation-batch_kg"]


def test_what_a_batch_may_come_to_goes_with_the_copy_as_the_same_share(scenario: CostAssessment) -> None:
    ends = {"pilot-batch_low_kg": D(8), "pilot-batch_high_kg": D("12.5")}
    services.change_scenario(scenario.pk, ends, actor=make.estimator())

    larger = services.copy_scenario(scenario.pk, "Larger", trial=Trial({"pilot": (D(20), 1)}), actor=make.estimator())
    none = services.copy_scenario(scenario.pk, "No pilot", trial=Trial({"pilot": (D(0), 0)}), actor=make.estimator())
    same = services.copy_scenario(scenario.pk, "Same", actor=make.estimator())

    assert [services.end_values(copy)["pilot-batch_low_kg"] for copy in (larger, none, same)] == [16, None, 8]
    assert services.end_values(larger)["pilot-batch_high_kg"] == 25


@pytest.mark.parametrize(
    ("name", "kg", "words"),
    [
        ("pilot-batch_low_kg", 11, "Not above the batch size."),
        ("pilot-batch_low_kg", 0, "More than nothing."),
        ("pilot-batch_high_kg", 9, "Not below the batch size."),
        ("commercial-batch_high_kg", 9, "This belongs to a batch size."),
    ],
)
def test_what_a_batch_may_come_to_lies_about_its_size(scenario: CostAssessment, name: str, kg: int, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        services.change_scenario(scenario.pk, {name: D(kg)}, actor=make.estimator())

    assert refused.value.errors == {name: [words]}


def test_a_batch_that_may_be_smaller_makes_what_each_batch_costs_dearer(scenario: CostAssessment) -> None:
    """Of the same 20 kg two batches of 10 kg become four of 5 kg."""
    enter(scenario, LABOUR | {"phase": "pilot", "basis": "per batch", "quantity": "10", "price": "100"})
    services.change_scenario(scenario.pk, {"pilot-batch_low_kg": D(5)}, actor=make.estimator())

    found = priced(assessed(read(scenario)))

    assert found.tornado is not None
    bar = next(each for each in found.tornado.bars if each.variable.key == "batch/pilot")
    assert (str(bar.variable.label), bar.variable.low, bar.variable.high, bar.variable.unit) == ("Batch size of Pilot", 5, 10, "kg")
    assert float(bar.at_low - bar.at_high) == pytest.approx(2000 * 1.12 * 1.08 / 0.7, rel=1e-4)


def test_a_batch_size_moves_nothing_where_nothing_is_counted_by_the_batch(scenario: CostAssessment) -> None:
    services.change_scenario(scenario.pk, {"pilot-batch_low_kg": D(5)}, actor=make.estimator())

    found = priced(assessed(read(scenario)))

    assert found.tornado is None or "batch/pilot" not in {bar.variable.key for bar in found.tornado.bars}
    (event,) = Event.objects.filter(kind="cost.changed")
    assert (event.data["before"], event.data["after"]) == ({"pilot-batch_low_kg": "–"}, {"pilot-batch_low_kg": "5"})
