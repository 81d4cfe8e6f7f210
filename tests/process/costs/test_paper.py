"""A cost scenario on paper."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from audit.hashes import hash_of
from catalogue.models import SupplierQuote
from documents.content import day
from process.costs.counting import what_counts
from process.costs.paper import pictures_on_paper, scenario_on_paper
from process.costs.services import change_scenario, copy_scenario, fix_scenario
from process.models import CostAssessment, RouteStep, StepInput
from process.routes.services import fix_version
from projects.models import Project
from tests.process import factories as make
from tests.process.costs.story import change, resize
from worksheets.changing import ADD, Change, change_rows

pytestmark = pytest.mark.django_db
LINE = {"label": "Operators", "phase": "pilot", "category": "labour", "unit": "h", "quantity": "40", "quantity_high": "60", "price": "120"}


@pytest.fixture
def scenario(scenario: CostAssessment) -> CostAssessment:
    change_rows(f"cost-lines:{scenario.pk}", [Change(ADD, values=LINE | {"reference": "Book 7"})], actor=make.estimator())
    return scenario


def test_every_line_stands_with_its_source_and_the_snapshot_is_plain(scenario: CostAssessment) -> None:
    found = scenario_on_paper(scenario.project)

    assert found is not None
    assert hash_of(found) == hash_of(json.loads(json.dumps(found)))
    rows = {(*row[0].split("\n"), row[1]): row for row in found["lines"]["rows"]}
    dated = day(scenario.priced_on)
    assert rows["Operators", f"Assumption, Book 7, {dated}", "Pilot"][2] == "40 h"
    assert any(words[0] == "4-Aminophenol" and words[1].startswith("Quote, Chemical Works, ") for words in rows)
    assert sorted(pictures_on_paper(found)) == ["distribution", "tornado", "waterfall"]


def test_each_picture_is_printed_with_a_table_that_says_the_same(scenario: CostAssessment) -> None:
    found = scenario_on_paper(scenario.project)

    assert found is not None
    tables = {name: table["rows"] for name, table in found["tables"].items()}
    assert sorted(tables) == sorted([*found["pictures"], "percentiles"])
    assert tables["waterfall"][-1] == ["Price", "EUR 10,058", "100.0 %"]
    assert "Quantity of Operators" in [row[0] for row in tables["tornado"]]
    assert [row[0] for row in tables["percentiles"]] == ["P5", "P10", "P50", "P90", "P95", "Price of the scenario"]
    assert found["stated"][0].startswith("The price of the scenario, EUR 10,058, lies at P")
    draws = [int(cell.split(" ")[0].replace(",", "")) for row in tables["distribution"] for cell in row[1:]]
    assert (len(draws), sum(draws)) == (10, 10_000)
    ends = [row[0].removeprefix("EUR ").split(" to ") for row in tables["distribution"]]
    assert [high for _low, high in ends[:-1]] == [low for low, _high in ends[1:]], "each begins where the one before it ends"


def test_a_picture_that_draws_less_than_its_table_says_so(scenario: CostAssessment, monkeypatch: pytest.MonkeyPatch) -> None:
    change_rows(f"cost-lines:{scenario.pk}", [Change(ADD, values=LINE | {"label": "Analysts"})], actor=make.estimator())
    monkeypatch.setattr("charts.tornado.SHOWN", 1)

    found = scenario_on_paper(scenario.project)

    assert found is not None
    assert found["notes"] == {"tornado": "1 of 2 figures are drawn, those that move the price most; the table has all."}


def test_the_fixed_scenario_is_printed_and_a_newer_draft_stands_beside_it(scenario: CostAssessment) -> None:
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())
    fix_scenario(scenario.pk, reason="For the quotation.", actor=make.estimator())
    copy_scenario(scenario.pk, "Second", actor=make.estimator())

    found = scenario_on_paper(scenario.project)

    assert found is not None
    assert found["facts"][0]["value"] == "1 · As asked (Fixed)"
    assert [row[0].split("\n")[0] for row in found["scenarios"]["rows"]] == ["1 · As asked", "2 · Second"]


def test_scenarios_stand_side_by_side_with_what_they_differ_in(scenario: CostAssessment) -> None:
    copy = copy_scenario(scenario.pk, "Half", actor=make.estimator())
    change_scenario(copy.pk, {"yield_pct": Decimal(90)}, actor=make.estimator())
    resize(copy, "pilot", batch_kg="", batches="")
    resize(copy, "validation", batch_kg="85")
    copy.prices.update(quote=None, price_per_kg=2, currency="EUR", dated=copy.priced_on)
    material = copy.prices.get(material__name="Water").material
    copy.prices.filter(material=material).update(quote=make.a_price(material, "7.00", supplier="Alpha Chemicals"), price_per_kg=None)

    found = scenario_on_paper(scenario.project)

    assert found is not None
    dated, route = day(scenario.priced_on), str(scenario.route_version)
    assert [row[:3] for row in found["scenarios"]["rows"]] == [
        [f"1 · As asked\nDraft, EUR, {dated}", f"{route}\nfrom Chemical Works", "Pilot: 2 × 10 kg\nValidation: 3 × 50 kg"],
        [f"2 · Half\nDraft, EUR, {dated}", f"{route}\nyields 90 %\nfrom Alpha Chemicals", "Validation: 3 × 85 kg"],
    ]
    assert all(cell != "–" for row in found["scenarios"]["rows"] for cell in row)


def test_a_scenario_without_a_price_stands_beside_the_others(scenario: CostAssessment) -> None:
    copy = copy_scenario(scenario.pk, "Second", actor=make.estimator())
    copy.prices.update(quote=None)

    found = scenario_on_paper(scenario.project)

    assert found is not None
    assert found["scenarios"]["rows"][1][2:] == ["Pilot: 2 × 10 kg\nValidation: 3 × 50 kg", "–", "–", "–"]


def test_a_line_that_is_bought_up_to_a_break_says_so(scenario: CostAssessment) -> None:
    row = scenario.prices.get(material__name="4-Aminophenol")
    make.a_price(row.material, "3.00", quantity_from_kg=Decimal(20))

    found = scenario_on_paper(scenario.project)

    assert found is not None
    words = "20 kg for 60.00 EUR instead of 16.043 kg for 99.46 EUR"
    (line,) = [each for each in found["lines"]["rows"] if "break" in each[0]]
    assert (line[0].split("\n")[-1], line[2]) == (f"Up to a price break: {words}", "20 kg")
    assert f"Pilot: 4-Aminophenol is bought up to a price break, {words}." in found["warnings"]


def test_yields_and_materials_of_the_route_stand_with_who_sells_them(scenario: CostAssessment) -> None:
    material = scenario.prices.get(material__name="4-Aminophenol").material
    make.a_price(material, "7.00", supplier="Alpha Chemicals")
    other = scenario.prices.get(material__name="Acetic anhydride")
    assert not change(scenario, other, {"quote": "", "price_per_kg": "2", "handling_loss_pct": "3"}).errors
    SupplierQuote.objects.filter(material=other.material).delete()
    SupplierQuote.objects.filter(material=material, supplier__name="Chemical Works").update(
        pack_kg=25, minimum_order_kg=50, lead_time_days=42, origin="CN"
    )

    RouteStep.objects.filter(version=scenario.route_version).update(purity_pct=Decimal("99.5"))
    StepInput.objects.filter(material=other.material).update(amount_source="analogue", amount_reference="Org. Synth. 1990, 68, 1")

    found = scenario_on_paper(scenario.project)

    assert found is not None
    assert found["chain"]["caption"] == "A batch of 50 kg (Validation)"
    assert found["chain"]["rows"] == [
        ["Acetylation", "4-Aminophenol", "100", "40.11", "50", "99.5", "90", "1.247", "0.8021"],
        ["Overall", "along the longest line", "–", "40.11", "50", "–", "90", "1.247", "0.8021"],
    ]
    used, sold = ({row[0].split("\n")[0]: row for row in found[name]["rows"]} for name in ("consumption", "supply"))
    assert used["4-Aminophenol"][1:] == ["1", "0.8021", "0", "0.8021", "0", "6.2 EUR", "–"]
    assert used["Acetic anhydride"][1:] == ["1.1", "0.8254", "0", "0.8254", "3", "2 EUR", "–"]
    assert found["amounts"]["rows"] == [
        ["Assumption", "4-Aminophenol; Water"],
        ["Analogue, Org. Synth. 1990, 68, 1", "Acetic anhydride"],
    ]
    assert used["Water"][1:5] == ["–", "4.011", "0", "4.011"]
    assert (sold["4-Aminophenol"][1], sold["4-Aminophenol"][3:]) == ("Chemical Works, CN", ["25", "50", "42", "no, 2 offer it"])
    assert (sold["Acetic anhydride"][1], sold["Acetic anhydride"][6]) == ("Assumption", "nobody offers it")
    assert sold["Water"][6] == "yes"


def test_without_a_price_there_is_nothing_to_print(project: Project) -> None:
    make.a_scenario(project)

    assert scenario_on_paper(project) is None
    assert pictures_on_paper(None) == {}


def test_only_what_the_printed_scenario_counts_with_is_told_from_what_it_was(scenario: CostAssessment) -> None:
    """A draft that is chosen, its copy that nobody prints, and the fixed one."""
    project, actor = scenario.project, make.estimator()
    first = what_counts(project)
    change_scenario(scenario.pk, {"margin_pct": Decimal(35)}, actor=actor)
    changed = what_counts(project)
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())
    fix_scenario(scenario.pk, reason="For the quotation.", actor=actor)
    fixed = what_counts(project)
    copy = copy_scenario(scenario.pk, "Second", actor=actor)
    change_scenario(copy.pk, {"margin_pct": Decimal(40)}, actor=actor)

    assert first is not None and first != changed
    assert what_counts(project) == fixed
    fix_scenario(copy.pk, reason="Quoted again.", actor=actor)
    assert what_counts(project) != fixed


def test_a_project_without_a_price_counts_with_nothing(project: Project) -> None:
    assert what_counts(project) is None
