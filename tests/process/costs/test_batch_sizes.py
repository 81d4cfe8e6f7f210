"""The batches of a phase in a scenario: how many, how large, and what one may come to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from audit.refusals import BadInput
from process.costs import services
from process.costs.building import assessed
from process.costs.results import priced
from process.costs.sizes import end_values
from process.costs.trial import Trial
from process.models import CostAssessment
from tests.process import factories as make
from tests.process.costs.story import LABOUR, enter, read, resize

pytestmark = pytest.mark.django_db
D = Decimal


def test_a_scenario_is_not_opened_with_batches_that_have_no_size(scenario: CostAssessment) -> None:
    with pytest.raises(BadInput) as refused:
        make.a_scenario(scenario.project, None, **{"pilot-batch_kg": D(0), "validation-batch_kg": D(-1), "commercial-batch_high_kg": D(9)})

    assert list(refused.value.errors) == ["pilot-batches", "validation-batch_kg", "commercial-batch_high_kg"]
    assert CostAssessment.objects.count() == 1


def test_what_a_batch_may_come_to_goes_with_the_copy_as_the_same_share(scenario: CostAssessment) -> None:
    resize(scenario, "pilot", batch_low_kg="8", batch_high_kg="12.5")

    larger = services.copy_scenario(scenario.pk, "Larger", trial=Trial({"pilot": (D(20), 1)}), actor=make.estimator())
    none = services.copy_scenario(scenario.pk, "No pilot", trial=Trial({"pilot": (D(0), 0)}), actor=make.estimator())
    same = services.copy_scenario(scenario.pk, "Same", actor=make.estimator())

    assert [end_values(copy)["pilot-batch_low_kg"] for copy in (larger, none, same)] == [16, None, 8]
    assert end_values(larger)["pilot-batch_high_kg"] == 25


def test_a_batch_that_may_be_smaller_makes_what_each_batch_costs_dearer(scenario: CostAssessment) -> None:
    """Of the same 20 kg two batches of 10 kg become four of 5 kg."""
    enter(scenario, LABOUR | {"phase": "pilot", "basis": "per batch", "quantity": "10", "price": "100"})
    resize(scenario, "pilot", batch_low_kg="5")

    found = priced(assessed(read(scenario)))

    assert found.tornado is not None
    bar = next(each for each in found.tornado.bars if each.variable.key == "batch/pilot")
    assert (str(bar.variable.label), bar.variable.low, bar.variable.high, bar.variable.unit) == ("Batch size of Pilot", 5, 10, "kg")
    assert float(bar.at_low - bar.at_high) == pytest.approx(2000 * 1.12 * 1.08 / 0.7, rel=1e-4)


def test_a_batch_size_moves_nothing_where_nothing_is_counted_by_the_batch(scenario: CostAssessment) -> None:
    resize(scenario, "pilot", batch_low_kg="5")

    found = priced(assessed(read(scenario)))

    assert found.tornado is None or "batch/pilot" not in {bar.variable.key for bar in found.tornado.bars}
