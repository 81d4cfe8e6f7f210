"""What comes back of a material in a scenario: typed in its table, said on its page, printed, and in the ledger."""

from __future__ import annotations

import html
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import ExchangeRate
from process.assumptions.figures import assumed_in
from process.costs.building import assessed
from process.costs.control import control_on_paper
from process.costs.counting import what_counts
from process.costs.disposing import waste_of
from process.costs.paper import scenario_on_paper
from process.costs.results import priced
from process.costs.services import copy_scenario, fix_scenario
from process.costs.trial import Trial
from process.costs.worksheets import MATERIAL_PRICES
from process.models import CostAssessment, MaterialPrice, StepInput
from process.models import RouteStep as StepRow
from process.routes.services import fix_version
from tests.process import factories as make
from tests.process.costs.story import change, price_of, read
from worksheets.bound import bind

D = Decimal


def test_the_waste_of_a_scenario_is_without_what_is_sold_and_says_so(scenario: CostAssessment) -> None:
    before = waste_of(read(scenario))

    assert not recover(scenario, {"recovered_per_kg": "0.01"}, "Water")

    after = waste_of(read(scenario))
    assert ([each.waste for each in before.found], before.left_out) == (["water", "aqueous"], "")
    assert after.found == before.found[1:]
    assert after.left_out == "Without what is sold, as a recovered value is counted of it: Water."


def test_of_a_reactant_nothing_is_said_to_be_left_out(scenario: CostAssessment) -> None:
    """Nor of a material that the route does not take."""
    before = waste_of(read(scenario))
    assert not recover(scenario)
    values = {"recovered_per_kg": 1, "recovered_currency": "EUR", "recovered_source": "quote", "recovered_dated": scenario.priced_on}
    MaterialPrice.objects.create(assessment=scenario, material=make.a_material("Toluene"), **values)

    assert waste_of(read(scenario)) == before


def row_of(scenario: CostAssessment, name: str = "4-Aminophenol") -> MaterialPrice:
    return scenario.prices.get(material__name=name)


def recover(scenario: CostAssessment, values: dict[str, str] | None = None, name: str = "4-Aminophenol") -> dict[str, list[str]]:
    """Of a kilogram that costs 6.20 euros."""
    result = change(scenario, row_of(scenario, name), {"recovered_per_kg": "2"} | (values or {}))
    return {column: [str(words) for words in listed] for column, listed in result.errors.items()}


def recycle(scenario: CostAssessment, name: str = "4-Aminophenol") -> None:
    StepInput.objects.filter(step__version=scenario.route_version_id, material__name=name).update(recycle_pct=D(60))


def test_what_is_not_typed_of_it_is_that_of_the_scenario_and_an_assumption(scenario: CostAssessment) -> None:
    assert not recover(scenario, {"recovered_low": "1", "recovered_high": "3"})

    row = row_of(scenario)
    assert (row.recovered_currency, row.recovered_dated, row.recovered_source) == ("EUR", scenario.priced_on, "assumption")
    assert (row.source, row.currency) == ("quote", ""), "what the supplier says of the price stays"


def test_it_is_taken_off_the_price_and_stands_in_the_table(scenario: CostAssessment) -> None:
    """0.80214 kg/kg for 170 kg, 2 euros each."""
    before = price_of(scenario)
    assert not recover(scenario)

    assert float(before - price_of(scenario)) == pytest.approx(0.80214 * 170 * 2 * 1.12 * 1.08 / 0.7, rel=1e-4)
    bound = bind(f"cost-materials:{scenario.pk}", make.estimator())
    rows = list(bound.query())
    told = [each["values"] for each in bound.table(rows)]
    assert [(each["recovered"], each["recovered_per_kg"]) for each in told] == [("-272.73", "2"), (None, None), (None, None)]
    assert told[0]["cost"] == "845.44"
    assert (bound.totals_of(rows)["recovered"], bound.totals_of(rows)["share"]) == ("-272.73", "100")


