"""Fetching what an address names, through `visible_to`: absent and foreign are the same."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from accounts.requests import SignedInRequest
from projects.models import Project

Row = TypeVar("Row", bound=Model)
RELATED = ("client", "site", "project_manager")


def visible_project(request: SignedInRequest, code: str, *related: str) -> Project:
    """With these related rows, or RELATED, and with `is_kept`, which is not asked again to note who looked (desk/looking.py)."""
    rows = Project.objects.visible_to(request.user).with_kept().select_related(*(related or RELATED))
    project = get_object_or_404(rows, code=code)
    request.is_kept = project.is_kept  # type: ignore[attr-defined]
    return project


def of_kept_project() -> Exists:
    """Of rows of a project: whether that is kept."""
    return Exists(Project.objects.undisclosed().filter(pk=OuterRef("project")))


def found_of_project(request: SignedInRequest, rows: QuerySet[Row], **lookup: Any) -> Row:
    """One of these rows, each of a project; whether that is kept is asked with it, as `visible_project` does."""
    row: Any = get_object_or_404(rows.annotate(is_kept=of_kept_project()), **lookup)
    request.is_kept = row.is_kept  # type: ignore[attr-defined]
    return cast("Row", row)
