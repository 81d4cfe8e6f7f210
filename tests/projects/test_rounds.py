"""Work that begins again: loops and returns open new rounds, the plan says so, and nothing that stood before is lost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from desk.kpis import figures
from projects.models import (
    Deliverable,
    DeliverableRound,
    Milestone,
    MilestoneLink,
    MilestoneRound,
    Phase,
    Project,
    ProjectStanding,
    Publication,
    ReferencedEvidence,
    StepLoop,
    WaitingFor,
)
from projects.services import evidence, lifecycle, loops
from projects.services.facts import refresh_facts
from projects.services.payments import plan_payment
from projects.services.plan import achieve_milestone, calendar_of
from projects.services.readiness import refresh_readiness
from projects.services.sharing import set_visibility
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
STEP, FED = "sample_confirmation", "sample_confirmed"
WHY: dict[str, Any] = {"reason": "The client rejected the sample: colour.", "side": "cdmo"}


@pytest.fixture
def project(db: None) -> Project:
    """In small scale, its sample made and confirmed."""
    return make.a_project_with(Phase.SMALL_SCALE, "sample_certificate", STEP)


def loop(project: Project, key: str = STEP, **values: Any) -> StepLoop:
    return loops.open_loop(project.code, key, actor=make.manager(), **{**WHY, **values})


def go_back(project: Project, *renew: str, to: str = Phase.SMALL_SCALE, **values: Any) -> Project:
    reason = "The pilot did not reproduce."
    return lifecycle.return_project(project.code, to_phase=to, actor=make.manager(), reason=reason, renew_criteria=renew, **values)


def milestone(project: Project, key: str = FED) -> Milestone:
    return Milestone.objects.get(project=project, key=key)


def deliverable(project: Project, key: str = STEP) -> Deliverable:
    return Deliverable.objects.get(project=project, key=key)


def asked(project: Project) -> set[str]:
    """Keys of the deliverables that somebody is waited for."""
    keys = WaitingFor.objects.open().filter(project=project, key__startswith="deliverable:").values_list("key", flat=True)
    return set(Deliverable.objects.filter(pk__in=[key.partition(":")[2] for key in keys]).values_list("key", flat=True))


def check_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


# loops


def test_a_loop_is_counted_and_opens_the_step_again(project: Project, events_of: Events) -> None:
    before, stood = milestone(project), deliverable(project)

    kinds = events_of(lambda: loop(project, cost_effect="One more sample.", cost_amount=Decimal("12000.00"), cost_currency="EUR"))

    row, after, again = StepLoop.objects.get(project=project), milestone(project), deliverable(project)
    assert kinds[:2] == ["deliverable.reopened", "milestone.reopened"]
    assert kinds[-1] == "loop.opened"
    assert (row.round, row.side, row.cost_amount, again.round, again.is_done) == (2, "cdmo", Decimal("12000.00"), 2, False)
    assert (after.pk, after.actual_on, after.round) == (before.pk, None, 2)
    assert (again.evidence_on, again.evidence_since, again.evidence_facts) == (None, None, {})
    assert asked(project) >= {STEP}
    kept = DeliverableRound.objects.get(deliverable=again)
    assert (kept.evidence_label, kept.evidence_hash, kept.done_at, kept.loop) == (
        stood.evidence_label,
        stood.evidence_hash,
        stood.done_at,
        row,
    )
    assert MilestoneRound.objects.get(milestone=after).achieved_on == before.actual_on
    check_constraints()


def test_the_repeated_work_takes_as_long_again_and_moves_what_follows(project: Project) -> None:
    make.done(project, "route_selection_report", "method_validation_report")  # nothing but the sample holds the gate
    gate = milestone(project, "g2").forecast_on
    today = timezone.localdate()

    loop(project)

    row = milestone(project)
    assert row.forecast_on == calendar_of(project).add_working_days(today, 15)  # the lag after the sample was shipped, which stays
    assert gate is not None
    assert milestone(project, "g2").forecast_on > gate
    assert deliverable(project).due_on == row.forecast_on


def test_the_evidence_of_the_next_round_achieves_the_milestone_again(project: Project) -> None:
    loop(project)
    make.done(project, STEP)
    loop(project, reason="Rejected once more.")
    make.done(project, STEP)

    row = milestone(project)
    assert (row.actual_on, row.round, deliverable(project).round) == (timezone.localdate(), 3, 3)
    assert list(StepLoop.objects.filter(project=project).values_list("round", flat=True)) == [2, 3]
    states = ReferencedEvidence.objects.filter(deliverable=deliverable(project)).values_list("state", flat=True)
    assert sorted(states) == ["confirmed", "superseded", "superseded"]


def test_a_loop_names_what_else_must_be_renewed(project: Project, nothing_written: Check) -> None:
    nothing_written(lambda: loop(project, renew=["confirmation_runs"]), BadInput)  # it is not done yet

    loop(project, renew=["sample_certificate"])

    row = StepLoop.objects.get(project=project)
    assert sorted(each.deliverable.key for each in row.deliverablerounds.all()) == ["sample_certificate", STEP]
    assert asked(project) >= {"sample_certificate", STEP}
    assert {milestone(project, key).actual_on for key in ("sample_shipped", FED)} == {None}
    assert StepLoop.objects.filter(deliverable__key="sample_certificate").count() == 0


def test_a_rejected_evidence_is_good_for_one_new_round(project: Project, nothing_written: Check) -> None:
    reference = make.a_reference(project, "confirmation_runs")
    act = partial(loop, project, "confirmation_runs")
    nothing_written(act, Refused)
    actor = make.person(Role.QUALITY_ASSURANCE)
    evidence.reject_reference(project.code, "confirmation_runs", reference.pk, actor=actor, reason="Two of three failed.")

    act()

    assert deliverable(project, "confirmation_runs").round == 2
    assert DeliverableRound.objects.get(deliverable__key="confirmation_runs", deliverable__project=project).done_at is None
    nothing_written(act, Refused)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"reason": " "}, "reason"), ({"side": ""}, "side"), ({"cost_amount": Decimal(5)}, "cost_currency"), ({"renew": ["route"]}, "renew")],
)
def test_a_loop_says_everything(project: Project, values: dict[str, Any], field: str, nothing_written: Check) -> None:
    refusal = nothing_written(lambda: loop(project, **values), BadInput)

    assert refusal.errors.keys() == {field}  # type: ignore[attr-defined]


def test_a_loop_stays_inside_the_phase_of_an_active_project(project: Project, nothing_written: Check) -> None:
    nothing_written(lambda: loop(project, "project_charter"), Refused)
    make.hold(project)
    nothing_written(lambda: loop(project), Refused)


@pytest.mark.parametrize("role", [Role.RESEARCH, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT])
def test_a_loop_is_opened_by_who_answers_for_the_plan(project: Project, role: str, nothing_written: Check) -> None:
    nothing_written(lambda: loops.open_loop(project.code, STEP, actor=make.person(role), **WHY), NotAllowed)


def test_the_client_reads_of_a_loop_only_what_is_shared_and_only_words_meant_for_it(project: Project) -> None:
    loop(project)
    event = Event.objects.filter(kind="loop.opened").latest("pk")
    assert not event.client_visible

    set_visibility(project.code, "deliverable", STEP, visibility="shared", actor=make.manager())
    make.done(project, STEP)
    loop(project, client_words="The colour is outside the range.")

    event = Event.objects.filter(kind="loop.opened").latest("pk")
    assert event.client_data["reason"] == "The colour is outside the range."
    moved = Event.objects.filter(kind="milestone.reopened").latest("pk").client_data
    assert (moved["round"], moved["reason"]) == (3, "The colour is outside the range.")
    assert "rejected" not in str([event.client_data, moved, event.words])


def test_a_repeated_milestone_has_not_begun_and_a_client_s_system_hears_of_it(project: Project) -> None:
    row = milestone(project)
    Milestone.objects.filter(pk=row.pk).update(started_on=row.actual_on)
    before = timezone.now()

    loop(project)

    again = milestone(project)
    assert again.started_on is None
    assert again.told_at is not None
    assert again.told_at >= before  # `updated_since` of the client's API reads it


def test_what_was_told_stays_told_until_somebody_publishes(project: Project) -> None:
    history, told = list(Publication.objects.order_by("pk").values()), milestone(project).published_on

    loop(project)

    assert list(Publication.objects.order_by("pk").values()) == history
    assert milestone(project).published_on == told
    assert WaitingFor.objects.open().filter(key=f"plan.publish:{project.pk}").exists()


# returns


def test_a_return_opens_the_gates_and_the_work_to_renew_again() -> None:
    project = make.a_project_in(Phase.PILOT)
    before = {row.key: row for row in Milestone.objects.filter(project=project)}
    assert before["g2"].actual_on is not None

    go_back(project, "sample", client_words="A new sample is needed.")

    after = {row.key: row for row in Milestone.objects.filter(project=project)}
    reopened = {key for key in before if before[key].actual_on and not after[key].actual_on}
    assert reopened == {"sample_shipped", FED, "g2"}
    assert all(after[key].pk == before[key].pk and after[key].round == 2 for key in reopened)
    assert all(after[key].forecast_on >= timezone.localdate() for key in reopened)  # type: ignore[operator]
    assert after["g3"].forecast_on > before["g3"].forecast_on  # type: ignore[operator]
    kept = MilestoneRound.objects.get(milestone=after["g2"])
    assert (kept.round, kept.achieved_on, kept.told) == (1, before["g2"].actual_on, "A new sample is needed.")
    check_constraints()


def test_after_a_return_owners_are_asked_for_what_must_be_renewed() -> None:
    project = make.a_project_in(Phase.PILOT)

    go_back(project, "sample")

    rows = Deliverable.objects.filter(project=project, key__in=["sample_certificate", STEP])
    assert asked(project) >= {"sample_certificate", STEP}
    assert all(row.due_on == milestone(project, fed).forecast_on for row, fed in zip(rows, ["sample_shipped", FED], strict=True))
    assert WaitingFor.objects.open().get(key=f"deliverable:{rows[0].pk}").due_on == rows[0].due_on


def test_a_gate_that_is_passed_again_achieves_its_milestone_again() -> None:
    project = make.a_project_in(Phase.PILOT)
    go_back(project, "process_development_report")

    make.pass_gate(project)

    row = milestone(project, "g2")
    assert (row.actual_on, row.round) == (timezone.localdate(), 2)


def test_a_return_over_several_phases_opens_every_gate_on_the_way() -> None:
    project = make.a_project_in(Phase.VALIDATION)

    go_back(project, "route", "risks")

    assert {key: milestone(project, key).actual_on for key in ("g2", "g3", "route_selected", "hazop_released", "risks_controlled")} == (
        dict.fromkeys(("g2", "g3", "route_selected", "hazop_released", "risks_controlled"))
    )
    assert not asked(project) & {"hazop_report", "fmea_report"}  # asked for once their phase is entered
    make.pass_gate(project)
    assert asked(project) >= {"hazop_report", "fmea_report"}


def test_a_date_entered_by_hand_is_repeated_with_what_it_follows() -> None:
    project = make.a_project_in(Phase.PILOT)
    values = {"project": project, "phase": "small_scale", "kind": "delivery"}
    follows = Milestone.objects.create(key="second_sample", title="Second sample", order=90, **values)
    aside = Milestone.objects.create(key="audit_visit", title="Audit visit", order=91, **values)
    MilestoneLink.objects.create(predecessor=milestone(project, FED), successor=follows, by_hand=True)
    for row in (follows, aside):
        achieve_milestone(project.code, row.key, on=timezone.localdate(), actor=make.manager())

    go_back(project, "sample")

    assert (milestone(project, "second_sample").round, milestone(project, "audit_visit").round) == (2, 1)


def test_a_payment_that_fell_due_stays_due() -> None:
    project = make.a_project_in(Phase.PILOT)
    plan_payment(project.code, title="After G2", source="gate:G2", actor=make.person(Role.BUSINESS_DEVELOPMENT))
    payment = Milestone.objects.get(project=project, kind="payment")
    assert payment.actual_on is not None

    go_back(project)

    assert milestone(project, payment.key).actual_on == payment.actual_on


def test_a_sheet_to_renew_is_asked_of_its_department_until_it_is_renewed() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)

    go_back(project, "recommendation", to=Phase.EVALUATION)

    wait = WaitingFor.objects.open().get(project=project, key__startswith="gate.renew:")
    assert wait.role == Role.BUSINESS_DEVELOPMENT
    make.recommend(project.code, recommendation="bid", reason="Still feasible.", actor=make.person(Role.BUSINESS_DEVELOPMENT))
    refresh_readiness([project.pk])
    assert not WaitingFor.objects.open().filter(pk=wait.pk).exists()


def test_owners_are_asked_when_a_phase_is_entered_without_its_gate() -> None:
    project = make.decide(make.a_project_ready_for_g1(first=Phase.PILOT))
    assert not asked(project)

    make.out_of_scope(project)

    assert asked(project) == set(Deliverable.objects.filter(project=project, phase=Phase.PILOT).values_list("key", flat=True))


def test_a_returned_phase_asks_for_what_was_never_done() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    go_back(project, to=Phase.EVALUATION)
    WaitingFor.objects.open().filter(key__startswith="deliverable:").update(closed_at=timezone.now())

    make.decide(project)

    assert asked(project) == set(Deliverable.objects.filter(project=project, phase=Phase.SMALL_SCALE).values_list("key", flat=True))


def test_key_figures_count_the_round_that_ended_and_the_phase_that_was_entered_again() -> None:
    project = make.a_project_in(Phase.PILOT)
    shown = cases_of(project)

    go_back(project)
    away = cases_of(project)
    make.decide(project)
    back = cases_of(project)

    assert [each["on_time"] - shown["on_time"] for each in (away, back)] == [-1, 0]
    assert [each["cycle_small_scale"] - shown["cycle_small_scale"] for each in (away, back)] == [0, 1]


def cases_of(project: Project) -> dict[str, int]:
    """How many cases stand behind each key figure."""
    refresh_facts([project.pk])
    return {figure.key: figure.number for figure in figures(Project.objects.filter(pk=project.pk))}


def test_the_board_reads_the_gate_that_is_open_again() -> None:
    project = make.a_project_in(Phase.PILOT)

    project = go_back(project, "sample")

    refresh_facts([project.pk])
    row = ProjectStanding.objects.get(project=project)
    assert (row.baseline_on, row.forecast_on) == (milestone(project, "g2").baseline_on, milestone(project, "g2").forecast_on)


# the database


def test_an_achieved_date_is_not_taken_back_without_its_round(project: Project) -> None:
    with pytest.raises(Exception, match="opened again only by a loop, a return or a correction"), transaction.atomic():
        Milestone.objects.filter(pk=milestone(project).pk).update(actual_on=None)
        check_constraints()


def test_loops_and_rounds_are_written_once(project: Project) -> None:
    loop(project)

    for model in (StepLoop, DeliverableRound, MilestoneRound):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            model.objects.update(reason="Another.")  # type: ignore[attr-defined]