def test_the_table_says_of_which_kilogram_it_is_and_what_it_does_to_the_price(scenario: CostAssessment) -> None:
    column = next(each for each in MATERIAL_PRICES.columns if each.name == "recovered_per_kg")

    assert MATERIAL_PRICES.heading(column) == "Recovered value per kg charged"
    assert "85 % come back and are sold at 0.80: 0.68" in str(MATERIAL_PRICES.note(column))
    assert "lowers the direct cost, and with it overhead, contingency and margin" in str(MATERIAL_PRICES.note(column))


def test_nothing_that_comes_back_changes_nothing(scenario: CostAssessment) -> None:
    before, counted = price_of(scenario), what_counts(scenario.project)

    assert not recover(scenario, {"recovered_per_kg": "0"})

    assert (price_of(scenario), what_counts(scenario.project)) == (before, counted)
    assert row_of(scenario).recovered_per_kg is None
    recover(scenario)
    assert what_counts(scenario.project) != counted


def test_with_the_value_goes_what_belonged_to_it(scenario: CostAssessment) -> None:
    whole = {"recovered_high": "3", "recovered_source": "quote", "recovered_reference": "Refiner 7"}
    assert not recover(scenario, whole)

    assert not recover(scenario, {"recovered_per_kg": ""})

    row = row_of(scenario)
    assert [row.recovered_high, row.recovered_currency, row.recovered_source, row.recovered_reference, row.recovered_dated] == [
        None,
        "",
        "",
        "",
        None,
    ]


