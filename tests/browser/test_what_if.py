"""A scratch plan in the browser: something is tried, compared and applied, or discarded."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import press, send
from tests.browser.entering import sign_in

pytestmark = pytest.mark.browser


def open_a_scratch_plan(page: Page, code: str, name: str) -> None:
    sign_in(page, "pm@demo.example")
    page.goto(f"/projects/{code}/what-if/")
    page.get_by_label("What is tried").fill(name)
    press(page, "Open a scratch plan")
    expect(page).to_have_url(re.compile(r"/what-if/\d+/$"))


def test_one_day_more_is_tried_and_applied(page: Page, places: dict[str, str]) -> None:
    open_a_scratch_plan(page, places["code"], "One day more")
    work = page.locator("#scratch-table input[name^=work-]").last
    days = str(int(work.input_value()) + 1)

    work.fill(days)
    send(page, "Try")
    expect(work).to_have_value(days)
    press(page, "Apply…")
    dialog = page.get_by_role("dialog", name="Apply to the plan")
    dialog.get_by_label("Reason").fill("Agreed in the meeting.")
    dialog.get_by_role("button", name="Apply to the plan").click()

    expect(page.locator(".notice-success")).to_contain_text("Applied")
    expect(page).to_have_url(f"/projects/{places['code']}/plan/")


def test_what_is_discarded_leaves_the_plan_as_it_was(page: Page, places: dict[str, str]) -> None:
    open_a_scratch_plan(page, places["code"], "Nothing in the end")

    press(page, "Discard")

    expect(page.locator(".notice-success")).to_contain_text("Discarded")
    expect(page.get_by_role("listitem").filter(has_text="Nothing in the end")).to_contain_text("Discarded")
