"""An agreement that expires soon asks its account owner once, and no longer when it has its successor."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from notifications.audience import readers_of
from projects.models import Agreement, Project, Rfp, WaitingFor
from projects.services.agreement_reminders import remind_of_expiring_agreements
from projects.services.agreements import record_agreement, record_signatory, withdraw_agreement
from projects.services.lifecycle import hold_project
from projects.services.rfp import decline_rfp
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


BOTH = ("cdmo", "client")


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def agree(
    project: Project, number: str, *, until: date | None, since: date | None = None, sides: tuple[str, ...] = ("cdmo", "client")
) -> Agreement:
    actor, today = make.person(Role.BUSINESS_DEVELOPMENT), timezone.localdate()
    agreement = record_agreement(
        project.code, kind="confidentiality", number=number, effective_on=since or today, expires_on=until, actor=actor
    )
    for side in sides:
        record_signatory(project.code, agreement.pk, side=side, name="Ann", function="Director", signed_on=today, actor=actor)
    return agreement


def remind() -> int:
    with acting(channel="worker"):
        return remind_of_expiring_agreements()


def open_waits(agreement: Agreement) -> list[WaitingFor]:
    return list(WaitingFor.objects.open().filter(key=f"agreement.expiring:{agreement.pk}"))


def test_the_account_owner_is_asked_once_in_time() -> None:
    project = make.a_project()
    agreement = agree(project, "CDA-1", until=in_days(60))

    asked = [remind(), remind()]

    (wait,) = open_waits(agreement)
    assert (asked, wait.user, wait.due_on) == ([1, 0], project.account_owner, in_days(60))


@pytest.mark.parametrize(
    ("until", "sides"), [(61, ("cdmo", "client")), (None, ("cdmo", "client")), (30, ("cdmo",))], ids=["later", "no end", "not signed"]
)
def test_nobody_is_asked_too_early_or_for_what_does_not_bind(until: int | None, sides: tuple[str, ...]) -> None:
    agree(make.a_project(), "CDA-1", until=in_days(until) if until else None, sides=sides)

    assert remind() == 0


def test_with_its_successor_signed_nobody_is_asked_any_more() -> None:
    project = make.a_project()
    agreement = agree(project, "CDA-1", until=in_days(30))
    remind()

    agree(project, "CDA-2", until=None, since=in_days(45))
    with_a_gap = open_waits(agreement)
    agree(project, "CDA-3", until=in_days(400), since=in_days(31))

    assert len(with_a_gap) == 1
    assert open_waits(agreement) == []
    assert remind() == 0


def test_when_the_successor_is_withdrawn_the_owner_is_asked_again() -> None:
    agreement = agree(make.a_project(), "CDA-1", until=in_days(30))
    remind()
    successor = agree(agreement.project, "CDA-2", until=None, since=in_days(31))
    assert open_waits(agreement) == []

    withdraw_agreement(successor.project.code, successor.pk, reason="Signed by nobody.", actor=make.person(Role.BUSINESS_DEVELOPMENT))

    assert (remind(), len(open_waits(agreement)), remind()) == (1, 1, 0)


def test_withdrawn_it_asks_for_nothing() -> None:
    agreement = agree(make.a_project(), "CDA-1", until=in_days(30))
    remind()

    withdraw_agreement(agreement.project.code, agreement.pk, reason="Replaced on paper.", actor=make.person(Role.BUSINESS_DEVELOPMENT))

    assert open_waits(agreement) == []


# For all projects of a client


def test_of_a_client_every_account_owner_is_asked_once() -> None:
    owners = [make.person(Role.BUSINESS_DEVELOPMENT, name=name) for name in ("Ann Owner", "Ben Owner")]
    first, second, resting = [make.a_project() for _each in range(3)]
    for project, owner in zip((first, second), owners, strict=True):
        Project.objects.filter(pk=project.pk).update(account_owner=owner)
    hold_project(resting.code, actor=make.manager(), reason="The client thinks.")
    agreement = make.client_agreement(first.client, until=60)

    asked = [remind(), remind()]

    waits = WaitingFor.objects.open().filter(key__startswith=f"agreement.expiring:{agreement.pk}")
    assert (asked, [wait.user for wait in waits], {wait.project for wait in waits}) == ([1, 0], owners, {None})
    assert {wait.link for wait in waits} == {f"/agreements/{agreement.pk}/"}
    assert not any(first.client.name in wait.words for wait in waits), "more people are asked than may know it"
    withdraw_agreement(None, agreement.pk, reason="Replaced on paper.", actor=owners[0])
    assert not waits.all().exists()


def test_where_nobody_owns_the_account_business_development_is_asked() -> None:
    rfp = make.an_rfp()
    Rfp.objects.filter(pk=rfp.pk).update(account_owner=None)
    agreement = make.client_agreement(rfp.client, until=30)

    remind()

    (wait,) = open_waits(agreement)
    assert (wait.user, wait.role) == (None, Role.BUSINESS_DEVELOPMENT)


def test_whoever_is_asked_is_told_and_led_there() -> None:
    project = make.a_project()
    agreement = make.client_agreement(project.client, until=30)
    remind()

    (reader,) = readers_of([Event.objects.get(kind="agreement.expiring")])

    assert (reader.user, reader.asked, reader.link) == (project.account_owner, True, f"/agreements/{agreement.pk}/")


def test_a_client_with_whom_nothing_is_under_way_asks_nobody_and_no_longer() -> None:
    agreement = make.client_agreement(make.a_client(), until=30)
    asked = remind()
    rfp = make.an_rfp(agreement.client)
    asked_with_a_request = remind()

    decline_rfp(rfp.number, reason="No capacity.", actor=make.person(Role.BUSINESS_DEVELOPMENT))

    assert (asked, asked_with_a_request, remind()) == (0, 1, 0)
    assert not WaitingFor.objects.open().filter(key__startswith="agreement.expiring:").exists()


def test_one_of_a_project_succeeds_none_of_its_client() -> None:
    project = make.a_project()
    agreement = make.client_agreement(project.client, until=30)
    remind()

    agree(project, "CDA-2", until=None)
    of_a_project = open_waits(agreement)
    make.client_agreement(project.client, days=31)

    assert (len(of_a_project), open_waits(agreement)) == (1, [])


def test_one_of_the_client_settles_what_is_asked_for_a_project() -> None:
    agreement = agree(make.a_project(), "CDA-1", until=in_days(30))
    remind()
    assert open_waits(agreement)

    make.client_agreement(agreement.client, days=31)

    assert open_waits(agreement) == []