@pytest.mark.parametrize(
    ("values", "column", "words"),
    [
        ({"recovered_per_kg": "6.21"}, "recovered_per_kg", "The recovered value is more than a kilogram costs: 6.2 EUR."),
        ({"recovered_per_kg": "5", "recovered_high": "7"}, "recovered_high", "more than a kilogram costs"),
        ({"recovered_low": "3"}, "recovered_low", "not above the base"),
        ({"recovered_per_kg": "-1"}, "recovered_per_kg", "Not below zero."),
        ({"recovered_per_kg": "", "recovered_reference": "Refiner 7"}, "recovered_reference", "belongs to a recovered value"),
        ({"recovered_per_kg": "0", "recovered_high": "3"}, "recovered_high", "belongs to a recovered value"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_cell(scenario: CostAssessment, values: dict[str, str], column: str, words: str) -> None:
    errors = recover(scenario, values)

    assert list(errors) == [column]
    assert words in errors[column][0]
    assert row_of(scenario).recovered_per_kg is None


def test_in_another_currency_it_is_compared_and_counted_by_the_rate_of_the_day(scenario: CostAssessment) -> None:
    francs = {"recovered_per_kg": "6.1", "recovered_currency": "CHF"}
    assert not recover(scenario, francs)
    assert [each.words.split(" on or")[0] for each in assessed(read(scenario)).missing] == ["No exchange rate from CHF to EUR is known"]

    ExchangeRate.objects.create(currency="CHF", into="EUR", on=timezone.localdate(), rate=D("1.05"), source="ECB")

    refused = priced(assessed(read(scenario))).refusals
    assert [each.words for each in refused] == ["4-Aminophenol: more would be recovered of a kilogram than it costs, 6.2 EUR."]
    assert refused[0].link == f"{scenario.get_absolute_url()}#sheet-cost-materials"
    assert list(recover(scenario, francs | {"recovered_reference": "Refiner 7"})) == ["recovered_per_kg"]
    assert not recover(scenario, francs | {"recovered_per_kg": "5"})
    assert priced(assessed(read(scenario))).estimate is not None


def test_of_a_material_that_the_route_recycles_it_is_refused_with_the_step(scenario: CostAssessment) -> None:
    recycle(scenario)

    errors = recover(scenario)

    assert list(errors) == ["recovered_per_kg"]
    assert errors["recovered_per_kg"][0].startswith("Acetylation takes part of 4-Aminophenol from recycling")
    assert not recover(scenario, {"recovered_per_kg": "0.5"}, "Acetic anhydride"), "another material is another matter"


def test_a_route_that_recycles_it_later_is_said_and_never_counted_twice(client: Client, scenario: CostAssessment) -> None:
    assert not recover(scenario)
    recycle(scenario)

    found = assessed(read(scenario))

    assert found.case is None
    assert [each.key for each in found.missing] == ["cost.recovered_twice"]
    client.force_login(make.estimator())
    page = html.unescape(client.get(scenario.get_absolute_url()).content.decode())
    assert "Acetylation takes part of 4-Aminophenol from recycling, which counts already" in page
    assert found.missing[0].link in page
    assert not recover(scenario, {"recovered_per_kg": ""})
    assert assessed(read(scenario)).case is not None


def test_a_step_that_is_set_aside_recycles_nothing(scenario: CostAssessment) -> None:
    recycle(scenario)
    StepRow.objects.filter(version=scenario.route_version_id).update(set_aside=True)

    assert not recover(scenario)


def test_a_copy_takes_it_and_a_fixed_scenario_keeps_it(scenario: CostAssessment) -> None:
    assert not recover(scenario, {"recovered_low": "1"})
    before = priced(assessed(read(scenario)))
    copy = copy_scenario(scenario.pk, "Again", actor=make.estimator())
    assert price_of(copy) == price_of(scenario)
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())

    fixed = fix_scenario(scenario.pk, reason="For the quotation.", actor=make.estimator())
    MaterialPrice.objects.filter(recovered_per_kg=2).update(recovered_per_kg=3)

    after = priced(assessed(read(fixed)))
    assert (after.estimate, after.band) == (before.estimate, before.band)
    assert price_of(fixed, Trial({"pilot": (D(20), 2)})) > price_of(fixed)


def test_the_cost_form_prints_it_with_its_source(scenario: CostAssessment) -> None:
    assert not recover(scenario, {"recovered_source": "quote", "recovered_reference": "Refiner 7"})

    found = scenario_on_paper(scenario.project)

    assert found is not None
    used = {row[0].split("\n")[0]: row[-2:] for row in found["consumption"]["rows"]}
    assert (used["4-Aminophenol"], used["Water"]) == (["6.2 EUR", "2 EUR"], ["0.02 EUR", "–"])
    lines = [row for row in found["lines"]["rows"] if row[0].startswith("Recovered value of 4-Aminophenol\nQuote, Refiner 7")]
    assert [(row[1], row[3], row[4]) for row in lines] == [("Pilot", "2 EUR", "-32.09"), ("Validation", "2 EUR", "-240.64")]
    assert "Recovered value" in [row[0] for row in found["phases"]["rows"]]
    assert found["sources"]["rows"][-1] == ["Recovered value, taken off", "-272.73", "–"]
    facts = {each["label"]: each["value"] for each in found["facts"]}
    assert facts["Recovered value"] == "EUR -272.73, in the direct cost: overhead, contingency and margin are on what is left"
    assert ["Recovered value", "−EUR 273"] in [row[:2] for row in found["tables"]["waterfall"]["rows"]]


def test_the_sources_on_the_page_and_on_paper_add_up_to_what_is_paid(client: Client, scenario: CostAssessment) -> None:
    """All is quoted; what comes back is assumed."""
    assert not recover(scenario)
    client.force_login(make.estimator())

    page = client.get(scenario.get_absolute_url()).content.decode()
    control = control_on_paper(priced(assessed(read(scenario))))

    table = page[page.index('id="sources-title"') :]
    shares = re.findall(r'nowrap">([^<]+)</td></tr>', table[: table.index("</section>")])
    assert shares == ["100.0 %", "–"]
    assert control is not None
    assert control["facts"][0]["value"] == "100.0"
    assert [row[2] for row in control["sources"]["rows"]] == ["100.0", "–"]


def test_what_is_assumed_of_it_is_in_the_ledger_apart_from_the_price(scenario: CostAssessment) -> None:
    """A supplier's price of the material does not settle what comes back."""
    assert not recover(scenario, {"recovered_high": "3"})

    case = assessed(read(scenario)).case
    assert case is not None
    (found,) = [each for each in assumed_in(case) if each.about.startswith("recovered")]

    assert (found.words, found.ends, found.unit) == ("Recovered value of 4-Aminophenol", (2, 2, 3), "EUR/kg")
    assert (found.material, found.for_client) == (None, False)
    assert not recover(scenario, {"recovered_source": "quote"})
    case = assessed(read(scenario)).case
    assert case is not None
    assert not [each for each in assumed_in(case) if each.about.startswith("recovered")]
