"""Operations proposed from a route, and utilities by kind: as pure figures, in the plan of the sheet, and as cost lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from phases.evaluation.base_cost import plan_of_operations
from phases.evaluation.production_plan import Utility, cost_of_all
from phases.evaluation.proposal import Vessel, litres_per_kg, operations_of, vessel_for
from phases.evaluation.proposing import Proposed, propose_operations
from phases.evaluation.tables import PlannedOperation
from process.costs.plans import lines_of, plan_of
from process.models import RouteStep, RouteVersion
from process.routes.plain import Basis, Route
from process.routes.plain import Role as InputRole
from projects.models import Project
from tests.phases.sheets import OPERATION, add_row, changed, enter, sheet_of
from tests.process import factories as process
from tests.process.routes import charge, from_step, step
from tests.projects import factories as make
from tests.projects.vessels import a_vessel
from worksheets.bound import bind

D = Decimal
VESSELS = (Vessel(1, D(450), D(3000)), Vessel(2, D(100), D(1000)), Vessel(3, D(900), D(6000)))
FIRST = step(
    "1",
    charge("l", "start", 100.0, is_limiting=True),
    charge("s", "solvent", None, 10.0, role=InputRole.SOLVENT, basis=Basis.L_PER_KG, density=0.8),
    product=200.0,
    y=0.5,
)
LAST = step("2", from_step("l", FIRST, is_limiting=True), product=200.0, y=0.8)


def test_a_step_is_as_full_as_all_that_it_charges() -> None:
    """100 / (0.5 × 200) = 1 kg of start, counted one litre, and ten litres of solvent on it."""
    assert litres_per_kg(FIRST) == pytest.approx(11.0)


@pytest.mark.parametrize(("kg", "vessel"), [("10", 2), ("90", 2), ("91", 1), ("300", 3), ("9", None), ("600", None)])
def test_the_smallest_vessel_that_holds_the_batch_is_proposed(kg: str, vessel: int | None) -> None:
    found = vessel_for(D(kg), D(11), VESSELS)

    assert (found.key if found else None) == vessel


def test_what_a_batch_needs_of_each_step_follows_from_the_yields() -> None:
    """1.25 kg of the intermediate for one of the product."""
    first, last = operations_of(Route((LAST, FIRST)), D(80), VESSELS, {"1": D(12)})

    assert (first.name, first.batch_kg, first.litres_per_kg, first.vessel, first.hours) == (FIRST.name, D(100), D(11), 1, D(12))
    assert (last.batch_kg, last.litres_per_kg, last.vessel, last.hours) == (D(80), D("1.25"), 2, None)


def test_a_utility_is_counted_for_each_batch_or_each_kilogram() -> None:
    steam, power = Utility(D(850), D("0.04"), D(120), 3), Utility(D("2.5"), D("0.2"), D(120), 3, is_per_kg=True)

    assert (steam.amount_in_all, steam.cost) == (D(2550), D(102))
    assert (power.of_batch, power.cost) == (D(300), D(180))
    assert cost_of_all([steam, power]) == D(282)


@pytest.fixture
def project(db: None) -> Project:
    project = make.a_project()
    project.site = a_vessel(volume_min_litres=D(450), volume_max_litres=D(3000)).site
    project.save()
    return project


@pytest.fixture
def version(project: Project) -> RouteVersion:
    version = process.draft_of(process.a_whole_route(project))
    RouteStep.objects.update(cycle_time_h=D(30))
    return version


def propose(project: Project, version: RouteVersion, kg: str = "150", role: str = Role.PRODUCTION) -> Proposed:
    return propose_operations(project.code, version=version.pk, batch_kg=D(kg), batches=3, actor=make.person(role))


def test_the_steps_stand_in_the_plan_marked_and_a_change_takes_the_mark_away(project: Project, version: RouteVersion) -> None:
    """0.802 kg of 4-aminophenol, 0.825 of anhydride and 4.011 of water."""
    assert propose(project, version) == Proposed(("Acetylation",), ())

    row = PlannedOperation.objects.get()
    assert (row.operation, row.vessel.tag, row.batch_kg, row.batches, row.hours) == ("Acetylation", "R-302", D(150), 3, D(30))
    assert float(row.litres_per_kg or 0) == pytest.approx(5.638, abs=0.001)
    assert row.proposed
    bound = bind(f"production-plan:{row.assessment_id}", make.person(Role.PRODUCTION))
    assert bound.table(list(bound.query()))[0]["values"]["comes"] == "from the route"
    event = Event.objects.get(kind="sheet.operations_proposed")
    assert "Acetylation" in event.words
    assert changed(f"production-plan:{sheet_of(project, 'production').pk}", row.pk, {"hours": "36"}, Role.PRODUCTION).is_saved
    assert not PlannedOperation.objects.get().proposed


def test_what_would_take_a_vessel_for_more_than_a_year_is_left_out(project: Project, version: RouteVersion) -> None:
    found = propose_operations(project.code, version=version.pk, batch_kg=D(150), batches=9999, actor=make.person(Role.PRODUCTION))

    assert found == Proposed((), ("Acetylation: 9999 batches would take the vessel for more than a year.",))


def test_little_of_a_utility_and_a_price_in_many_units_are_entered(project: Project) -> None:
    add_row(project, "production", "production-plan", **OPERATION | {"operation": "Drying", "vessel": "R-302"})
    add_row(project, "production", "planned-utilities", operation="Drying", kind="Nitrogen", amount="0.0005", unit="Nm³", rate="0.1")
    add_row(project, "ehs", "ehs-costs", item="Calorimetry", unit="runs", amount="1", unit_price="1250000.5")


def test_nothing_that_stands_there_is_overwritten(project: Project, version: RouteVersion) -> None:
    add_row(project, "production", "production-plan", **OPERATION | {"operation": "acetylation", "vessel": "R-302"})

    assert propose(project, version).left == ("Acetylation stands in the plan already.",)
    assert PlannedOperation.objects.get().hours == D(36)


def test_what_cannot_be_proposed_is_said_and_left_out(project: Project, version: RouteVersion) -> None:
    RouteStep.objects.update(cycle_time_h=None)

    assert propose(project, version, "9000") == Proposed(
        (),
        (
            "Acetylation: no reactor of the site that is in service holds 50742 L.",
            "Acetylation: the route gives no cycle time.",
        ),
    )
    with pytest.raises(NotAllowed):
        propose(project, version, role=Role.RESEARCH)
    Project.objects.update(site=None)
    with pytest.raises(Refused, match="No site is chosen"):
        propose(project, version)
    assert not PlannedOperation.objects.exists()


def test_the_page_proposes_and_says_what_it_left_out(client: Client, project: Project, version: RouteVersion) -> None:
    client.force_login(make.person(Role.PRODUCTION))
    address = reverse("sheet-propose", args=[project.code, "production"])
    asked = {"propose-version": version.pk, "propose-batch_kg": "150", "propose-batches": "3"}

    assert "1 operation was proposed; look at it." in client.post(address, asked, follow=True).content.decode()
    again = client.post(address, asked, follow=True)
    assert again.status_code == 400 and "Acetylation stands in the plan already." in again.content.decode()
    assert again.context["proposing"]["form"]["batch_kg"].value() == "150"
    assert client.post(address, asked | {"propose-batch_kg": "-1"}).status_code == 400
    assert client.post(reverse("sheet-propose", args=[project.code, "ehs"]), asked).status_code == 404


STEAM = {"operation": "Step 1", "kind": "steam", "amount": "850", "unit": "kg", "rate": "0.04"}


def utility(project: Project, **values: Any) -> Any:
    return enter(f"planned-utilities:{sheet_of(project, 'production').pk}", STEAM | values, Role.PRODUCTION)


@pytest.fixture
def planned(project: Project) -> Project:
    add_row(project, "production", "production-plan", **OPERATION | {"vessel": "R-302"})
    assert utility(project).is_saved
    assert utility(project, kind="electricity", amount="2.5", unit="kWh", basis="kg", rate="0.2").is_saved
    changes = {"currency": "EUR"}
    sheet = sheet_of(project, "production")
    for name, value in changes.items():
        setattr(sheet, name, value)
    sheet.save()
    return project


def test_utilities_by_kind_are_part_of_the_plan_and_become_cost_lines(planned: Project) -> None:
    sheet = sheet_of(planned, "production")
    rows, used = list(sheet.operations.all()), list(sheet.utilities.select_related("operation"))
    plan = plan_of(planned, "production")
    assert plan is not None

    scenario = process.a_scenario(planned, **{"validation-batch_kg": D(120), "validation-batches": 3})
    lines = {each["label"]: each for each in lines_of(plan, scenario.phases.get(phase="validation"))}

    assert plan_of_operations(sheet, rows, used).total == D(282)
    steam, power = lines["Step 1: Steam"], lines["Step 1: Electricity"]
    assert (steam["basis"], steam["quantity"], steam["unit"], steam["price"]) == ("batch", D(850), "kg", D("0.04"))
    assert (power["basis"], power["quantity"], power["unit"]) == ("kg", D("2.5"), "kWh")


def test_the_page_of_the_sheet_asks_little(client: Client, planned: Project) -> None:
    client.force_login(make.person(Role.PRODUCTION))
    address = reverse("sheet-detail", args=[planned.code, "production"])
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).content.decode()

    assert len(queries) <= 20
    assert "The tables add up to EUR 282" in page


def test_one_figure_for_all_utilities_and_utilities_by_kind_exclude_one_another(planned: Project) -> None:
    row = PlannedOperation.objects.get()
    address = f"production-plan:{row.assessment_id}"

    refused = changed(address, row.pk, {"utilities_per_kg": "3.20"}, Role.PRODUCTION)

    assert "by kind in a table of their own" in refused.errors["utilities_per_kg"][0]
    add_row(planned, "production", "production-plan", **OPERATION | {"operation": "Step 2", "vessel": "R-302", "utilities_per_kg": "3.20"})
    assert "one figure for all its utilities" in utility(planned, operation="Step 2").errors["operation"][0]
    assert "This day has passed." in utility(planned, kind="brine", valid_until="2020-01-01").errors["valid_until"][0]


def test_an_operation_with_utilities_stays_and_other_sheets_have_no_such_table(planned: Project) -> None:
    elsewhere = enter(f"planned-utilities:{sheet_of(planned, 'production').pk}", STEAM | {"operation": "Step 9"}, Role.PRODUCTION)

    assert not elsewhere.is_saved
    with pytest.raises(Refused, match="has no such table"):
        enter(f"planned-utilities:{sheet_of(planned, 'research').pk}", STEAM, Role.RESEARCH)
