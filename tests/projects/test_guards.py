"""What the database refuses although no service asks for it: raw SQL and queryset updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from audit.signatures import sign
from audit.states import StateField
from projects import guards
from projects.models import (
    ChangeOrder,
    Charter,
    GateCondition,
    GateCriterion,
    GateReview,
    GateSignature,
    GateWaiver,
    Phase,
    PhaseMove,
    Project,
    ProjectStatus,
    Quotation,
    ReferencedEvidence,
    Rfp,
    StatusChange,
)
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
STATEFUL: list[type[models.Model]] = [
    Project,
    GateReview,
    GateCondition,
    GateWaiver,
    Charter,
    Rfp,
    Quotation,
    ChangeOrder,
    ReferencedEvidence,
]


def refused(act: Callable[[], object]) -> str:
    """Do it in a savepoint with every deferred check run at its end; the words of the refusal."""
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return str(raised.value)


def moves_of(model: type[models.Model], column: str) -> set[str]:
    field: Any = model._meta.get_field(column)
    return {f"{move.source}>{move.target}" for move in field.get_all_transitions(model) if move.source != move.target}


def test_the_guards_know_exactly_the_moves_of_the_models() -> None:
    fields = [(model, field) for model in STATEFUL for field in model._meta.fields if isinstance(field, StateField)]

    assert {(model._meta.db_table, field.name): moves_of(model, field.name) for model, field in fields} == {
        place: set(moves) for place, (_first, moves) in guards.MOVES.items()
    }
    assert {(model._meta.db_table, field.name): str(field.default) for model, field in fields} == {
        place: first for place, (first, _moves) in guards.MOVES.items()
    }


@pytest.mark.parametrize("phase", [Phase.PILOT, Phase.VALIDATION, Phase.COMMERCIAL])
def test_a_phase_cannot_be_jumped(phase: str) -> None:
    project = make.a_project()

    assert f"does not move from evaluation to {phase}" in refused(lambda: Project.objects.filter(pk=project.pk).update(phase=phase))


def test_a_phase_does_not_move_without_the_row_of_its_move() -> None:
    project = make.a_project()

    assert "without the row of the move" in refused(lambda: Project.objects.filter(pk=project.pk).update(phase=Phase.SMALL_SCALE))


@pytest.mark.parametrize("status", [ProjectStatus.ON_HOLD, ProjectStatus.CANCELLED, ProjectStatus.COMPLETED])
def test_a_status_does_not_move_without_the_row_of_its_change(status: str) -> None:
    project = make.a_project()

    assert "without the row of the change" in refused(lambda: Project.objects.filter(pk=project.pk).update(status=status))


def test_a_row_of_an_earlier_transaction_moves_nothing() -> None:
    project = make.a_project()
    StatusChange.objects.create(
        project=project,
        from_status="active",
        to_status="on_hold",
        reason="Old",
        actor=make.manager(),
        changed_at=timezone.now(),
        transaction_id=1,
    )

    assert "without the row of the change" in refused(lambda: Project.objects.filter(pk=project.pk).update(status="on_hold"))


def test_only_an_active_project_moves() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    make.hold(project)

    assert "Only an active project" in refused(lambda: Project.objects.filter(pk=project.pk).update(phase=Phase.EVALUATION))


@pytest.mark.parametrize("values", [{"phase": Phase.PILOT}, {"status": ProjectStatus.COMPLETED}])
def test_a_project_begins_active_in_evaluation(values: dict[str, str]) -> None:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    compound = make.a_project().compound
    row = Project(code="API-2026-9999", title="Raw", rfp=rfp, client=rfp.client, compound=compound, opened_at=timezone.now(), **values)

    assert "begins as" in refused(row.save)


def a_move(project: Project, **values: Any) -> Callable[[], PhaseMove]:
    review = GateReview.objects.filter(project=project).first()
    given = {"kind": PhaseMove.Kind.GATE, "from_phase": Phase.EVALUATION, "to_phase": Phase.SMALL_SCALE, "review": review, **values}
    return lambda: PhaseMove.objects.create(project=project, actor=make.manager(), moved_at=timezone.now(), **given)


def test_a_gate_is_not_passed_on_an_open_review() -> None:
    assert "was not passed" in refused(a_move(make.a_project()))


def test_a_gate_is_not_passed_on_the_review_of_another_project() -> None:
    other = make.a_project_in(Phase.SMALL_SCALE)

    assert "was not passed" in refused(a_move(make.a_project(), review=GateReview.objects.get(project=other, gate="G1")))


def test_a_gate_is_not_passed_on_a_decision_to_hold() -> None:
    project = make.a_project()
    make.decide(project, "hold")

    assert "was not passed" in refused(a_move(project, review=GateReview.objects.get(project=project, round=1)))


def test_a_decision_opens_its_gate_once() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)

    assert "phase_move_review_once" in refused(a_move(project, review=GateReview.objects.get(project=project, gate="G1")))


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("return", Phase.EVALUATION, Phase.SMALL_SCALE),
        ("out_of_scope", Phase.PILOT, Phase.SMALL_SCALE),
        ("out_of_scope", Phase.EVALUATION, Phase.PILOT),
        ("opened", Phase.EVALUATION, Phase.SMALL_SCALE),
    ],
)
def test_the_kind_of_a_move_gives_its_direction(kind: str, before: str, after: str) -> None:
    project = make.a_project()

    assert "does not lead from" in refused(a_move(project, kind=kind, from_phase=before, to_phase=after, review=None, reason="Raw"))


@pytest.mark.parametrize(("before", "after"), [("open", "decided"), ("decided", "open"), ("decided", "submitted")])
def test_a_review_makes_only_its_moves(before: str, after: str) -> None:
    project = make.a_project()
    if before == "decided":
        make.decide(project, "hold")
    review = GateReview.objects.get(project=project, round=1)

    refused(lambda: GateReview.objects.filter(pk=review.pk).update(state=after))


def test_a_review_is_not_decided_without_every_signature() -> None:
    project = make.a_project_ready_for_g1()
    review = make.propose(project)
    make.sign(project, "business_development", "management")

    words = refused(lambda: GateReview.objects.filter(pk=review.pk).update(state="decided", decided_at=timezone.now()))

    assert "is not signed by every role" in words


def test_a_decided_review_no_longer_changes() -> None:
    project = make.a_project()
    make.decide(project, "hold")
    review = GateReview.objects.get(project=project, round=1)

    assert "no longer changes" in refused(lambda: GateReview.objects.filter(pk=review.pk).update(proposal_reason="Another"))
    assert "no longer changes" in refused(lambda: GateReview.objects.filter(pk=review.pk).update(minutes="Said.", agenda="Another"))
    assert "no longer change" in refused(lambda: GateCriterion.objects.filter(review=review).update(met=True))
    assert "no longer change" in refused(lambda: GateCriterion.objects.filter(review=review).delete())


@pytest.mark.parametrize("values", [{"signers": ["management"]}, {"gate": "G2"}, {"round": 7}, {"renew_criteria": ["rfp"]}])
def test_what_a_review_pinned_stays(values: dict[str, Any]) -> None:
    review = GateReview.objects.get(project=make.a_project())

    assert "pinned when it opened" in refused(lambda: GateReview.objects.filter(pk=review.pk).update(**values))


def test_a_pinned_criterion_keeps_its_version() -> None:
    review = GateReview.objects.get(project=make.a_project())

    assert "keeps the criteria" in refused(lambda: GateCriterion.objects.filter(review=review).update(version=9))


def test_a_rfp_is_not_taken_back() -> None:
    project = make.a_project()

    refused(lambda: Rfp.objects.filter(pk=project.rfp_id).update(state="draft"))


@pytest.mark.parametrize("state", ["sent", "accepted", "declined"])
def test_a_draft_quotation_is_released_first(state: str) -> None:
    quotation = make.a_quotation(make.a_project())

    refused(lambda: Quotation.objects.filter(pk=quotation.pk).update(state=state))


def test_confirmed_evidence_is_not_rejected_later() -> None:
    project = make.a_planned_project()
    make.done(project, "project_charter")

    refused(lambda: ReferencedEvidence.objects.update(state="rejected"))


def test_a_conditional_go_moves_the_phase() -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE)

    assert project.phase == Phase.PILOT
    assert PhaseMove.objects.get(project=project, to_phase=Phase.PILOT).review.proposed_decision == "go_with_conditions"


def decided_past_the_services(project: Project, decision: str) -> GateReview:
    """Signed by every role, then written as another decision: what only plain SQL can do."""
    review = make.propose(project, "hold")
    *others, last = review.signers
    make.sign(project, *others)
    actor = make.person(last)
    given = sign(review, actor=actor, meaning="gate_go", authentication=make.fake_authentication(actor), content={"raw": True})
    GateSignature.objects.create(
        review=review, proposal_number=review.proposal_number, role=last, signer=actor, signature=given, signed_at=timezone.now()
    )
    GateReview.objects.filter(pk=review.pk).update(proposed_decision=decision, state="decided", decided_at=timezone.now())
    return review


def a_condition_row(project: Project, **values: Any) -> GateCondition:
    """Written while the review is open, for the proposal that comes next."""
    new = make.a_condition()
    given = {"words": new.words, "owner": new.owner, "due_on": new.due_on, "step": new.step, "number": 1, "proposal_number": 1}
    told = {"tell_client": True, "client_words": new.words}
    return GateCondition.objects.create(review=GateReview.objects.get(project=project, state="open"), **{**given, **told, **values})


@pytest.mark.parametrize(
    ("decision", "criterion", "words"),
    [
        ("go", None, "neither met, waived, not applicable nor named by a condition"),
        ("go_with_conditions", None, "with conditions and has none"),
        ("go_with_conditions", "sheets", "neither met, waived, not applicable nor named by a condition"),
    ],
)
def test_a_gate_is_not_passed_past_its_criteria(decision: str, criterion: str | None, words: str) -> None:
    project = make.a_project()
    if criterion is not None:
        a_condition_row(project, criterion_key=criterion)
    review = decided_past_the_services(project, decision)

    assert words in refused(a_move(project, review=review))


@pytest.mark.parametrize(
    "values", [{"words": "Another"}, {"step": "sample.ship"}, {"due_on": "2099-01-01"}, {"tell_client": False}, {"untold_reason": "Ours."}]
)
def test_what_was_signed_of_a_condition_stays(values: dict[str, Any]) -> None:
    make.a_conditional_project(Phase.SMALL_SCALE)

    assert "does not change" in refused(lambda: GateCondition.objects.update(**{"client_words": "Raw", **values}))


def test_a_condition_is_met_only_by_evidence_and_a_second_person() -> None:
    make.a_conditional_project(Phase.SMALL_SCALE)

    assert "does not move from open to met" in refused(lambda: GateCondition.objects.update(state="met"))
    assert "gate_condition_met_is_confirmed" in refused(lambda: [GateCondition.objects.update(state=s) for s in ("answered", "met")])
    assert "never deleted" in refused(lambda: GateCondition.objects.all().delete())


def test_a_condition_stands_only_with_its_decision() -> None:
    row = a_condition_row(make.a_project())

    assert "only once its decision is signed" in refused(lambda: GateCondition.objects.filter(pk=row.pk).update(state="open"))


def test_no_condition_is_added_after_the_decision() -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE)
    row = GateCondition.objects.get(review__project=project)
    row.pk, row.number = None, 2

    assert "written with the proposal" in refused(lambda: row.save(force_insert=True))


def test_a_waiver_is_granted_only_by_a_signature_and_then_final() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    make.a_waiver(project, "route")
    rows = GateWaiver.objects.filter(review__project=project)

    assert "gate_waiver_granted_is_signed" in refused(lambda: rows.update(state="granted"))
    assert "does not change" in refused(lambda: rows.update(justification="Another"))
    make.grant(rows.get())
    assert "no longer changes" in refused(lambda: rows.update(justification="Another"))
    assert "never deleted" in refused(rows.delete)
