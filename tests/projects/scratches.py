"""A project whose plan is tried otherwise, with what is tried on it."""

from __future__ import annotations

from typing import Any

import pytest

from projects.models import Milestone, MilestoneLink, Phase, Project
from projects.services import dependencies
from projects.services.milestones import MilestoneDraft, add_milestone
from tests.projects import factories as make


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def a_link(project: Project, **lookup: Any) -> MilestoneLink:
    rows = MilestoneLink.objects.filter(successor__project=project, successor__actual_on=None, **lookup)
    return rows.select_related("predecessor", "successor")[0]


def an_internal_one(project: Project, *, title: str = "Solvent recovered", after: str = "sample_shipped", lag_days: int = 10) -> Milestone:
    """Between a milestone and G2."""
    draft = MilestoneDraft(title=title, kind="internal")
    row = add_milestone(project.code, draft, phase="small_scale", after=after, lag_days=lag_days, reason="Wanted.", actor=make.manager())
    dependencies.add_dependency(
        project.code, "g2", predecessor=row.key, kind="FS", lag_days=60, reason="G2 needs it.", actor=make.manager()
    )
    return row
