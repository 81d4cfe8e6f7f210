"""A project that somebody of research works on, and a scenario of it."""

from __future__ import annotations

import pytest
from django.test import Client

from process.models import CostAssessment
from projects.models import Project
from tests.process import factories as make
from tests.projects.remembered import remembered


@remembered
def with_a_route() -> Project:
    project = make.a_project()
    make.a_whole_route(project)
    return project


@remembered
def with_a_scenario() -> Project:
    project = with_a_route()
    make.a_scenario(project, make.draft_of(project.routes.get()))
    return project


@pytest.fixture(autouse=True)
def told_first(request: pytest.FixtureRequest) -> None:
    """The story of the project is put back where nothing is yet; whoever reads it signs in afterwards."""
    if "project" in request.fixturenames:
        request.getfixturevalue("project")


@pytest.fixture
def project(db: None, request: pytest.FixtureRequest) -> Project:
    """With what the test asks of it."""
    if "scenario" in request.fixturenames:
        return with_a_scenario()
    return with_a_route() if "version" in request.fixturenames else make.a_project()


@pytest.fixture
def scenario(project: Project) -> CostAssessment:
    return CostAssessment.objects.select_related("project").get(project=project)


@pytest.fixture
def chemist(client: Client) -> Client:
    client.force_login(make.chemist())
    return client
