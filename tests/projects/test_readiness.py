"""The stored summaries that lists show: refreshed after a commit and at night, at the same cost for fifty projects as for five."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact, Department, Role
from audit.outbox import consume
from catalogue.models import Compound
from projects.models import PHASES, Deliverable, Milestone, Project, ReadinessSummary, Rfp
from projects.plans import phase_plan
from projects.services.lifecycle import open_review
from projects.services.readiness import refresh_all
from projects.tasks import refresh_all_readiness
from tests.audit.conftest import settle
from tests.projects import factories as make

EACH = 10


def a_light_project(number: int, phase: str) -> Project:
    """As it stands in a phase, without the acts that led there: written past the guards of the database."""
    now, client = timezone.now(), make.a_client()
    contact = Contact.objects.get_or_create(client=client, name="Purchasing Manager", email="purchasing@example.com")[0]
    rfp = Rfp.objects.create(
        number=f"RFP-2020-{number:04d}",
        state="submitted",
        client=client,
        contact=contact,
        compound_name=f"Compound {number}",
        received_at=now,
        created_by=make.manager(),
    )
    project = Project.objects.create(
        code=f"API-2020-{number:04d}",
        title=rfp.compound_name,
        rfp=rfp,
        client=client,
        compound=Compound.objects.get_or_create(name="Paracetamol")[0],
        phase=phase,
        site=make.a_site(),
        project_manager=make.manager(),
        opened_at=now,
    )
    open_review(project, actor=make.manager())
    research, due = Department.objects.get(key="research"), timezone.localdate() + timedelta(days=number)
    Deliverable.objects.bulk_create(
        Deliverable(project=project, phase=phase, key=item.key, title=str(item.title), department=research, due_on=due)
        for item in phase_plan(phase).deliverables
    )
    Milestone.objects.create(
        project=project, phase=phase, key="gate", title="Gate", kind="gate", department=research, baseline_on=due, forecast_on=due
    )
    return project


def light_projects(first: int, of_each: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for place in range(of_each):
            for step, phase in enumerate(PHASES):
                a_light_project(first + place * len(PHASES) + step, phase)
        cursor.execute("SET session_replication_role = DEFAULT")


def queries(act: Callable[[], object]) -> int:
    act()  # what is fetched once is fetched here
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


@pytest.mark.slow
@pytest.mark.django_db
def test_fifty_projects_cost_what_five_do(client: Client) -> None:
    client.force_login(make.person(Role.MANAGEMENT))
    acts = {"night": refresh_all, **{name: partial(client.get, reverse(name)) for name in ("project-list", "portfolio")}}
    light_projects(1, 1)
    five = {name: queries(act) for name, act in acts.items()}

    light_projects(100, EACH - 1)

    assert {name: queries(act) for name, act in acts.items()} == five
    assert refresh_all() == ReadinessSummary.objects.count() == EACH * len(PHASES)
    shown = client.get(reverse("portfolio")).content.decode()
    assert shown.count("API-2020-") >= EACH * len(PHASES) and "not forecastable:" in shown


@pytest.mark.django_db
def test_lists_say_when_the_criteria_are_met_or_why_that_is_not_known(client: Client) -> None:
    project = make.a_project_in("small_scale")
    client.force_login(make.manager())
    pages = partial(map, lambda name: client.get(reverse(name)).content.decode())
    refresh_all()
    expected = ReadinessSummary.objects.get(project=project).expected_on
    assert expected is not None

    assert all(f"{expected:%-d %b %Y}" in page for page in pages(("project-list", "portfolio")))
    Deliverable.objects.filter(project=project, key="route_selection_report").update(due_on=timezone.localdate() - timedelta(days=1))
    refresh_all()

    words = "not forecastable: “A route is chosen and scored on all six factors” was due on"
    assert all(words in page for page in pages(("project-list", "portfolio")))


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_commit_refreshes_the_summary_through_the_outbox_and_so_does_the_night() -> None:
    project = make.a_planned_project()
    settle()
    consume("projects.readiness")
    assert ReadinessSummary.objects.get(project=project).met == 1  # the request

    make.sign_off_sheets(project)
    assert ReadinessSummary.objects.get(project=project).met == 1  # committed, not read yet
    settle()
    consume("projects.readiness")
    assert ReadinessSummary.objects.get(project=project).met == 2

    ReadinessSummary.objects.update(met=7)
    assert refresh_all_readiness() == 1
    assert ReadinessSummary.objects.get(project=project).met == 2
