"""Have we made something like this? Intermediates of routes are found as the compounds of projects are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from process.models import RouteStep
from process.routes import services
from projects.alike import Alike, alike
from projects.models import Project
from tests.process import factories as make
from tests.projects import factories as projects
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db
BOC_PIPERIDINE = "CC(C)(C)OC(=O)N1CCC(N)CC1"
CBZ_PIPERIDINE = "O=C(OCc1ccccc1)N1CCC(N)CC1"
SAID = "made in step “Protection” of the route “Acetylation”"


@pytest.fixture
def step(project: Project) -> RouteStep:
    version = make.draft_of(make.a_route(project))
    return make.a_step(version, "Protection", product_name="Boc amine", product_structure=BOC_PIPERIDINE)


def told(found: list[Alike]) -> list[tuple[Project, str, int, str, str]]:
    return [(each.project, each.compound.name, each.percent, each.made_in, each.link) for each in found]


def test_an_intermediate_of_another_project_is_found_with_its_step_and_route(project: Project, step: RouteStep) -> None:
    found = alike(projects.manager(), BOC_PIPERIDINE)

    assert told(found) == [(project, "Boc amine", 100, SAID, step.version.get_absolute_url())]
    assert 35 <= alike(projects.manager(), CBZ_PIPERIDINE)[0].percent < 100
    assert alike(projects.manager(), BOC_PIPERIDINE, besides=project.rfp.number) == []


def test_who_does_not_see_the_project_does_not_hear_of_it_and_no_client_hears_of_a_step(project: Project, step: RouteStep) -> None:
    ours_elsewhere, its_client = projects.person(Role.REGULATORY), projects.person(Role.CLIENT_APPROVER)
    assert Project.objects.visible_to(its_client).filter(pk=project.pk).exists()

    assert alike(ours_elsewhere, BOC_PIPERIDINE) == []
    assert alike(its_client, BOC_PIPERIDINE) == []


def test_a_step_that_is_set_aside_makes_nothing_and_the_compound_itself_stands_once(project: Project, step: RouteStep) -> None:
    make.change_step(step, set_aside="yes")
    make.a_step(step.version, "Last", product_structure=project.compound.smiles)

    assert alike(projects.manager(), BOC_PIPERIDINE) == []
    assert [each.made_in for each in alike(projects.manager(), project.compound.smiles)] == [""]


def test_it_is_told_once_for_all_versions_with_the_newest(project: Project) -> None:
    step = make.draft_of(make.a_whole_route(project)).steps.get()
    make.change_step(step, product_structure=BOC_PIPERIDINE, product_molar_mass_g_per_mol="")
    services.fix_version(step.version_id, actor=make.chemist(), reason="As quoted.")
    newest = services.start_version(step.version.route_id, actor=make.chemist(), reason="Cheaper.")

    assert [each.link for each in alike(projects.manager(), BOC_PIPERIDINE)] == [newest.get_absolute_url()]


def test_more_steps_cost_no_more_queries(project: Project, step: RouteStep) -> None:
    reader = projects.manager()
    alike(reader, BOC_PIPERIDINE)  # what the reader may is read once
    with CaptureQueriesContext(connection) as one:
        alike(reader, BOC_PIPERIDINE)
    for place, smiles in enumerate((CBZ_PIPERIDINE, "CCOC(=O)N1CCC(N)CC1")):
        make.a_step(step.version, f"Other {place}", product_structure=smiles)

    with CaptureQueriesContext(connection) as three:
        assert len(alike(reader, BOC_PIPERIDINE)) == 3

    assert len(three) == len(one)


def test_the_pages_say_it(project: Project, step: RouteStep) -> None:
    browser = as_person(projects.person(Role.BUSINESS_DEVELOPMENT))

    for page in (
        browser.get(reverse("rfp-similar"), {"structure_text": BOC_PIPERIDINE}),
        browser.get(reverse("search"), {"q": BOC_PIPERIDINE}),
    ):
        assert f'<a href="{step.version.get_absolute_url()}">{SAID}</a>' in page.content.decode()
