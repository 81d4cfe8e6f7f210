"""Replicates of a sample and the work on methods, in the test plan's total and in its cost lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from audit.signatures import content_hash
from phases.evaluation import services
from phases.evaluation.analytical_plan import SampleCost, SamplePrice, cost_of
from phases.evaluation.base_cost import take_plan_total
from process.costs.plans import lines_of, plan_of
from process.costs.taking import take_plan
from projects.models import Project
from tests.phases.sheets import ANSWERS, a_test_price, add_row, enter, sheet_of, sign_off
from tests.process import factories as process
from tests.projects import factories as make

D = Decimal
OURS = SamplePrice(hours=D("1.5"), rate_per_hour=D(95), consumables=D(18))
THEIRS = SamplePrice(price=D(185), consumables=D(12), outside=True)
VALIDATION = {"item": "Assay, HPLC", "work": "validation", "amount": "120", "unit_price": "110"}


def test_each_replicate_takes_hours_and_consumables_and_no_other_sample() -> None:
    twice = cost_of(OURS, batches=3, samples_per_batch=2, replicates=2)

    assert twice == SampleCost(6, D(18), work=D(1710), consumables=D(216))
    assert cost_of(THEIRS, batches=1, samples_per_batch=1, replicates=3).outside == D(555)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 9))
def test_replicates_cost_as_many_samples_would(batches: int, samples: int, replicates: int) -> None:
    replicated = cost_of(OURS, batches=batches, samples_per_batch=samples, replicates=replicates)

    assert replicated.total == cost_of(OURS, batches=batches, samples_per_batch=samples * replicates).total
    assert replicated.samples == batches * samples


@pytest.fixture
def project(db: None) -> Project:
    a_test_price(consumables_per_sample="18")
    return make.a_project()


def planned(project: Project, **values: str) -> int:
    row = {"price": "Assay", "stage": "release", "batches": "3", "samples_per_batch": "2"} | values
    return add_row(project, "analytical", "test-plan", **row)


def test_both_are_part_of_the_total_and_of_the_cost_lines(project: Project) -> None:
    planned(project, replicates="2")
    add_row(project, "analytical", "method-work", **VALIDATION)
    services.save_sheet(project.code, "analytical", changes=ANSWERS, actor=make.person(Role.ANALYTICAL))
    sheet = take_plan_total(project.code, "analytical", actor=make.person(Role.ANALYTICAL))
    sign_off(project, "analytical")
    scenario = process.a_scenario(project)

    take_plan(scenario.pk, "analytical", "validation", actor=process.estimator())

    assert sheet.cost_base == D(1710 + 216 + 13200)
    lines = {line.label: line for line in scenario.lines.all()}
    work, method = lines["Assay (Release): work"], lines["Assay, HPLC: validation"]
    assert (work.basis, work.quantity, work.note.split(",")[0]) == ("batch", D(6), "3 × 2 samples × 2 replicates")
    assert (method.basis, method.quantity, method.unit, method.price, method.category) == ("once", D(120), "h", D(110), "dossier")


def test_columns_and_standards_of_a_method_are_bought_by_the_piece(project: Project) -> None:
    address = f"method-work:{sheet_of(project, 'analytical').pk}"
    columns = {"item": "Assay, HPLC", "work": "columns and standards", "amount": "2", "unit_price": "640"}
    assert list(enter(address, columns, Role.ANALYTICAL).errors) == ["unit"]
    assert enter(address, columns | {"unit": "pieces"}, Role.ANALYTICAL).is_saved
    services.save_sheet(project.code, "analytical", changes={"currency": "EUR"}, actor=make.person(Role.ANALYTICAL))

    plan = plan_of(Project.objects.get(), "analytical")

    assert plan is not None
    [cost] = plan.costs
    assert (cost.label, cost.unit, cost.quantity, cost.price, cost.category) == (
        "Assay, HPLC: columns and standards", "pieces", D(2), D(640), "qc",
    )  # fmt: skip


def test_methods_alone_are_a_plan_and_say_what_is_done(project: Project) -> None:
    address = f"method-work:{sheet_of(project, 'analytical').pk}"
    assert "development, validation or transfer" in enter(address, VALIDATION | {"work": ""}, Role.ANALYTICAL).errors["work"][0]
    assert enter(address, VALIDATION | {"work": "transfer"}, Role.ANALYTICAL).is_saved
    services.save_sheet(project.code, "analytical", changes={"currency": "EUR"}, actor=make.person(Role.ANALYTICAL))

    plan = plan_of(Project.objects.get(), "analytical")

    assert plan is not None
    (line,) = lines_of(plan, process.a_scenario(project).phases.get(phase="pilot"))
    assert (line["label"], line["category"], line["basis"]) == ("Assay, HPLC: transfer", "qc", "once")
    assert take_plan_total(project.code, "analytical", actor=make.person(Role.ANALYTICAL)).cost_base == D(13200)


def test_a_plan_without_replicates_is_signed_as_it_was(project: Project) -> None:
    row = planned(project)
    before = content_hash(sheet_of(project, "analytical"))

    sheet_of(project, "analytical").tests.filter(pk=row).update(replicates=2)

    assert content_hash(sheet_of(project, "analytical")) != before
    sheet_of(project, "analytical").tests.filter(pk=row).update(replicates=None)
    assert content_hash(sheet_of(project, "analytical")) == before
