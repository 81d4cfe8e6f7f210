"""The missing answers of a project in the ledger."""

from __future__ import annotations

import pytest

from process.assumptions import ledger
from process.assumptions.models import Assumption
from process.models import CostAssessment
from projects.models import Project
from tests.process.assumptions.story import seller


@pytest.fixture
def rows(project: Project, scenario: CostAssessment) -> dict[str, Assumption]:
    ledger.take_over(project.code, scenario.number, actor=seller())
    return {row.field: row for row in Assumption.objects.filter(project=project)}
