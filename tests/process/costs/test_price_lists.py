"""Price lists of suppliers in a scenario: their breaks, packs and smallest orders, and whose list is taken."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalogue.models import SupplierQuote
from process.costs.building import assessed
from process.costs.estimate import estimate
from process.models import CostAssessment
from projects.models import Project
from tests.process import factories as make
from tests.process.costs.story import change, read
from worksheets.bound import bind

pytestmark = pytest.mark.django_db
D = Decimal


def test_a_price_list_counts_with_its_breaks_and_its_pack(scenario: CostAssessment) -> None:
    material = scenario.prices.get(material__name="4-Aminophenol").material
    make.a_price(material, "9.00", supplier="Breaks", reference="B1", pack_kg=D(25), minimum_order_kg=D(25))
    make.a_price(material, "5.00", supplier="Breaks", reference="B1", quantity_from_kg=D(100))
    row = scenario.prices.get(material=material)

    result = change(scenario, row, {"quote": f"4-aminophenol · Breaks · 9.00 EUR/kg · {timezone.localdate() - timedelta(days=30)} · B1"})

    assert result.is_saved, result.errors
    lines = [line for line in estimate(assessed(read(scenario)).case).known.lines if line.label == "4-Aminophenol"]  # type: ignore[arg-type]
    assert [(line.phase, line.quantity, line.price.base) for line in lines] == [("pilot", 25, D(9)), ("validation", 125, D(5))]


def test_a_break_counts_with_its_own_pack(scenario: CostAssessment) -> None:
    """16.043 kg for the pilot: 17 packs of 1 kg at 9.00 cost less than a drum of 50 kg at 5.00; 120.319 kg come in three drums."""
    row = scenario.prices.get(material__name="4-Aminophenol")
    make.a_price(row.material, "9.00", supplier="Breaks", reference="B1", pack_kg=D(1))
    first = make.a_price(row.material, "5.00", supplier="Breaks", reference="B1", quantity_from_kg=D(17), pack_kg=D(50))

    assert change(scenario, row, {"quote": f"4-aminophenol · Breaks · 9.00 EUR/kg · {first.quoted_on} · B1"}).is_saved

    lines = [line for line in estimate(assessed(read(scenario)).case).known.lines if line.label == "4-Aminophenol"]  # type: ignore[arg-type]
    assert [(line.phase, line.quantity, line.price.base) for line in lines] == [("pilot", 17, D(9)), ("validation", 150, D(5))]


def test_a_phase_that_buys_up_to_a_break_says_so_on_the_table_of_materials(scenario: CostAssessment) -> None:
    """16.043 kg for the pilot at 9.00, or 20 kg at 5.00; 120.319 kg for validation come with that price anyhow."""
    row = scenario.prices.get(material__name="4-Aminophenol")
    make.a_price(row.material, "9.00", supplier="Breaks", reference="B1")
    first = make.a_price(row.material, "5.00", supplier="Breaks", reference="B1", quantity_from_kg=D(20))
    assert change(scenario, row, {"quote": f"4-aminophenol · Breaks · 9.00 EUR/kg · {first.quoted_on} · B1"}).is_saved

    bound = bind(f"cost-materials:{scenario.pk}", make.estimator())
    told = next(each["values"] for each in bound.table(list(bound.query())) if "Breaks" in each["values"]["quote"])

    assert told["bought_kg"] == "140.319"
    assert told["up_to_break"] == "Pilot: 20 kg for 100.00 EUR instead of 16.043 kg for 144.38 EUR"
    assert told["price_now"] == "5 EUR"


def test_less_than_the_first_break_of_a_list_cannot_be_ordered(scenario: CostAssessment) -> None:
    material = scenario.prices.get(material__name="4-Aminophenol").material
    SupplierQuote.objects.filter(material=material).update(quantity_from_kg=D(50))

    found = estimate(assessed(read(scenario)).case).known  # type: ignore[arg-type]

    assert [line.quantity for line in found.lines if line.label == "4-Aminophenol" and line.phase == "pilot"] == [D(50)]
    assert found.lines[0].quantity == D(50)


def test_a_new_scenario_takes_the_supplier_who_is_cheapest_for_its_quantities(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    water = make.a_material("Water")
    make.a_price(water, "0.05", supplier="Bulk", reference="B2")
    make.a_price(water, "0.01", supplier="Bulk", reference="B2", quantity_from_kg=D(500))

    small = make.a_scenario(project, version, **{"validation-batch_kg": D(0), "validation-batches": 0})
    large = make.a_scenario(project, version)

    assert [str(row.prices.get(material=water).quote.supplier) for row in (small, large)] == ["Chemical Works", "Bulk"]
