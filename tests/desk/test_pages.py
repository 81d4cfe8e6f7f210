"""The desk's pages: what each person sees, and that lists cost the same for one project and for three."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Role
from desk.lateness import LateMilestone, late_milestones
from projects.models import Milestone, Project
from projects.services.facts import refresh_facts
from projects.services.lifecycle import hold_project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone, publish_plan
from projects.services.readiness import refresh_readiness
from projects.variance import variance_of
from tests.projects import factories
from tests.projects.one_and_three import one_and_three
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


def queries(client: Client, address: str) -> int:
    client.get(address)  # content types and the session are fetched once
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def project() -> Project:
    project = factories.a_project_in("small_scale")
    refresh_readiness([project.pk])
    return project


def late_now(project: Project) -> list[LateMilestone]:
    refresh_facts([project.pk])
    return late_milestones(factories.manager(), limit=15)


def test_home_shows_what_waits_for_me(project: Project) -> None:
    page = as_person(factories.person(Role.RESEARCH)).get("/").content.decode()

    assert f"{project.code}: Route Selection Report" in page


def test_home_of_who_sees_no_project_does_not_say_that_nothing_is_late(project: Project) -> None:
    page = as_person(factories.person(Role.ADMINISTRATOR)).get("/").content.decode()

    assert "No milestone that you may see is behind its baseline." in page
    assert "No request that you may see is open." in page


def test_home_of_a_client_is_the_portal(project: Project) -> None:
    answer = as_person(factories.person(Role.CLIENT_APPROVER)).get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/portal/")


@pytest.mark.parametrize("address", ["/", "/projects/", "/my-work/"])
def test_lists_cost_the_same_for_three_projects(address: str) -> None:
    def cost(projects: list[Project]) -> int:
        refresh_readiness([project.pk for project in projects])
        return queries(as_person(factories.manager()), address)

    one, three = one_and_three(partial(factories.a_project_in, "small_scale"), cost)

    assert three == one <= MOST_QUERIES


def test_project_page_says_what_blocks(project: Project) -> None:
    client = as_person(factories.manager())

    page = client.get(project.get_absolute_url()).content.decode()

    assert "Not done: Route Selection Report" in page
    assert "0 of 5" in page
    assert queries(client, project.get_absolute_url()) <= MOST_QUERIES


def test_department_outside_the_team_finds_nothing(project: Project) -> None:
    assert as_person(factories.person(Role.REGULATORY)).get(project.get_absolute_url()).status_code == 404


def test_events_lead_to_the_project_by_its_id(project: Project) -> None:
    client = as_person(factories.manager())

    assert client.get(reverse("project-by-id", args=[project.pk]))["Location"] == project.get_absolute_url()
    assert client.get(reverse("project-gate-by-id", args=[project.pk]))["Location"] == f"{project.get_absolute_url()}gate/"
    assert client.get(reverse("project-by-id", args=[project.pk + 1000])).status_code == 404


def test_late_is_named_with_its_reason(project: Project) -> None:
    milestone = Milestone.objects.get(project=project, key="route_selected")
    assert milestone.baseline_on is not None
    later = milestone.baseline_on + timedelta(days=40)
    reschedule_milestone(project.code, milestone.key, not_before=later, actor=factories.manager(), reason="The catalyst is poisoned.")
    publish_plan(
        project.code, keys=[milestone.key], reason_class="technical", side="third_party", reason="A step failed.", actor=factories.manager()
    )

    late = late_now(project)
    page = as_person(factories.manager()).get("/").content.decode()

    assert late[0].days == variance_of(late[0].milestone, project, promised=milestone.baseline_on)  # in working days
    assert late[0].milestone.project == project
    assert [why.words for why in late[0].why] == ["The catalyst is poisoned.", "A step failed.", "Open: Route Selection Report"]
    assert "on whose side: Third party" in late[0].why[1].source
    assert all(why.words in page and why.source in page for why in late[0].why)


def test_a_day_that_has_passed_unreached_is_said_so_and_a_project_that_rests_is_named(project: Project) -> None:
    day = timezone.localdate() - timedelta(days=30)
    Milestone.objects.filter(project=project, key="route_selected").update(baseline_on=day, forecast_on=day)
    hold_project(project.code, actor=factories.manager(), reason="The client asked for a pause.")

    (late,) = late_now(project)
    page = as_person(factories.manager()).get("/").content.decode()

    assert late.is_passed and f"{date_format(day)}, passed and not reached" in page and "until today" in page
    assert "On hold" in page


def test_the_project_s_own_page_says_whom_it_waits_for_without_its_code(project: Project) -> None:
    page = as_person(factories.manager()).get(project.get_absolute_url()).content.decode()

    assert ">Route Selection Report</a>" in page and f"{project.code}: Route Selection Report" not in page


def test_late_by_another_milestone_says_which_and_a_silent_delay_says_so(project: Project) -> None:
    first, second = Milestone.objects.filter(project=project, phase="small_scale").order_by("order")[:2]
    today = timezone.localdate()
    Milestone.objects.filter(pk=second.pk).update(baseline_on=today - timedelta(days=30))
    silent = late_now(project)[0]

    reschedule_milestone(
        project.code, first.key, not_before=today + timedelta(days=9), actor=factories.manager(), reason="The supplier is late."
    )
    followed = late_now(project)[0]

    assert (silent.milestone, silent.why[0].words) == (second, "Nobody has said why yet.")
    assert followed.why[0].words == f"{first.title}: The supplier is late."


@pytest.mark.parametrize("words", ["API-", "Paracetamol", "103-90-2", "Demo Client"])
def test_search_finds(project: Project, words: str) -> None:
    assert project.code in as_person(factories.manager()).get("/search/", {"q": words}).content.decode()


def test_search_goes_straight_to_a_code(project: Project) -> None:
    answer = as_person(factories.manager()).get("/search/", {"q": project.code.lower()})

    assert answer["Location"] == project.get_absolute_url()


def test_search_finds_offers_by_number(project: Project) -> None:
    """Each at the address of the person who asks; a draft is not the client's to find."""
    order = factories.sent_change_order(project)
    quotation = project.quotations.first()
    assert quotation is not None

    for who, addresses in (
        (factories.manager(), (order.get_absolute_url(), quotation.get_absolute_url())),
        (
            factories.person(Role.CLIENT_VIEWER),
            (f"/portal/{project.code}/change-orders/1/1/", f"/portal/{project.code}/quotation/{quotation.revision}/"),
        ),
    ):
        for number, address in zip((order.number, quotation.number), addresses, strict=True):
            assert f'href="{address}"' in as_person(who).get("/search/", {"q": number}).content.decode()
    foreign = as_person(factories.person(Role.CLIENT_VIEWER, client=factories.a_client("DCB")))
    assert "/change-orders/" not in foreign.get("/search/", {"q": order.number}).content.decode()


