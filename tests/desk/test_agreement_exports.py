"""The agreements of a project and of a client as files: who signed, from when to when, and where each stands."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role
from projects.models import Agreement, AgreementSignatory, Project
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = make.a_project()
    make.signed_agreements(project)
    AgreementSignatory.objects.get(agreement__kind="cooperation", side="client").delete()
    return project


def rows_at(browser: Browser, address: str) -> dict[str, dict[str, str]]:
    text = b"".join(browser.get(address)).decode("utf-8-sig")
    return {row["Number"]: row for row in csv.DictReader(io.StringIO(text))}


def test_the_agreements_of_a_project_leave_with_signatories_dates_and_standing(project: Project) -> None:
    rows = rows_at(as_person(make.manager()), reverse("project-list-csv", args=[project.code, "agreements"]))

    kept, open_one = rows[f"CON-{project.code}"], rows[f"COO-{project.code}"]
    today = Agreement.objects.first().effective_on.isoformat()
    assert (kept["State"], kept["For the client"], kept["Signed by the client on"]) == (
        "Signed, in force",
        "Director of the client, Director",
        today,
    )
    assert (open_one["State"], open_one["For the client"], open_one["Signed by the client on"]) == ("Client's signature open", "", "")


def test_what_the_client_agreed_for_all_its_projects_is_among_them(project: Project) -> None:
    make.client_agreement(make.a_client("DCB"))
    number, browser = make.client_agreement(project.client, "quality").number, as_person(make.manager())

    of_project = rows_at(browser, reverse("project-list-csv", args=[project.code, "agreements"]))
    of_client = rows_at(browser, f"{reverse('list-csv', args=['client-agreements'])}?client={project.client.code}")

    assert set(of_project) == set(of_client) == {number, f"CON-{project.code}", f"COO-{project.code}"}
    assert (of_project[number]["Project"], of_project[number]["Client"]) == ("all of the client", project.client.name)


def test_a_client_s_agreements_leave_without_those_of_another(project: Project) -> None:
    browser, address = as_person(make.manager()), reverse("list-csv", args=["client-agreements"])

    assert len(rows_at(browser, f"{address}?client={project.client.code}")) == 2
    assert rows_at(browser, f"{address}?client={make.a_client('DCB').code}") == {}
    page = browser.get(reverse("client-detail", args=[project.client.code])).content.decode()
    assert f"{address}?client={project.client.code}" in page


def test_three_agreements_cost_the_queries_of_one(project: Project, django_assert_max_num_queries: Any) -> None:
    browser, address = as_person(make.manager()), reverse("list-csv", args=["client-agreements"])
    make.signed_agreements(make.a_project(make.a_client("DCB")))
    rows_at(browser, address)
    counts = {}
    for kept in (4, 1):
        gone = Agreement.objects.order_by("pk")[kept:].values_list("pk", flat=True)
        AgreementSignatory.objects.filter(agreement__in=list(gone)).delete()
        Agreement.objects.filter(pk__in=list(gone)).delete()
        with django_assert_max_num_queries(20) as seen:
            rows = rows_at(browser, address)
        counts[len(rows)] = len(seen)

    assert counts == dict.fromkeys((4, 1), counts[1])


def test_agreements_are_no_list_of_the_client(project: Project) -> None:
    browser = as_person(make.person(Role.CLIENT_APPROVER, client=project.client))

    for address in (reverse("list-csv", args=["client-agreements"]), reverse("project-list-csv", args=[project.code, "agreements"])):
        assert browser.get(address).status_code == 404
