"""What is new since somebody last looked: a position in the feed, so that nothing falls between two visits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from notifications.letters import letter_of
from notifications.models import LastVisit, MailMessage, Notification
from notifications.services.visits import mark_seen
from projects.models import Project
from projects.services.lifecycle import hold_project, resume_project
from tests.clients_systems import System
from tests.projects import factories


@pytest.fixture
def project(transactional_db: None, settle: Any) -> Project:
    """Committed: the feed shows nothing of a transaction that runs."""
    project = factories.a_project()
    settle()
    return Project.objects.get(pk=project.pk)


def reader() -> User:
    return factories.person(Role.CLIENT_VIEWER)


def visit(browser: Browser | None = None) -> str:
    """The part of the portal's page that says what is new; a fresh browser is a new session."""
    if browser is None:
        browser = Browser()
        browser.force_login(reader())
    page = browser.get("/portal/").content.decode()
    return page.partition('aria-labelledby="news-title"')[2].partition("</section>")[0]


@pytest.fixture
def hold(project: Project, settle: Any) -> Callable[[], None]:
    def hold() -> None:
        hold_project(project.code, actor=factories.manager(), reason="Our own words.")
        settle()

    return hold


@pytest.fixture
def resume(project: Project, settle: Any) -> Callable[[], None]:
    def resume() -> None:
        resume_project(project.code, actor=factories.manager(), reason="Our own words.")
        settle()

    return resume


def test_the_first_visit_has_nothing_new_and_the_second_only_what_came_since(hold: Any, project: Project) -> None:
    assert visit() == ""
    hold()

    news = visit()

    assert f"Since your last visit ({timezone.localdate():%a} {timezone.localdate().day} {timezone.localdate():%b %Y})" in news
    assert "Put the project on hold" in news
    assert "Opened the project" not in news
    assert "Project manager" in news
    assert "Our own words" not in news
    assert "Nothing new" in visit()


def test_a_session_keeps_its_news_and_writes_the_position_once(hold: Any, resume: Any) -> None:
    visit()
    hold()
    browser = Browser()
    browser.force_login(reader())
    assert "Put the project on hold" in visit(browser)
    kept = LastVisit.objects.values().get()

    resume()
    news = visit(browser)

    assert "Put the project on hold" in news
    assert "Resumed the project" in news
    assert LastVisit.objects.values().get() == kept


def test_marking_as_seen_keeps_what_came_after_the_page_was_made(hold: Any, resume: Any) -> None:
    visit()
    hold()
    browser = Browser()
    browser.force_login(reader())
    shown = re.search(r'name="cursor" value="([^"]+)"', visit(browser))
    assert shown
    resume()

    assert browser.post("/portal/seen/", {"cursor": shown[1]}).status_code == 302

    news = visit(browser)
    assert "Resumed the project" in news
    assert "Put the project on hold" not in news


def test_a_cursor_of_somebody_s_own_making_is_refused(project: Project) -> None:
    browser = Browser()
    browser.force_login(reader())

    assert browser.post("/portal/seen/", {"cursor": "made-up"}).status_code == 400
    assert not LastVisit.objects.exists()


def test_what_a_slower_transaction_wrote_is_new_at_the_next_visit(hold: Any, project: Project, settle: Any, in_thread: Any) -> None:
    """It began before the visit and ended after it: an order by time or number would lose it."""
    visit()
    written, seen = Flag(), Flag()

    def slow() -> None:
        with transaction.atomic():
            hold_project(project.code, actor=factories.manager(), reason="Slow.")
            written.set()
            seen.wait(20)

    thread = in_thread(slow)
    written.wait(20)
    assert "Put the project on hold" not in visit()
    seen.set()
    thread.join(20)
    settle()

    assert "Put the project on hold" in visit()


# the same for systems


def kinds(answer: Any) -> list[str]:
    return [row["kind"] for row in answer.json()["results"]]


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_system_reads_on_from_where_it_marked(project: Project, hold: Any, scope: str) -> None:
    system = System(project.client, scope)
    assert "project.opened" in kinds(system.get("changes/", since="last-visit"))
    marked = system.post("changes/seen/", {})
    assert marked.status_code == 200
    assert kinds(system.get("changes/", since="last-visit")) == []

    hold()

    assert kinds(system.get("changes/", since="last-visit")) == ["project.held"]
    assert kinds(system.get("changes/", since=marked.json()["next"])) == ["project.held"]


def test_a_position_moves_forward_only_and_belongs_to_one_account(project: Project, hold: Any) -> None:
    system, other = System(project.client), System(project.client)
    first = system.get("changes/", limit="1").json()["next"]
    hold()
    system.post("changes/seen/", {})

    assert system.post("changes/seen/", {"cursor": first}).status_code == 200

    assert kinds(system.get("changes/", since="last-visit")) == []
    assert "project.held" in kinds(other.get("changes/", since="last-visit"))
    assert system.post("changes/seen/", {"cursor": "made-up"}).status_code == 400


# the digest says since when


def digest_of(project: Project, at: datetime) -> str:
    message = MailMessage.objects.create(user=reader(), kind="digest", day=timezone.localdate())
    event = Event.objects.filter(project_id=project.pk, client_visible=True).latest("pk")
    event.at = at
    row = Notification(user=reader(), event=event, group="project", delivery="digest")
    return str(letter_of(message, [row], more=False).body)


def test_the_digest_says_since_when(project: Project) -> None:
    news = datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert "this is what happened in your projects since Tue 3 Mar 2026." in digest_of(project, news)
    mark_seen(actor=reader())
    LastVisit.objects.update(at=news - timedelta(days=1))
    MailMessage.objects.all().delete()

    assert "in your projects since your last visit (Mon 2 Mar 2026)." in digest_of(project, news)
    assert mail.outbox == []
