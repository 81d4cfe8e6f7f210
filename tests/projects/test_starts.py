"""Batches that start only after what must be done before them, and evidence whose dates say whether it did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.refusals import BadInput, Refused
from documents.models import DocumentVersion
from documents.services import upload_version
from documents.services.review import effect_blockers
from phases.evaluation.documents import charter
from projects import steps
from projects.models import Charter, Deliverable, GateCondition, Phase, Project
from projects.plans import needed_before
from projects.services import conditions
from projects.services.gate import current_review, judge_review
from tests.phases.test_batch_records import begun, sign
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
HAZARDS = ("reaction_hazard_sheet", "hazop_report")
PLAN = ("pre_production_plan", "technology_transfer_report", "process_validation_protocol", "issued_master_batch_record")


def keys(refusal: Exception) -> list[str]:
    assert isinstance(refusal, Refused)
    return [blocker.key for blocker in refusal.blockers]


def missing(project: Project, criterion: str) -> list[str]:
    review = current_review(project)
    assert review is not None
    return [blocker.key for item in judge_review(review) if item.key == criterion for blocker in item.finding.blockers]


def test_the_plans_say_what_comes_before_a_batch() -> None:
    assert needed_before(steps.PILOT_BATCH) == HAZARDS
    assert needed_before(steps.VALIDATION_BATCH) == PLAN


def test_no_pilot_batch_before_the_hazards_are_released(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.PILOT)

    for place, key in enumerate(HAZARDS):
        left = keys(nothing_written(lambda: make.a_reference(project, "pilot_batch_records"), Refused))
        assert left == [f"start.{name}" for name in HAZARDS[place:]]
        make.done(project, key)

    assert make.a_reference(project, "pilot_batch_records").state == "entered"


def test_the_hazards_are_among_what_g3_judges() -> None:
    project = make.a_project_in(Phase.PILOT)

    assert [key.removeprefix("deliverable.") for key in missing(project, "risks")] == [*HAZARDS, "fmea_report"]


def test_a_charter_of_an_earlier_release_owes_the_sheet_where_pilot_is_not_over() -> None:
    sheets = Deliverable.objects.filter(key="reaction_hazard_sheet")
    owing = [make.a_project_in(phase) for phase in (Phase.PILOT, Phase.VALIDATION)]
    sheets.update(key="of_another_name")
    migration = import_module("phases.migrations.0002_reaction_hazard_sheets")

    for _time in range(2):
        migration.plan_them(apps, SimpleNamespace(connection=connection))

    row = sheets.get()
    assert (row.project, row.phase, row.department.key, row.title) == (owing[0], "pilot", "ehs", "Reaction-hazard Sheet")


def test_no_validation_batch_before_all_of_its_plan(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.VALIDATION)
    for place, key in enumerate(PLAN):
        left = keys(nothing_written(lambda: make.a_reference(project, "validation_batch_records"), Refused))
        assert left == [f"start.{name}" for name in PLAN[place:]]
        make.done(project, key)

    assert make.a_reference(project, "validation_batch_records").state == "entered"


def test_what_is_not_planned_or_does_not_apply_holds_no_batch_up() -> None:
    project = make.a_project_in(Phase.VALIDATION, without=[("deliverable", "technology_transfer_report")])
    Deliverable.objects.filter(project=project, key="issued_master_batch_record").delete()  # a charter of an earlier release
    make.done(project, "pre_production_plan", "process_validation_protocol")

    assert make.a_reference(project, "validation_batch_records").state == "entered"


def test_the_page_says_it_and_refuses_with_the_same_words(client: Client) -> None:
    project = make.a_project_in(Phase.PILOT)
    client.force_login(make.person(Role.PRODUCTION))
    address = reverse("deliverable-detail", args=[project.code, "pilot_batch_records"])
    entry = {"system": "MES", "number": "1", "record_state": "Closed", "record_date": timezone.localdate().isoformat()}

    page = client.get(address).content.decode()
    refusal = client.post(reverse("reference-enter", args=[project.code, "pilot_batch_records"]), entry)

    assert "Before it starts, this must be done: Reaction-hazard Sheet." in page
    assert "Before it starts, this must be done: HAZOP Report." in page and 'data-dialog="enter-reference"' not in page
    assert refusal.status_code == 409 and b"Before it starts, this must be done: HAZOP Report." in refusal.content


def test_a_batch_record_as_a_document_is_not_made_effective() -> None:
    project = make.a_project_in(Phase.VALIDATION)
    actor = make.person(Role.PRODUCTION)
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    version = upload_version("batch_production_record", upload=BytesIO(pdf), name="BPR-1.pdf", actor=actor, project=project, about="1")

    assert version.document.type is not None
    assert [b.key for b in effect_blockers(version, version.document.type)] == [f"start.{key}" for key in PLAN]


def test_a_condition_from_the_second_batch_on_lets_the_first_go(in_days: Callable[[int], date]) -> None:
    project = make.a_conditional_project(Phase.PILOT)  # from number 2 on
    make.done(project, *PLAN)
    in_days(31)
    first, second = begun(project, "V-01"), begun(project, "V-02")

    sign(first)
    with pytest.raises(Refused) as refused:
        sign(second)
    assert keys(refused.value) == ["condition.overdue"]
    sign(begun(project, "V-01", "A page was missing."))  # its next version starts no second batch

    condition = GateCondition.objects.get(review__project=project)
    conditions.answer_condition(project.code, condition.pk, actor=condition.owner, words="QR-118 is effective.")
    conditions.confirm_condition(project.code, condition.pk, actor=make.person(Role.QUALITY_ASSURANCE))
    sign(second)

    assert DocumentVersion.objects.effective().filter(document__type_key="batch_production_record").count() == 2


def test_a_first_batch_before_its_plan_does_not_pass_g4() -> None:
    project = make.a_project_with(Phase.VALIDATION, *PLAN)
    early = make.a_reference(project, "validation_batch_records", record_date=timezone.localdate() - timedelta(days=1))
    make.evidence.confirm_reference(project.code, "validation_batch_records", early.pk, actor=make.person(Role.QUALITY_ASSURANCE))
    expected = [f"deliverable.validation_batch_records.before.{key}" for key in PLAN]
    assert missing(project, "start_guards") == expected

    make.done(project, "validation_batch_records")  # a later record does not change when the first batch began

    assert missing(project, "start_guards") == expected


def test_a_plan_renewed_after_the_batches_had_held() -> None:
    project = make.a_project_in(Phase.VALIDATION)
    day = timezone.localdate() - timedelta(days=9)
    for key in (*PLAN, "validation_batch_records"):
        reference = make.a_reference(project, key, record_date=day)
        make.evidence.confirm_reference(project.code, key, reference.pk, actor=make.person(Role.QUALITY_ASSURANCE))
    make.done(project, "process_validation_protocol")

    row = Deliverable.objects.get(project=project, key="process_validation_protocol")
    assert (row.evidence_on, row.evidence_since) == (timezone.localdate(), day)
    assert missing(project, "start_guards") == []


def test_confirmation_runs_before_the_samples_confirmation_are_repeated() -> None:
    project = make.a_project_with(Phase.SMALL_SCALE, "sample_confirmation")
    early = make.a_reference(project, "confirmation_runs", record_date=timezone.localdate() - timedelta(days=3))
    make.evidence.confirm_reference(project.code, "confirmation_runs", early.pk, actor=make.person(Role.QUALITY_ASSURANCE))
    assert missing(project, "confirmation_runs") == ["deliverable.confirmation_runs.before.sample_confirmation"]

    make.done(project, "confirmation_runs")

    assert missing(project, "confirmation_runs") == []


def test_the_charter_says_how_many_batches_with_the_reason(nothing_written: Check) -> None:
    project = make.a_project()
    draft = partial(make.charter, project, validation_batches=2)
    assert list(nothing_written(draft, BadInput).errors) == ["batches_reason"]  # type: ignore[attr-defined]

    draft(pilot_batches=4, batches_reason="Two lines are validated.")
    make.done(project, *PLAN)
    sign(begun(project, "V-01"))
    records = Deliverable.objects.select_related("project").get(key="validation_batch_records")
    assert not records.is_done
    sign(begun(project, "V-02"))

    assert Deliverable.objects.get(pk=records.pk).is_done
    assert "4 pilot, 2 consecutive validation: Two lines are validated." in str(charter(project)["facts"])


def test_what_is_missing_names_how_many_batches_the_charter_asks_for() -> None:
    project = make.a_project_in(Phase.PILOT)
    Charter.objects.filter(project=project).update(pilot_batches=4, batches_reason="Two lines.")

    review = current_review(project)
    assert review is not None
    (reason,) = [b for item in judge_review(review) if item.key == "pilot_batches" for b in item.finding.blockers]
    assert "the records of at least 4 batches" in reason.words
