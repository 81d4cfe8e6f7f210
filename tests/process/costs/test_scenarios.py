"""Cost scenarios as their services and worksheets keep them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import INTERNAL_ROLES, Role
from accounts.permissions import allowed
from audit.models import Event
from audit.refusals import BadInput, NotAllowed
from audit.seen import version_of
from catalogue.models import ExchangeRate
from process.costs import services
from process.costs.building import assessed, assessed_many
from process.costs.estimate import estimate
from process.costs.results import priced
from process.costs.sizes import scale_values
from process.costs.stored import plain
from process.costs.trial import Trial
from process.models import CostAssessment, CostLine, MaterialPrice, RiskItem, RouteStep, StepInput
from projects.models import Project
from tests.process import factories as make
from tests.process.costs.story import LABOUR, change, enter, price_of, read, resize
from tests.projects import factories as projects
from worksheets.bound import Bound, bind

pytestmark = pytest.mark.django_db
D = Decimal


def test_a_scenario_opens_with_the_prices_that_are_known(scenario: CostAssessment) -> None:
    """20 + 150 kg of paracetamol: 4-aminophenol 0.80214, anhydride 0.82544, water 4.01070 kg/kg; one route, one price."""
    direct = D("0.80214") * D("6.20") + D("0.82544") * D("1.15") + D("4.01070") * D("0.02")

    assert [(row.material.name, row.quote is not None) for row in scenario.prices.all()] == [
        ("4-Aminophenol", True),
        ("Acetic anhydride", True),
        ("Water", True),
    ]
    assert float(price_of(scenario)) == pytest.approx(float(direct * 170 * D("1.12") * D("1.08") / D("0.7")), rel=1e-4)
    event = Event.objects.get(kind="cost.opened")
    assert (event.data["after"]["name"], event.project_id) == ("As asked", scenario.project_id)


def test_a_typed_batch_size_and_yield_price_anew_without_being_saved(scenario: CostAssessment) -> None:
    half = Trial({"pilot": (D(0), 0), "validation": (D(85), 1)}, D(50))

    assert float(price_of(scenario, half)) == pytest.approx(float(price_of(scenario)), rel=1e-4)  # half the output at half the yield
    assert price_of(scenario, Trial(yield_pct=D(100))) == price_of(scenario)
    assert read(scenario).yield_pct == 100


def test_a_tried_yield_starts_from_the_figures_of_the_route(scenario: CostAssessment) -> None:
    """At 110 % the high yield of 95 % is cut off at 100 %; tried at 100 % it is 95 % again."""
    RouteStep.objects.update(yield_high_pct=D(95))
    CostAssessment.objects.update(yield_pct=D(110))

    def high(trial: Trial) -> Decimal:
        case = assessed(read(scenario), trial).case
        assert case is not None
        return case.demands[0].steps[0].yield_fraction.high

    assert [high(Trial()), high(Trial(yield_pct=D(100)))] == [D(1), D("0.95")]
    CostAssessment.objects.update(yield_pct=D(150))
    assert assessed(read(scenario)).case is None
    assert high(Trial(yield_pct=D(100))) == D("0.95")


def test_a_yield_above_what_the_equation_gives_is_refused_by_name(scenario: CostAssessment) -> None:
    found = assessed(scenario, Trial(yield_pct=D(120)))

    assert found.case is None
    assert [each.words for each in found.missing] == ["Acetylation would yield 108 %, more than the equation gives."]


def test_a_missing_price_and_a_missing_rate_are_named(scenario: CostAssessment) -> None:
    water = scenario.prices.get(material__name="Water")
    change(scenario, water, {"quote": ""})
    enter(scenario, LABOUR | {"currency": "CHF"})

    found = assessed(read(scenario))

    assert found.case is None
    assert [each.words.split(" on or")[0] for each in found.missing] == [
        "Acetylation: Water has no price in this scenario.",
        "No exchange rate from CHF to EUR is known",
    ]
    change(scenario, water, {"price_per_kg": "0.03", "price_high": "0.05"})
    ExchangeRate.objects.create(currency="CHF", into="EUR", on=timezone.localdate(), rate=D("1.05"), source="ECB")
    assert assessed(read(scenario)).case is not None


def test_a_missing_price_names_every_step_that_takes_the_material_in(scenario: CostAssessment) -> None:
    scenario.prices.filter(material__name="Water").update(quote=None)
    first, water = RouteStep.objects.get(), make.a_material("Water")
    second = make.a_step(first.version, "Crystallisation")
    make.an_input(second, first, is_limiting="yes")
    make.an_input(second, water, role="water", amount="5", basis="l_per_kg")
    make.an_input(second, water, role="water", amount="1", basis="l_per_kg")

    words = [each.words for each in assessed(read(scenario)).missing if each.key == "cost.price"]

    assert words == ["Acetylation, Crystallisation: Water has no price in this scenario."]


def test_the_newest_rate_up_to_the_day_counts(project: Project) -> None:
    scenario = make.a_scenario(project)
    enter(scenario, LABOUR | {"currency": "CHF", "basis": "once", "quantity": "10"} | {"price": "100"})
    for days, rate in ((3, "0.9"), (1, "0.95"), (-1, "2")):
        day = timezone.localdate() - timedelta(days=days)
        ExchangeRate.objects.create(currency="CHF", into="EUR", on=day, rate=D(rate), source="ECB")

    found = estimate(assessed(read(scenario)).case).known  # type: ignore[arg-type]

    assert found.built.direct == D("950.00")


def test_the_table_says_what_a_line_costs_and_what_share_it_is(scenario: CostAssessment) -> None:
    enter(scenario, LABOUR)
    enter(scenario, LABOUR | {"label": "Dossier", "inclusion": "optional", "basis": "once"})

    bound = bind(f"cost-lines:{scenario.pk}", make.estimator())
    rows = list(bound.query())
    told = [row["values"] for row in bound.table(rows)]

    assert [(row["cost"], row["optional"]) for row in told] == [("9600", None), (None, "4800")]
    assert float(told[0]["share"]) == pytest.approx(90.4)
    assert bound.totals_of(rows)["cost"] == "9600"


def test_the_table_of_materials_says_what_is_bought(scenario: CostAssessment) -> None:
    bound = bind(f"cost-materials:{scenario.pk}", make.estimator())

    first = bound.table(list(bound.query()))[0]["values"]

    assert (first["price_now"], first["bought_kg"]) == ("6.2 EUR", "136.361")


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"quantity_low": "50"}, "quantity_low"),
        ({"price_high": "100"}, "price_high"),
        ({"price": "0"}, "note"),
        ({"quantity": "-1"}, "quantity"),
        ({"unit": ""}, "unit"),
    ],
)
def test_a_wrong_figure_is_refused_at_its_cell(scenario: CostAssessment, values: dict[str, str], column: str) -> None:
    result = enter(scenario, LABOUR | values)

    assert list(result.errors) == [column]
    assert not CostLine.objects.exists()


def test_a_material_has_one_price(scenario: CostAssessment) -> None:
    row = scenario.prices.get(material__name="Water")
    other = scenario.prices.get(material__name="4-Aminophenol")

    both = change(scenario, row, {"price_per_kg": "1"})
    foreign = change(scenario, row, {"quote": str(other.quote)})

    assert (list(both.errors), list(foreign.errors)) == (["price_per_kg"], ["quote"])


def test_a_price_typed_in_place_of_a_quote_does_not_say_that_it_was_quoted(scenario: CostAssessment) -> None:
    row = scenario.prices.get(material__name="Water")
    assert row.source == "quote"

    assert change(scenario, row, {"quote": ""}).is_saved
    assert change(scenario, row, {"price_per_kg": "1"}).is_saved

    assert scenario.prices.get(pk=row.pk).source == "assumption"
    assert change(scenario, row, {"source": "price_book"}).is_saved
    assert scenario.prices.get(pk=row.pk).source == "price_book"


def test_a_copy_takes_everything_and_what_was_tried(scenario: CostAssessment) -> None:
    enter(scenario, LABOUR)
    enter(scenario, {"label": "Dimer", "phase": "pilot", "probability_pct": "20", "impact": "10000"}, "cost-risks")
    trial = Trial({"pilot": (D(20), 3)}, D(90))

    copy = services.copy_scenario(scenario.pk, "Larger batches", trial=trial, actor=make.estimator())

    assert (copy.number, copy.made_from, copy.yield_pct) == (2, scenario, D(90))
    assert scale_values(copy)["pilot-batches"] == 3
    assert scale_values(copy)["validation-batch_kg"] == 50
    assert price_of(copy) == price_of(scenario, trial)
    assert (CostLine.objects.count(), RiskItem.objects.count(), MaterialPrice.objects.count()) == (2, 2, 6)


def test_a_change_is_recorded_once_and_shown_to_the_second_person(scenario: CostAssessment) -> None:
    shown = version_of(services.scenario_values(scenario))
    services.change_scenario(scenario.pk, {"margin_pct": D(40), "overhead_pct": D(15)}, actor=make.estimator(), version=shown)
    services.change_scenario(scenario.pk, {"margin_pct": D(40)}, actor=make.estimator())

    with pytest.raises(BadInput) as refused:
        services.change_scenario(scenario.pk, {"margin_pct": D(35)}, actor=make.estimator(), version=shown)

    assert "40" in str(refused.value.errors["margin_pct"])
    event = Event.objects.get(kind="cost.changed")
    assert (event.data["before"], event.data["after"]) == (
        {"overhead_pct": "12.00", "margin_pct": "30.00"},
        {"overhead_pct": "15", "margin_pct": "40"},
    )


def test_an_amount_that_may_be_more_is_a_bar_with_its_source(scenario: CostAssessment) -> None:
    line = StepInput.objects.get(material__name="Acetic anhydride")
    StepInput.objects.filter(pk=line.pk).update(amount_high=line.amount * 2, amount_source="analogue")

    found = priced(assessed(read(scenario)))

    assert found.tornado is not None
    bar = next(each for each in found.tornado.bars if each.variable.key.startswith("use/"))
    assert (bar.variable.low, bar.variable.high, bar.variable.unit, bar.variable.source) == (D("1.1"), D("2.2"), "eq", "analogue")
    assert float(bar.at_high - bar.at_low) == pytest.approx(0.82544 * 1.15 * 170 * 1.12 * 1.08 / 0.7, rel=1e-4)


def test_how_sure_a_figure_is_stands_with_it(scenario: CostAssessment) -> None:
    enter(scenario, LABOUR | {"confidence": "Low"})
    row = scenario.prices.get(material__name="4-Aminophenol")
    assert not change(scenario, row, {"confidence": "High"}).errors

    case = assessed(read(scenario)).case

    assert case is not None
    assert [line.price.confidence for line in case.lines] == ["low"]
    assert [each.price.confidence for each in case.materials] == ["high", "", ""]


def test_what_came_with_a_release_changes_no_hash_that_was_kept_before_it(scenario: CostAssessment) -> None:
    case = assessed(read(scenario)).case
    assert case is not None
    kept, hashed = plain(case), plain(case, hashed=True)

    assert set(kept["scales"][0]) - set(hashed["scales"][0]) == {"batch_low", "batch_high"}
    intake = kept["demands"][0]["steps"][0]["intakes"][0], hashed["demands"][0]["steps"][0]["intakes"][0]
    assert set(intake[0]) - set(intake[1]) == {"source", "confidence", "amount", "unit"}
    assert "confidence" not in hashed["materials"][0]["price"]
    resize(scenario, "pilot", batch_low_kg="5")
    changed = plain(assessed(read(scenario)).case, hashed=True)
    assert [scale.get("batch_low") for scale in changed["scales"]] == [None, "0.5", None, None]


def test_a_risk_keeps_its_currency_and_is_converted(scenario: CostAssessment) -> None:
    risk = {"label": "Dimer", "phase": "pilot", "probability_pct": "20", "impact": "10000"}
    enter(scenario, risk, "cost-risks")
    enter(scenario, risk | {"label": "Strike", "currency": "CHF"}, "cost-risks")

    assert [each.words.split(" is known")[0] for each in assessed(read(scenario)).missing] == ["No exchange rate from CHF to EUR"]
    ExchangeRate.objects.create(currency="CHF", into="EUR", on=timezone.localdate(), rate=D("1.05"), source="ECB")

    found = estimate(assessed(read(scenario)).case).known  # type: ignore[arg-type]
    bound = bind(f"cost-risks:{scenario.pk}", make.estimator())
    told = [(row["values"]["currency"], row["values"]["expected"]) for row in bound.table(list(bound.query()))]

    assert found.expected_risk == D("4100.00")
    assert told == [("EUR", "2000"), ("CHF", "2100")]
    assert bound.totals_of(list(bound.query()))["expected"] == "4100"


def test_a_saved_risk_asks_no_more_than_the_table_of_all(scenario: CostAssessment) -> None:
    risk = {"label": "Dimer", "phase": "pilot", "probability_pct": "20", "impact": "10000"}
    written, _other = enter(scenario, risk, "cost-risks").pk, enter(scenario, risk | {"label": "Strike"}, "cost-risks")

    def asked(answer: Callable[[Bound], object]) -> int:
        bound = bind(f"cost-risks:{scenario.pk}", make.estimator())
        with CaptureQueriesContext(connection) as queries:
            answer(bound)
        return len(queries)

    whole = asked(lambda bound: bound.whole(list(bound.query())))

    assert asked(lambda bound: bound.after([written])) == whole
    rows, totals = bind(f"cost-risks:{scenario.pk}", make.estimator()).after([written])
    assert ([row["values"]["label"] for row in rows], totals) == (["Dimer"], {"expected": "4000"})


def test_a_saved_price_reads_the_scenario_once_and_three_cost_the_same_queries(scenario: CostAssessment) -> None:
    rows = list(scenario.prices.values_list("pk", flat=True))

    def asked(saved: list[int]) -> list[str]:
        bound = bind(f"cost-materials:{scenario.pk}", make.estimator())
        with CaptureQueriesContext(connection) as queries:
            bound.after(saved)
        return [each["sql"] for each in queries]

    one, three = asked(rows[:1]), asked(rows[:3])

    assert len(one) == len(three)
    assert sum('FROM "process_routestep"' in each for each in one) == 1


def test_costs_are_kept_by_those_who_price(scenario: CostAssessment) -> None:
    keep = (Role.RESEARCH, Role.MATERIAL_CONTROL, Role.PRODUCTION, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT)

    assert [role for role in INTERNAL_ROLES if allowed("process.edit_costs", projects.person(role))] == [
        role for role in INTERNAL_ROLES if role in keep
    ]
    with pytest.raises(NotAllowed):
        services.change_scenario(scenario.pk, {"margin_pct": D(40)}, actor=projects.person(Role.QUALITY_ASSURANCE))


def test_a_client_sees_no_scenario(scenario: CostAssessment) -> None:
    person = projects.person(Role.CLIENT_VIEWER)

    assert not CostAssessment.objects.visible_to(person).exists()


def test_three_scenarios_are_read_at_the_cost_of_one(scenario: CostAssessment, django_assert_num_queries: Any) -> None:
    enter(scenario, LABOUR)
    with CaptureQueriesContext(connection) as one:
        assessed_many(list(CostAssessment.objects.all()))
    for name in ("Second", "Third"):
        services.copy_scenario(scenario.pk, name, actor=make.estimator())

    with django_assert_num_queries(len(one)):
        assessed_many(list(CostAssessment.objects.all()))


def test_figures_with_too_many_digits_are_said_and_break_nothing(scenario: CostAssessment) -> None:
    huge = {"quantity": "999999999999", "quantity_high": "", "price": "999999999999", "basis": "kg"}

    result = enter(scenario, LABOUR | huge)

    assert result.is_saved
    refusals = priced(assessed(read(scenario))).refusals
    assert [each.key for each in refusals] == ["cost.too_large"]
    bound = bind(f"cost-lines:{scenario.pk}", make.estimator())
    assert bound.totals_of(list(bound.query()))


def test_the_price_stands_inside_its_band(scenario: CostAssessment) -> None:
    """Each line is rounded to the cent, the band as a whole: of many lines the price stood some cents beside a band of no width."""
    for number in range(3):
        enter(scenario, {"label": f"Stamp {number}", "phase": "pilot", "category": "other", "quantity": "1", "unit": "x", "price": "0.334"})

    found = priced(assessed(read(scenario)))

    assert found.estimate is not None
    assert found.band is not None
    assert found.band.base == found.estimate.price
    assert found.band.lowest <= found.band.low <= found.estimate.price