def test_search_never_shows_another_clients_project(project: Project) -> None:
    foreign = as_person(factories.person(Role.CLIENT_VIEWER, client=factories.a_client("DCB")))

    for words in (project.code, "Paracetamol", "103-90-2", "Demo Client A"):
        assert project.code not in foreign.get("/search/", {"q": words}).content.decode().replace(f"“{words}”", "").replace(
            f'value="{words}"', ""
        )


def test_search_survives_nonsense(project: Project) -> None:
    assert as_person(factories.manager()).get("/search/", {"q": "%_\\' OR 1=1" + "x" * 500}).status_code == 200


def test_portal_shows_published_dates_only(project: Project) -> None:
    milestone = Milestone.objects.get(project=project, key="route_selected")
    told, later = milestone.published_on, milestone.forecast_on + timedelta(days=30)  # type: ignore[operator]
    reschedule_milestone(project.code, milestone.key, not_before=later, actor=factories.manager(), reason="Supplier is late")
    approver = as_person(factories.person(Role.CLIENT_APPROVER))

    page = approver.get(reverse("portal-project", args=[project.code])).content.decode()

    assert shown(told) in page
    assert shown(Milestone.objects.get(pk=milestone.pk).forecast_on) not in page


def test_portal_shows_the_reason_of_a_published_move(project: Project) -> None:
    milestone = Milestone.objects.get(project=project, key="route_selected")
    later = milestone.forecast_on + timedelta(days=30)  # type: ignore[operator]
    reschedule_milestone(project.code, milestone.key, not_before=later, actor=factories.manager(), reason="internal words")
    publish_milestone(
        project.code,
        milestone.key,
        reason_class="material",
        side="third_party",
        reason="A supplier delivers late.",
        actor=factories.manager(),
    )

    page = as_person(factories.person(Role.CLIENT_VIEWER)).get(reverse("portal-project", args=[project.code])).content.decode()

    assert "A supplier delivers late." in page
    assert "internal words" not in page
    assert shown(Milestone.objects.get(pk=milestone.pk).published_on) in page


def test_portal_is_no_place_for_us(project: Project) -> None:
    assert as_person(factories.manager()).get("/portal/").status_code == 404


def shown(day: Any) -> str:
    return f"{day.day} {day:%b %Y}"


class TestQuotationInThePortal:
    @pytest.fixture
    def sent(self) -> Project:
        project = factories.a_project()
        quotation = factories.a_quotation(project)
        factories.release(quotation)
        factories.send(quotation)
        return project

    def test_waits_for_the_client(self, sent: Project) -> None:
        assert "answer quotation" in as_person(factories.person(Role.CLIENT_APPROVER)).get("/portal/").content.decode()

    def test_wrong_password_changes_nothing(self, sent: Project) -> None:
        client = as_person(factories.person(Role.CLIENT_APPROVER))

        answer = client.post(reverse("portal-quotation-accept", args=[sent.code, 1]), {"password": "wrong"})

        assert answer.status_code == 400
        assert sent.quotations.get().state == "sent"

    def test_a_viewer_cannot_accept(self, sent: Project) -> None:
        client = as_person(factories.person(Role.CLIENT_VIEWER))

        answer = client.post(reverse("portal-quotation-accept", args=[sent.code, 1]), {"password": factories.PASSWORD})

        assert answer.status_code == 403
        assert sent.quotations.get().state == "sent"

    def test_a_foreign_approver_finds_nothing(self, sent: Project) -> None:
        client = as_person(factories.person(Role.CLIENT_APPROVER, client=factories.a_client("DCB")))

        answer = client.post(reverse("portal-quotation-accept", args=[sent.code, 1]), {"password": factories.PASSWORD})

        assert answer.status_code == 404

    def test_decline_needs_a_reason(self, sent: Project) -> None:
        client = as_person(factories.person(Role.CLIENT_APPROVER))
        address = reverse("portal-quotation-decline", args=[sent.code, 1])

        assert client.post(address, {"reason": " "}).status_code == 400
        assert client.post(address, {"reason": "Too expensive"}).status_code == 302
        assert sent.quotations.get().answer_reason == "Too expensive"
