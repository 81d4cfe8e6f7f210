"""The page of the status: held, returned, cancelled, passed out of scope, completed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Role, User
from audit.models import Event
from projects.models import Phase, Project
from projects.services import lifecycle
from projects.services.gate import current_review
from tests.projects import factories as make
from tests.projects.pages import address, page, signed_in, small_scale

pytestmark = pytest.mark.django_db
__all__ = ["signed_in", "small_scale"]


def test_a_project_is_held_and_resumed(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser = signed_in(make.manager())

    assert browser.post(address("project-hold", small_scale), {"reason": ""}).status_code == 400
    browser.post(address("project-hold", small_scale), {"reason": "The client asked for a pause."})
    shown = page(browser, "project-status", small_scale)
    assert "The client asked for a pause." in shown and 'data-dialog="project-resume"' in shown
    browser.post(address("project-resume", small_scale), {"reason": "They called."})

    assert Project.objects.get(pk=small_scale.pk).status == "active"


def test_a_project_is_returned_with_what_must_be_renewed(signed_in: Callable[[User], Client]) -> None:
    project = make.a_project_in(Phase.PILOT)

    signed_in(make.manager()).post(
        address("project-return", project),
        {"to_phase": "small_scale", "reason": "The pilot failed.", "cost_effect": "Ours.", "renew_criteria": ["route"]},
    )

    review = current_review(Project.objects.get(pk=project.pk))
    assert review is not None and (review.gate, review.round, review.renew_criteria) == ("G2", 2, ["route"])


@pytest.mark.parametrize(("cancel_class", "has_letter"), [("lost", False), ("declined", True)])
def test_a_project_is_cancelled_by_class(
    cancel_class: str, has_letter: bool, signed_in: Callable[[User], Client], small_scale: Project
) -> None:
    browser = signed_in(make.person(Role.BUSINESS_DEVELOPMENT))

    browser.post(address("project-cancel", small_scale), {"cancel_class": cancel_class, "reason": "To a competitor."})

    shown = page(browser, "project-status", small_scale)
    assert f"({cancel_class}" in shown and "What remains to be done" in shown
    agreement = small_scale.agreements.get(kind="cooperation")
    assert f'<a href="{agreement.get_absolute_url()}">{agreement.number}</a>' in shown, "it goes on"
    assert ("cannot make you an offer" in shown) is has_letter
    assert "The project is cancelled; no gate is open." in page(browser, "project-gate", small_scale)


@pytest.mark.parametrize(("password", "status"), [("wrong", 400), (make.PASSWORD, 302)])
def test_a_phase_is_passed_out_of_scope_by_password(password: str, status: int, signed_in: Callable[[User], Client]) -> None:
    project = make.decide(make.a_project_ready_for_g1(first=Phase.PILOT))

    answer = signed_in(make.manager()).post(address("project-out-of-scope", project), {"reason": "Not contracted.", "password": password})

    assert answer.status_code == status
    assert (Project.objects.get(pk=project.pk).phase == Phase.PILOT) is (status == 302)


def test_completing_too_early_is_refused(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    before = Event.objects.count()

    answer = signed_in(make.manager()).post(address("project-complete", small_scale), {"reason": "Enough."})

    assert answer.status_code == 409 and Event.objects.count() == before


def test_the_status_page_explains_what_is_locked(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    lifecycle.hold_project(small_scale.code, actor=make.manager(), reason="Pause.")

    shown = page(signed_in(make.person(Role.QUALITY_ASSURANCE)), "project-status", small_scale)

    assert "This takes a project manager or management." in shown and "The project is on hold: Pause." in shown
