"""The feed of changes: without gaps, in one shape, and to each reader only what is theirs."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Event as Flag
from typing import Any

import pytest
from django.core import signing
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from audit.context import Channel, acting
from audit.events import record
from audit.models import Event
from notifications.changes import SALT, changes_since
from projects.models import Project
from projects.services.lifecycle import hold_project, resume_project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.services.sharing import set_visibility
from tests.clients_systems import System
from tests.projects import factories

SHAPE = {"id", "at", "kind", "project", "words", "by", "actor", "reason", "data"}


@pytest.fixture
def project(transactional_db: None, settle: Any) -> Project:
    """Small, and committed: the feed shows nothing of a transaction that runs."""
    project = factories.a_planned_project()
    settle()
    return Project.objects.get(pk=project.pk)


def internal(*roles: str) -> System:
    system = System()
    system.browser.force_login(factories.person(*roles) if roles else factories.manager())
    return system


def read_all(system: System, **parameters: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        body = system.get("changes/", **parameters).json()
        rows += body["results"]
        parameters["since"] = body["next"]
        if not body["more"]:
            return rows


def hold(project: Project) -> None:
    hold_project(project.code, actor=factories.manager(), reason="Our own words.")


def test_client_and_our_people_read_one_shape(project: Project, settle: Any) -> None:
    hold(project)
    settle()
    theirs, ours = read_all(System(project.client)), read_all(internal())

    assert {frozenset(row) for row in (*theirs, *ours)} == {frozenset(SHAPE)}
    assert len(ours) > len(theirs) > 0
    assert [row["id"] for row in ours if row["kind"] == "project.held"] == [row["id"] for row in theirs if row["kind"] == "project.held"]


def test_client_reads_projections_and_never_an_internal_event(project: Project, settle: Any) -> None:
    hold(project)
    settle()

    rows = read_all(System(project.client))

    held = rows[-1]
    assert (held["kind"], held["by"], held["actor"], held["reason"]) == ("project.held", "cdmo", "Project manager", "")
    assert held["data"] == {"project": project.code, "phase": "evaluation", "status": "on_hold"}
    assert Event.objects.filter(pk__in=[row["id"] for row in rows], client_visible=False).count() == 0
    assert "Our own words" not in json.dumps(rows)


def test_no_sequence_of_reads_shows_a_client_an_unpublished_date(project: Project, settle: Any) -> None:
    later = timezone.localdate() + timedelta(days=400)
    manager = factories.manager()
    set_visibility(project.code, "milestone", "route_selected", visibility="shared", actor=manager)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=manager, reason="Internal.")
    settle()
    system = System(project.client)
    assert str(later) not in json.dumps(read_all(system))

    publish_milestone(project.code, "route_selected", reason_class="technical", side="cdmo", reason="A step failed.", actor=manager)
    settle()

    row = next(row for row in read_all(system) if row["kind"] == "milestone.published" and row["data"]["milestone"] == "route_selected")
    assert row["data"]["published_on"] >= str(later)
    assert (row["reason"], row["data"]["side"]) == ("A step failed.", "cdmo")


def test_what_is_no_longer_shared_is_no_longer_told(project: Project, settle: Any) -> None:
    manager = factories.manager()
    for visibility in ("internal", "shared"):
        set_visibility(project.code, "milestone", "route_selected", visibility=visibility, actor=manager)
    settle()
    system = System(project.client)
    assert [row for row in read_all(system) if row["kind"] == "milestone.shared"]

    set_visibility(project.code, "milestone", "route_selected", visibility="internal", actor=manager)
    settle()

    assert "route_selected" not in json.dumps(read_all(system))


def test_foreign_client_reads_nothing(project: Project) -> None:
    assert read_all(System(factories.a_client("DCB"))) == []


def test_our_people_read_visible_projects_only(project: Project) -> None:
    assert read_all(internal(Role.REGULATORY)) == []
    assert {row["project"] for row in read_all(internal(Role.QUALITY_ASSURANCE))} == {project.code}


def test_pages_follow_the_cursor_without_gap_or_repetition(project: Project) -> None:
    system = internal()
    everything = [row["id"] for row in read_all(system, limit="200")]

    assert [row["id"] for row in read_all(system, limit="2")] == everything
    assert len(everything) == len(set(everything)) > 4


def test_an_empty_page_keeps_the_cursor(project: Project, settle: Any) -> None:
    system = System(project.client)
    end = system.get("changes/").json()["next"]
    nothing = system.get("changes/", since=end).json()
    assert (nothing["results"], nothing["more"]) == ([], False)

    hold(project)
    settle()

    assert [row["kind"] for row in system.get("changes/", since=nothing["next"]).json()["results"]] == ["project.held"]


def test_a_slow_transaction_holds_the_feed_back_and_nothing_is_lost(project: Project, settle: Any, in_thread: Any) -> None:
    reader, manager = factories.person(Role.QUALITY_ASSURANCE), factories.manager()
    start = changes_since(reader, None, 200).next
    written, finish = Flag(), Flag()

    def slow() -> None:
        with acting(channel=Channel.SYSTEM), transaction.atomic():
            record("team.named", project, actor=manager, department="slow")
            written.set()
            assert finish.wait(20)

    thread = in_thread(slow)
    assert written.wait(20)
    hold(project)  # commits first, with the higher number

    held_back = changes_since(reader, start, 200)
    finish.set()
    thread.join()
    settle()
    after = changes_since(reader, held_back.next, 200)

    assert held_back.rows == []
    assert [row["kind"] for row in after.rows] == ["team.named", "project.held"]


def test_two_writers_at_once_lose_and_double_nothing(project: Project, settle: Any, in_thread: Any) -> None:
    manager, reader = factories.manager(), factories.person(Role.QUALITY_ASSURANCE)
    cursor = changes_since(reader, None, 200).next

    def write(name: str) -> None:
        for number in range(15):
            with acting(channel=Channel.SYSTEM), transaction.atomic():
                record("team.named", project, actor=manager, department=f"{name}{number}")

    writers, seen = [in_thread(write, name) for name in "ab"], []
    while any(writer.is_alive() for writer in writers):
        page = changes_since(reader, cursor, 7)
        cursor, seen = page.next, seen + page.rows
    [writer.join() for writer in writers]
    settle()
    seen += changes_since(reader, cursor, 200).rows

    named = [row["data"]["department"] for row in seen]
    assert sorted(named) == sorted(f"{name}{number}" for name in "ab" for number in range(15))


@pytest.mark.django_db
class TestBadInput:
    @pytest.fixture
    def system(self, db: None) -> System:
        return System(factories.a_client())

    @pytest.mark.parametrize(
        "cursor",
        ["", "abc", "1:2:3", signing.dumps([1, 2], salt="other"), signing.dumps(["x", 1], salt=SALT)],
        ids=["empty", "word", "unsigned", "other salt", "other content"],
    )
    def test_a_cursor_that_was_not_made_here_is_400(self, system: System, cursor: str) -> None:
        self.refused(system.get("changes/", since=cursor), "since")

    def test_a_cursor_of_another_database_is_400(self, system: System) -> None:
        self.refused(system.get("changes/", since=signing.dumps([2**60, 1], salt=SALT)), "since")

    @pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "", "٣", "9" * 5000])
    def test_a_limit_outside_1_to_200_is_400(self, system: System, limit: str) -> None:
        self.refused(system.get("changes/", limit=limit), "limit")

    def test_a_stranger_is_401(self) -> None:
        assert System().get("changes/").status_code == 401

    def refused(self, answer: Any, field: str) -> None:
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert list(answer.json()["errors"]) == [field]


def test_the_feed_costs_the_same_for_one_and_for_many_events(project: Project, settle: Any) -> None:
    def cost(system: System) -> int:
        system.get("changes/")
        with CaptureQueriesContext(connection) as captured:
            assert system.get("changes/").status_code == 200
        return len(captured)

    readers = (System(project.client), internal())
    one = [cost(reader) for reader in readers]
    for _number in range(3):
        hold(project)
        resume_project(project.code, actor=factories.manager(), reason="Go on.")
    settle()

    assert [cost(reader) for reader in readers] == one
    assert max(one) <= 8  # of a client four take its role on and off inside the transaction of the test


def test_an_inactive_person_reads_nothing(project: Project) -> None:
    manager = factories.manager()
    User.objects.filter(pk=manager.pk).update(is_active=False)

    assert changes_since(User.objects.get(pk=manager.pk), None, 10).rows == []


def test_the_check_of_a_cursor_asks_no_table(project: Project, settle: Any) -> None:
    """Among a million events a client's role would look through nearly all of them for one that it may see."""
    viewer = factories.person(Role.CLIENT_VIEWER, client=project.client)
    cursor = changes_since(viewer, None, 1).next

    with CaptureQueriesContext(connection) as asked:
        changes_since(viewer, cursor, 200)

    (check,) = [each["sql"] for each in asked if "pg_snapshot_xmax" in each["sql"]]
    assert "audit_event" not in check
