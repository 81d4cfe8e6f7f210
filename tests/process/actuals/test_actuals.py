"""What really happened, recorded by whom it concerns and set beside what was quoted; and what the next estimate learns of it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed, Refused
from catalogue.models import ExchangeRate
from charts.look import written
from process.actuals.beside import Beside, all_actuals, duration
from process.actuals.comparing import Stay
from process.actuals.history import seen_before
from process.actuals.models import ActualCost, StepRun
from process.actuals.phases import Planned, planned_of, stays_of
from process.routes.services import fix_version, start_version
from projects.models import Milestone, Project, QuotationLine
from projects.services.lifecycle import cancel_project, hold_project
from tests.process import factories as make
from tests.process.actuals.story import a_draft, a_fixed_route, a_quoted_project, run, spend
from tests.projects import factories as projects
from worksheets.changing import ADD, CHANGE, Change, change_rows

pytestmark = pytest.mark.django_db
D, MOST_QUERIES = Decimal, 20


@pytest.fixture
def quoted(db: None) -> Project:
    return a_quoted_project()


def rows_of(project: Project, phase: str = "small_scale", role: str = Role.BUSINESS_DEVELOPMENT) -> dict[str, Beside]:
    (found,) = all_actuals(Project.objects.get(pk=project.pk), projects.person(role), phase)
    return {row.label: row for row in found.rows}


def text_of(client: Client, name: str, *arguments: Any, role: str = Role.PROJECT_MANAGER) -> str:
    client.force_login(projects.person(role))
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_what_was_spent_stands_beside_the_cost_of_the_scenario_without_its_margin(quoted: Project) -> None:
    today = timezone.localdate()
    ExchangeRate.objects.create(currency="USD", into="EUR", on=today - timedelta(days=3), rate=D("0.9"), source="ECB")
    ExchangeRate.objects.create(currency="USD", into="EUR", on=today + timedelta(days=1), rate=D("0.1"), source="ECB")
    assert (rows_of(quoted)["Cost"].actual, rows_of(quoted)["Cost"].difference) == ("–", "")

    spend(quoted, "6000")
    spend(quoted, "7000", "USD")

    cost = rows_of(quoted)["Cost"]
    assert (cost.quoted, cost.actual, cost.difference, cost.percent) == ("11,000.00 EUR", "12,300.00 EUR", "+1,300.00 EUR", "+11.8 %")
    assert cost.notes == ("Cost before the margin, scenario 1, As asked",)
    assert cost.link == quoted.cost_assessments.get().get_absolute_url()


def test_an_option_that_was_chosen_belongs_to_what_was_quoted(quoted: Project) -> None:
    with pgtrigger.ignore("projects.QuotationLine:frozen_when_accepted"):
        QuotationLine.objects.filter(standing="optional", description="Polymorph screen", amount=2200).update(chosen=True)

    assert rows_of(quoted)["Cost"].quoted == "12,100.00 EUR"


def test_without_a_rate_the_sum_says_so_and_is_not_compared(quoted: Project) -> None:
    spend(quoted, "6000")
    spend(quoted, "12", "GBP")
    spend(quoted, "0.50", "GBP")

    cost = rows_of(quoted)["Cost"]

    assert (cost.actual, cost.difference) == ("6,000.00 EUR", "")
    assert "No rate from GBP to EUR on or before" in cost.notes[1] and "12.50 GBP is not in the sum" in cost.notes[1]


def test_a_phase_that_no_scenario_priced_is_compared_with_the_lines_of_the_quotation() -> None:
    project = projects.a_project_in("small_scale")
    spend(project, "171000")

    cost = rows_of(project)["Cost"]

    assert (cost.quoted, cost.difference, cost.percent) == ("180,000.00 EUR", "−9,000.00 EUR", "−5 %")
    assert "with its margin" in cost.notes[0]


def test_a_phase_that_was_not_quoted_says_so(project: Project) -> None:
    spend(project, "10", phase="evaluation")
    spend(project, "2", "USD", phase="evaluation")

    cost = rows_of(project, "evaluation")["Cost"]

    assert (cost.quoted, cost.actual, cost.difference) == ("not quoted", "10.00 EUR + 2.00 USD", "")


def test_yield_and_cycle_time_stand_beside_those_that_the_scenario_counted_with(quoted: Project) -> None:
    run(quoted, "80", 2, cycle_time_h="26", batch_numbers="L-1, L-2")
    run(quoted, "86", 1)

    rows = rows_of(quoted)

    found = rows["Acetylation: yield of Acetylation"]
    assert (found.quoted, found.actual, found.difference, found.percent) == ("85.5 %", "82 %", "−3.5 points", "−4.1 %")
    assert found.notes == ("Mean of 3 batches: L-1, L-2",)
    time = rows["Acetylation: cycle time of Acetylation"]
    assert (time.quoted, time.actual, time.difference, time.percent) == ("20 h", "26 h", "+6 h", "+30 %")


def test_a_step_without_a_scenario_is_measured_by_its_route(project: Project) -> None:
    a_fixed_route(project, yield_pct="88", cycle_time_h="")

    assert run(project, "86", phase="evaluation", cycle_time_h="20,5").quoted_yield_pct == 88
    time = rows_of(project, "evaluation")["Acetylation: cycle time of Acetylation"]
    assert (time.quoted, time.actual, time.difference) == ("not quoted", "20.5 h", "")


def test_what_cannot_have_happened_is_refused_at_its_cell(quoted: Project) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    with pytest.raises(BadInput, match="Pilot has not begun: the project is in small scale"):
        spend(quoted, "10", phase="pilot")
    with pytest.raises(BadInput, match="has not come yet"):
        spend(quoted, "10", booked_on=tomorrow)
    with pytest.raises(BadInput, match="not finer than 1"):
        spend(quoted, "10.50", "JPY")
    with pytest.raises(BadInput, match="More than nothing"):
        spend(quoted, "0")
    with pytest.raises(BadInput, match="At most 100 %"):
        run(quoted, "100.5")
    with pytest.raises(BadInput, match="At least one batch"):
        run(quoted, "80", 0)
    with pytest.raises(BadInput, match="has not begun"):
        run(quoted, "80", phase="validation")
    with pytest.raises(BadInput):
        run(quoted, "80", step="Amidation")

    assert not ActualCost.objects.exists() and not StepRun.objects.exists()


def test_a_phase_that_is_not_contracted_takes_nothing() -> None:
    project = projects.a_project_in("small_scale", last="pilot")

    with pytest.raises(BadInput, match="Validation is not contracted"):
        spend(project, "10", phase="validation")


def test_a_draft_of_a_route_was_not_run(project: Project) -> None:
    version = a_draft(project)
    given = {"step": f"{version}: Acetylation", "phase": "evaluation", "yield_pct": "80", "batches": "1", "seen_on": "2026-01-05"}

    with pytest.raises(BadInput) as refused:
        make.one(f"step-runs:{project.code}", ADD, values=given)

    assert set(refused.value.errors) == {"step"}


def test_it_is_recorded_by_the_people_of_the_project_while_it_is_active(quoted: Project) -> None:
    address = f"actual-costs:{quoted.code}"
    for role in (Role.RESEARCH, Role.PRODUCTION, Role.PROJECT_MANAGER):
        change_rows(address, [], actor=projects.person(role))
    with pytest.raises(NotAllowed):
        change_rows(address, [], actor=projects.person(Role.BUSINESS_DEVELOPMENT))
    with pytest.raises(NotAllowed):
        change_rows(f"step-runs:{quoted.code}", [], actor=projects.person(Role.QUALITY_ASSURANCE))
    for role in (Role.QUALITY_ASSURANCE, Role.CLIENT_APPROVER):
        with pytest.raises(Missing):
            change_rows(address, [], actor=projects.person(role))
    hold_project(quoted.code, actor=projects.manager(), reason="The client thinks.")
    with pytest.raises(Refused, match="hold"):
        spend(quoted, "10")


def test_a_correction_needs_a_reason_and_names_its_writer(quoted: Project) -> None:
    row = spend(quoted, "600")
    change = [Change(CHANGE, row.pk, values={"amount": "6000"})]
    with pytest.raises(BadInput):
        change_rows(f"actual-costs:{quoted.code}", change, actor=projects.manager())

    change_rows(f"actual-costs:{quoted.code}", change, actor=projects.manager(), reason="A zero was missing.")

    row = ActualCost.objects.get()
    assert (row.amount, row.entered_by) == (6000, projects.manager())
    assert row.events.count() == 2  # type: ignore[attr-defined]
    assert Event.objects.filter(project_id=quoted.pk).latest("pk").reason == "A zero was missing."


def test_money_is_for_who_may_read_what_the_project_earns(client: Client, quoted: Project) -> None:
    spend(quoted, "6000")
    run(quoted, "80")

    assert "11,000.00 EUR" in text_of(client, "project-actuals", quoted.code)
    for role in (Role.RESEARCH, Role.QUALITY_ASSURANCE):
        for address in (("project-actuals",), ("phase-actuals", "small_scale")):
            text = text_of(client, address[0], quoted.code, *address[1:], role=role)
            assert "11,000.00" not in text and "Costs are shown to business development" in text and "85.5 %" in text


def test_the_table_of_costs_is_read_by_who_records_it_or_reads_the_costs(client: Client, quoted: Project) -> None:
    spend(quoted, "6000", label="Autoclave hired")
    data, file = reverse("worksheet-data", args=[f"actual-costs:{quoted.code}"]), reverse("list-csv", args=["actual-costs"])
    readers = {Role.RESEARCH, Role.PRODUCTION, Role.PROJECT_MANAGER, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT}

    for role in (*readers, Role.QUALITY_ASSURANCE):
        text = text_of(client, "project-actuals", quoted.code, role=role)
        answers = {client.get(data).status_code, client.get(file, {"of": quoted.code}).status_code}
        assert ("Autoclave hired" in text, answers) == ((True, {200}) if role in readers else (False, {404})), role


def test_every_gate_shows_its_phase(client: Client, quoted: Project) -> None:
    spend(quoted, "12100")

    client.force_login(projects.manager())
    found = {}
    for phase, page in (
        ("small_scale", reverse("project-gate", args=[quoted.code])),
        ("evaluation", reverse("gate-review", args=[quoted.code, "G1", 1])),
    ):
        address = reverse("phase-actuals", args=[quoted.code, phase])
        assert f'hx-get="{address}"' in client.get(page).content.decode()
        found[phase] = text_of(client, "phase-actuals", quoted.code, phase)

    assert "Small scale: quoted and actual" in found["small_scale"] and "+1,100.00 EUR" in found["small_scale"]
    assert "Evaluation: quoted and actual" in found["evaluation"] and "+1,100.00 EUR" not in found["evaluation"]
    assert text_of(client, "phase-actuals", quoted.code, "pilot").strip() == ""


def test_the_pages_cost_the_same_with_one_row_and_with_many(client: Client, quoted: Project, django_assert_num_queries: Any) -> None:
    client.force_login(projects.manager())
    spend(quoted, "10", "USD")
    run(quoted, "80")
    pages = [reverse("project-actuals", args=[quoted.code]), reverse("phase-actuals", args=[quoted.code, "small_scale"])]
    counts = []
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as one:
            client.get(page)
        counts.append(len(one))
    assert max(counts) <= MOST_QUERIES
    for number in range(2, 5):
        spend(quoted, "10", "GBP", booked_on=(timezone.localdate() - timedelta(days=number)).isoformat())
        run(quoted, "80", number)

    for page, count in zip(pages, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(page)


def test_a_pasted_block_reads_the_promises_once(quoted: Project) -> None:
    """Each row costs what its own writing costs, as of the costs that promise nothing."""
    step = run(quoted, "80").step
    words = {"step": str(step), "phase": "small_scale", "seen_on": timezone.localdate().isoformat(), "yield_pct": "80", "batches": "1"}

    def queries(rows: int) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            change_rows(f"step-runs:{quoted.code}", [Change(ADD, values=words)] * rows, actor=make.chemist())
        return [each["sql"] for each in asked if each["sql"].startswith("SELECT")]

    assert len(queries(1)) == len(queries(12))


def test_the_baseline_says_how_long_a_phase_was_to_take(quoted: Project) -> None:
    promised = {row.source: row.baseline_on for row in Milestone.objects.filter(project=quoted, kind="gate")}

    planned, stays = planned_of(quoted), stays_of(quoted)

    assert planned["small_scale"] == Planned(promised["gate:G1"], promised["gate:G2"])
    assert [(phase, found[0].end) for phase, found in stays.items()] == [("evaluation", timezone.localdate()), ("small_scale", None)]


def test_a_project_that_was_closed_runs_no_more(quoted: Project) -> None:
    assert "it is still running" in rows_of(quoted)["Duration"].notes[-1]

    cancel_project(quoted.code, cancel_class="stopped", reason="The client stops.", actor=projects.manager())
    yesterday = timezone.now() - timedelta(days=1)
    with pgtrigger.ignore("projects.PhaseMove:append_only", "projects.StatusChange:append_only"):
        quoted.moves.update(moved_at=F("moved_at") - timedelta(days=4))
        quoted.status_changes.filter(to_status="cancelled").update(changed_at=yesterday)

    found, (stay,) = rows_of(quoted)["Duration"], stays_of(Project.objects.get(pk=quoted.pk))["small_scale"]
    assert (found.actual, stay.end) == ("3 days", quoted.day_of(yesterday))
    assert found.notes[-1] == f"In the phase: {written(stay.start)} – {written(stay.end)}"


def test_a_phase_that_runs_is_behind_only_once_it_has_taken_longer() -> None:
    planned, stays = Planned(date(2026, 1, 1), date(2026, 1, 31)), [Stay(date(2026, 1, 5), None)]

    early, late = duration(stays, planned, date(2026, 1, 20)), duration(stays, planned, date(2026, 2, 13))
    done = duration([Stay(date(2026, 1, 5), date(2026, 1, 26))], planned, date(2026, 5, 1))

    assert (early.quoted, early.actual, early.difference) == ("30 days", "15 days", "")
    assert (late.actual, late.difference, late.percent) == ("39 days", "+9 days", "+30 %")
    assert (done.actual, done.difference, done.percent) == ("21 days", "−9 days", "−30 %")
    assert (duration(stays, None, date(2026, 1, 6)).quoted, duration(stays, None, date(2026, 1, 6)).actual) == ("not planned", "1 day")
    assert duration(stays, planned, date(2026, 2, 5)).difference == "+1 day"


def others_run(*percents: str, code: str = "DCB", **step: Any) -> list[Project]:
    """Each in a project of its own, in evaluation: 90 % and 20 hours were estimated."""
    found = []
    for percent in percents:
        other = projects.a_project(projects.a_client(code))
        a_fixed_route(other, **step)
        run(other, percent, phase="evaluation", cycle_time_h="22")
        found.append(other)
    return found


def test_the_next_estimate_of_the_same_product_shows_how_far_the_earlier_ones_were_off(client: Client, project: Project) -> None:
    """79.2, 83.7 and 90.9 of 90: −12, −7 and +1 %."""
    others_run("79.2", "83.7", "90.9")
    version = a_draft(project)
    scenario = make.a_scenario(project, version)

    pages = [text_of(client, "route-version", project.code, 1, 1), text_of(client, "cost-scenario", project.code, scenario.number)]

    for text in pages:
        assert "Seen in 3 projects: yield 6 % below the estimate (−12 to +1)" in text
        assert "Seen in 3 projects: cycle time 10 % above the estimate (+10 to +10)" in text
        assert "same product or step" in text


def test_where_no_such_product_was_made_the_class_of_reaction_speaks(project: Project) -> None:
    others_run("81")
    step = make.a_step(make.draft_of(make.a_route(project)), "Benzoylation", transformation="acylation")
    other = make.a_step(step.version, "Filtration", transformation="other")

    (seen,) = seen_before([step, other], project, make.chemist())

    assert (seen.step, seen.alike) == (step, "same class of reaction: Acylation")
    assert seen.yields == "Seen in 1 project: yield 10 % below the estimate"


def test_a_salt_of_the_product_was_made_before_and_the_base_by_another_class_was_not(project: Project) -> None:
    """81 of 90: by its structure the hydrochloride of another name is the product; the deacylation of it is another step."""
    base = "CC(=O)Nc1ccc(O)cc1"
    others_run("81", name="Stage 2", product_name="AP-7", product_structure=f"{base}.Cl", product_molar_mass_g_per_mol="")
    others_run("45", code="DCC", name="Stage 3", transformation="hydrolysis", product_structure=base)

    (seen,) = seen_before(a_draft(project, product_structure=base).steps.all(), project, make.chemist())

    assert (seen.alike, seen.yields) == ("same product or step", "Seen in 1 project: yield 10 % below the estimate")


def test_of_a_route_that_was_run_in_two_versions_the_later_one_counts(project: Project) -> None:
    (other,) = others_run("45")
    route = other.routes.get()
    start_version(route.pk, reason="Another base.", actor=make.chemist())
    fix_version(route.versions.get(state="draft").pk, reason="For the pilot.", actor=make.chemist())
    steps = a_draft(project).steps.all()
    assert "yield 50 %" in seen_before(steps, project, make.chemist())[0].yields

    run(other, "81", phase="evaluation", step=f"{route.versions.get(number=2)}: Acetylation")

    assert seen_before(steps, project, make.chemist())[0].yields == "Seen in 1 project: yield 10 % below the estimate"


def test_the_own_project_and_those_that_the_reader_does_not_see_say_nothing(quoted: Project, project: Project) -> None:
    (other,) = others_run("81")
    a_fixed_route(project)
    run(project, "45", phase="evaluation")
    steps = list(project.routes.get().versions.get().steps.all())
    assert len(seen_before(steps, project, projects.manager())) == 1

    other.team.all().delete()
    run_by_client = seen_before(steps, project, projects.person(Role.CLIENT_VIEWER))

    assert seen_before(steps, project, make.chemist()) == run_by_client == []


def test_the_history_costs_one_query_however_much_was_run(project: Project, django_assert_num_queries: Any) -> None:
    steps, reader = list(a_draft(project).steps.all()), projects.manager()
    others_run("81")
    assert len(seen_before(steps, project, reader)) == 1
    others_run("82", "83")

    with django_assert_num_queries(1):
        assert "3 projects" in seen_before(steps, project, reader)[0].yields
