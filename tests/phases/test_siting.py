"""The site of a project in evaluation: chosen and changed until the charter names one, by the page and by the API."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from catalogue.models import Site
from projects.models import Project
from projects.services.siting import choose_site
from tests.phases.sheets import OPERATION, add_row
from tests.projects import factories as make
from tests.projects.vessels import a_vessel

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    for key, name, country, zone in (("basel", "Basel", "CH", "Europe/Zurich"), ("shanghai", "Shanghai", "CN", "Asia/Shanghai")):
        Site.objects.create(key=key, name=name, country=country, time_zone=zone)
    return make.a_project()


def site(key: str) -> Site:
    return Site.objects.get(key=key)


def chosen(project: Project) -> str | None:
    site = Project.objects.select_related("site").get(pk=project.pk).site
    return site.key if site else None


def test_the_site_is_chosen_and_changed_and_each_is_an_event(project: Project) -> None:
    choose_site(project.code, site=site("basel"), actor=make.person(Role.BUSINESS_DEVELOPMENT))
    choose_site(project.code, site=site("shanghai"), actor=make.person(Role.PROJECT_MANAGER))
    choose_site(project.code, site=site("shanghai"), actor=make.person(Role.PROJECT_MANAGER))

    assert chosen(project) == "shanghai"
    events = Event.objects.filter(kind="project.site_chosen").order_by("pk")
    assert [(event.data["before"]["site"], event.data["after"]["site"]) for event in events] == [("", "Basel"), ("Basel", "Shanghai")]


def test_others_and_a_project_that_has_its_charter_are_refused(project: Project) -> None:
    with pytest.raises(NotAllowed):
        choose_site(project.code, site=site("basel"), actor=make.person(Role.PRODUCTION))
    make.charter(project)
    before = chosen(project)

    with pytest.raises(Refused, match="The charter names the site"):
        choose_site(project.code, site=site("basel"), actor=make.person(Role.PROJECT_MANAGER))

    assert chosen(project) == before


def test_the_page_chooses_it_and_says_who_may_not(client: Client, project: Project) -> None:
    page, act = reverse("project-evaluation", args=[project.code]), reverse("evaluation-site", args=[project.code])
    client.force_login(make.person(Role.PRODUCTION))
    assert "The site is chosen by business development or a project manager." in client.get(page).content.decode()
    assert client.post(act, {"site": "basel"}).status_code == 403
    client.force_login(make.person(Role.PROJECT_MANAGER))

    for wrong in ("atlantis", ""):
        bad = client.post(act, {"site": wrong})
        assert bad.status_code == 400
        assert 'aria-invalid="true"' in bad.content.decode()
    assert chosen(project) is None
    assert "The project counts with Basel." in client.post(act, {"site": "basel"}, follow=True).content.decode()
    assert chosen(project) == "basel"


def test_a_sheet_without_a_site_leads_to_where_it_is_chosen(client: Client, project: Project) -> None:
    client.force_login(make.person(Role.PRODUCTION))
    there = f'href="{reverse("project-evaluation", args=[project.code])}#site"'

    assert there in client.get(reverse("sheet-detail", args=[project.code, "production"])).content.decode()


def test_the_api_shows_and_chooses_it(client: Client, project: Project) -> None:
    client.force_login(make.person(Role.PROJECT_MANAGER))
    address = reverse("api-project-site", args=[project.code])
    assert client.get(address).json() == {"site": None}

    first = client.put(address, {"site": "basel"}, content_type="application/json")
    unknown = client.put(address, {"site": "atlantis"}, content_type="application/json")

    assert (first.status_code, first.json()) == (200, {"site": "basel"})
    assert unknown.status_code == 400
    assert client.get(address).json() == {"site": "basel"}


def test_vessels_of_another_site_in_the_production_plan_are_said(client: Client, project: Project) -> None:
    elsewhere = a_vessel().site
    choose_site(project.code, site=elsewhere, actor=make.person(Role.PROJECT_MANAGER))
    add_row(project, "production", "production-plan", **OPERATION | {"vessel": "R-302"})
    client.force_login(make.person(Role.PROJECT_MANAGER))
    act, words = reverse("evaluation-site", args=[project.code]), "1 operation of the production plan names a vessel of another site."

    assert words in client.post(act, {"site": "basel"}, follow=True).content.decode()
    assert words not in client.post(act, {"site": elsewhere.key}, follow=True).content.decode()
