"""A project that somebody of research works on."""

from __future__ import annotations

import pytest

from projects.models import Project
from tests.process import factories as make


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project()
