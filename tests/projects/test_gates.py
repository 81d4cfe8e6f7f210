"""The gate: proposing, signing, refusing, withdrawing, and what the last signature carries out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from audit.refusals import BadInput, Blocker, NotAllowed, Refused
from audit.signatures import content_hash, signatures_of
from projects import gates, steps
from projects.models import (
    Baseline,
    GateReview,
    GateSignature,
    Milestone,
    Phase,
    PhaseMove,
    Project,
    ReadinessSummary,
    StatusChange,
    WaitingFor,
)
from projects.services import gate
from projects.services.readiness import refresh_readiness
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
WHY = "As agreed in the gate meeting."


def review_of(project: Project) -> GateReview:
    review = gate.current_review(Project.objects.get(pk=project.pk))
    assert review is not None
    return review


def keys(refusal: Exception) -> list[str]:
    assert isinstance(refusal, Refused)
    return [blocker.key for blocker in refusal.blockers]


def sign_as(project: Project, role: str, actor: object = None) -> object:
    signer = actor or make.person(role)
    return gate.sign_decision(project.code, role=role, actor=signer, authentication=make.fake_authentication(signer))  # type: ignore[arg-type]


ACTIONS: dict[str, Callable[[Project], object]] = {
    "propose": make.propose,
    "sign": lambda project: sign_as(project, Role.MANAGEMENT),
    "refuse": lambda project: gate.refuse_decision(project.code, role=Role.MANAGEMENT, actor=make.person(Role.MANAGEMENT), reason=WHY),
    "withdraw": lambda project: gate.withdraw_proposal(project.code, actor=make.manager(), reason=WHY),
}
ALLOWED = {
    ("open", "propose"): ("submitted", ["gate.proposed"]),
    ("submitted", "sign"): ("submitted", ["gate.signed"]),
    ("submitted", "refuse"): ("open", ["gate.refused"]),
    ("submitted", "withdraw"): ("open", ["gate.withdrawn"]),
}


@pytest.mark.parametrize("action", ["propose", "sign", "refuse", "withdraw"])
@pytest.mark.parametrize("state", ["open", "submitted", "decided"])
def test_review_against_action(state: str, action: str, events_of: Events, nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    if state == "submitted":
        make.propose(project)
    if state == "decided":
        make.decide(project, "stop")
    act = partial(ACTIONS[action], project)

    if (state, action) in ALLOWED:
        after, kinds = ALLOWED[state, action]
        assert events_of(act) == kinds
        assert review_of(project).state == after
    else:
        nothing_written(act, Refused)


DECISIONS = {
    "go": ("small_scale", "active", "G2", 1),
    "hold": ("evaluation", "on_hold", "G1", 2),
    "stop": ("evaluation", "cancelled", "", 0),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_last_signature_carries_the_decision_out(decision: str) -> None:
    phase, status, open_gate, number = DECISIONS[decision]

    project = make.decide(make.a_project_ready_for_g1(), decision)

    current = gate.current_review(project)
    assert (project.phase, project.status) == (phase, status)
    assert (current.gate, current.round) == (open_gate, number) if current else not open_gate


def test_a_decided_return_goes_back_and_opens_the_next_round() -> None:
    project = make.a_project_in(Phase.PILOT)

    project = make.decide(project, "return", return_to=Phase.SMALL_SCALE)

    assert project.phase == Phase.SMALL_SCALE
    assert (review_of(project).gate, review_of(project).round) == ("G2", 2)
    move = PhaseMove.objects.get(project=project, kind="return")
    assert (move.reason, move.review.gate) == (WHY, "G3")


def test_go_of_g1_launches_the_plan(events_of: Events) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    make.sign(project, Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER)

    kinds = events_of(lambda: make.sign(project))

    assert kinds[:2] == ["gate.signed", "gate.decided"]
    assert {"plan.baseline_taken", "milestone.achieved", "milestone.published", "project.phase_entered", "gate.opened"} <= set(kinds)
    assert Baseline.objects.filter(project=project).count() == 1
    assert Milestone.objects.get(project=project, key="g1").actual_on is not None


def test_every_phase_is_entered_through_its_gate() -> None:
    project = make.a_project_in(Phase.COMMERCIAL)

    moves = PhaseMove.objects.filter(project=project).order_by("pk").values_list("kind", "from_phase", "to_phase", "review__gate")
    assert list(moves) == [
        ("opened", "", "evaluation", None),
        ("gate", "evaluation", "small_scale", "G1"),
        ("gate", "small_scale", "pilot", "G2"),
        ("gate", "pilot", "validation", "G3"),
        ("gate", "validation", "commercial", "G4"),
    ]


def test_the_commercial_review_repeats_and_asks_for_the_next_year() -> None:
    project = make.pass_gate(make.a_project_in(Phase.COMMERCIAL))

    assert (review_of(project).gate, review_of(project).round) == ("G5", 2)
    assert not any(item.finding.met for item in gate.judge_review(review_of(project)))


def test_go_is_refused_with_the_reasons_that_the_page_shows(nothing_written: Check) -> None:
    project = make.a_project()

    refusal = nothing_written(partial(make.propose, project), Refused)

    shown = gates.unmet(gate.judge_review(review_of(project)))
    assert keys(refusal) == [blocker.key for blocker in shown]
    assert {"sheet.research", "sheet.production", "quotation.missing"} < set(keys(refusal))


@pytest.mark.parametrize("decision", ["hold", "stop"])
def test_other_decisions_need_no_met_criterion_but_a_reason(decision: str, nothing_written: Check) -> None:
    project = make.a_project()

    nothing_written(partial(make.propose, project, decision, reason=" "), BadInput)

    assert make.propose(project, decision).state == "submitted"


@pytest.mark.parametrize("target", ["", Phase.EVALUATION, Phase.PILOT])
def test_a_return_names_an_earlier_phase(target: str, nothing_written: Check) -> None:
    nothing_written(partial(make.propose, make.a_project(), "return", return_to=target), BadInput)


def test_an_unknown_decision_is_bad_input(nothing_written: Check) -> None:
    nothing_written(partial(make.propose, make.a_project(), "perhaps", reason=WHY), BadInput)


@pytest.mark.parametrize("role", [Role.MANAGEMENT, Role.BUSINESS_DEVELOPMENT, Role.QUALITY_ASSURANCE])
def test_only_a_project_manager_proposes(role: str, nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()

    nothing_written(lambda: gate.propose_decision(project.code, decision="go", actor=make.person(role)), NotAllowed)


def test_a_guard_of_the_step_locks_the_proposal(nothing_written: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make.a_project_ready_for_g1()
    locked = Blocker(key="condition.overdue", words="The condition of the last go is overdue.")
    monkeypatch.setitem(steps._guards, "gate.request", [lambda review: [locked]])

    assert keys(nothing_written(partial(make.propose, project), Refused)) == ["condition.overdue"]


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
    project = make.a_project_in(Phase.SMALL_SCALE)
    make.finish_phase(project)
    make.propose(project)
    make.done(project, "route_selection_report")

    refusal = nothing_written(lambda: sign_as(project, Role.RESEARCH), Refused)

    review = review_of(project)
    assert keys(refusal) == ["gate.evidence_changed"]
    assert gate.evidence_changes(review, gate.judge_review(review)) == ["route"]


def test_a_proposal_on_changed_evidence_is_withdrawn_and_proposed_again() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    make.finish_phase(project)
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


@pytest.fixture
def another_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """A release of the software that judges one criterion of a phase differently."""

    def change(phase: str, key: str) -> None:
        declared = gates.gate_of(phase)
        criteria = tuple(replace(c, version=c.version + 1) if c.key == key else c for c in declared.criteria)
        monkeypatch.setitem(gates._gates, phase, replace(declared, criteria=criteria))

    return change


def test_a_release_changes_no_open_review_silently(another_version: Callable[[str, str], None], nothing_written: Check) -> None:
    project = make.a_project_ready_for_g1()
    another_version(Phase.EVALUATION, "quotation")

    assert keys(nothing_written(partial(make.propose, project), Refused)) == ["criterion.outdated"]
    make.decide(project, "hold")

    assert review_of(project).criteria.get(key="quotation").version == 2


def test_a_release_between_proposal_and_signature_stops_the_signing(
    another_version: Callable[[str, str], None], nothing_written: Check
) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    another_version(Phase.EVALUATION, "quotation")

    assert keys(nothing_written(lambda: sign_as(project, Role.MANAGEMENT), Refused)) == ["gate.evidence_changed"]


@pytest.mark.parametrize("phase", [Phase.EVALUATION, Phase.SMALL_SCALE])
def test_judging_three_projects_costs_the_queries_of_one(phase: str) -> None:
    projects = [make.a_project_ready_for_g1() if phase == Phase.EVALUATION else make.a_project_in(phase) for _number in range(3)]
    refresh_readiness([project.pk for project in projects])  # a gate that is ready is asked about once

    def queries(chosen: list[Project]) -> int:
        with CaptureQueriesContext(connection) as captured:
            refresh_readiness([project.pk for project in chosen])
        return len(captured)

    assert queries(projects[:1]) == queries(projects)


def test_conditions_waivers_and_changed_evidence_cost_no_query_for_each_project() -> None:
    projects = [make.a_conditional_project(Phase.SMALL_SCALE) for _number in range(3)]
    for project in projects:
        make.grant(make.a_waiver(project, "vessels"))
        make.done(project, "route_selection_report")
    refresh_readiness([project.pk for project in projects])  # each change is asked about once

    def queries(chosen: list[Project]) -> int:
        with CaptureQueriesContext(connection) as captured:
            refresh_readiness([project.pk for project in chosen])
        return len(captured)

    assert queries(projects[:1]) == queries(projects)
    summary = ReadinessSummary.objects.get(project=projects[0])
    assert summary.met == 1 and [item["gate"] for item in summary.changed] == ["G2"]


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_two_proposals_at_once(at_once: Callable[..., list[object]]) -> None:
    project = make.a_project_ready_for_g1()
    second = make.person(Role.PROJECT_MANAGER, name="Second Manager")

    outcomes = at_once(
        lambda: gate.propose_decision(project.code, decision="go", actor=make.manager()),
        lambda: gate.propose_decision(project.code, decision="hold", actor=second, reason=WHY),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["GateReview", "Refused"]
    assert review_of(project).proposal_number == 1


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


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_two_holds_at_once(at_once: Callable[..., list[object]]) -> None:
    project, _manager = make.a_project(), make.manager()

    outcomes = at_once(partial(make.hold, project), partial(make.hold, project))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Project", "Refused"]
    assert StatusChange.objects.filter(project=project).count() == 1
