"""An agreement that expires soon asks its account owner once, and no longer when it has its successor."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from projects.models import Agreement, Project, WaitingFor
from projects.services.agreement_reminders import remind_of_expiring_agreements
from projects.services.agreements import record_agreement, record_signatory, withdraw_agreement
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
