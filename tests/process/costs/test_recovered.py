"""What comes back of a material that is bought: taken off its cost, or recycled by the route, one of the two."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.refusals import BadInput
from catalogue.models import ExchangeRate
from process.assumptions.figures import assumed_in
from process.costs.band import price_band
from process.costs.building import assessed
from process.costs.case import Case
from process.costs.control import control_on_paper, firm_percent
from process.costs.counting import what_counts
from process.costs.demand import base_value
from process.costs.disposing import waste_of
from process.costs.estimate import Estimate, estimate
from process.costs.figures import Figure, Source, price
from process.costs.keys import recovered_key
from process.costs.materials import Category, Tier
from process.costs.paper import scenario_on_paper
from process.costs.pictures import price_waterfall
from process.costs.results import by_source, priced
from process.costs.roll_up import total_price
from process.costs.services import copy_scenario, fix_scenario
from process.costs.simulation import Settings, simulate
from process.costs.stored import plain, restored
from process.costs.tornado import tornado
from process.costs.trial import Trial
from process.costs.variables import variables
from process.costs.waste import disposed, taken_off, without_sold
from process.costs.worksheets import MATERIAL_PRICES
from process.models import CostAssessment, MaterialPrice, StepInput
from process.models import RouteStep as StepRow
from process.routes.mass_balance import mass_balance
from process.routes.plain import Basis, Charge, Role, Route, Substance
from process.routes.plain import Step as RouteStep
from process.routes.services import fix_version
from tests.process import factories as make
from tests.process.costs.cases import TODAY, chf, small
from tests.process.costs.story import change, price_of, read
from worksheets.bound import bind

D = Decimal
PRICE = D(120)  # of the starting material of the small case, up to 160
WORTH = st.decimals("0.01", PRICE, places=2)
STARTING = "Recovered value of Starting material"


def recovering(value: Figure, case: Case | None = None) -> Case:
    """Of the starting material."""
    case = case or small()
    return replace(case, materials=tuple(replace(each, recovered=value) if each.key == "sm" else each for each in case.materials))


def without_it() -> Case:
    """The small case by a route that needs no starting material."""
    (route,) = small().demands
    steps = (replace(each, intakes=tuple(one for one in each.intakes if one.of != "sm")) for each in route.steps)
    return replace(small(), demands=(replace(route, steps=tuple(steps)),), materials=small().materials[1:])


def unrounded(case: Case) -> Decimal:
    return total_price(case, base_value)


def credit_of(case: Case, phase: str = "pilot") -> Any:
    return next(each for each in estimate(case).known.lines if each.category == Category.RECOVERED and each.phase == phase)


def test_what_comes_back_is_taken_off_for_each_kilogram_that_is_charged() -> None:
    """20 kg by 1.4 × 2.5 kg/kg, 30 francs a kilogram; the overhead, contingency and margin of the material go with it."""
    found = credit_of(recovering(chf("30")))

    assert (found.label, found.quantity, found.unit, found.amount) == (STARTING, 70, "kg", D("-2100.00"))
    less = unrounded(small()) - unrounded(recovering(chf("30")))
    assert abs(less - 170 * D("3.5") * 30 * D("1.12") * D("1.08") / D(".7")) < D("1e-15")


def test_what_is_lost_before_the_vessel_or_left_in_the_pack_brings_nothing() -> None:
    case = small()
    packed = replace(case.materials[0], pack_kg=D(25), handling_loss_fraction=D(".2"))
    found = estimate(recovering(chf("30"), case=replace(case, materials=(packed, *case.materials[1:])))).known

    pilot = {each.category: each.quantity for each in found.lines if each.key.endswith("sm") and each.phase == "pilot"}
    assert pilot == {Category.MATERIALS: 100, Category.RECOVERED: 70}  # 87.5 kg are needed


def test_it_is_converted_once_by_the_rate_of_the_day() -> None:
    euros = price("30", "EUR", "kg", source=Source.QUOTE, on=TODAY)

    assert (credit_of(recovering(euros)).amount, credit_of(recovering(euros)).rate) == (D("-1974.00"), small().rates[0])


@given(WORTH, st.decimals("0.1", "500", places=3), st.integers(1, 9))
def test_contributions_sum_to_the_total_to_the_cent(worth: Decimal, batch_kg: Decimal, batches: int) -> None:
    found = estimate(recovering(chf(worth)).at("pilot", batch_kg=batch_kg, batches=batches)).known

    back = found.by_category[Category.RECOVERED]
    sums = [sum(each.amount for each in found.lines), sum(found.by_category.values()), sum(found.by_source.values()) + back]
    assert sums == [found.built.direct] * 3
    assert found.recovered == back < 0
    assert abs(sum(each.share or 0 for each in found.lines) - 1) < D("1e-20")


@given(WORTH, st.integers(1, 9))
def test_twice_the_kilograms_bring_twice_as_much(worth: Decimal, batches: int) -> None:
    cases = (small().at("validation", batches=0).at("pilot", batches=number) for number in (batches, 2 * batches))
    once, twice = (unrounded(case) - unrounded(recovering(chf(worth), case=case)) for case in cases)

    assert once > 0 and abs(twice - 2 * once) < D("1e-15")


@given(WORTH, WORTH)
def test_more_that_comes_back_never_raises_the_price(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))

    assert estimate(recovering(chf(high))).known.price <= estimate(recovering(chf(low))).known.price < estimate(small()).known.price


@given(WORTH, st.decimals("0.05", "0.95", places=2))
def test_splitting_an_input_in_two_changes_nothing(worth: Decimal, share: Decimal) -> None:
    case = recovering(chf(worth))
    (route,) = case.demands
    first, *others = route.steps
    halves = [replace(each, kg_per_kg=each.kg_per_kg * part) for each in first.intakes for part in (share, 1 - share)]

    split = replace(case, demands=(replace(route, steps=(replace(first, intakes=tuple(halves)), *others)),))

    assert abs(unrounded(split) - unrounded(case)) < D("1e-15")


def test_a_case_in_which_nothing_comes_back_is_hashed_and_read_as_before() -> None:
    case, kept = small(), plain(small())
    for each in kept["materials"]:
        del each["recovered"]  # as it was stored before

    assert restored(Case, kept) == case
    assert "recovered" not in json.dumps(plain(case, hashed=True))
    assert plain(recovering(chf("30")), hashed=True)["materials"][0]["recovered"]["base"] == "30"


def test_what_is_stored_is_read_back_as_it_was() -> None:
    answer = estimate(recovering(chf("30", low="20", high="40")))
    stored = json.loads(json.dumps(plain(answer)))

    assert restored(Case, stored["inputs"]["case"]) == answer.inputs["case"]
    assert restored(Estimate, stored["value"]) == answer.known


def test_where_it_has_a_range_it_moves_the_price_the_other_way() -> None:
    case = recovering(chf("60", low="20", high="100"))
    bar = next(each for each in tornado(case).known.bars if each.variable.key == recovered_key("sm"))
    settings = Settings(seed=7, draws=500)

    assert (bar.variable.label, bar.variable.unit) == (STARTING, "CHF/kg")
    ends = [unrounded(recovering(chf(each))).quantize(D("0.01")) for each in ("20", "100")]
    assert [bar.at_low, bar.at_high] == ends == sorted(ends, reverse=True)
    assert price_band(case).known.width > price_band(recovering(chf("60"))).known.width
    assert simulate(case, settings).known != simulate(recovering(chf("60")), settings).known
    assert variables(recovering(chf("60"))) == variables(small())


def test_however_its_price_falls_no_more_comes_back_of_a_material_than_it_costs() -> None:
    """95 to 160 francs a kilogram, of which up to 160 come back: at best it costs nothing, in the extremes of the band and in each draw."""
    case = recovering(chf("110", low="60", high="160"))
    free, settings = price_band(without_it()).known, Settings(seed=7, draws=500)

    assert price_band(case).known.lowest == free.lowest
    assert simulate(case, settings).known.bins[0].low >= free.lowest
    bar = next(each for each in tornado(case).known.bars if each.variable.key == recovered_key("sm"))
    assert bar.at_high == unrounded(without_it()).quantize(D("0.01"))


def test_the_draws_say_what_is_too_wide_in_them() -> None:
    def stated(case: Case) -> list[bool]:
        return ["the spread is too wide instead" in str(each) for each in simulate(case, Settings(seed=7, draws=500)).warnings]

    assert (any(stated(recovering(chf("30")))), any(stated(small()))) == (True, False)


def test_it_has_no_share_of_what_is_paid_and_a_row_of_its_own() -> None:
    """Everything is quoted, and what comes back is assumed: 17,850 of it."""
    case = recovering(price("30", "CHF", "kg", on=TODAY))
    found = estimate(case).known

    rows = list(by_source(found))

    assert firm_percent(found.by_source) == 100
    assert [row[2] for row in rows] == [100, None]
    assert rows[-1][:2] == ("Recovered value, taken off", D("-17850.00"))
    assert [row[0] for row in by_source(estimate(small()).known)] == ["Quote"]


def test_the_waterfall_takes_it_off_the_materials() -> None:
    case = recovering(chf("30"))
    rows = price_waterfall(estimate(case).known, case.terms).rows

    assert [row[0] for row in rows[:3]] == ["Raw materials", "Solvents", "Recovered value"]
    assert rows[2][1] == "−CHF 17,850"


@pytest.mark.parametrize(
    ("worth", "words"),
    [
        ({"base": "120"}, ""),
        ({"base": "120.01"}, "120 CHF"),
        ({"base": "100", "high": "160"}, ""),
        ({"base": "100", "high": "161"}, "160 CHF"),
    ],
)
def test_no_more_comes_back_than_it_costs(worth: dict[str, str], words: str) -> None:
    """Base against base, highest against highest."""
    case = recovering(chf(**worth))

    if words:
        with pytest.raises(BadInput, match=f"Starting material: more would be recovered of a kilogram than it costs, {words}"):
            estimate(case)
    else:
        assert estimate(case).known.price > 0


def test_the_price_at_which_it_is_ordered_is_what_counts() -> None:
    case = small()
    cheaper = replace(case.materials[0], tiers=(Tier(D(200), chf("50")),), recovered=chf("60"))
    case = replace(case, materials=(cheaper, *case.materials[1:]))

    assert estimate(case.at("validation", batches=0)).known.price > 0
    with pytest.raises(BadInput, match="than it costs, 50 CHF"):
        estimate(case)


def test_what_the_route_recycles_has_no_recovered_value() -> None:
    (route,) = small().demands
    recycling = [replace(each, intakes=tuple(replace(one, recycled_fraction=D(".5")) for one in each.intakes)) for each in route.steps]
    case = replace(small(), demands=(replace(route, steps=tuple(recycling)),))

    assert estimate(case).known.price > 0
    with pytest.raises(BadInput, match="Step one takes part of Starting material from recycling"):
        recovering(chf("30"), case=case)


def a_route() -> Route:
    """A hydrogenation in a solvent over a catalyst, which weighs less than its product without the hydrogen."""
    start = Charge("1", Substance("start", "Start", 100.0), Role.REACTANT, 1.0, is_limiting=True)
    solvent = Charge("2", Substance("thf", "Tetrahydrofuran"), Role.SOLVENT, 10.0, Basis.KG_PER_KG)
    catalyst = Charge("3", Substance("pd", "Palladium on carbon"), Role.CATALYST, 0.05, Basis.KG_PER_KG)
    return Route((RouteStep("a", "Hydrogenation", Substance("api", "API", 100.0), 0.8, (start, solvent, catalyst)),))


def test_what_is_sold_is_no_waste_and_what_is_left_of_a_reactant_stays_some() -> None:
    balance = mass_balance(a_route(), 80.0).known

    found = {key: without_sold(balance, {key}) for key in ("thf", "pd", "start", "nothing")}

    assert found["nothing"] == found["start"] == balance.waste
    assert taken_off(balance, {"pd", "start", "thf", "nothing"}) == ("Tetrahydrofuran", "Palladium on carbon")
    assert (found["thf"].solvent, found["thf"].other) == (0.0, balance.waste.other)
    assert (found["pd"].solvent, found["pd"].other) == (balance.waste.solvent, pytest.approx(balance.waste.other - 5))


@given(st.lists(st.floats(0.1, 20), min_size=2, max_size=5))
def test_of_a_class_that_is_all_sold_nothing_is_left(amounts: list[float]) -> None:
    solvents = [
        Charge(f"s{place}", Substance(f"s{place}", "Solvent"), Role.SOLVENT, each, Basis.KG_PER_KG) for place, each in enumerate(amounts)
    ]
    route = a_route()
    (step,) = route.steps
    balance = mass_balance(replace(route, steps=(replace(step, charges=(step.charges[0], *solvents)),)), 7.0).known

    left = without_sold(balance, {each.substance.key for each in solvents})

    assert [each.waste for each in disposed(left, {})] == ["other"]


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
