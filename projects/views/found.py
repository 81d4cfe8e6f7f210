"""Fetching what an address names, through `visible_to`: absent and foreign are the same."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from accounts.requests import SignedInRequest
from projects.models import Project


def visible_project(request: SignedInRequest, code: str) -> Project:
    rows = Project.objects.visible_to(request.user).select_related("client", "site", "project_manager")
    return get_object_or_404(rows, code=code)
