"""The calendar of vessels in the browser: read by the keyboard, a bar leads to its booking, which is moved there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.test_pages import places
from tests.browser.test_sign_in import sign_in

pytestmark = pytest.mark.browser
__all__ = ["places"]


def test_a_bar_is_read_followed_and_moved(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.goto("/occupancy/")

    page.locator(".chart").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-chart-row]")).to_contain_text(f"{places['code']} Batch P-01")
    page.locator('.chart [aria-label*="Batch P-01"]').first.click(force=True)  # the words on it lead there too
    expect(page).to_have_url(re.compile(rf"/occupancy/{places['booking']}/$"))

    page.get_by_role("button", name="Move or change").click()
    dialog = page.locator("dialog#move")
    dialog.get_by_label("Last day").fill((timezone.localdate() + timedelta(days=11)).isoformat())
    dialog.get_by_label("Reason").fill("The batch takes a day less.")
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".notice-success")).to_contain_text("Moved: R-302")
    expect(page.locator("main")).to_contain_text("The batch takes a day less.")
