"""The yearly review of who holds which role: asked of management in time, until it is in the record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from django.utils.formats import date_format

from accounts import services as accounts
from accounts.models import Role, RoleGrant, User
from projects.models import WaitingFor
from projects.services.access_reminders import ask_for_access_review, review_access
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    """Has held the role for eleven months."""
    person = make.person(Role.MANAGEMENT)
    RoleGrant.objects.update(granted_at=timezone.now() - timedelta(days=335))
    return person


def asked(of: User) -> list[tuple[str, str, date | None]]:
    return [(wait.words, wait.link, wait.due_on) for wait in WaitingFor.objects.open().of(of)]


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_management_is_asked_once_a_month_before(manager: User) -> None:
    assert not ask_for_access_review(in_days(-1))
    assert asked(manager) == []

    assert (ask_for_access_review(), ask_for_access_review()) == (True, False)

    assert asked(manager) == [("Review who holds which role (given: 1)", "/administration/roles/", in_days(30))]
    assert asked(make.person(Role.PROJECT_MANAGER)) == []


def test_the_review_ends_the_asking_for_a_year(manager: User) -> None:
    ask_for_access_review()
    review_access(finding="Nothing to change.", seen=accounts.granted_hash(RoleGrant.objects.in_force()), actor=manager)

    assert asked(manager) == []
    assert accounts.review_due_on() == in_days(365)
    assert (ask_for_access_review(in_days(334)), ask_for_access_review(in_days(335))) == (False, True)


def test_nothing_is_due_where_nobody_holds_a_role() -> None:
    assert accounts.review_due_on() is None
    assert not ask_for_access_review()


@pytest.mark.parametrize(("days", "words"), [(335, "is due on"), (400, "has been due since")])
def test_the_page_says_the_day(manager: User, days: int, words: str) -> None:
    RoleGrant.objects.update(granted_at=timezone.now() - timedelta(days=days))
    browser = Browser()
    browser.force_login(manager)

    shown = browser.get("/administration/roles/").content.decode()

    assert f"{words} {date_format(in_days(365 - days))}" in shown
