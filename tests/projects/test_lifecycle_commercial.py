"""Requests and quotations: every state against every action."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.refusals import NotAllowed, Refused
from phases.evaluation.services import submit_rfp
from projects.models import Project, Quotation, Rfp
from projects.services import commercial, quotation_answers
from projects.services.rfp import decline_rfp, update_rfp
from tests.projects import factories as make
from tests.projects.people import business
from tests.projects.remembered import remembered

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]


def rfp_in(state: str) -> Rfp:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    if state == "submitted":
        submit_rfp(rfp.number, actor=business())
    if state == "declined":
        decline_rfp(rfp.number, actor=business(), reason="Not our chemistry.")
    return rfp


RFP_ACTIONS: dict[str, Callable[[Rfp], object]] = {
    "submit": lambda rfp: submit_rfp(rfp.number, actor=business()),
    "decline": lambda rfp: decline_rfp(rfp.number, actor=business(), reason="Not our chemistry."),
    "change": lambda rfp: update_rfp(rfp.number, changes={"indication": "Fever"}, actor=business(), reason="The client called."),
}
RFP_ALLOWED = {
    ("draft", "submit"): ("submitted", "rfp.submitted"),
    ("draft", "decline"): ("declined", "rfp.declined"),
    ("draft", "change"): ("draft", "rfp.changed"),
    ("submitted", "change"): ("submitted", "rfp.changed"),
}


@pytest.mark.parametrize("action", RFP_ACTIONS)
@pytest.mark.parametrize("state", ["draft", "submitted", "declined"])
def test_request_against_action(state: str, action: str, events_of: Events, nothing_written: Check) -> None:
    rfp = rfp_in(state)
    act = partial(RFP_ACTIONS[action], rfp)

    if (state, action) in RFP_ALLOWED:
        after, kind = RFP_ALLOWED[state, action]
        assert kind in events_of(act)
        assert Rfp.objects.get(pk=rfp.pk).state == after
    else:
        nothing_written(act, Refused)


def release(quotation: Quotation, role: str = Role.BUSINESS_DEVELOPMENT) -> Quotation:
    actor = make.person(role)
    return commercial.release_quotation(
        quotation.project.code, quotation.revision, actor=actor, authentication=make.fake_authentication(actor)
    )


def accept(quotation: Quotation) -> Quotation:
    approver = make.person(Role.CLIENT_APPROVER)
    return quotation_answers.accept_quotation(
        quotation.project.code, quotation.revision, actor=approver, authentication=make.fake_authentication(approver)
    )


def release_with_its_paper(quotation: Quotation) -> None:
    make.release(quotation)
    make.a_paper(quotation)


QUOTATION_ACTIONS: dict[str, Callable[[Quotation], object]] = {
    "change": lambda quotation: commercial.change_quotation(
        quotation.project.code,
        quotation.revision,
        currency="USD",
        valid_until=timezone.localdate(),
        scope="Less",
        lines=[commercial.Line("pilot", "Pilot", make.Decimal("1.00"))],
        actor=business(),
    ),
    "release": release_with_its_paper,
    "send": lambda quotation: commercial.send_quotation(quotation.project.code, quotation.revision, actor=business()),
    "accept": accept,
    "decline": lambda quotation: quotation_answers.decline_quotation(
        quotation.project.code, quotation.revision, actor=make.person(Role.CLIENT_APPROVER), reason="Too dear."
    ),
    "revise": lambda quotation: make.a_quotation(quotation.project),
}
QUOTATION_STATES: dict[str, list[str]] = {
    "draft": [],
    "released": ["release"],
    "sent": ["release", "send"],
    "accepted": ["release", "send", "accept"],
    "declined": ["release", "send", "decline"],
    "superseded": ["revise"],
}
QUOTATION_ALLOWED = {
    ("draft", "change"): ("draft", "quotation.changed"),
    ("draft", "release"): ("released", "quotation.released"),
    ("draft", "revise"): ("superseded", "quotation.superseded"),
    ("released", "send"): ("sent", "quotation.sent"),
    ("released", "revise"): ("superseded", "quotation.superseded"),
    ("sent", "accept"): ("accepted", "quotation.accepted"),
    ("sent", "decline"): ("declined", "quotation.declined"),
    ("sent", "revise"): ("superseded", "quotation.superseded"),
    ("declined", "revise"): ("superseded", "quotation.superseded"),
    ("superseded", "revise"): ("superseded", "quotation.drafted"),
}


@remembered
def quoted(state: str) -> Project:
    """With a first revision of its quotation in this state."""
    project = make.a_project()
    quotation = make.a_quotation(project)
    for step in QUOTATION_STATES[state]:
        QUOTATION_ACTIONS[step](quotation)
    return project


UNSEEN = {(state, action) for state in ("draft", "released", "superseded") for action in ("accept", "decline")}


@pytest.mark.parametrize("action", QUOTATION_ACTIONS)
@pytest.mark.parametrize("state", QUOTATION_STATES)
def test_quotation_against_action(state: str, action: str, events_of: Events, nothing_written: Check) -> None:
    quotation = Quotation.objects.get(project=quoted(state), revision=1)
    act = partial(QUOTATION_ACTIONS[action], quotation)

    if (state, action) in QUOTATION_ALLOWED:
        after, kind = QUOTATION_ALLOWED[state, action]
        assert kind in events_of(act)
        assert Quotation.objects.get(pk=quotation.pk).state == after
    else:
        nothing_written(act, Quotation.DoesNotExist if (state, action) in UNSEEN else Refused)


def test_one_role_alone_releases_nothing(nothing_written: Check) -> None:
    quotation = make.a_quotation(make.a_project())

    assert release(quotation).state == "draft"
    nothing_written(lambda: release(quotation), Refused)

    assert release(quotation, Role.MANAGEMENT).state == "released"


def test_a_viewer_accepts_nothing(nothing_written: Check) -> None:
    quotation = make.a_quotation(make.a_project())
    QUOTATION_ACTIONS["release"](quotation)
    QUOTATION_ACTIONS["send"](quotation)
    viewer = make.person(Role.CLIENT_VIEWER)

    nothing_written(
        lambda: quotation_answers.accept_quotation(
            quotation.project.code, quotation.revision, actor=viewer, authentication=make.fake_authentication(viewer)
        ),
        NotAllowed,
    )


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_accepting_and_declining_at_once(at_once: Callable[..., list[object]]) -> None:
    quotation = make.a_quotation(make.a_project())
    QUOTATION_ACTIONS["release"](quotation)
    QUOTATION_ACTIONS["send"](quotation)
    make.person(Role.CLIENT_APPROVER)

    outcomes = at_once(partial(accept, quotation), partial(QUOTATION_ACTIONS["decline"], quotation))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Quotation", "Refused"]
