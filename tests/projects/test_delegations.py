"""Signing for another person, and what waits too long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Delegation, Role, User
from accounts.services import delegate, end_delegation, end_role
from audit.context import acting
from audit.models import Event, Signature
from audit.refusals import BadInput, NotAllowed, Refused
from projects.models import GateSignature, Phase, Project, WaitingFor
from projects.services import gate, waivers
from projects.services.waiting import ESCALATION_DAYS, close_waits, escalate_waits
from tests.projects import factories as make
from tests.projects.remembered import remembered

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
InDays = Callable[[int], date]


@pytest.fixture
def project(db: None) -> Project:
    return a_proposed_project()


@remembered
def a_proposed_project() -> Project:
    """G1 waits for its signatures."""
    project = make.a_project_ready_for_g1()
    make.propose(project)
    return project


@pytest.fixture
def deputy(db: None) -> User:
    """Regulatory: sees none of the projects by an own role."""
    make.a_delegation(make.person(Role.MANAGEMENT), make.person(Role.REGULATORY), Role.MANAGEMENT)
    return make.person(Role.REGULATORY)


def sign_as(project: Project, role: str, actor: User) -> object:
    return gate.sign_decision(project.code, role=role, actor=actor, authentication=make.fake_authentication(actor))


def test_a_deputy_signs_under_both_names(project: Project, deputy: User) -> None:
    sign_as(project, Role.MANAGEMENT, deputy)

    row = GateSignature.objects.get(role=Role.MANAGEMENT)
    signature = Signature.objects.get(pk=row.signature_id)
    assert (row.signer, row.on_behalf_of) == (deputy, make.person(Role.MANAGEMENT))
    assert (signature.signer_name, signature.on_behalf_of_name) == ("Regulatory", "Management")
    assert Event.objects.get(kind="gate.signed").on_behalf_of_name == "Management"


def test_what_waits_for_the_role_waits_for_the_deputy(project: Project, deputy: User) -> None:
    assert WaitingFor.objects.open().of(deputy).filter(key__endswith=":management").exists()
    assert not WaitingFor.objects.open().of(make.person(Role.EHS)).exists()


@pytest.mark.parametrize("start", [1, -1])
def test_only_on_the_days_of_the_delegation(start: int, project: Project, in_days: InDays, nothing_written: Check) -> None:
    make.a_delegation(make.person(Role.MANAGEMENT), make.person(Role.BUSINESS_DEVELOPMENT), Role.MANAGEMENT, start=max(start, 0), days=1)
    if start < 0:
        in_days(2)

    nothing_written(partial(sign_as, project, Role.MANAGEMENT, make.person(Role.BUSINESS_DEVELOPMENT)), NotAllowed)


@pytest.mark.parametrize("ended", ["delegation", "role"])
def test_nothing_is_signed_for_somebody_who_no_longer_could(ended: str, project: Project, deputy: User) -> None:
    giver = make.person(Role.MANAGEMENT)
    if ended == "delegation":
        end_delegation(Delegation.objects.get().pk, actor=giver)
    else:
        end_role(giver.grants.get().pk, actor=make.person(Role.ADMINISTRATOR), reason="Retired.")

    with pytest.raises(Project.DoesNotExist):
        sign_as(project, Role.MANAGEMENT, make.person(Role.REGULATORY))


def test_nobody_signs_in_two_roles_also_not_for_another(project: Project, nothing_written: Check) -> None:
    make.a_delegation(make.person(Role.MANAGEMENT), make.manager(), Role.MANAGEMENT)
    sign_as(project, Role.PROJECT_MANAGER, make.manager())

    refusal = nothing_written(partial(sign_as, project, Role.MANAGEMENT, make.manager()), Refused)

    assert "nobody signs in two roles" in str(refusal)


def test_one_person_does_not_count_twice_through_a_deputy(project: Project, deputy: User, nothing_written: Check) -> None:
    both = make.person(Role.MANAGEMENT, Role.BUSINESS_DEVELOPMENT)
    other = make.person(Role.RESEARCH)
    make.a_delegation(both, other, Role.BUSINESS_DEVELOPMENT)
    sign_as(project, Role.MANAGEMENT, both)

    refusal = nothing_written(partial(sign_as, project, Role.BUSINESS_DEVELOPMENT, other), Refused)

    assert "not through another person" in str(refusal)


def test_nobody_grants_through_a_deputy_what_they_asked_for(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    asker = make.person(Role.PROJECT_MANAGER, Role.QUALITY_ASSURANCE)
    other = make.person(Role.RESEARCH)
    make.a_delegation(asker, other, Role.QUALITY_ASSURANCE)
    waiver = waivers.request_waiver(project.code, "route", actor=asker, justification="Later.")
    authentication = make.fake_authentication(other)

    nothing_written(lambda: waivers.grant_waiver(project.code, waiver.pk, actor=other, authentication=authentication), Refused)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"role": Role.QUALITY_ASSURANCE}, "role"),
        ({"receiver": Role.MANAGEMENT}, "receiver"),
        ({"receiver": Role.CLIENT_APPROVER}, "receiver"),
        ({"starts_on": -1}, "starts_on"),
        ({"ends_on": -1}, "starts_on"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_cannot_be_handed_over(values: dict[str, object], field: str, nothing_written: Check) -> None:
    given = {"role": Role.MANAGEMENT, "receiver": Role.RESEARCH, "starts_on": 0, "ends_on": 5, "reason": "Leave.", **values}
    today = timezone.localdate()
    dates = {name: today + timedelta(days=int(str(given.pop(name)))) for name in ("starts_on", "ends_on")}
    if values == {"ends_on": -1}:
        field = "ends_on"
    receiver = make.person(str(given.pop("receiver")))

    refusal = nothing_written(lambda: delegate(actor=make.person(Role.MANAGEMENT), receiver=receiver, **given, **dates), BadInput)  # type: ignore[arg-type]

    assert isinstance(refusal, BadInput) and list(refusal.errors) == [field]


def test_what_was_handed_over_is_not_handed_on(deputy: User, nothing_written: Check) -> None:
    nothing_written(partial(make.a_delegation, deputy, make.person(Role.RESEARCH), Role.MANAGEMENT), BadInput)


def test_the_same_days_are_handed_over_once(deputy: User, nothing_written: Check) -> None:
    nothing_written(partial(make.a_delegation, make.person(Role.MANAGEMENT), make.person(Role.RESEARCH), Role.MANAGEMENT), BadInput)


def test_delegations_are_kept_on_their_page(client: Client) -> None:
    giver, receiver = make.person(Role.MANAGEMENT), make.person(Role.RESEARCH)
    today = timezone.localdate().isoformat()
    client.force_login(giver)
    address = reverse("delegations")

    form = {"role": Role.MANAGEMENT, "receiver": receiver.pk, "starts_on": today, "ends_on": today, "reason": "Leave."}
    assert client.post(address, {**form, "reason": ""}).status_code == 400
    client.post(address, form)

    client.force_login(make.person(Role.EHS))
    assert b"Research for Management" not in client.get(address).content
    client.force_login(make.person(Role.ADMINISTRATOR))
    assert b"Research for Management" in client.get(address).content
    client.post(reverse("delegation-end", args=[Delegation.objects.get().pk]))
    assert Delegation.objects.get().ended_by == make.person(Role.ADMINISTRATOR)


def test_what_waits_too_long_goes_to_management_once(project: Project) -> None:
    late = timezone.localdate() + timedelta(days=2 * ESCALATION_DAYS)
    with acting(channel="worker"):
        assert escalate_waits() == 0
        first, second = escalate_waits(late), escalate_waits(late)

    waits = WaitingFor.objects.open().filter(project=project, key__startswith="escalation:")
    assert (first, second) == (waits.count(), 0) and first == 2
    assert {wait.role for wait in waits} == {"management"}
    assert Event.objects.filter(kind="wait.escalated", project_id=project.pk).count() == first
    make.sign(project, Role.BUSINESS_DEVELOPMENT)
    assert not waits.all().filter(words__contains="for Business development: ").exists()


def test_what_is_not_due_yet_waits_in_peace(project: Project) -> None:
    close_waits("gate.sign")
    late = timezone.localdate() + timedelta(days=2 * ESCALATION_DAYS)
    WaitingFor.objects.open().filter(project=project).update(due_on=late)

    with acting(channel="worker"):
        assert escalate_waits(late) == 0


def test_a_project_on_hold_escalates_nothing(project: Project) -> None:
    make.hold(project)

    with acting(channel="worker"):
        assert escalate_waits(timezone.localdate() + timedelta(days=60)) == 0
