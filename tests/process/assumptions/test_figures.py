"""What a cost scenario assumes of prices, yields and lines stands in the ledger, and the real number asks whoever confirms it."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from audit.events import events_of
from audit.models import Event
from audit.refusals import NotAllowed
from catalogue.models import ExchangeRate, Supplier, SupplierQuote
from process.assumptions import ledger, ordering, quoting, settling
from process.assumptions.figures import take_after, take_figures
from process.assumptions.models import Assumption
from process.assumptions.runs import Kind, kind_of
from process.assumptions.taking_offers import take_offer
from process.costs.band import price_band, widened_by
from process.costs.building import assessed
from process.costs.figures import Figure, Source
from process.costs.services import copy_scenario
from process.costs.tornado import tornado
from process.costs.variables import variables
from process.models import CostAssessment, MaterialPrice, RouteStep, StepInput
from process.tasks import look_at_offers_again
from projects.models import Project, Rfp, WaitingFor
from tests.process import factories as make
from tests.process.assumptions.story import change, fix, seller, whole
from tests.process.costs.cases import small
from tests.process.costs.story import change as change_cost
from tests.process.costs.story import resize
from tests.projects import factories as projects
from worksheets.changing import ADD, CHANGE, Change, change_rows

pytestmark = pytest.mark.django_db
LABOUR = {
    "label": "Labour",
    "phase": "pilot",
    "category": "labour",
    "basis": "per batch",
    "quantity": "100",
    "quantity_low": "80",
    "quantity_high": "150",
    "unit": "h",
    "price": "90",
    "source": "Assumption",
}
YIELD, LINE = "Yield of Acetylation", "Labour in Pilot"


@pytest.fixture
def price(scenario: CostAssessment) -> MaterialPrice:
    """That of 4-aminophenol is typed, and nobody has quoted it any more; beside a line of labour and one that the price book knows."""
    row = scenario.prices.get(material__name="4-Aminophenol")
    typed = {"quote": "", "price_per_kg": "9.5", "price_low": "8", "price_high": "12"}
    assert not change_cost(scenario, row, typed).errors
    SupplierQuote.objects.filter(material=row.material).delete()
    known = LABOUR | {"label": "Release tests", "category": "qc", "source": "Price book"}
    added = change_rows(f"cost-lines:{scenario.pk}", [Change(ADD, values=each) for each in (LABOUR, known)], actor=make.estimator())
    assert [each.errors for each in added.results] == [{}, {}]
    return MaterialPrice.objects.select_related("material").get(pk=row.pk)


def take(scenario: CostAssessment) -> list[Assumption]:
    return take_figures(scenario.project.code, scenario.number, actor=seller())


def rows_of(scenario: CostAssessment) -> dict[str, Assumption]:
    return {row.words: row for row in Assumption.objects.filter(project=scenario.project).exclude(about="")}


def taken(scenario: CostAssessment) -> dict[str, Assumption]:
    take(scenario)
    return rows_of(scenario)


def of_price(scenario: CostAssessment) -> Assumption:
    return Assumption.objects.filter(project=scenario.project, material__isnull=False).latest("pk")


def fixed(scenario: CostAssessment) -> Assumption:
    """The row of the price, once the scenario is fixed."""
    fix(scenario)
    with acting(channel="worker"), transaction.atomic():
        take_after(after("cost."))
    return of_price(scenario)


def told(row: Assumption) -> tuple[Decimal | None, Decimal | None, Decimal | None, str]:
    return row.figure, row.low, row.high, row.unit


def after(*kinds: str) -> list[Event]:
    return [event for event in Event.objects.order_by("pk") if event.kind.startswith(kinds)]


def asked(row: Assumption) -> bool:
    return WaitingFor.objects.open().filter(key=f"assumption.arrived:{row.pk}").exists()


def test_each_figure_that_is_assumed_becomes_a_row_and_what_is_known_does_not(scenario: CostAssessment, price: MaterialPrice) -> None:
    idle = LABOUR | {"label": "Idle", "phase": "commercial"}  # no batch is made there
    change_rows(f"cost-lines:{scenario.pk}", [Change(ADD, values=idle)], actor=make.estimator())

    rows = taken(scenario)

    assert set(rows) == {f"Price of {price.material}", YIELD, LINE}
    assert told(rows[f"Price of {price.material}"]) == (Decimal("9.5"), 8, 12, "EUR/kg")
    assert told(rows[LINE]) == (9000, 7200, 13500, "EUR/batch")
    assert told(rows[YIELD]) == (90, None, None, "%")
    assert {words for words, row in rows.items() if row.for_client} == {YIELD}
    assert {words for words, row in rows.items() if row.lines} == {LINE}
    wider = [row.wider_by or 0 for row in sorted(rows.values(), key=lambda row: row.position)]
    assert (wider, wider[0] > 0) == (sorted(wider, reverse=True), True)
    assert "assumptions.figures_taken" in [event.kind for event in events_of(scenario.project)]


def test_a_yield_is_of_what_the_equation_gives_and_asked_about_when_the_step_runs(scenario: CostAssessment, price: MaterialPrice) -> None:
    step = RouteStep.objects.get(version=scenario.route_version_id)
    make.change_step(step, product_per_limiting="2", yield_pct="92", yield_low_pct="80")

    row = taken(scenario)[YIELD]

    assert (told(row), kind_of(row)) == ((92, 80, 92, "%"), Kind.YIELD)
    assert ledger.line_of(row) == "Yield of Acetylation (92 %; 80 to 92)."


def test_a_yield_that_was_published_is_no_assumption(scenario: CostAssessment, price: MaterialPrice) -> None:
    step = RouteStep.objects.get(version=scenario.route_version_id)
    origin = {"yield_source": "Analogue", "yield_reference": "Org. Synth. 1990, 68, 1", "yield_dated": "1990-05-01"}
    make.change_step(step, **origin)

    case = assessed(CostAssessment.objects.select_related("project").get(pk=scenario.pk)).case
    assert case is not None
    figure = case.demands[0].steps[0].yield_fraction
    assert (figure.source, figure.reference, figure.on) == (Source.ANALOGUE, "Org. Synth. 1990, 68, 1", date(1990, 5, 1))
    assert YIELD not in taken(scenario)


def test_batch_sizes_and_amounts_that_are_not_sure_are_assumed(scenario: CostAssessment, price: MaterialPrice) -> None:
    line = StepInput.objects.filter(step__version=scenario.route_version_id, is_limiting=False).exclude(material=None).first()
    assert line is not None
    StepInput.objects.filter(pk=line.pk).update(amount_high=line.amount * 2)
    for phase, low in (("validation", "40"), ("pilot", "5")):  # in validation nothing is counted by the batch
        resize(scenario, phase, batch_low_kg=low)

    rows = taken(scenario)

    assert "Batch size of Validation" not in rows
    use, batch = rows[f"Use of {line.material} in Acetylation"], rows["Batch size of Pilot"]
    assert told(use) == (Decimal("1.1"), Decimal("1.1"), Decimal("2.2"), "eq"), "as the route says it, whatever the yields are"
    assert (use.for_client, bool(use.wider_by)) == (False, True)
    assert (told(batch), batch.for_client) == ((10, 5, 10, "kg"), True)


def test_an_open_row_follows_the_scenario_and_keeps_its_words(scenario: CostAssessment, price: MaterialPrice) -> None:
    first = taken(scenario)[f"Price of {price.material}"]
    assert not change(scenario.project, first, words="We buy it in Asia", for_client="yes")
    assert take(scenario) == []
    assert not change_cost(scenario, price, {"price_per_kg": "11", "price_high": "15"}).errors

    take(scenario)

    row = of_price(scenario)
    assert (row.pk, row.words, row.for_client, told(row)) == (first.pk, "We buy it in Asia", True, (11, 8, 15, "EUR/kg"))
    event = events_of(scenario.project).filter(kind="assumptions.figures_taken").latest("pk")
    assert "9.5" in event.data["before"][row.about] and "11" in event.data["after"][row.about]


def test_what_is_not_counted_any_more_stays_ours_and_widens_nothing(scenario: CostAssessment, price: MaterialPrice) -> None:
    rows = taken(scenario)
    make.change_step(RouteStep.objects.get(version=scenario.route_version_id), name="Acylation")

    take(scenario)

    left = Assumption.objects.get(pk=rows[YIELD].pk)
    assert (left.is_open, left.for_client, left.wider_by) == (True, False, None)
    assert {row.words for row in Assumption.objects.filter(for_client=True)} == {"Yield of Acylation"}
    assert take(scenario) == []

    make.change_step(RouteStep.objects.get(version=scenario.route_version_id), name="Acetylation")
    take(scenario)
    assert {row.words for row in Assumption.objects.filter(for_client=True)} == {YIELD}


def test_what_was_settled_is_not_assumed_again_with_the_same_number(scenario: CostAssessment, price: MaterialPrice) -> None:
    row = taken(scenario)[f"Price of {price.material}"]
    assert not change(scenario.project, row, real_words="Chemical Works: 7.25 CHF/kg")
    assert take(scenario) == []

    assert not change_cost(scenario, price, {"price_per_kg": "11"}).errors
    take(scenario)

    again = of_price(scenario)
    assert (again.pk != row.pk, again.figure, again.is_open) == (True, 11, True)


def test_a_scenario_that_is_fixed_is_taken_over_by_itself_and_what_arrives_then_asks(
    scenario: CostAssessment, price: MaterialPrice
) -> None:
    row = fixed(scenario)
    with acting(channel="worker"):
        take_after(after("cost."))  # told twice, written once
    assert Assumption.objects.filter(material=price.material).count() == 1
    assert (row.figure, row.scenario_id, row.owner, asked(row)) == (Decimal("9.5"), scenario.pk, scenario.created_by, False)

    offer = {"supplier": "Chemical Works", "quoted_on": timezone.localdate().isoformat(), "price_per_kg": "7.25", "currency": "EUR"}
    address, buyer = f"material-prices:{price.material.code}", projects.person(Role.MATERIAL_CONTROL)
    assert change_rows(address, [Change(ADD, values=offer)], actor=buyer).results[0].is_saved
    with acting(channel="worker"):
        settling.prompt_after(after("worksheet."))

    assert asked(row)
    (arrived,) = ledger.arrivals(whole(scenario.project))
    assert (arrived.told, arrived.words) == ("7.25 EUR/kg instead of 9.5 EUR/kg", "Chemical Works: 7.25 EUR/kg")
    settled = settling.take_arrived(scenario.project.code, row.pk, actor=seller())
    assert (settled.state, settled.difference) == (Assumption.State.REPLACED, Decimal("-2.25"))
    assert ordering.differing([settled]) == [], "what we pay is no matter of the contract"


def test_of_scenarios_that_are_fixed_together_the_last_one_counts(scenario: CostAssessment, price: MaterialPrice) -> None:
    other = copy_scenario(scenario.pk, "Larger", actor=make.estimator())
    assert not change_cost(scenario, price, {"price_per_kg": "10"}).errors
    fix(other)
    fix(scenario)

    with acting(channel="worker"):
        take_after(after("cost."))

    assert (of_price(scenario).figure, of_price(scenario).scenario_id) == (10, scenario.pk)


def test_an_offer_of_a_draft_is_asked_about_by_its_scenario_alone(scenario: CostAssessment, price: MaterialPrice) -> None:
    row = taken(scenario)[f"Price of {price.material}"]
    make.a_price(price.material, "7.25")

    with acting(channel="worker"):
        settling.look_again()

    assert not asked(row)


@pytest.mark.django_db(transaction=True)
def test_every_night_an_offer_that_begins_asks_and_one_that_ends_asks_no_more(scenario: CostAssessment, price: MaterialPrice) -> None:
    row = fixed(scenario)
    make.a_price(price.material, "7.25")
    look_at_offers_again()
    assert asked(row)

    Supplier.objects.update(status=Supplier.NOT_ASKED[0])
    look_at_offers_again()

    assert not asked(row)


def test_who_has_left_is_not_asked(scenario: CostAssessment, price: MaterialPrice) -> None:
    row = fixed(scenario)
    make.a_price(price.material, "7.25")
    scenario.created_by.is_active = False
    scenario.created_by.save(update_fields=["is_active"])

    with acting(channel="worker"):
        settling.look_again()

    assert WaitingFor.objects.open().get(key=f"assumption.arrived:{row.pk}").role == Role.BUSINESS_DEVELOPMENT


def test_an_answer_while_the_project_rests_is_asked_about(project: Project, rows: dict[str, Assumption]) -> None:
    projects.hold(project)
    Rfp.objects.filter(pk=project.rfp_id).update(pilot_quantity_kg=Decimal(24))

    with acting(channel="worker"):
        settling.prompt_after([Event(kind="rfp.changed", project_id=project.pk)])

    assert asked(rows["pilot_quantity_kg"])


def test_an_offer_in_another_currency_arrives_in_words(scenario: CostAssessment, price: MaterialPrice) -> None:
    ExchangeRate.objects.create(currency="CHF", into="EUR", on=timezone.localdate(), rate=Decimal("1.05"), source="ECB")
    row = fixed(scenario)
    make.a_price(price.material, "7.25", "CHF")

    (arrived,) = ledger.arrivals(whole(scenario.project))

    assert (arrived.row.pk, arrived.figure, arrived.told) == (row.pk, None, "Chemical Works: 7.25 CHF/kg")


def test_taking_the_offer_settles_its_row_and_no_line_that_names_the_material(scenario: CostAssessment, price: MaterialPrice) -> None:
    line = LABOUR | {"label": f"Disposal of {price.material.name}", "basis": "per kg of API"}
    change_rows(f"cost-lines:{scenario.pk}", [Change(ADD, values=line)], actor=make.estimator())
    rows = taken(scenario)
    make.a_price(price.material, "7.25")
    quote = SupplierQuote.objects.get(material=price.material)

    take_offer(scenario.pk, quote.pk, actor=make.estimator())

    settled = Assumption.objects.exclude(real_words="").values_list("pk", flat=True)
    assert list(settled) == [rows[f"Price of {price.material}"].pk]


def test_the_client_reads_yields_and_not_what_we_pay(scenario: CostAssessment, price: MaterialPrice) -> None:
    taken(scenario)

    offered = projects.a_quotation(scenario.project)

    assert offered.assumptions.splitlines() == ["Yield of Acetylation (90 %)."]


def test_the_figures_of_another_scenario_come_in_place_of_the_same_ones(scenario: CostAssessment, price: MaterialPrice) -> None:
    rows = taken(scenario)
    other = copy_scenario(scenario.pk, "Larger", actor=make.estimator())
    larger = [Change(CHANGE, other.lines.get(label="Labour").pk, {"quantity": "120"})]
    assert change_rows(f"cost-lines:{other.pk}", larger, actor=make.estimator()).results[0].is_saved

    labour = taken(other)[LINE]

    assert (labour.pk, labour.figure, labour.scenario_id) == (rows[LINE].pk, 10800, other.pk)
    assert Assumption.objects.filter(project=scenario.project).count() == len(rows)


def test_lines_of_one_name_are_rows_of_their_own(scenario: CostAssessment, price: MaterialPrice) -> None:
    more = [Change(ADD, values=LABOUR | {"label": label, "price": price}) for label, price in (("Labour", "10"), ("Labour (2)", "20"))]
    assert all(each.is_saved for each in change_rows(f"cost-lines:{scenario.pk}", more, actor=make.estimator()).results)

    take(scenario)

    figures = Assumption.objects.filter(about__startswith="line").order_by("figure").values_list("figure", flat=True)
    assert list(figures) == [1000, 2000, 9000]


def test_the_button_takes_them_over_and_says_when_nothing_is_new(client: Client, scenario: CostAssessment, price: MaterialPrice) -> None:
    client.force_login(seller())
    address = reverse("assumptions-take-figures", args=[scenario.project.code, scenario.number])
    assert address in client.get(reverse("project-assumptions", args=[scenario.project.code])).content.decode()

    assert "3 assumed figures stand in the ledger." in client.post(address, follow=True).content.decode()
    assert "assumes nothing that the ledger does not say" in html.unescape(client.post(address, follow=True).content.decode())
    with pytest.raises(NotAllowed):
        take_figures(scenario.project.code, scenario.number, actor=projects.person(Role.QUALITY_ASSURANCE))


def test_a_figure_that_is_certain_widens_nothing_and_all_of_them_make_the_band() -> None:
    case = small()
    keys = {variable.key for variable in variables(case)}
    bars, band = tornado(case).known, price_band(case).known
    whole = widened_by(bars, keys)

    assert (widened_by(bars, []), widened_by(None, keys)) == (0, 0)
    assert whole >= band.width > 0
    assert all(0 <= widened_by(bars, [key]) <= whole for key in keys)
    firm = replace(case, lines=tuple(replace(line, quantity=_firm(line.quantity), price=_firm(line.price)) for line in case.lines))
    lines = {key for key in keys if key.startswith(("quantity/", "rate/"))}
    assert abs(whole - widened_by(bars, lines) - widened_by(tornado(firm).known, keys)) <= Decimal("0.02")


def _firm(figure: Figure) -> Figure:
    return replace(figure, low=figure.base, high=figure.base)


def test_who_is_asked_reads_what_is_assumed(project: Project) -> None:
    address, row = f"assumptions:{project.code}", {"words": "Toluene is recycled", "for_client": "no"}
    asked_about = row | {"question": "May toluene be recycled?", "words": "Toluene is recycled twice"}

    added = change_rows(address, [Change(ADD, values=each) for each in (row, asked_about)], actor=seller())

    assert all(each.is_saved for each in added.results)
    assert quoting.missing_in("", project) == ["Toluene is recycled twice"]
