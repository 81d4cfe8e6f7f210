"""The pages of the plan and of its milestones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from projects.models import Milestone, Project
from tests.projects import factories as make
from tests.projects.pages import address, page, signed_in, small_scale

pytestmark = pytest.mark.django_db
__all__ = ["signed_in", "small_scale"]


def test_the_plan_is_a_table_and_a_picture(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser = signed_in(make.manager())

    shown = page(browser, "project-plan", small_scale)
    picture = browser.get(address("project-plan-svg", small_scale))

    assert all(row.title in shown for row in small_scale.milestones.all())
    assert 'id="plan-table"' in shown and "vega-lite" in shown
    assert picture["Content-Type"] == "image/svg+xml" and b"G2 Release to pilot" in picture.content


def test_a_milestone_is_rescheduled_and_then_published(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser, key = signed_in(make.manager()), "sample_shipped"
    day = timezone.localdate() + timedelta(days=200)

    browser.post(address("milestone-reschedule", small_scale, key), {"not_before": day.isoformat(), "reason": "The reactor is occupied."})
    assert "have another forecast than the client was told" in page(browser, "project-plan", small_scale)
    told = {"keys": [key], "reason_class": "capacity", "side": "cdmo", "reason": "Equipment."}
    shown = browser.post(address("project-publish", small_scale), told).context["expected_hash"]
    browser.post(address("project-publish", small_scale), told | {"confirmed": "1", "expected_hash": shown})

    row = Milestone.objects.get(project=small_scale, key=key)
    assert row.published_on == row.forecast_on >= day
    assert "Equipment." in page(browser, "milestone-detail", small_scale, key)


def test_a_milestone_says_why_its_date_is_not_typed(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    shown = page(signed_in(make.manager()), "milestone-detail", small_scale, "g2")

    assert "The record sets this date when G2 is decided “go”." in shown


def test_a_milestone_is_shared_and_unshared(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser, key = signed_in(make.manager()), "methods_ready"

    for name, visibility in (("milestone-share", "shared"), ("milestone-unshare", "internal")):
        browser.post(address(name, small_scale, key))
        assert Milestone.objects.get(project=small_scale, key=key).visibility == visibility
