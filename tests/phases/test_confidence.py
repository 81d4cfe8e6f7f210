"""How sure a department is of the rows of its sheet: signed with them, printed, taken into a scenario and into the ledger."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Role
from audit.signatures import content_hash
from phases.evaluation import services
from phases.evaluation.events import sheet_content
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.printed_plans import plans_on_paper
from process.assumptions.models import Assumption
from process.costs.plans import plan_of
from process.costs.taking import take_plan
from projects.models import Project
from tests.phases.sheets import ANSWERS, OPERATION, a_test_price, add_row, changed, sheet_of, sign_off
from tests.process import factories as process
from tests.process.costs.story import read
from tests.projects import factories as make
from tests.projects.vessels import a_vessel

pytestmark = pytest.mark.django_db
CHEMIST = {"item": "Process chemist", "amount": "320", "unit_price": "95"}
RATES = {"vessel": "R-302", "vessel_rate": "410", "modification_cost": "9000"}
STEAM = {"operation": OPERATION["operation"], "kind": "Steam", "amount": "850", "unit": "kg", "basis": "per batch", "rate": "0.045"}


@pytest.fixture
def project() -> Project:
    a_vessel()
    return make.a_project()


def signed(project: Project, department: str) -> None:
    services.save_sheet(project.code, department, changes=ANSWERS, actor=make.person(department))
    sign_off(project, department)


def sure_of(project: Project, department: str) -> dict[str, str]:
    """By the words of each cost that its plan holds now."""
    plan = plan_of(project, department)
    assert plan is not None
    return {each.label: each.confidence for each in plan.costs}


def planned_operation(project: Project, **values: Any) -> int:
    return add_row(project, "production", "production-plan", **OPERATION | RATES | values)


def test_hours_of_research_take_it_along_into_a_scenario(project: Project) -> None:
    add_row(project, "research", "research-labour", **CHEMIST, confidence="Low")
    signed(project, "research")
    scenario = process.a_scenario(project, **{"pilot-batches": 1})

    take_plan(scenario.pk, "research", "pilot", actor=process.estimator())

    assert [(line.source, line.confidence) for line in read(scenario).lines.all()] == [("sheet", "low")]


def test_an_operation_says_it_of_all_its_costs_and_a_utility_of_its_own(project: Project) -> None:
    planned_operation(project, confidence="Medium", utilities_per_kg="0")
    add_row(project, "production", "planned-utilities", **STEAM, confidence="High")
    services.save_sheet(project.code, "production", changes={"currency": "EUR"}, actor=make.person(Role.PRODUCTION))

    told = sure_of(project, "production")

    assert told.pop(f"{OPERATION['operation']}: Steam") == "high"
    assert len(told) > 3 and set(told.values()) == {"medium"}


def test_a_planned_test_says_it_of_work_and_consumables(project: Project) -> None:
    row = {"price": a_test_price().test, "stage": "Release", "batches": "3", "samples_per_batch": "2"}
    add_row(project, "analytical", "test-plan", **row, confidence="High")
    services.save_sheet(project.code, "analytical", changes={"currency": "EUR"}, actor=make.person(Role.ANALYTICAL))

    assert set(sure_of(project, "analytical").values()) == {"high"}


def test_a_plan_that_is_judged_otherwise_has_changed_and_its_signature_covers_that(project: Project) -> None:
    row = add_row(project, "research", "research-labour", **CHEMIST)
    services.save_sheet(project.code, "research", changes={"currency": "EUR"}, actor=make.person(Role.RESEARCH))
    sheet = sheet_of(project, "research")
    assert "confidence" not in str(sheet_content(sheet)), "so signatures of sheets that are older than it hold"
    before = content_hash(sheet), plan_of(project, "research")

    assert changed(f"research-labour:{sheet.pk}", row, {"confidence": "High"}, Role.RESEARCH).is_saved

    now = content_hash(sheet_of(project, "research")), plan_of(project, "research")
    assert now[0] != before[0]
    assert before[1] is not None and now[1] is not None and now[1].fingerprint != before[1].fingerprint


def test_it_is_printed_where_somebody_has_judged_a_row(project: Project) -> None:
    row = add_row(project, "research", "research-labour", **CHEMIST)

    assert heads(project) == ["Function and grade", "Task", "Hours (h)", "Rate per hour", "Cost", "Note"]

    assert changed(f"research-labour:{sheet_of(project, 'research').pk}", row, {"confidence": "High"}, Role.RESEARCH).is_saved
    assert heads(project)[-2:] == ["Confidence", "Note"]


def heads(project: Project) -> list[str]:
    sheets = DepartmentAssessment.objects.filter(project=project).with_tables().select_related("project__site")
    return [column["label"] for column in plans_on_paper(list(sheets))[0]["columns"]]


def test_an_assumption_of_a_sheet_takes_it_along_into_the_ledger(project: Project) -> None:
    row = add_row(project, "research", "sheet-assumptions", text="Yield of step 2", figure="82", unit="%", confidence="Medium")
    signed(project, "research")
    assert Assumption.objects.get(project=project).confidence == "medium"

    services.reopen_sheet(project.code, "research", actor=make.person(Role.RESEARCH), reason="It was run again.")
    assert changed(f"sheet-assumptions:{sheet_of(project, 'research').pk}", row, {"confidence": "High"}, Role.RESEARCH).is_saved
    sign_off(project)

    assert Assumption.objects.get(project=project).confidence == "high"


def test_how_sure_somebody_is_of_it_keeps_no_assumption_from_following_its_sheet(project: Project) -> None:
    row = add_row(project, "research", "sheet-assumptions", text="Yield of step 2", figure="82", unit="%")
    signed(project, "research")
    Assumption.objects.filter(project=project).update(confidence="low")

    services.reopen_sheet(project.code, "research", actor=make.person(Role.RESEARCH), reason="It was run again.")
    assert changed(f"sheet-assumptions:{sheet_of(project, 'research').pk}", row, {"figure": "84"}, Role.RESEARCH).is_saved
    sign_off(project)

    (followed,) = Assumption.objects.filter(project=project)
    assert (followed.figure, followed.confidence) == (84, "low")
