"""Whose word the figures of a sheet are and what they may come to: checked there, signed, printed, and taken into a scenario."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Role
from audit.models import Event
from audit.refusals import Refused
from audit.signatures import content_hash
from phases.evaluation import services
from phases.evaluation.base_cost import take_plan_total
from phases.evaluation.events import sheet_content
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.printed_plans import costs_on_paper, plans_on_paper
from process.assumptions.figures import assumed_in
from process.costs.building import assessed
from process.costs.plan_words import RESEARCH
from process.costs.plans import plan_of
from process.costs.results import priced
from process.costs.taking import standing_of, take_plan
from process.models import CostAssessment, CostLine
from projects.models import Project
from tests.phases.sheets import ANSWERS, OPERATION, a_test_price, add_row, changed, enter, sheet_of, sign_off
from tests.process import factories as process
from tests.process.costs.story import read
from tests.projects import factories as make
from tests.projects.vessels import a_vessel

pytestmark = pytest.mark.django_db
D = Decimal
CHEMIST = {"item": "Process chemist", "amount": "320", "unit_price": "95"}
ENDS = {"amount_low": "280", "amount_high": "420", "unit_price_high": "110"}
BOOK = {"source": "Price book", "reference": "Price book 2026", "dated": "2026-01-15"}
RATES = {"vessel": "R-302", "vessel_rate": "410", "waste_kg_per_kg": "18", "waste_price_per_kg": "0.42", "modification_cost": "9000"}
STEAM = {"operation": OPERATION["operation"], "kind": "Steam", "amount": "5", "unit": "kg", "basis": "per kg of the batch", "rate": "0.045"}
LINE = "Pilot: Process chemist"
ON_THE_WRONG_SIDE = ["The lowest figure is not above the base, the highest not below it."]


@pytest.fixture
def project() -> Project:
    a_vessel()
    return make.a_project()


def signed(project: Project, department: str, **said: Any) -> None:
    services.save_sheet(project.code, department, changes=ANSWERS | said, actor=make.person(department))
    sign_off(project, department)


def taken(project: Project, department: str) -> CostAssessment:
    scenario = process.a_scenario(project, **{"pilot-batches": 3, "pilot-batch_kg": D(120)})
    take_plan(scenario.pk, department, "pilot", actor=process.estimator())
    return read(scenario)


def line_of(scenario: CostAssessment, label: str) -> CostLine:
    return scenario.lines.get(label=label)


def ends(row: CostLine) -> tuple[Decimal | None, ...]:
    kept = (row.quantity_low, row.quantity_high, row.price_low, row.price_high)
    return tuple(None if end is None else end.normalize() for end in kept)


def reach(scenario: CostAssessment) -> tuple[Decimal, Decimal]:
    """Of the band, as a share of the price."""
    band = priced(assessed(scenario)).band
    assert band is not None
    return round(band.low / band.base, 4), round(band.high / band.base, 4)


def test_a_cost_takes_its_source_and_its_ends_along(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST, **BOOK, **ENDS)
    signed(project, "research")

    row = taken(project, "research").lines.get()

    assert (row.source, row.reference, row.dated) == ("price_book", "Price book 2026", date(2026, 1, 15))
    assert ends(row) == (280, 420, None, 110)


def test_what_a_row_does_not_say_is_the_word_of_its_sheet(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST)
    signed(project, "research")

    row = taken(project, "research").lines.get()

    assert row.source == "sheet" and row.reference.startswith("Sheet of Research") and ends(row) == (None,) * 4


def test_a_row_of_another_source_has_not_the_reference_of_its_sheet_but_a_day(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST, source="Quote")
    signed(project, "research")

    row = taken(project, "research").lines.get()

    assert (row.source, row.reference, row.dated) == ("quote", "", project.day_of(sheet_of(project, "research").signed_off_at))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"amount_high": "420"}, "320.0000 (320.0000 – 420.0000) h × 95.0000 EUR"),
        ({"unit_price_low": "90"}, "320.0000 h × 95.0000 (90.0000 – 95.0000) EUR"),
        (BOOK, "320.0000 h × 95.0000 EUR, Price book, Price book 2026, 15 Jan 2026"),
        ({"confidence": "Low"}, "320.0000 h × 95.0000 EUR, confidence: Low"),
    ],
)
def test_a_plan_that_is_taken_again_tells_what_has_changed(project: Project, said: dict[str, str], told: str) -> None:
    row = add_row(project, "research", "research-labour", **CHEMIST)
    signed(project, "research")
    scenario = taken(project, "research")
    services.reopen_sheet(project.code, "research", actor=make.person(Role.RESEARCH), reason="Looked up.")
    assert changed(f"research-labour:{sheet_of(project, 'research').pk}", row, said, Role.RESEARCH).is_saved
    sign_off(project, "research")

    take_plan(scenario.pk, "research", "pilot", actor=process.estimator())

    event = Event.objects.filter(kind=RESEARCH.event).latest("pk")
    assert (event.data["before"], event.data["after"]) == ({LINE: "320.0000 h × 95.0000 EUR"}, {LINE: told})


def test_what_costs_nothing_but_may_cost_something_is_taken_with_its_high(project: Project) -> None:
    add_row(project, "ehs", "ehs-costs", item="Permit", unit="piece", amount="1", unit_price="0", unit_price_high="500")
    add_row(project, "ehs", "ehs-costs", item="Waste register", unit="piece", amount="1", unit_price="0", amount_high="9")
    signed(project, "ehs")

    scenario = taken(project, "ehs")

    row = scenario.lines.get()
    assert (row.label, ends(row), row.note) == ("Permit", (None, None, None, 500), "Nothing by the sheet, unless it comes to its high.")
    band = priced(assessed(scenario)).band
    assert band is not None and band.base == 0 < band.high


def test_a_utility_without_a_rate_that_may_have_one_is_taken_too(project: Project) -> None:
    add_row(project, "production", "production-plan", **OPERATION | RATES)
    add_row(project, "production", "planned-utilities", **STEAM | {"rate": "0"}, rate_high="0.06")
    signed(project, "production")

    assert ends(line_of(taken(project, "production"), "Step 1: Steam")) == (None, None, None, D("0.06"))


def test_its_ends_widen_the_band_and_what_is_assumed_goes_to_the_ledger(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST, **ENDS, source="Assumption")
    signed(project, "research")

    found = priced(assessed(taken(project, "research")))

    assert found.band is not None and found.assessed.case is not None
    assert found.band.low < found.band.base < found.band.high
    (told,) = assumed_in(found.assessed.case)
    assert (told.words, told.ends) == ("Process chemist in Pilot", (320 * 95, 280 * 95, 420 * 110))


def test_the_sheets_own_low_and_high_are_for_the_rows_that_say_none(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST)
    add_row(project, "research", "research-labour", **CHEMIST | {"item": "Technician"}, amount_high="400")
    signed(project, "research", cost_base=D(60800), cost_low=D(30400))

    scenario = taken(project, "research")

    assert ends(line_of(scenario, "Process chemist")) == (None, None, D("47.5"), None)
    assert ends(line_of(scenario, "Technician")) == (None, 400, None, None)


def take_total(project: Project, department: str) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    sheet = take_plan_total(project.code, department, actor=make.person(department))
    return sheet.cost_low, sheet.cost_base, sheet.cost_high


def test_the_total_takes_what_its_rows_may_come_to_along_and_the_scenario_is_as_wide(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST, unit_price_low="80", unit_price_high="145")
    add_row(project, "research", "research-labour", item="Technician", amount="400", unit_price="50", amount_high="640")
    add_row(project, "research", "research-labour", item="Intern", amount="100", unit_price="20")
    services.save_sheet(project.code, "research", changes={"currency": "EUR"}, actor=make.person("research"))

    low, base, high = take_total(project, "research")

    assert (low, base, high) == (47600, 52400, 52400 + 20000)  # 16,000 and 12,000 by squares
    event = Event.objects.get(kind="sheet.plan_total_taken")
    assert set(event.data["after"]) == {"cost_low", "cost_base", "cost_high"}
    signed(project, "research", cost_base=base)
    scenario = taken(project, "research")
    assert ends(line_of(scenario, "Intern")) == (None,) * 4, "the other rows speak of themselves only"
    assert reach(scenario) == (round(D(47600) / 52400, 4), round(D(72400) / 52400, 4))


def test_a_low_or_high_that_the_sheet_says_stays_and_the_other_is_taken(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST, unit_price_high="145")
    changes = {"currency": "EUR", "cost_base": D(30400), "cost_low": D(30000)}
    services.save_sheet(project.code, "research", changes=changes, actor=make.person("research"))

    assert take_total(project, "research") == (30000, 30400, 46400)
    with pytest.raises(Refused, match="The base cost is the total already"):
        take_total(project, "research")


def test_operations_utilities_and_tests_are_taken_with_what_they_may_come_to(project: Project) -> None:
    add_row(project, "production", "production-plan", **OPERATION | RATES, low_pct="90", high_pct="150")
    add_row(project, "production", "planned-utilities", **STEAM, amount_high="8")
    price = a_test_price()
    row = {"price": price.test, "stage": "Release", "batches": "3", "samples_per_batch": "2"}
    add_row(project, "analytical", "test-plan", **row, high_pct="120")
    for department in ("production", "analytical"):
        services.save_sheet(project.code, department, changes={"currency": "EUR"}, actor=make.person(department))

    operation, steam, tests = D("65841.60"), 5 * 360 * D("0.045"), 6 * D("142.50")

    low, base, high = take_total(project, "production")
    assert base == operation + steam and low == base - operation / 10
    assert high == round(base + ((operation / 2) ** 2 + (3 * 360 * D("0.045")) ** 2).sqrt(), 2)
    assert take_total(project, "analytical") == (tests, tests, tests * D("1.2"))


def test_an_operation_says_of_all_its_costs_what_they_may_come_to(project: Project) -> None:
    said = {"source": "Analogous project", "reference": "Demo-17", "low_pct": "90", "high_pct": "150"}
    add_row(project, "production", "production-plan", **OPERATION | RATES | said)
    signed(project, "production")

    scenario = taken(project, "production")

    assert {(row.source, row.reference) for row in scenario.lines.all()} == {("analogue", "Demo-17")}
    assert ends(line_of(scenario, "Step 1: vessel")) == (None, None, 369, 615)
    assert ends(line_of(scenario, "Step 1: waste")) == (None, None, D("0.378"), D("0.63"))
    assert ends(line_of(scenario, "Step 1: change of equipment")) == (None, None, 8100, 13500)
    assert reach(scenario) == (D("0.9"), D("1.5"))


def test_what_the_sheet_says_of_all_its_costs_moves_them_together(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST)
    add_row(project, "research", "research-labour", **CHEMIST | {"item": "Technician"})
    signed(project, "research", cost_base=D(60800), cost_high=D(91200))

    assert reach(taken(project, "research")) == (1, D("1.5"))


def test_a_utility_says_it_of_itself_for_each_kilogram_of_the_batch(project: Project) -> None:
    add_row(project, "production", "production-plan", **OPERATION | RATES)
    add_row(project, "production", "planned-utilities", **STEAM, **BOOK, amount_low="4", amount_high="8", rate_high="0.06")
    signed(project, "production")

    row = line_of(taken(project, "production"), "Step 1: Steam")

    assert (row.source, row.basis, row.quantity, row.unit) == ("price_book", "kg", 5, "kg")
    assert ends(row) == (4, 8, None, D("0.06"))


def test_a_test_has_its_price_from_the_price_book(project: Project) -> None:
    price = a_test_price(reference="PB 2026", consumables_per_sample="18")
    row = {"price": price.test, "stage": "Release", "batches": "3", "samples_per_batch": "2"}
    add_row(project, "analytical", "test-plan", **row, low_pct="80", high_pct="120")
    signed(project, "analytical")

    scenario = taken(project, "analytical")

    assert {(line.source, line.reference, line.dated) for line in scenario.lines.all()} == {("price_book", "PB 2026", price.valid_from)}
    assert {ends(line) for line in scenario.lines.all()} == {(None, None, 76, 114), (None, None, D("14.4"), D("21.6"))}


@pytest.mark.parametrize(
    ("department", "key", "row", "wrong"),
    [
        ("research", "research-labour", CHEMIST | {"amount_low": "321"}, {"amount_low": ON_THE_WRONG_SIDE}),
        ("research", "research-labour", CHEMIST | {"unit_price_high": "90"}, {"unit_price_high": ON_THE_WRONG_SIDE}),
        ("research", "research-labour", CHEMIST | {"amount_low": "-1"}, {"amount_low": ["Not below zero."]}),
        ("production", "planned-utilities", STEAM | {"rate_low": "1"}, {"rate_low": ON_THE_WRONG_SIDE}),
        (
            "production",
            "planned-utilities",
            STEAM | {"rate_low": "1", "rate_high": "0.01"},
            {"rate_low": ON_THE_WRONG_SIDE, "rate_high": ON_THE_WRONG_SIDE},
        ),
        ("production", "production-plan", OPERATION | RATES | {"low_pct": "110"}, {"low_pct": ["At most 100 %."]}),
        ("production", "production-plan", OPERATION | RATES | {"high_pct": "90"}, {"high_pct": ["At least 100 %."]}),
    ],
)
def test_low_and_high_stand_on_the_sides_of_the_figure(
    project: Project, department: str, key: str, row: dict[str, str], wrong: dict[str, list[str]]
) -> None:
    add_row(project, "production", "production-plan", **OPERATION | RATES)

    found = enter(f"{key}:{sheet_of(project, department).pk}", row, department)

    assert found.errors == wrong


def test_a_method_is_told_all_that_is_wrong_with_it(project: Project) -> None:
    row = {"item": "Assay", "amount": "40", "unit_price": "95", "amount_high": "30"}

    assert set(enter(f"method-work:{sheet_of(project, 'analytical').pk}", row, Role.ANALYTICAL).errors) == {"work", "amount_high"}


@pytest.mark.parametrize(("name", "typed", "meant"), [("low_pct", "0.9", "90"), ("high_pct", "1", "100"), ("high_pct", "1.4", "140")])
def test_percent_of_a_spreadsheet_are_asked_about(project: Project, name: str, typed: str, meant: str) -> None:
    address = f"production-plan:{sheet_of(project, 'production').pk}"

    (words,) = enter(address, OPERATION | RATES | {name: typed}, "production").errors[name]

    assert words.startswith(f"Is {meant} % meant?")


def test_a_row_that_says_nothing_is_signed_and_taken_as_before_there_was_anything_to_say(project: Project) -> None:
    row = add_row(project, "research", "research-labour", **CHEMIST)
    signed(project, "research")
    sheet, scenario = sheet_of(project, "research"), taken(project, "research")
    before = content_hash(sheet), plan_of(project, "research")
    assert sheet_content(sheet)["cost_rows"] == [{"item": "Process chemist", "unit": "h", "amount": D(320), "unit_price": D(95)}]

    services.reopen_sheet(project.code, "research", actor=make.person(Role.RESEARCH), reason="Looked up.")
    assert changed(f"research-labour:{sheet.pk}", row, BOOK, Role.RESEARCH).is_saved

    assert content_hash(sheet_of(project, "research")) != before[0]
    assert [str(each) for each in standing_of(read(scenario), RESEARCH).changes][:1] == [str(RESEARCH.changed)]


def test_a_price_book_that_names_its_reference_later_changes_no_plan(project: Project) -> None:
    price = a_test_price()
    add_row(project, "analytical", "test-plan", price=price.test, stage="Release", batches="3", samples_per_batch="2")
    services.save_sheet(project.code, "analytical", changes={"currency": "EUR"}, actor=make.person(Role.ANALYTICAL))
    before = plan_of(project, "analytical")

    type(price).objects.filter(pk=price.pk).update(reference="PB 2026")

    now = plan_of(project, "analytical")
    assert before is not None and now is not None
    assert now.fingerprint == before.fingerprint and now.costs[0].origin.reference == "PB 2026"


def test_it_is_printed_below_the_costs_where_somebody_has_said_it(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST)
    assert captions(plans_on_paper(sheets_of(project))) == ["Research and development: Labour"]

    add_row(project, "research", "research-labour", **CHEMIST | {"item": "Technician"}, **BOOK, amount_high="420")

    costs, origins = plans_on_paper(sheets_of(project))
    assert [column["label"] for column in costs["columns"]] == ["Function and grade", "Task", "Hours (h)", "Rate per hour", "Cost", "Note"]
    assert origins["caption"] == "Research and development: Labour, where the figures come from"
    assert [column["label"] for column in origins["columns"]] == [
        "Function and grade", "Task", "Amount, high (h)", "Source", "Reference", "Dated",
    ]  # fmt: skip
    assert origins["rows"][1] == ["Technician", "–", "420", "Price book", "Price book 2026", "15 Jan 2026"]
    labour = next(each for each in costs_on_paper(sheets_of(project)) if each["key"] == "labour")
    assert len(labour["tables"]) == 2


def captions(tables: list[dict[str, Any]]) -> list[str]:
    return [table["caption"] for table in tables]


def sheets_of(project: Project) -> list[DepartmentAssessment]:
    return list(DepartmentAssessment.objects.filter(project=project).with_tables().select_related("project__site"))
