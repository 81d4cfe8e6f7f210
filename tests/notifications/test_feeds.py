"""Calendar feeds: what each owner reads, that the address is the only key, and that it ends when it is revoked."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Role, User
from audit.models import Event
from notifications.ics import calendar_of
from notifications.models import CalendarFeed
from notifications.services.feeds import create_feed, revoke_feed
from projects.models import Milestone, Project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from tests.notifications.conftest import events_of
from tests.projects import factories

pytestmark = pytest.mark.django_db


def read(address: str, browser: Browser | None = None) -> dict[str, Any]:
    """Summary → first day."""
    answer = (browser or Browser()).get(f"/calendar/{address}.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private"
    return {str(entry["summary"]): entry["dtstart"].dt for entry in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.fixture
def customer(project: Project) -> User:
    return factories.person(Role.CLIENT_VIEWER, client=project.client)


def slip(project: Project) -> None:
    later = timezone.localdate() + timedelta(days=400)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=factories.manager(), reason="Internal.")


def test_manager_reads_internal_forecasts_of_the_own_projects(project: Project) -> None:
    slip(project)
    _feed, address = create_feed(actor=factories.manager())

    entries = read(address)

    open_ones = {f"{project.code}: {m.title}": m.actual_on or m.forecast_on for m in Milestone.objects.filter(project=project)}
    assert {name: on for name, on in entries.items() if not name.startswith("Due")} == {k: v for k, v in open_ones.items() if v}


def test_client_reads_published_dates_of_shared_milestones_only(project: Project, customer: User) -> None:
    slip(project)
    _feed, address = create_feed(actor=customer)

    entries = read(address)

    shared = Milestone.objects.filter(project=project, visibility="shared")
    assert entries == {f"{project.code}: {m.title}": m.actual_on or m.published_on for m in shared if m.actual_on or m.published_on}
    moved = Milestone.objects.get(project=project, key="route_selected")
    assert moved.forecast_on not in entries.values()


def test_feed_of_one_project_holds_nothing_of_another(project: Project) -> None:
    factories.a_planned_project()
    _feed, address = create_feed(actor=factories.manager(), code=project.code)

    assert {name.partition(":")[0] for name in read(address) if not name.startswith("Due")} == {project.code}


def test_person_of_ours_reads_only_projects_that_concern_them(project: Project) -> None:
    _feed, address = create_feed(actor=factories.person(Role.MANAGEMENT, name="Uninvolved"))

    assert read(address) == {}


def test_foreign_client_has_no_feed_of_the_project(project: Project) -> None:
    foreign = factories.person(Role.CLIENT_VIEWER, client=factories.a_client("DCB"))

    with pytest.raises(Project.DoesNotExist):
        create_feed(actor=foreign, code=project.code)
    assert read(create_feed(actor=foreign)[1]) == {}


def test_who_no_longer_sees_the_project_reads_an_empty_calendar(project: Project) -> None:
    chemist = factories.person(Role.RESEARCH)
    _feed, address = create_feed(actor=chemist, code=project.code)
    assert read(address)

    project.team.filter(department__key="research").delete()

    assert not [name for name in read(address) if not name.startswith("Due")]


def test_only_the_hash_of_the_address_is_kept(customer: User) -> None:
    feed, address = create_feed(actor=customer)

    row = CalendarFeed.objects.filter(pk=feed.pk).values().get()
    assert row["digest"] == hashlib.sha256(address.encode()).hexdigest()
    assert address not in str(row) + str(list(Event.objects.values("data", "object_label")))


def test_revoked_closed_and_unknown_answer_alike(customer: User) -> None:
    feed, address = create_feed(actor=customer)
    _other, of_closed = create_feed(actor=customer)
    events = events_of(lambda: revoke_feed(feed.pk, actor=customer))
    revoked = Browser().get(f"/calendar/{address}.ics").status_code
    User.objects.filter(pk=customer.pk).update(is_active=False)

    assert [event.kind for event in events] == ["calendar_feed.revoked"]
    assert {revoked, *(Browser().get(f"/calendar/{each}.ics").status_code for each in (of_closed, "unknown"))} == {404}


def test_address_is_shown_once_on_the_page(customer: User, settings: Any) -> None:
    settings.SITE_URL = "https://tracker.example.com"
    browser = Browser()
    browser.force_login(customer)

    made = browser.post("/profile/notifications/feeds/new/", {"project": ""})

    address = made.context["address"]
    assert address.startswith("https://tracker.example.com/calendar/")
    assert address in made.content.decode()
    assert address not in browser.get("/profile/notifications/").content.decode()
    feed = CalendarFeed.objects.get()
    browser.post(f"/profile/notifications/feeds/{feed.pk}/revoke/")
    assert not CalendarFeed.objects.usable().exists()


def test_nobody_revokes_the_feed_of_another(customer: User) -> None:
    feed, _address = create_feed(actor=customer)
    browser = Browser()
    browser.force_login(factories.person(Role.CLIENT_APPROVER, client=customer.client))

    assert browser.post(f"/profile/notifications/feeds/{feed.pk}/revoke/").status_code == 404


def test_feed_costs_the_same_for_one_and_for_two_projects(project: Project) -> None:
    _feed, address = create_feed(actor=factories.manager())

    def cost() -> int:
        read(address)
        with CaptureQueriesContext(connection) as captured:
            read(address)
        return len(captured)

    one = cost()
    factories.charter(factories.a_project())

    assert cost() == one


def test_a_project_s_page_leads_to_its_own_feed(project: Project) -> None:
    browser = Browser()
    browser.force_login(factories.manager())
    link = f"/profile/notifications/?project={project.code}#feeds-title"

    pages = [browser.get(f"/projects/{project.code}/{page}").content.decode() for page in ("", "plan/")]
    choices = browser.get(link).content.decode()

    assert all(f'href="{link}"' in page for page in pages)
    assert choices.count(f'<option value="{project.code}" selected>') == 2  # of the feed, and of how the project is told


def test_a_calendar_says_why_a_date_moved(project: Project, customer: User) -> None:
    later = timezone.localdate() + timedelta(days=400)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=factories.manager(), reason="Internal words.")
    publish_milestone(
        project.code, "route_selected", reason_class="technical", side="cdmo", reason="A step failed.", actor=factories.manager()
    )

    entries = Calendar.from_ical(calendar_of(CalendarFeed(user=customer, project=project))).walk("VEVENT")

    (moved,) = [entry for entry in entries if "Route selected" in str(entry["SUMMARY"])]
    assert str(moved["DESCRIPTION"]) == "Technical result · CDMO · A step failed."
    assert sum("DESCRIPTION" in entry for entry in entries) == 1
