"""A project that somebody of research works on, and a scenario of it."""

from __future__ import annotations

import pytest

from process.models import CostAssessment
from projects.models import Project
from tests.process import factories as make


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project()


@pytest.fixture
def scenario(project: Project) -> CostAssessment:
    return make.a_scenario(project, make.draft_of(make.a_whole_route(project)))
