"""The tables of a feasibility sheet: who fills them, what a signature covers, what the plans cost, and what is kept of older texts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from audit.refusals import NotAllowed, Refused
from audit.signatures import content_hash, signatures_of, verify
from catalogue.models import Site
from phases.evaluation import gate, services
from phases.evaluation.assessment_documents import inquiry_assessment
from phases.evaluation.charter_sources import said_in_sheets
from phases.evaluation.models import DepartmentAssessment
from projects.calendars import WorkingCalendar
from projects.models import Project
from tests.phases.sheets import ANSWERS, OPERATION, RISK, a_test_price, add_row, changed, enter, plan_of, sheet_of, sign_off, table, totals
from tests.projects import factories as make
from tests.projects.vessels import a_vessel

pytestmark = pytest.mark.django_db
texts_into_rows = import_module("phases.migrations.0005_texts_into_rows")


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_five_departments_are_asked(project: Project) -> None:
    found = DepartmentAssessment.objects.filter(project=project).values_list("department__key", flat=True)

    assert set(found) == {"research", "material_control", "analytical", "production", "ehs"}


def test_sheets_are_due_in_the_working_days_of_the_site_that_is_asked() -> None:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    today = timezone.localdate()
    off = [
        {
            "first": (today + timedelta(days=1)).isoformat(),
            "last": (today + timedelta(days=40)).isoformat(),
            "worked": False,
            "words": "Move",
        }
    ]
    site = Site.objects.create(key="asked", name="Asked site", country="CN", time_zone="UTC", own_days_json=off)

    project = services.submit_rfp(rfp.number, site="asked", actor=make.person(Role.BUSINESS_DEVELOPMENT))

    plain = WorkingCalendar("CN", closures=site.closures)
    expected = {plain.add_working_days(today, services.SHEET_WORKING_DAYS)}
    assert (project.site, set(project.assessments.values_list("due_on", flat=True))) == (site, expected)
    assert min(expected) > today + timedelta(days=40)


def test_only_the_department_fills_its_tables(project: Project) -> None:
    address = f"sheet-risks:{sheet_of(project, 'research').pk}"

    assert enter(address, RISK, Role.RESEARCH).is_saved
    with pytest.raises(NotAllowed):
        enter(address, RISK, Role.PRODUCTION)


def test_a_table_of_another_department_is_no_table_of_this_sheet(project: Project) -> None:
    with pytest.raises(Refused, match="no such table"):
        enter(f"test-plan:{sheet_of(project, 'research').pk}", {}, Role.RESEARCH)


@pytest.mark.parametrize("key", ["sheet-risks", "sheet-assumptions"])
def test_a_signed_sheet_and_a_held_project_keep_their_rows(project: Project, key: str) -> None:
    services.save_sheet(project.code, "research", changes=ANSWERS, actor=make.person(Role.RESEARCH))
    sign_off(project)
    address = f"{key}:{sheet_of(project, 'research').pk}"

    with pytest.raises(Refused, match="reopen it"):
        enter(address, {"text": "Late."}, Role.RESEARCH)

    make.hold(project)
    with pytest.raises(Refused):
        enter(f"{key}:{sheet_of(project, 'production').pk}", {"text": "Late."}, Role.PRODUCTION)


def test_a_risk_is_judged_before_the_signature(project: Project) -> None:
    services.save_sheet(project.code, "research", changes=ANSWERS, actor=make.person(Role.RESEARCH))
    pk = add_row(project, "research", "sheet-risks", text="The dimer is not purged.")

    with pytest.raises(Refused, match="no probability or no impact"):
        sign_off(project)

    changed(f"sheet-risks:{sheet_of(project, 'research').pk}", pk, {"probability": "2", "impact": "3"}, Role.RESEARCH)
    sign_off(project)
    assert table(project, "research", "sheet-risks")[0]["weight"] == 6


@pytest.mark.parametrize(
    ("values", "columns"),
    [
        ({"low": "1"}, {"low"}),
        ({"figure": "82"}, {"unit"}),
        ({"figure": "82", "unit": "%", "low": "90", "high": "80"}, {"low", "high"}),
        ({"figure": "82", "unit": "%", "low": "75", "high": "88"}, set()),
    ],
)
def test_an_assumed_figure_has_a_unit_and_stands_between_its_ends(project: Project, values: dict[str, str], columns: set[str]) -> None:
    result = enter(f"sheet-assumptions:{sheet_of(project, 'research').pk}", {"text": "Yield of step 2", **values}, Role.RESEARCH)

    assert set(result.errors) == columns


def test_a_signature_covers_the_rows(project: Project) -> None:
    services.save_sheet(project.code, "research", changes=ANSWERS, actor=make.person(Role.RESEARCH))
    without = content_hash(sheet_of(project, "research"))
    add_row(project, "research", "sheet-risks", **RISK)

    with pytest.raises(Refused, match="changed since it was shown"):
        sign_off(project, expected_hash=without)
    signed = sign_off(project, expected_hash=content_hash(sheet_of(project, "research")))

    assert verify(signatures_of(signed).get()).valid


def test_the_gate_reads_the_tables_of_many_sheets_at_once(project: Project) -> None:
    make.sign_off_sheets(project)
    other = make.a_project(make.a_client("DCB"))
    make.sign_off_sheets(other)

    def queries(projects: list[Project]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert all(finding.met for finding in gate.judge_sheets(projects).values())
        return len(captured)

    queries([project])  # permissions and content types are asked for once
    assert queries([project]) == queries([project, other])


def a_text(sheet: DepartmentAssessment) -> DepartmentAssessment:
    """As it was before these were tables."""
    DepartmentAssessment.objects.filter(pk=sheet.pk).update(risks="- Hydrate in the dryer\n\n• Dimer", assumptions="One campaign a year.")
    return DepartmentAssessment.objects.get(pk=sheet.pk)


def test_older_texts_become_rows_and_a_signature_still_covers_its_text(project: Project) -> None:
    signed, still_open = sheet_of(project, "research"), sheet_of(project, "production")
    a_text(still_open)
    services.save_sheet(project.code, "research", changes=ANSWERS, actor=make.person(Role.RESEARCH))
    a_text(signed)
    sign_off(project)

    texts_into_rows.into_rows(apps, SimpleNamespace(connection=connection))

    signed, still_open = sheet_of(project, "research"), sheet_of(project, "production")
    for sheet in (signed, still_open):
        assert [row.text for row in sheet.risk_rows.all()] == ["Hydrate in the dryer", "Dimer"]
        assert [row.text for row in sheet.assumption_rows.all()] == ["One campaign a year."]
    assert (still_open.risks, still_open.assumptions) == ("", "")
    told = [risk.split(": ", 1)[1] for risk in said_in_sheets(project).risks]
    assert sorted(told) == ["Dimer", "Dimer", "Hydrate in the dryer", "Hydrate in the dryer"]  # of two sheets, once each
    assert verify(signatures_of(signed).get()).valid

    services.reopen_sheet(project.code, "research", actor=make.person(Role.RESEARCH), reason="The dimer is judged.")
    assert sheet_of(project, "research").risks == ""


@pytest.mark.parametrize("department", ["analytical", "production"])
def test_a_sheet_with_its_plan_costs_few_queries(project: Project, department: str) -> None:
    services.save_sheet(project.code, department, changes={"currency": "USD"}, actor=make.person(department))
    add_row(project, department, "sheet-risks", **RISK)
    a_test_price()
    if department == "analytical":
        add_row(project, department, "test-plan", price="Assay", stage="release", batches="1", samples_per_batch="1")
    else:
        a_vessel()
        wanted = OPERATION | {"vessel": "R-302", "wanted_from": timezone.localdate().isoformat()}
        add_row(project, department, "production-plan", **wanted)
    browser, page = Client(), sheet_of(project, department).get_absolute_url()
    browser.force_login(make.person(department))
    browser.get(page)

    with CaptureQueriesContext(connection) as captured:
        assert browser.get(page).status_code == 200

    assert len(captured) <= 20


# Production and hazards


def test_a_production_plan_says_how_the_vessel_fits(project: Project) -> None:
    a_vessel(volume_min_litres=Decimal(450), volume_max_litres=Decimal(3000))
    services.save_sheet(project.code, "production", changes={"currency": "EUR"}, actor=make.person(Role.PRODUCTION))
    for kg in ("120", "30", "260"):
        add_row(project, "production", "production-plan", **OPERATION | {"vessel": "R-302", "batch_kg": kg, "vessel_rate": "410"})

    rows = table(project, "production", "production-plan")

    assert [row["fit"] for row in rows] == [
        "fits",
        "90 L below the smallest working volume (450 L)",
        "120 L above the greatest working volume (3,000 L)",
    ]
    assert [(row["fill_litres"], row["fill_percent"], row["days"], row["cost"]) for row in rows[:1]] == [("1440", "48", 6, "54120")]
    assert totals(project, "production", "production-plan") == {"days": 18, "waste_kg": "0", "cost": "162360"}


def test_no_plan_is_signed_that_overfills_a_vessel(project: Project) -> None:
    """Below the smallest working volume it may be: a smaller stirrer is a matter of judgement, a lid is not."""
    a_vessel(volume_min_litres=Decimal(450), volume_max_litres=Decimal(3000))
    services.save_sheet(project.code, "production", changes=ANSWERS, actor=make.person(Role.PRODUCTION))
    pk = add_row(project, "production", "production-plan", **OPERATION | {"vessel": "R-302", "batch_kg": "260"})

    with pytest.raises(Refused, match=r"Step 1, R-302: 120 L above the greatest working volume \(3,000 L\)") as refused:
        sign_off(project, "production")
    assert refused.value.blockers[0].link.endswith(f"/{pk}/")

    changed(f"production-plan:{sheet_of(project, 'production').pk}", pk, {"batch_kg": "30"}, Role.PRODUCTION)
    assert sign_off(project, "production").state == DepartmentAssessment.State.SIGNED_OFF


@pytest.mark.parametrize("shifts", ["0", "4"])
def test_a_day_has_one_to_three_shifts(project: Project, shifts: str) -> None:
    a_vessel()
    row = OPERATION | {"vessel": "R-302", "shifts_per_day": shifts}

    result = enter(f"production-plan:{sheet_of(project, 'production').pk}", row, Role.PRODUCTION)

    assert list(result.errors) == ["shifts_per_day"]


@pytest.mark.parametrize(
    ("band", "capability", "verdict"),
    [("4", 4, "within"), ("5", 3, "2 above what the site can contain (3)"), ("2", None, "nobody has said what the site can contain")],
)
def test_a_hazard_is_held_against_the_site(project: Project, band: str, capability: int | None, verdict: str) -> None:
    site = make.a_site()
    Site.objects.filter(pk=site.pk).update(highest_exposure_band=capability)
    Project.objects.filter(pk=project.pk).update(site=site)
    add_row(project, "ehs", "sheet-hazards", hazard="Dust", source="sds", band_required=band)

    (row,) = table(project, "ehs", "sheet-hazards")

    assert (row["capability"], row["verdict"]) == (capability, verdict)


def test_the_report_prints_the_tables(project: Project) -> None:
    plan_of(project)
    a_test_price()
    a_vessel(volume_min_litres=Decimal(450), volume_max_litres=Decimal(3000))
    add_row(project, "research", "sheet-risks", **RISK)
    add_row(project, "analytical", "test-plan", price="Assay", stage="release", batches="3", samples_per_batch="2")
    add_row(project, "production", "production-plan", **OPERATION | {"vessel": "R-302"})
    add_row(project, "ehs", "sheet-hazards", hazard="Dust", band_required="3")
    services.recommend(project.code, recommendation="bid", reason="Feasible.", actor=make.manager())

    said = inquiry_assessment(Project.objects.get(pk=project.pk))

    captions = [table["caption"] for table in (*said["risks"], *said["plans"])]
    assert captions == [
        "Research and development: Risks",
        "Analytical: Test plan",
        "Analytical: Test plan",
        "Analytical: Test plan, where the figures come from",
        *["Production: Production plan"] * 3,
        "Environment, health and safety: Hazards and containment",
    ]
    assert said["risks"][0]["rows"] == [["The dimer is not purged.", "Medium", "High", "6", "Crystallise twice."]]
    assert said["assumptions"] == []
