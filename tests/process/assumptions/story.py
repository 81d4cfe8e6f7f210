"""What the tests of assumptions and letters share."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Role, User
from process.assumptions.models import Assumption
from projects.models import Project
from tests.projects import factories as projects
from worksheets.changing import CHANGE, Change, change_rows


def seller() -> User:
    return projects.person(Role.BUSINESS_DEVELOPMENT)


def whole(project: Project) -> Project:
    return Project.objects.select_related("rfp", "client").get(pk=project.pk)


def change(project: Project, row: Assumption, reason: str = "", **values: str) -> dict[str, list[str]]:
    (result,) = change_rows(f"assumptions:{project.code}", [Change(CHANGE, row.pk, values)], actor=seller(), reason=reason).results
    return result.errors


def in_a_week() -> dict[str, object]:
    return {"answer_by": timezone.localdate() + timedelta(days=7), "actor": seller()}
