"""Waivers: who asks, who signs, over what; what they pass and what they never pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import Role
from audit.refusals import BadInput, NotAllowed, Refused
from audit.signatures import signatures_of, verify
from projects import gates
from projects.models import GateWaiver, Phase, Project, WaitingFor
from projects.services import waivers
from projects.services.gate import current_review, judge_review
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
ALL_BUT_ROUTE = ("method_validation_report", "sample_certificate", "sample_confirmation", "confirmation_runs", "process_development_report")


@pytest.fixture
def small_scale(db: None) -> Project:
    """Everything is done except the route."""
    return make.a_project_with(Phase.SMALL_SCALE, *ALL_BUT_ROUTE)


def judged(project: Project) -> dict[str, gates.Judged]:
    review = current_review(Project.objects.get(pk=project.pk))
    assert review is not None
    return {item.key: item for item in judge_review(review)}


def test_a_waived_criterion_lets_the_gate_open(small_scale: Project, nothing_written: Check) -> None:
    waiver = make.a_waiver(small_scale, "route")
    nothing_written(partial(make.propose, small_scale), Refused)

    make.grant(waiver)

    assert judged(small_scale)["route"].standing == "waived"
    assert make.decide(small_scale).phase == Phase.PILOT


def test_what_is_signed_is_criterion_finding_and_justification(small_scale: Project, events_of: Events) -> None:
    waiver = make.a_waiver(small_scale, "route")

    assert events_of(partial(make.grant, waiver)) == ["waiver.granted"]

    signature = signatures_of(waiver).get()
    assert signature.content["criterion"]["key"] == "route"
    assert signature.content["finding"]["blockers"][0]["key"] == "deliverable.route_selection_report"
    assert (signature.content["justification"], signature.meaning) == ("Shown on the pilot batch instead.", "waiver")
    assert verify(signature).valid


def test_the_signers_of_the_gate_sign_the_waiver_too(small_scale: Project) -> None:
    before = gates.evidence_hash(judged(small_scale).values())
    waiver = make.grant(make.a_waiver(small_scale, "route"))

    assert gates.evidence_hash(judged(small_scale).values()) != before
    assert judged(small_scale)["route"].waiver == waiver


def test_what_is_missing_on_top_is_not_covered(small_scale: Project) -> None:
    waiver = make.grant(make.a_waiver(small_scale, "route"))

    assert waiver.covers([]) and waiver.covers(["deliverable.route_selection_report"])
    assert not waiver.covers(["deliverable.route_selection_report", "criterion.renew"])


@pytest.mark.parametrize(("criterion", "key"), [("sample", "waiver.never"), ("methods", "waiver.met")])
def test_what_cannot_be_waived(criterion: str, key: str, nothing_written: Check) -> None:
    project = make.a_project_with(Phase.SMALL_SCALE, "method_validation_report")

    refusal = nothing_written(partial(make.a_waiver, project, criterion), Refused)

    assert isinstance(refusal, Refused) and [blocker.key for blocker in refusal.blockers] == [key]


@pytest.mark.parametrize("key", ["quotation", "cooperation", "confidentiality"])
def test_what_the_client_has_to_give_is_never_waived(key: str, nothing_written: Check) -> None:
    nothing_written(partial(make.a_waiver, make.a_project(), key), Refused)


def test_it_is_justified_in_writing(small_scale: Project, nothing_written: Check) -> None:
    nothing_written(partial(make.a_waiver, small_scale, "route", " "), BadInput)
    nothing_written(partial(make.a_waiver, small_scale, "nothing"), BadInput)


@pytest.mark.parametrize("role", [Role.QUALITY_ASSURANCE, Role.MANAGEMENT, Role.RESEARCH])
def test_a_project_manager_asks(role: str, small_scale: Project, nothing_written: Check) -> None:
    ask = partial(waivers.request_waiver, small_scale.code, "route", actor=make.person(role), justification="Later.")

    nothing_written(ask, NotAllowed)


@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.MANAGEMENT, Role.RESEARCH])
def test_quality_assurance_signs(role: str, small_scale: Project, nothing_written: Check) -> None:
    waiver, actor = make.a_waiver(small_scale, "route"), make.person(role)
    authentication = make.fake_authentication(actor)

    nothing_written(lambda: waivers.grant_waiver(small_scale.code, waiver.pk, actor=actor, authentication=authentication), NotAllowed)


def test_nobody_grants_what_they_asked_for(small_scale: Project, nothing_written: Check) -> None:
    both = make.person(Role.PROJECT_MANAGER, Role.QUALITY_ASSURANCE)
    waiver = waivers.request_waiver(small_scale.code, "route", actor=both, justification="Later.")
    authentication = make.fake_authentication(both)

    nothing_written(lambda: waivers.grant_waiver(small_scale.code, waiver.pk, actor=both, authentication=authentication), Refused)


def test_what_was_shown_is_what_is_signed(small_scale: Project, nothing_written: Check) -> None:
    waiver, actor = make.a_waiver(small_scale, "route"), make.person(Role.QUALITY_ASSURANCE)
    grant = partial(waivers.grant_waiver, small_scale.code, waiver.pk, actor=actor, authentication=make.fake_authentication(actor))

    nothing_written(partial(grant, expected_hash="0" * 64), Refused)
    assert grant(expected_hash=waivers.waiver_hash(waiver)).state == "granted"


def test_quality_assurance_is_asked_until_it_decided(small_scale: Project) -> None:
    waiver = make.a_waiver(small_scale, "route")
    waits = WaitingFor.objects.open().filter(key=f"waiver:{waiver.pk}")
    assert [wait.role for wait in waits] == ["quality_assurance"]

    waivers.refuse_waiver(small_scale.code, waiver.pk, actor=make.person(Role.QUALITY_ASSURANCE), reason="Do the work.")

    assert not waits.all().exists()
    assert GateWaiver.objects.get(pk=waiver.pk).refusal_reason == "Do the work."


def test_one_waiver_at_a_time(small_scale: Project, nothing_written: Check) -> None:
    waiver = make.a_waiver(small_scale, "route")
    nothing_written(partial(make.a_waiver, small_scale, "route"), Refused)

    waivers.withdraw_waiver(small_scale.code, waiver.pk, actor=make.manager())

    assert make.a_waiver(small_scale, "route").state == "requested"


def test_a_proposal_that_stands_takes_no_waiver(small_scale: Project, nothing_written: Check) -> None:
    make.propose(small_scale, "hold")

    nothing_written(partial(make.a_waiver, small_scale, "route"), Refused)


def test_another_round_asks_anew(small_scale: Project) -> None:
    make.grant(make.a_waiver(small_scale, "route"))
    make.decide(small_scale, "hold")

    assert judged(small_scale)["route"].standing == "unmet"
