"""The pages of a project, and the fixtures of those who open them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import Phase, Project
from tests.projects import factories as make

PAGES = {
    "project-gate": [],
    "gate-review": ["G1", 1],
    "deliverable-detail": ["route_selection_report"],
    "project-plan": [],
    "project-plan-svg": [],
    "milestone-detail": ["g2"],
    "project-status": [],
}


def address(name: str, project: Project, *more: object) -> str:
    return reverse(name, args=[project.code, *(more or PAGES.get(name, []))])


def page(browser: Client, name: str, project: Project, *more: object) -> str:
    answer = browser.get(address(name, project, *more))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def small_scale(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)
