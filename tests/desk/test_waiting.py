"""What waits costs: the order of "my work" by the plan, and of the client's waits by what was published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Role
from desk.documents import status_report
from notifications.reading import items_of
from projects.cost_of_waiting import with_costs
from projects.models import Milestone, Phase, Project, WaitingFor
from projects.services.plan import reschedule_milestone
from projects.services.waiting import open_wait
from tests.clients_systems import System
from tests.kept import kept_until_the_end
from tests.notifications.conftest import told
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        yield factories.a_project_in(Phase.SMALL_SCALE).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def test_what_feeds_a_milestone_waits_with_it(project: Project) -> None:
    owed = WaitingFor.objects.open().filter(project=project, key__startswith="deliverable:").select_related("milestone")

    milestones = {wait.words.partition(": ")[2]: wait.milestone.key for wait in owed if wait.milestone}

    assert milestones["Sample Confirmation"] == "sample_confirmed"
    assert milestones["Route Selection Report"] == "route_selected"


def test_my_work_begins_with_what_costs_most(project: Project, client: Client) -> None:
    manager = factories.manager()
    for number, (key, days) in enumerate({"route_selected": 12, "methods_ready": 0, "sample_shipped": 4}.items()):
        Milestone.objects.filter(project=project, key=key).update(float_days=days)
        wait = open_wait(f"test:{number}", words=f"Needed for {key}", link="/", project=project, user=manager, due_on=date(2031, 1, 7))
        WaitingFor.objects.filter(pk=wait.pk).update(milestone=Milestone.objects.get(project=project, key=key))
    open_wait("test:free", words="Feeds nothing", link="/", user=manager)
    client.force_login(manager)

    page = client.get("/my-work/").content.decode()

    places = [
        page.index(words)
        for words in ("Needed for methods_ready", "Needed for sample_shipped", "Needed for route_selected", "Feeds nothing")
    ]
    assert places == sorted(places)
    assert "each working day moves Analytical methods at the needed level and the end by a day" in page
    assert "4 working days to spare before Sample shipped moves the end" in page


# what a late answer of the client costs


@pytest.fixture
def asked(project: Project) -> WaitingFor:
    """A change order waits for the client; the gate of the phase waits with it."""
    factories.sent_change_order(project)
    return WaitingFor.objects.open().get(key__startswith="change_order.answer:")


def the_words(project: Project, key: str = "g2") -> str:
    told = date_format(Milestone.objects.get(project=project, key=key).published_on, "j M Y")
    title = Milestone.objects.get(project=project, key=key).title
    return f"free until {told}; each working day after it moves {title} (published {told}) by one day"


def test_the_client_reads_what_each_answer_costs(project: Project, asked: WaitingFor, client: Client) -> None:
    client.force_login(factories.person(Role.CLIENT_APPROVER))

    for address in ("/portal/", f"/portal/{project.code}/"):
        assert the_words(project) in client.get(address).content.decode()


def test_the_client_s_words_say_nothing_of_the_internal_plan(project: Project, asked: WaitingFor, client: Client) -> None:
    """Forecast and float move inside, and not one word changes."""
    client.force_login(factories.person(Role.CLIENT_APPROVER))
    before = client.get(f"/portal/{project.code}/").content.decode().partition("<main")[2].partition("</main>")[0]

    later = Milestone.objects.get(project=project, key="g2").published_on + timedelta(days=90)  # type: ignore[operator]
    reschedule_milestone(project.code, "g2", not_before=later, duration_days=20, actor=factories.manager(), reason="Inside.")
    Milestone.objects.filter(project=project).update(float_days=0)

    page = client.get(f"/portal/{project.code}/").content.decode().partition("<main")[2].partition("</main>")[0]
    assert "to spare" not in page
    assert page == before


def test_the_client_s_waits_come_dearest_first(project: Project, asked: WaitingFor, client: Client) -> None:
    for number, key in enumerate(("g3", "route_selected")):
        wait = open_wait(f"test.answer:{number}", words=f"Answer for {key}", link="/", project=project, client=project.client)
        WaitingFor.objects.filter(pk=wait.pk).update(milestone=Milestone.objects.get(project=project, key=key))
    open_wait("test.free", words="Answer for nothing", link="/", client=project.client)
    client.force_login(factories.person(Role.CLIENT_APPROVER))

    page = client.get("/portal/").content.decode()

    places = [page.index(words) for words in ("Answer for route_selected", "answer change order", "Answer for g3", "Answer for nothing")]
    assert places == sorted(places)


def test_an_answer_that_comes_too_late_says_so(asked: WaitingFor, monkeypatch: pytest.MonkeyPatch) -> None:
    (wait,) = with_costs([asked])
    assert wait.cost is not None
    monkeypatch.setattr(timezone, "localdate", lambda: wait.cost.free_until + timedelta(days=1))  # type: ignore[union-attr]

    assert wait.cost.words.startswith("was free until ")


def test_the_mail_and_the_report_say_the_same(project: Project) -> None:
    notifications = told(lambda: factories.sent_change_order(project))
    approver = factories.person(Role.CLIENT_APPROVER)
    asked = [row for row in notifications if row.user == approver and row.event.kind == "change_order.sent"]

    (item,) = items_of(asked, approver)

    words = the_words(project)
    assert item.detail == words[0].upper() + words[1:]
    assert words in str(status_report(project)["waiting_for_client"])


def test_the_api_tells_the_cost_to_the_client_s_system(project: Project, asked: WaitingFor) -> None:
    system = System(project.client)

    (row,) = system.get("waiting/", project=project.code).json()["results"]

    gate = Milestone.objects.get(project=project, key="g2")
    assert (row["kind"], row["project"], row["what"]) == ("change_order.answer", project.code, asked.words)
    assert row["due"] == str(asked.due_on)
    assert row["free_until"] == str(gate.published_on)
    assert row["moves"] == {"key": "g2", "title": gate.title, "published_on": str(gate.published_on)}
    assert row["why"] == the_words(project)
    assert set(row) == {"id", "kind", "project", "what", "why", "since", "due", "free_until", "moves", "link"}


def test_the_api_tells_a_client_nothing_of_others(project: Project, asked: WaitingFor) -> None:
    assert System(factories.a_client("DCB")).get("waiting/").json() == {"results": [], "more": False}
    assert System(project.client).get("waiting/", project="API-1999-0001").json()["results"] == []


def test_ours_read_who_is_waited_for_on_the_projects_that_they_see(project: Project, asked: WaitingFor, client: Client) -> None:
    client.force_login(factories.manager())
    rows = client.get("/api/v1/waiting/").json()["results"]

    assert {row["who"] for row in rows} >= {project.client.name, "Research"}
    assert next(row for row in rows if row["id"] == asked.pk)["why"] == the_words(project)
    client.force_login(factories.person(Role.REGULATORY))
    assert client.get("/api/v1/waiting/").json()["results"] == []


def test_costs_of_three_projects_take_as_many_queries_as_of_one(project: Project, asked: WaitingFor, client: Client) -> None:
    client.force_login(factories.person(Role.CLIENT_APPROVER))
    one = {address: queries(client, address) for address in ("/portal/", "/api/v1/waiting/")}

    for _number in range(2):
        factories.sent_change_order(factories.a_project_in(Phase.SMALL_SCALE))

    assert {address: queries(client, address) for address in one} == one
    assert max(one.values()) <= 20


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)
