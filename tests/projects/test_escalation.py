"""What waits too long for a client: who leads the project follows it up, and the client is reminded once, of nothing internal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from audit.context import acting
from audit.models import Event
from notifications.models import Notification
from notifications.reading import items_of
from notifications.services.inbox import tell
from projects.forecasting import calendar_of
from projects.models import ChangeOrder, Phase, Project, WaitingFor
from projects.services.change_orders import decline_change_order
from projects.services.sharing import ask_for_approval
from projects.services.waiting import ESCALATION, ESCALATION_DAYS, escalate_waits, open_wait, too_late_since
from tests.kept import kept_until_the_end
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        yield make.a_project_in(Phase.SMALL_SCALE).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    WaitingFor.objects.open().filter(project=made).update(closed_at=timezone.now())
    return Project.objects.get(pk=made)


@pytest.fixture
def order(project: Project) -> ChangeOrder:
    return make.sent_change_order(project)


def nightly(days: int) -> list[Event]:
    """What a night records, so many days from now."""
    last = Event.objects.latest("pk").pk
    with acting(channel="worker"):
        escalate_waits(timezone.localdate() + timedelta(days=days))
    return list(Event.objects.filter(pk__gt=last).order_by("pk"))


def followed_up() -> WaitingFor:
    return WaitingFor.objects.open().get(key__startswith=f"{ESCALATION}:")


def days_until_expired(order: ChangeOrder) -> int:
    return (order.valid_until - timezone.localdate()).days


def test_an_unanswered_order_is_followed_up_by_the_project_manager_and_the_client_reminded_once(order: ChangeOrder) -> None:
    day = days_until_expired(order)

    first, second = nightly(day), nightly(day)

    assert [event.kind for event in first] == ["wait.unanswered", "wait.reminded"]
    assert second == []
    wait = followed_up()
    assert (wait.user, wait.client, wait.link) == (order.project.project_manager, None, order.get_absolute_url())
    assert wait.words.startswith("The client has not answered since ")
    assert order.label in wait.words


def test_before_there_is_a_project_manager_the_account_owner_follows_it_up(order: ChangeOrder) -> None:
    seller = make.person(Role.BUSINESS_DEVELOPMENT)
    Project.objects.filter(pk=order.project_id).update(project_manager=None, account_owner=seller)

    nightly(days_until_expired(order))

    assert followed_up().user == seller


def test_where_nobody_leads_business_development_follows_it_up(order: ChangeOrder) -> None:
    gone = make.person(Role.PROJECT_MANAGER, name="Gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    Project.objects.filter(pk=order.project_id).update(project_manager=gone, account_owner=None)

    nightly(days_until_expired(order))

    assert (followed_up().user, followed_up().role) == (None, Role.BUSINESS_DEVELOPMENT)


def test_the_answer_ends_the_follow_up(order: ChangeOrder) -> None:
    nightly(days_until_expired(order))
    approver = make.person(Role.CLIENT_APPROVER)

    decline_change_order(order.project.code, order.sequence, order.revision, actor=approver, reason="Too late for us.")

    assert not WaitingFor.objects.open().filter(key__startswith=f"{ESCALATION}:").exists()


def test_nobody_is_reminded_to_accept_what_expired(order: ChangeOrder) -> None:
    assert [event.kind for event in nightly(days_until_expired(order) + 1)] == ["wait.unanswered"]


def test_the_client_reads_the_reminder_in_its_digest_and_nothing_of_ours(order: ChangeOrder) -> None:
    approver, viewer = make.person(Role.CLIENT_APPROVER), make.person(Role.CLIENT_VIEWER)

    events = nightly(days_until_expired(order))
    tell(events)

    told = Notification.objects.filter(event__in=events)
    assert {(row.user, row.event.kind, row.delivery, row.asked) for row in told if not row.user.is_internal} == {
        (approver, "wait.reminded", "digest", True),
        (viewer, "wait.reminded", "digest", False),
    }
    (line,) = items_of(Notification.objects.visible_to(approver).filter(event__in=events), approver)
    wait = WaitingFor.objects.open().of(approver).get()
    assert (line.link, line.words) == (wait.link, f"Reminds you that your answer is awaited: {wait.words}")
    assert events[1].client_data == {"project": order.project.code, "words": wait.words, "due_on": str(order.valid_until)}
    assert {row.user for row in told if row.event.kind == "wait.reminded"} == {approver, viewer}
    assert {(row.user, row.asked) for row in told if row.event.kind == "wait.unanswered"} >= {(order.project.project_manager, True)}


@pytest.mark.parametrize(("due_in", "followed_in"), [(None, ESCALATION_DAYS + 1), (1, 1), (8, 6), (60, 55)])
def test_an_approval_is_followed_up_before_its_day(project: Project, due_in: int | None, followed_in: int) -> None:
    """In working days after it was asked."""
    calendar, begin = calendar_of(project), timezone.localdate()
    due = calendar.add_working_days(begin, due_in) if due_in else None
    ask_for_approval(project.code, "milestone", "sample_shipped", actor=make.manager(), due_on=due)
    wait = WaitingFor.objects.open().get(key__startswith="approval.answer:")

    assert too_late_since(wait) == calendar.add_working_days(begin, followed_in)


def test_what_waits_for_management_goes_nowhere(project: Project) -> None:
    director = make.person(Role.MANAGEMENT)
    open_wait("gate.sign:1:management", words="Sign", link="/", project=project, role=Role.MANAGEMENT)
    open_wait("gate.meeting:1", words="Prepare", link="/", project=project, user=director)
    open_wait("gate.sign:1:ehs", words="Sign", link="/", project=project, role=Role.EHS)

    assert [event.data["who"] for event in nightly(100)] == ["EHS"]
