"""The signatures of a decision: who may give them, what they bind, what stops or spends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from accounts.models import Role
from audit.refusals import BadInput, NotAllowed, Refused
from audit.signatures import content_hash, signatures_of
from projects import gates
from projects.models import GateReview, GateSignature, Phase, PhaseMove, WaitingFor
from projects.services import gate
from tests.projects import factories as make
from tests.projects.reviews import WHY, keys, review_of, sign_as

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]


def test_signers_are_asked_and_no_longer_once_they_signed() -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    waits = WaitingFor.objects.open().filter(project=project, key__startswith="gate.sign")
    assert set(waits.values_list("role", flat=True)) == set(make.signers_of(Phase.EVALUATION))

    make.sign(project, Role.MANAGEMENT)
    assert set(waits.values_list("role", flat=True)) == {Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER}
    make.sign(project)

    assert not waits.exists()


def test_a_role_signs_once(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    make.sign(project, Role.MANAGEMENT)

    second = make.person(Role.MANAGEMENT, name="Second Manager")

    assert keys(nothing_written(lambda: sign_as(project, Role.MANAGEMENT, second), Refused)) == ["gate.signer"]


def test_nobody_signs_in_two_roles(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    both = make.person(Role.MANAGEMENT, Role.BUSINESS_DEVELOPMENT)
    make.propose(project)
    sign_as(project, Role.MANAGEMENT, both)

    refusal = nothing_written(lambda: sign_as(project, Role.BUSINESS_DEVELOPMENT, both), Refused)

    assert "nobody signs in two roles" in str(refusal)


def test_a_role_that_one_does_not_hold_is_not_signed(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)

    nothing_written(lambda: sign_as(project, Role.MANAGEMENT, make.person(Role.QUALITY_ASSURANCE)), NotAllowed)


def test_a_role_that_the_gate_does_not_ask_for_is_refused(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)

    nothing_written(lambda: sign_as(project, Role.QUALITY_ASSURANCE), Refused)


def test_the_authentication_of_another_person_signs_nothing(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    stolen = make.fake_authentication(make.manager())

    nothing_written(
        lambda: gate.sign_decision(project.code, role=Role.MANAGEMENT, actor=make.person(Role.MANAGEMENT), authentication=stolen),
        NotAllowed,
    )


def test_an_old_authentication_signs_nothing(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    actor = make.person(Role.MANAGEMENT)
    fresh = make.fake_authentication(actor)
    old = replace(fresh, at=fresh.at.replace(year=fresh.at.year - 1))

    nothing_written(lambda: gate.sign_decision(project.code, role=Role.MANAGEMENT, actor=actor, authentication=old), NotAllowed)


def test_the_signature_binds_proposal_and_evidence() -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)

    review = make.sign(project, Role.MANAGEMENT)

    signature = signatures_of(review).get()
    assert signature.content == gate.proposal_content(review)
    assert signature.content["evidence"] == gates.evidence_hash(gate.judge_review(review))
    assert (signature.meaning, signature.content_hash) == ("gate_go", content_hash(review, gate.proposal_content(review)))


def test_what_was_shown_is_what_is_signed(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    actor = make.person(Role.MANAGEMENT)

    nothing_written(
        lambda: gate.sign_decision(
            project.code, role=Role.MANAGEMENT, actor=actor, authentication=make.fake_authentication(actor), expected_hash="0" * 64
        ),
        Refused,
    )


def test_evidence_that_changed_since_the_proposal_stops_the_signing(nothing_written: Check) -> None:
    project = make.a_finished_project(Phase.SMALL_SCALE)
    make.propose(project)
    make.done(project, "route_selection_report")

    refusal = nothing_written(lambda: sign_as(project, Role.RESEARCH), Refused)

    review = review_of(project)
    assert keys(refusal) == ["gate.evidence_changed"]
    assert gate.evidence_changes(review, gate.judge_review(review)) == ["route"]


def test_a_proposal_on_changed_evidence_is_withdrawn_and_proposed_again() -> None:
    project = make.a_finished_project(Phase.SMALL_SCALE)
    make.propose(project)
    make.done(project, "route_selection_report")

    gate.withdraw_proposal(project.code, actor=make.manager(), reason=WHY)

    assert make.decide(project).phase == Phase.PILOT


def test_a_refusal_reopens_and_spends_every_signature() -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    make.sign(project, Role.MANAGEMENT)

    gate.refuse_decision(project.code, role=Role.BUSINESS_DEVELOPMENT, actor=make.person(Role.BUSINESS_DEVELOPMENT), reason="Too dear.")

    review = review_of(project)
    assert (review.state, review.proposed_decision, review.evidence_hash) == ("open", "", "")
    assert GateSignature.objects.get(review=review, refused=True).reason == "Too dear."
    make.propose(project)
    assert gate.signatures_of_proposal(review_of(project)) == []


def test_a_refusal_needs_a_reason(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)

    nothing_written(
        lambda: gate.refuse_decision(project.code, role=Role.MANAGEMENT, actor=make.person(Role.MANAGEMENT), reason=""), BadInput
    )


def test_a_held_project_signs_nothing(nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    make.hold(project)

    assert keys(nothing_written(lambda: sign_as(project, Role.MANAGEMENT), Refused)) == ["project.not_active"]


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_two_last_signatures_at_once(at_once: Callable[..., list[object]]) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    make.sign(project, Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER)
    people = [make.person(Role.MANAGEMENT), make.person(Role.MANAGEMENT, name="Second Director")]

    outcomes = at_once(*(partial(sign_as, project, Role.MANAGEMENT, person) for person in people))

    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refusals) == 1 and refusals[0].blockers
    assert PhaseMove.objects.filter(project=project, kind="gate").count() == 1
    assert GateSignature.objects.filter(role=Role.MANAGEMENT).count() == 1


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_signing_and_refusing_at_once(at_once: Callable[..., list[object]]) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    make.sign(project, Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER)
    second = make.person(Role.MANAGEMENT, name="Second Director")

    outcomes = at_once(
        lambda: sign_as(project, Role.MANAGEMENT),
        lambda: gate.refuse_decision(project.code, role=Role.MANAGEMENT, actor=second, reason=WHY),
    )

    assert sum(isinstance(outcome, GateReview) for outcome in outcomes) == 1
    assert GateSignature.objects.filter(role=Role.MANAGEMENT).count() == 1
    moved = PhaseMove.objects.filter(project=project, kind="gate").exists()
    assert moved != GateSignature.objects.filter(refused=True).exists()
