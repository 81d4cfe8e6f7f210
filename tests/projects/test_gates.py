"""The gate: proposing, deciding, what the last signature carries out, what a release of the software changes, what judging costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from audit.refusals import BadInput, Blocker, NotAllowed, Refused
from projects import gates, steps
from projects.models import Baseline, Milestone, Phase, PhaseMove, Project, ReadinessSummary, StatusChange
from projects.services import gate
from projects.services.readiness import refresh_readiness
from tests.projects import factories as make
from tests.projects.remembered import remembered
from tests.projects.reviews import WHY, keys, review_of, sign_as

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
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


@remembered
def reviewed(state: str) -> Project:
    """The review of its first gate is in this state."""
    project = make.a_project_ready_for_g1()
    if state == "submitted":
        make.propose(project)
    if state == "decided":
        make.decide(project, "stop")
    return project


@pytest.mark.parametrize("action", ["propose", "sign", "refuse", "withdraw"])
@pytest.mark.parametrize("state", ["open", "submitted", "decided"])
def test_review_against_action(state: str, action: str, events_of: Events, nothing_written: Check) -> None:
    project = reviewed(state)
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
def test_two_holds_at_once(at_once: Callable[..., list[object]]) -> None:
    project, _manager = make.a_project(), make.manager()

    outcomes = at_once(partial(make.hold, project), partial(make.hold, project))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Project", "Refused"]
    assert StatusChange.objects.filter(project=project).count() == 1
