"""What the tests of assumptions and letters share."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Role, User
from process.assumptions.models import Assumption
from process.costs.services import fix_scenario
from process.models import CostAssessment
from process.routes.services import fix_version
from projects.models import Project
from tests.process import factories as make
from tests.projects import factories as projects
from worksheets.changing import CHANGE, Change, change_rows


def seller() -> User:
    return projects.person(Role.BUSINESS_DEVELOPMENT)


def whole(project: Project) -> Project:
    return Project.objects.select_related("rfp", "client").get(pk=project.pk)


def change(project: Project, row: Assumption, reason: str = "", **values: str) -> dict[str, list[str]]:
    (result,) = change_rows(f"assumptions:{project.code}", [Change(CHANGE, row.pk, values)], actor=seller(), reason=reason).results
    return result.errors


def fix(scenario: CostAssessment) -> None:
    """With the version of its route."""
    version = CostAssessment.objects.select_related("route_version").get(pk=scenario.pk).route_version
    if version is not None and version.is_draft:
        fix_version(version.pk, reason="To quote by.", actor=make.chemist())
    fix_scenario(scenario.pk, reason="To quote by.", actor=make.estimator())


def in_a_week() -> dict[str, object]:
    return {"answer_by": timezone.localdate() + timedelta(days=7), "actor": seller()}
