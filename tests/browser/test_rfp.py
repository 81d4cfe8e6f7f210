"""Business development logs a request in a minute, by keyboard alone, and completes it field by field."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_sign_in import sign_in

pytestmark = pytest.mark.browser
IMATINIB = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"


def test_a_call_is_logged_by_keyboard_and_completed(page: Page) -> None:
    sign_in(page, "bd@demo.example")
    page.goto("/rfps/")
    began = time.monotonic()

    keys = page.keyboard
    keys.press("n")
    expect(page.locator("#id_client")).to_be_focused()
    the_focus_survives_a_pause(page)
    keys.press("Control+a")
    keys.type("Demo Client of the keyboard", delay=10)
    expect(page.locator("#id_client_country")).to_be_visible()
    for text in ("\tch", "\tHead of Purchasing"):
        keys.press("Tab")
        keys.type(text.strip(), delay=10)
    expect(page.locator("#id_contact_email")).to_be_visible()
    for text in ("head@example.com", "", "E", "Imatinib", "Second source, 2 t a year"):
        keys.press("Tab")
        keys.type(text, delay=10)
    expect(page.get_by_role("complementary", name="Already known")).to_contain_text("Nothing earlier")
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/rfps/RFP-\d{4}-\d{4}/$"))

    assert time.monotonic() - began < 60
    page.fill("#id_structure_text", IMATINIB)
    expect(page.locator("#rfp-structure")).to_contain_text("493.62", timeout=10_000)
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")


def the_focus_survives_a_pause(page: Page) -> None:
    """Half a known name shows the field of a new client's country; the whole name hides it again, with the focus in it."""
    keys = page.keyboard
    keys.type("Demo Cl", delay=10)
    expect(page.locator("#id_client_country")).to_be_visible()
    keys.type("ient A", delay=10)
    keys.press("Tab")
    expect(page.locator("#id_contact")).to_be_focused()
    keys.type("New", delay=10)
    page.locator("h1").click()
    keys.press("n")  # leads away elsewhere; here it would lose what was typed
    expect(page.locator("#id_contact")).to_have_value("New")
    page.fill("#id_contact", "")
    page.locator("#id_client").focus()
