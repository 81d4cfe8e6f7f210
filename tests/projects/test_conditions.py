"""Go with conditions: what it passes, what it locks once overdue, who is told, how a condition is met."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Role, User
from audit.context import acting
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from audit.signatures import signatures_of
from documents.models import Document, DocumentVersion
from projects import steps
from projects.models import GateCondition, GateReview, Phase, Project, WaitingFor
from projects.plans import needed_before
from projects.services import conditions
from projects.services.gate import current_review, proposal_blockers, withdraw_proposal
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
InDays = Callable[[int], date]
CONDITIONAL = "go_with_conditions"


def the_condition(project: Project) -> GateCondition:
    return GateCondition.objects.select_related("review__project", "owner").get(review__project=project)


def answer(project: Project, actor: User | None = None, **values: str) -> GateCondition:
    actor = actor or make.person(Role.PRODUCTION)
    return conditions.answer_condition(
        project.code, the_condition(project).pk, actor=actor, **{"words": "Protocol Q-7 is signed.", **values}
    )


def confirm(project: Project, actor: User | None = None) -> GateCondition:
    actor = actor or make.person(Role.QUALITY_ASSURANCE)
    return conditions.confirm_condition(project.code, the_condition(project).pk, actor=actor)


def keys(refusal: Exception) -> list[str]:
    assert isinstance(refusal, Refused)
    return [blocker.key for blocker in refusal.blockers]


@pytest.fixture
def pilot(db: None) -> Project:
    """In pilot, nothing of the phase is done except what the route to G3 needs for one missing report."""
    return make.a_finished_project(Phase.PILOT)


def test_an_unmet_criterion_is_passed_by_the_condition_that_names_it(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    make.done(
        project, "method_validation_report", "sample_certificate", "sample_confirmation", "confirmation_runs", "process_development_report"
    )
    propose = partial(make.propose, project, CONDITIONAL)

    assert keys(nothing_written(partial(propose, conditions=[make.a_condition()]), Refused)) == ["deliverable.route_selection_report"]
    project = make.decide(project, CONDITIONAL, conditions=[make.a_condition(criterion="route")])

    assert project.phase == Phase.PILOT
    assert the_condition(project).state == "open"


def test_a_criterion_that_cannot_be_waived_is_passed_on_no_condition(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    condition = make.a_condition(criterion="sample")

    refusal = nothing_written(partial(make.propose, project, CONDITIONAL, conditions=[condition]), BadInput)

    assert "passed only by its evidence" in str(refusal)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"words": " "}, "words"),
        ({"step": "nothing"}, "step"),
        ({"step": "sample.ship"}, "step_number"),
        ({"criterion": "nothing"}, "criterion"),
        ({"tell_client": False}, "untold_reason"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
    ],
)
def test_a_condition_that_makes_no_sense(values: dict[str, object], field: str, pilot: Project, nothing_written: Check) -> None:
    proposal = partial(make.propose, pilot, CONDITIONAL, conditions=[make.a_condition(**values)])

    refusal = nothing_written(proposal, BadInput)

    assert isinstance(refusal, BadInput) and list(refusal.errors) == [f"conditions-0-{field}"]


def test_the_owner_is_one_of_ours(pilot: Project, nothing_written: Check) -> None:
    client = make.person(Role.CLIENT_APPROVER, client=pilot.client)

    nothing_written(partial(make.propose, pilot, CONDITIONAL, conditions=[make.a_condition(owner=client)]), BadInput)


@pytest.mark.parametrize(("decision", "given"), [(CONDITIONAL, 0), ("go", 1), ("hold", 1)])
def test_conditions_belong_to_go_with_conditions(decision: str, given: int, pilot: Project, nothing_written: Check) -> None:
    rows = [make.a_condition()] * given

    nothing_written(partial(make.propose, pilot, decision, conditions=rows, reason="As agreed."), BadInput)


def test_the_signers_sign_the_conditions(pilot: Project) -> None:
    make.decide_with_conditions(pilot, make.a_condition(words="Qualify the dryer."))

    content = signatures_of(GateReview.objects.get(project=pilot, gate="G3")).first().content  # type: ignore[union-attr]

    assert [row["words"] for row in content["conditions"]] == ["Qualify the dryer."]
    assert content["conditions"][0]["step"] == "validation_batch.start"


def test_a_proposal_taken_back_binds_nobody(pilot: Project) -> None:
    make.propose(pilot, CONDITIONAL, conditions=[make.a_condition()])
    withdraw_proposal(pilot.code, actor=make.manager())

    assert the_condition(pilot).state == "void"
    assert not WaitingFor.objects.open().filter(key__startswith="condition").exists()


def test_the_owner_is_waited_for_then_a_second_person(pilot: Project, events_of: Events) -> None:
    project = make.decide_with_conditions(pilot)
    waits = WaitingFor.objects.open().filter(project=project, key__startswith="condition")
    assert [wait.user for wait in waits] == [make.person(Role.PRODUCTION)]

    assert events_of(partial(answer, project)) == ["condition.answered"]
    assert [wait.role for wait in waits.all()] == ["quality_assurance"]
    assert events_of(partial(confirm, project)) == ["condition.met"]

    assert not waits.all().exists()
    assert the_condition(project).state == "met"


def test_who_gave_the_evidence_does_not_confirm_it(pilot: Project, nothing_written: Check) -> None:
    project = make.decide_with_conditions(pilot)
    answer(project, make.manager())

    assert keys(nothing_written(partial(confirm, project, make.manager()), Refused)) == ["condition.second_person"]


def test_others_than_owner_and_manager_give_no_evidence(pilot: Project, nothing_written: Check) -> None:
    project = make.decide_with_conditions(pilot)

    nothing_written(partial(answer, project, make.person(Role.RESEARCH)), NotAllowed)
    answer(project)
    nothing_written(partial(confirm, project, make.person(Role.RESEARCH)), NotAllowed)


def test_a_deliverable_that_is_done_is_evidence(pilot: Project, nothing_written: Check) -> None:
    project = make.decide_with_conditions(pilot)

    nothing_written(partial(answer, project, deliverable="pre_production_plan", words=""), BadInput)
    nothing_written(partial(answer, project, words=""), BadInput)
    make.done(project, "pre_production_plan")
    answer(project, deliverable="pre_production_plan", words="")
    make.done(project, "pre_production_plan")

    assert keys(nothing_written(partial(confirm, project), Refused)) == ["condition.evidence_changed"]


def test_rejected_evidence_asks_the_owner_again(pilot: Project, nothing_written: Check) -> None:
    project = make.decide_with_conditions(pilot)
    answer(project)
    reject = partial(conditions.reject_answer, project.code, the_condition(project).pk, actor=make.person(Role.QUALITY_ASSURANCE))

    nothing_written(partial(reject, reason=" "), BadInput)
    reject(reason="The protocol is a draft.")

    row = the_condition(project)
    assert (row.state, row.answer, row.answered_by) == ("open", "", None)
    assert WaitingFor.objects.open().filter(key=f"condition:{row.pk}:owner").exists()


def test_an_overdue_condition_locks_its_step_until_met(in_days: InDays, nothing_written: Check) -> None:
    """A conditional go locks validation batch 2 until met."""
    project = make.a_conditional_project(Phase.PILOT)
    make.done(project, *needed_before(steps.VALIDATION_BATCH))
    record = partial(make.a_reference, project, "validation_batch_records", actor=make.person(Role.PRODUCTION))
    assert steps.blockers(steps.VALIDATION_BATCH, steps.Start(project, 2)) == []

    in_days(31)

    assert steps.blockers(steps.VALIDATION_BATCH, steps.Start(project, 1)) == []
    assert [b.key for b in steps.blockers(steps.VALIDATION_BATCH, steps.Start(project, 2))] == ["condition.overdue"]
    assert keys(nothing_written(record, Refused)) == ["condition.overdue"]
    answer(project)
    assert keys(nothing_written(record, Refused)) == ["condition.overdue"]
    confirm(project)
    assert record().state == "entered"


@pytest.mark.parametrize(("decision", "locked"), [("go", True), (CONDITIONAL, True), ("hold", False), ("return", False), ("stop", False)])
def test_an_overdue_condition_locks_the_way_forward_only(decision: str, locked: bool, in_days: InDays) -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE, {"step": "gate.request", "step_number": 0})
    review = current_review(project)
    assert review is not None and proposal_blockers(review, decision) == []

    in_days(31)

    assert bool(proposal_blockers(review, decision)) is locked


def test_a_document_is_not_made_effective(in_days: InDays) -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE, {"step": "document.make_effective", "step_number": 0})

    in_days(31)

    version = DocumentVersion(document=Document(project=project, type_key="development_report"))
    assert [b.key for b in steps.blockers(steps.MAKE_EFFECTIVE, version)] == ["condition.overdue"]


@pytest.mark.parametrize(("tell", "seen"), [(True, "The dryer is not qualified yet."), (False, None)])
def test_the_client_is_told_once_where_it_was_agreed(tell: bool, seen: str | None, in_days: InDays) -> None:
    condition = {"tell_client": tell, "client_words": "The dryer is not qualified yet.", "untold_reason": "It is ours alone."}
    project = make.a_conditional_project(Phase.SMALL_SCALE, condition)
    with acting(channel="worker"):
        assert conditions.tell_overdue_conditions() == 0
        in_days(31)
        assert [conditions.tell_overdue_conditions() for _night in range(2)] == [1, 0]

    assert not Event.objects.get(kind="condition.overdue", project_id=project.pk).client_visible
    told = list(Event.objects.filter(kind="condition.told", project_id=project.pk))
    assert [(event.client_visible, (event.client_data or {}).get("words")) for event in told] == ([(True, seen)] if tell else [])
    assert all(the_condition(project).words not in f"{event.words} {event.data} {event.object_label}" for event in told)


def test_the_client_is_told_in_usual_words_unless_somebody_signed_why_not() -> None:
    told = make.a_conditional_project(Phase.SMALL_SCALE)
    left_out = make.a_conditional_project(Phase.SMALL_SCALE, {"tell_client": False, "untold_reason": "A matter of our staff."})

    assert the_condition(told).tell_client and "condition of our last gate decision" in the_condition(told).client_words
    signature = signatures_of(GateReview.objects.passed().get(project=left_out, gate="G2"))[0]
    assert (the_condition(left_out).client_words, signature.content["conditions"][0]["untold_reason"]) == ("", "A matter of our staff.")


def test_a_project_on_hold_is_told_when_it_resumes(in_days: InDays) -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE)
    make.hold(project)
    in_days(31)

    with acting(channel="worker"):
        assert conditions.tell_overdue_conditions() == 0


def test_passing_the_gate_again_replaces_its_conditions() -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE)
    make.decide(project, "return", return_to=Phase.SMALL_SCALE)

    make.decide(project)

    assert the_condition(project).state == "void"
    assert Event.objects.filter(kind="condition.replaced", project_id=project.pk).count() == 1


def test_the_return_says_what_to_renew_and_what_it_costs(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.PILOT)
    back = partial(make.propose, project, "return", return_to=Phase.SMALL_SCALE, cost_effect="Two more runs, EUR 40 000.")

    nothing_written(partial(back, renew_criteria=["nothing"]), BadInput)
    back(renew_criteria=["route"])
    make.sign(project)

    review = current_review(Project.objects.get(pk=project.pk))
    move = project.moves.get(kind="return")
    assert review is not None and review.renew_criteria == ["route"]
    assert (move.cost_effect, move.renew_criteria) == ("Two more runs, EUR 40 000.", ["route"])
    assert (review.evidence_after or timezone.now()) - move.moved_at < timedelta(seconds=1)
