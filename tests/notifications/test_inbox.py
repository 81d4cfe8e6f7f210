"""The page of the inbox and the counter in the bar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Role, User
from audit.models import Event
from notifications.letters import letter_of
from notifications.models import MailMessage, Notification
from notifications.reading import day, items_of
from phases.evaluation.services import submit_rfp
from projects.models import Project
from projects.services.lifecycle import hold_project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.services.sharing import set_visibility
from tests.notifications.conftest import told
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(project: Project) -> User:
    """The account owner, told of two things."""
    owner = factories.person(Role.BUSINESS_DEVELOPMENT, name="Account Owner")
    project.account_owner = owner
    project.save(update_fields=["account_owner"])
    told(lambda: hold_project(project.code, actor=factories.manager(), reason="The client asked for a pause."))
    return owner


@pytest.fixture
def customer(project: Project) -> User:
    """A client's approver, told of a new date."""
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    later = timezone.localdate() + timedelta(days=400)
    manager = factories.manager()
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=manager, reason="Internal words.")
    told(
        lambda: publish_milestone(
            project.code, "route_selected", reason_class="technical", side="cdmo", reason="A step failed.", actor=manager
        )
    )
    return approver


def signed_in(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def test_inbox_is_empty_at_first(project: Project) -> None:
    page = signed_in(factories.person(Role.REGULATORY)).get("/inbox/").content.decode()

    assert "Nothing has happened yet" in page
    assert "Mark all as read" not in page


def test_inbox_shows_words_project_and_reason(reader: User, project: Project) -> None:
    page = signed_in(reader).get("/inbox/").content.decode()

    assert "Put the project on hold" in page
    assert "The client asked for a pause." in page
    assert project.code in page
    assert 'aria-label="Inbox, 1 unread"' in page


def test_following_a_line_reads_it_and_leads_there(reader: User, project: Project) -> None:
    notification = Notification.objects.get(user=reader)

    answer = signed_in(reader).get(f"/inbox/{notification.pk}/")

    assert answer["Location"] == f"/projects/by-id/{project.pk}/"
    notification.refresh_from_db()
    assert notification.read_at is not None


def test_read_lines_come_after_unread_ones(reader: User, project: Project) -> None:
    first = Notification.objects.get(user=reader)
    browser = signed_in(reader)
    browser.post(f"/inbox/{first.pk}/read/")
    event = Event.objects.filter(project_id=project.pk, pk__lt=first.event_id, kind="milestone.published").latest("pk")
    older = Notification.objects.create(user=reader, event=event, group="dates", delivery="inbox")

    items = browser.get("/inbox/").context["items"]

    assert [(item.pk, item.unread) for item in items] == [(older.pk, True), (first.pk, False)]


def test_what_asks_stands_before_what_tells_and_says_by_when_as_long_as_it_is_unread(reader: User, project: Project) -> None:
    paused = Notification.objects.get(user=reader)
    event = Event.objects.filter(project_id=project.pk, pk__lt=paused.event_id, kind="sheet.opened").latest("pk")
    asked = Notification.objects.create(user=reader, event=event, group="tasks", delivery="inbox", asked=True)
    browser = signed_in(reader)

    first, second = browser.get("/inbox/").context["items"]
    browser.post(f"/inbox/{asked.pk}/read/")

    assert (first.pk, first.detail, second.pk) == (asked.pk, f"Due on {day(event.data['due_on'])}.", paused.pk)
    assert [item.pk for item in browser.get("/inbox/").context["items"]] == [paused.pk, asked.pk]


def test_in_a_mail_what_asks_stands_first(reader: User, project: Project) -> None:
    paused = Notification.objects.get(user=reader)
    event = Event.objects.filter(project_id=project.pk, kind="sheet.opened").latest("pk")
    asked = Notification.objects.create(user=reader, event=event, group="tasks", delivery="digest", asked=True)

    body = letter_of(MailMessage(user=reader, kind="digest", day=timezone.localdate()), [paused, asked], more=False).body

    assert body.index("Opened the sheet") < body.index("Due on") < body.index("The client asked for a pause.")


def test_the_sheets_of_other_departments_are_no_news_to_who_owes_one() -> None:
    research, rfp = factories.person(Role.RESEARCH), factories.an_rfp(**factories.COMPLETE_REQUEST)
    owner = rfp.account_owner or factories.manager()

    lines = told(lambda: submit_rfp(rfp.number, actor=factories.person(Role.BUSINESS_DEVELOPMENT)))

    mine = [each.event.data["department"] for each in lines if each.user == research and each.event.kind == "sheet.opened"]
    assert len(mine) == 1
    assert not [each for each in lines if each.user == owner and each.event.kind == "sheet.opened"]


def test_marking_all_reads_only_the_own(reader: User, customer: User) -> None:
    signed_in(reader).post("/inbox/read/")

    assert not Notification.objects.filter(user=reader).unread().exists()
    assert Notification.objects.filter(user=customer).unread().exists()


def test_somebody_else_s_line_does_not_exist(reader: User) -> None:
    notification = Notification.objects.get(user=reader)
    browser = signed_in(factories.manager())

    assert browser.get(f"/inbox/{notification.pk}/").status_code == 404
    assert browser.post(f"/inbox/{notification.pk}/read/").status_code == 404


def test_client_reads_the_date_with_its_reason_and_who_told_it(customer: User, project: Project) -> None:
    page = signed_in(customer).get("/inbox/").content.decode()

    assert "A step failed." in page
    assert "Technical result" in page
    assert "Internal words" not in page
    assert "· Project manager" in page
    notification = Notification.objects.get(user=customer)
    assert signed_in(customer).get(f"/inbox/{notification.pk}/")["Location"] == f"/portal/{project.code}/"


def test_what_is_no_longer_shared_leaves_the_inbox(customer: User, project: Project) -> None:
    set_visibility(project.code, "milestone", "route_selected", visibility="internal", actor=factories.manager())

    assert not Notification.objects.visible_to(customer).exists()
    assert "Nothing has happened yet" in signed_in(customer).get("/inbox/").content.decode()


@pytest.mark.parametrize(("all_read", "queries"), [(True, 1), (False, 2)])
def test_counter_is_asked_once_and_counts_only_where_something_is_unread(reader: User, all_read: bool, queries: int) -> None:
    browser = signed_in(reader)
    if all_read:
        browser.post("/inbox/read/")
    browser.get("/accounts/profile/")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/accounts/profile/")

    said = [query["sql"] for query in captured]
    assert len([sql for sql in said if "notifications_notification" in sql or ("COUNT(*)" in sql and '"audit_event"' in sql)]) == queries


def test_page_costs_the_same_for_one_and_for_many(reader: User, project: Project) -> None:
    browser = signed_in(reader)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/inbox/").status_code == 200
        return len(captured)

    cost()
    one = cost()
    told_of = Notification.objects.filter(user=reader).values("event")
    events = Event.objects.filter(project_id=project.pk).exclude(pk__in=told_of)[:60]
    Notification.objects.bulk_create(Notification(user=reader, event=event, group="dates", delivery="inbox") for event in events)

    assert cost() == one
    assert len(browser.get("/inbox/?page=2").context["items"]) >= 1


def test_words_are_made_when_they_are_read(reader: User) -> None:
    notification = Notification.objects.select_related("event").get(user=reader)
    with translation.override("en"):
        (item,) = items_of([notification], reader)

    assert item.words == "Put the project on hold"
