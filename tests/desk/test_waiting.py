"""What waits costs: the order of "my work", and that the client's page says nothing of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from accounts.models import Role
from projects.models import Milestone, Phase, Project, WaitingFor
from projects.services.waiting import open_wait
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.a_project_in(Phase.SMALL_SCALE)


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


def test_the_client_s_page_tells_nothing_of_the_internal_float(project: Project, client: Client) -> None:
    """It follows forecasts that were not published."""
    factories.sent_change_order(project)
    Milestone.objects.filter(project=project, key="g2").update(float_days=0)
    client.force_login(factories.person(Role.CLIENT_APPROVER))

    for address in ("/portal/", f"/portal/{project.code}/"):
        page = client.get(address).content.decode()
        assert "Waiting for you" in page
        assert "working day" not in page
