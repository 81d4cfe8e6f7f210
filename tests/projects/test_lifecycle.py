"""Moves of a project outside its gates: every status and phase against every action."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.models import Role
from audit.refusals import BadInput, NotAllowed, Refused
from projects.models import GateReview, Phase, PhaseMove, Project, StatusChange, WaitingFor
from projects.services import lifecycle
from tests.projects import factories as make
from tests.projects.remembered import remembered

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
WHY = "As agreed with the client."

ACTIONS: dict[str, Callable[[Project], object]] = {
    "hold": lambda project: lifecycle.hold_project(project.code, actor=make.manager(), reason=WHY),
    "resume": lambda project: lifecycle.resume_project(project.code, actor=make.manager(), reason=WHY),
    "cancel": lambda project: lifecycle.cancel_project(project.code, actor=make.manager(), reason=WHY, cancel_class="stopped"),
    "complete": lambda project: lifecycle.complete_project(project.code, actor=make.manager(), reason=WHY),
    "return": lambda project: lifecycle.return_project(project.code, to_phase="evaluation", actor=make.manager(), reason=WHY),
    "propose": make.propose,
}


def again(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


@remembered
def in_status(status: str) -> Project:
    """A project in small scale with this status."""
    project = make.a_project_in(Phase.SMALL_SCALE, last=Phase.SMALL_SCALE)
    if status == "completed":
        make.pass_gate(project)
    elif status != "active":
        ACTIONS[{"on_hold": "hold", "cancelled": "cancel"}[status]](project)
    return again(project)


ALLOWED = {
    ("active", "hold"): ("on_hold", ["project.held"]),
    ("active", "cancel"): ("cancelled", ["gate.left", "project.cancelled"]),
    ("active", "return"): ("active", ["gate.left", "project.returned", "gate.opened", "milestone.reopened", "plan.forecasts_moved"]),
    ("on_hold", "resume"): ("active", ["project.resumed"]),
    ("on_hold", "cancel"): ("cancelled", ["gate.left", "project.cancelled"]),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("status", ["active", "on_hold", "cancelled", "completed"])
def test_status_against_action(status: str, action: str, events_of: Events, nothing_written: Check) -> None:
    project = in_status(status)
    act = partial(ACTIONS[action], project)

    if (status, action) in ALLOWED:
        after, kinds = ALLOWED[status, action]
        assert events_of(act) == kinds
        assert again(project).status == after
    else:
        refusal = nothing_written(act, Refused)
        assert refusal.blockers  # type: ignore[attr-defined]


RETURNS = {
    Phase.EVALUATION: [],
    Phase.SMALL_SCALE: [Phase.EVALUATION],
    Phase.PILOT: [Phase.EVALUATION, Phase.SMALL_SCALE],
}


@pytest.mark.parametrize("target", list(Phase))
@pytest.mark.parametrize("phase", RETURNS)
def test_return_against_phase(phase: str, target: str, nothing_written: Check) -> None:
    project = make.a_project_in(phase)
    act = partial(lifecycle.return_project, project.code, to_phase=target, actor=make.manager(), reason=WHY)

    if target in RETURNS[Phase(phase)]:
        assert act().phase == target
        move = PhaseMove.objects.get(project=project, kind="return")
        assert (move.from_phase, move.to_phase, move.reason) == (phase, target, WHY)
    else:
        nothing_written(act, Refused)


def test_a_return_goes_only_to_contracted_phases(nothing_written: Check) -> None:
    project = make.decide(make.a_project_ready_for_g1(first=Phase.PILOT))
    make.out_of_scope(project)

    refusal = nothing_written(
        lambda: lifecycle.return_project(project.code, to_phase=Phase.SMALL_SCALE, actor=make.manager(), reason=WHY), Refused
    )

    assert "Evaluation" in str(refusal)


@pytest.mark.parametrize("action", ["hold_project", "return_project", "cancel_project"])
def test_every_move_needs_a_reason(action: str, nothing_written: Check) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    more: dict[str, Any] = {"return_project": {"to_phase": "evaluation"}, "cancel_project": {"cancel_class": "lost"}}.get(action, {})

    refusal = nothing_written(lambda: getattr(lifecycle, action)(project.code, actor=make.manager(), reason="  ", **more), BadInput)

    assert refusal.errors.keys() == {"reason"}  # type: ignore[attr-defined]


def test_a_cancellation_says_which_kind(nothing_written: Check) -> None:
    project = make.a_project()

    nothing_written(lambda: lifecycle.cancel_project(project.code, actor=make.manager(), reason=WHY, cancel_class="forgotten"), BadInput)
    lifecycle.cancel_project(project.code, actor=make.manager(), reason=WHY, cancel_class="declined")

    assert StatusChange.objects.get(project=project).cancel_class == "declined"


def test_nobody_waits_for_a_project_that_is_over() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    assert WaitingFor.objects.open().filter(project=project).exists()

    ACTIONS["cancel"](project)

    assert not WaitingFor.objects.open().filter(project=project).exists()


def test_a_contract_that_ends_with_a_phase_completes_by_its_gate() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE, last=Phase.SMALL_SCALE)

    project = make.pass_gate(project)

    assert (project.phase, project.status) == (Phase.SMALL_SCALE, "completed")


def test_commercial_supply_completes_after_a_review(nothing_written: Check, events_of: Events) -> None:
    project = make.a_project_in(Phase.COMMERCIAL)
    nothing_written(partial(ACTIONS["complete"], project), Refused)
    project = make.pass_gate(project)
    assert (project.phase, project.status) == (Phase.COMMERCIAL, "active")

    assert events_of(partial(ACTIONS["complete"], project)) == ["gate.left", "project.completed"]
    assert again(project).status == "completed"


def test_a_phase_out_of_scope_is_passed_by_signature(events_of: Events) -> None:
    project = make.decide(make.a_project_ready_for_g1(first=Phase.PILOT))

    kinds = events_of(lambda: make.out_of_scope(project))

    assert kinds[:2] == ["gate.left", "project.phase_entered"]
    assert set(kinds[2:]) == {"work.asked", "gate.opened"}  # the owners of the next phase
    move = PhaseMove.objects.get(project=project, kind="out_of_scope")
    assert (again(project).phase, move.signature.meaning) == (Phase.PILOT, "not_in_scope")


def test_a_contracted_phase_is_not_passed_as_out_of_scope(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)

    nothing_written(lambda: make.out_of_scope(project), Refused)


def test_a_return_opens_a_new_round_of_each_gate_passed_again() -> None:
    project = make.a_project_in(Phase.PILOT)

    lifecycle.return_project(project.code, to_phase=Phase.SMALL_SCALE, actor=make.manager(), reason=WHY)
    make.decide(project)

    rounds = GateReview.objects.filter(project=project).order_by("pk").values_list("gate", "round", "state", "proposed_decision")
    assert list(rounds) == [
        ("G1", 1, "decided", "go"),
        ("G2", 1, "decided", "go"),
        ("G3", 1, "decided", ""),
        ("G2", 2, "decided", "go"),
        ("G3", 2, "open", ""),
    ]


def test_a_return_says_which_evidence_must_be_newer(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.PILOT)
    lifecycle.return_project(
        project.code, to_phase=Phase.SMALL_SCALE, actor=make.manager(), reason=WHY, renew_criteria=["process_development_report"]
    )

    refusal = nothing_written(lambda: make.propose(project), Refused)
    assert [blocker.key for blocker in refusal.blockers] == ["deliverable.process_development_report"]  # type: ignore[attr-defined]
    assert "To be done again" in str(refusal)
    make.done(project, "process_development_report")

    assert make.decide(project).phase == Phase.PILOT


def test_a_hold_by_the_gate_keeps_what_the_return_asked_for() -> None:
    project = make.a_project_in(Phase.PILOT)
    lifecycle.return_project(project.code, to_phase="small_scale", actor=make.manager(), reason=WHY, renew_criteria=["route", "risks"])

    make.decide(project, "hold")

    review = GateReview.objects.current().get(project=project)
    assert (review.round, review.renew_criteria) == (3, ["route"])


def test_a_proposal_that_was_left_is_no_decision() -> None:
    project = make.a_finished_project(Phase.PILOT)
    make.propose(project)

    lifecycle.return_project(project.code, to_phase=Phase.SMALL_SCALE, actor=make.manager(), reason=WHY)

    left = GateReview.objects.get(project=project, gate="G3", round=1)
    assert (left.state, left.proposed_decision) == ("decided", "")


@pytest.mark.parametrize("role", [Role.RESEARCH, Role.QUALITY_ASSURANCE, Role.BUSINESS_DEVELOPMENT])
def test_moves_take_a_manager(role: str, nothing_written: Check) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)

    nothing_written(lambda: lifecycle.hold_project(project.code, actor=make.person(role), reason=WHY), NotAllowed)


def test_a_foreign_project_is_a_missing_one(nothing_written: Check) -> None:
    project = make.a_project()
    stranger = make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB"))

    nothing_written(lambda: lifecycle.hold_project(project.code, actor=stranger, reason=WHY), Project.DoesNotExist)
