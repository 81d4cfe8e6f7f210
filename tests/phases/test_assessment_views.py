"""What the sections of the Inquiry Assessment Report say where nobody wrote them: what is recorded, and what is missing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from catalogue.models import Site
from phases.evaluation.assessment_documents import inquiry_assessment
from phases.evaluation.assessment_views import apart_percent
from phases.evaluation.booking import show_on_calendar
from phases.evaluation.services import recommend, save_sheet
from process.costs.control import firm_percent
from process.costs.figures import Source
from projects.models import Project
from tests.phases.sheets import OPERATION, RISK, add_row
from tests.process.factories import a_material, a_price, a_reference, a_scenario, a_step, a_whole_route, an_input, draft_of
from tests.projects import factories as make
from tests.projects.vessels import a_vessel, book

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = make.a_project()
    recommend(project.code, recommendation="bid", reason="Feasible.", actor=make.manager())
    return project


def views(project: Project) -> dict[str, Any]:
    said = inquiry_assessment(Project.objects.get(pk=project.pk))
    return {view["key"]: view for view in said["views"]}


def told(view: dict[str, Any]) -> dict[str, str]:
    return {row["label"]: row["value"] for row in view["facts"]}


def test_every_section_without_records_says_what_is_missing(project: Project) -> None:
    found = views(project)

    assert {key for key, view in found.items() if not view["missing"]} == set()
    assert found["control"]["missing"][0] == "No cost scenario has a price."
    assert found["capacity"]["missing"] == ["No sheet plans an operation in a vessel."]
    assert "No sheet names a hazard." in found["safety"]["missing"]
    assert "No paper or patent is recorded for the project." in found["intellectual_property"]["missing"]
    assert found["supply"]["missing"] == ["No supplier was asked for prices for this project.", "There is no route with materials to buy."]
    assert found["environment"]["missing"] == ["There is no route, and so no process mass intensity."]


def test_the_capacity_window_names_vessel_days_booking_and_who_else_is_there(project: Project) -> None:
    vessel = a_vessel(volume_min_litres=Decimal(450), volume_max_litres=Decimal(3000))
    wanted = timezone.localdate() + timedelta(days=100)
    add_row(project, "production", "production-plan", **OPERATION | {"vessel": vessel.tag, "wanted_from": wanted})
    add_row(project, "production", "production-plan", **OPERATION | {"vessel": vessel.tag, "operation": "Drying"})
    before = views(project)["capacity"]
    book(vessel, 95, 120, project=None, firm=True)
    show_on_calendar(project.code, "production", actor=make.person(Role.PRODUCTION))

    found = views(project)["capacity"]

    (row,) = found["tables"][0]["rows"]
    assert before["missing"] == ["No day from which the vessel is wanted: Drying.", "Not on the occupancy calendar yet: Step 1."]
    assert found["missing"] == before["missing"][:1]
    assert (row[0], row[1]) == ("Step 1", "R-302 · Demo Site") and row[3].endswith("tentative")
    assert row[4] == "fits\nmeets 1 other, 1 of them firm"


def test_safety_holds_the_highest_band_against_the_site(project: Project) -> None:
    site = make.a_site()
    Site.objects.filter(pk=site.pk).update(highest_exposure_band=3)
    Project.objects.filter(pk=project.pk).update(site=site)
    for hazard, band in (("Dust", "2"), ("Vapour", "4")):
        add_row(project, "ehs", "sheet-hazards", hazard=hazard, band_required=band)

    found = views(project)["safety"]

    band = told(found)["Highest exposure band needed, held against the site"]
    assert band == "4: 1 above what the site can contain (3)"
    assert found["words"][0].startswith("Hazards that the sheets name: 2.")
    assert found["missing"] == [
        "Not answered in the request: Occupational exposure band, Occupational exposure limit (µg/m³), Energetic groups, DSC known, "
        "Controlled substance, Transport class (UN)."
    ]


def test_findings_stand_in_the_section_that_they_belong_to(project: Project) -> None:
    version = draft_of(a_whole_route(project))
    solvent = a_material("Chloroform", cas_number="67-66-3", density_kg_per_l=1.49)
    a_price(solvent, "3.10", lead_time_days=77)
    azide = a_material("Sodium azide", molar_mass_g_per_mol=65.01)
    step = version.steps.get()
    an_input(step, solvent, role="solvent", amount="2", basis="l_per_kg")
    an_input(step, azide, amount="0.01")

    found = views(project)

    about = {key: [row[0] for row in table["rows"]] for key in ("safety", "regulatory", "supply") for table in found[key]["tables"][-1:]}
    assert "Sodium azide" in about["safety"] and "Chloroform" in about["regulatory"] and about["supply"] == ["Chloroform: lead time"]
    assert "Findings of the early screen without a decision: 1." in found["supply"]["missing"]
    assert "No offer that holds for: Sodium azide." in found["supply"]["missing"]
    assert found["supply"]["words"] == ["One supplier alone offers: 4-Aminophenol, Acetic anhydride, Water, Chloroform."]


def test_rights_name_the_steps_without_a_reference_and_what_nobody_looked_at(project: Project) -> None:
    version = draft_of(a_whole_route(project))
    a_step(version, "Recrystallisation", product_name="Pure")
    a_reference(project, citation="A patent", kind="patent", steps="Acetylation: Acetylation")

    found = views(project)["intellectual_property"]

    assert found["tables"][0]["rows"][0][-1] == "Acetylation: Acetylation"
    assert found["missing"][-2:] == [
        "References whose rights nobody has looked at: 1.",
        "Steps that rest on no reference: Recrystallisation.",
    ]


def test_control_and_environment_follow_the_scenario_and_its_route(project: Project) -> None:
    save_sheet(
        project.code,
        "research",
        changes={"currency": "EUR", "cost_low": Decimal(90), "cost_base": Decimal(100), "cost_high": Decimal(130)},
        actor=make.person(Role.RESEARCH),
    )
    a_scenario(project, draft_of(a_whole_route(project)))

    found = views(project)

    control, environment = found["control"], found["environment"]
    assert told(control)["Direct cost that rests on quotes and price books (%)"] == "100.0"
    assert control["tables"][1]["rows"] == [["Research and development", "-10", "30"]]
    intensity, waste = environment["tables"]
    net = [Decimal(each) for each in intensity["rows"][0][1:]]
    assert float(net[-1]) == pytest.approx(float(sum(net[:-1])), abs=0.002) and environment["missing"] == []
    assert float(waste["rows"][-1][1]) == pytest.approx(float(net[-1]) - 1, abs=0.01)  # what goes in and is no product is waste


def test_the_ten_risks_that_weigh_most_stand_first_whosever_they_are(project: Project) -> None:
    add_row(project, "research", "sheet-risks", **RISK | {"text": "Unjudged.", "probability": "", "impact": ""})
    for number in range(7):
        add_row(project, "research", "sheet-risks", **RISK | {"text": f"Research {number}."})
    assert inquiry_assessment(Project.objects.get(pk=project.pk))["gravest"] is None  # the table of the one sheet says it all
    for number in range(7):
        add_row(project, "production", "sheet-risks", **RISK | {"text": f"Production {number}.", "probability": str(1 + 2 * (number == 6))})

    rows = inquiry_assessment(Project.objects.get(pk=project.pk))["gravest"]["rows"]

    assert [row[4] for row in rows] == ["9", *["6"] * 7, "3", "3"]
    assert rows[0][:2] == ["Production 6.", "Production"] and rows[1][:2] == ["Research 0.", "Research and development"]


def test_firm_share_and_ends_of_a_band() -> None:
    sums = {Source.QUOTE: Decimal(60), Source.PRICE_BOOK: Decimal(15), Source.ASSUMPTION: Decimal(25)}

    assert (firm_percent(sums), firm_percent({})) == (Decimal("75.0"), None)
    assert (apart_percent(Decimal(200), Decimal(150)), apart_percent(Decimal(200), None)) == (Decimal(-25), None)
