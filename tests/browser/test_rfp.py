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
    what_is_wrong_is_marked_beside_what_is_saved(page)
    the_field_in_focus_stands_clear_of_the_bar(page)
    an_empty_field_is_refused_in_one_style(page)
    the_drawing_board_opens_once(page)


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


def an_empty_field_is_refused_in_one_style(page: Page) -> None:
    """In a dialog as on a page: the summary leads to the field, which is red, says why and has the focus."""
    page.click("button[data-dialog=decline]")
    dialog = page.get_by_role("dialog")
    reason = dialog.locator("[name=reason]")
    reason.press("Control+Enter")
    expect(dialog.locator(".error-summary a")).to_have_text("Reason")
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator(".invalid-feedback")).to_have_text("This field is required.")
    page.keyboard.press("Escape")


def what_is_wrong_is_marked_beside_what_is_saved(page: Page) -> None:
    page.fill("#id_cas_number", "1-2-3")
    page.fill("#id_sample_quantity_g", "12,5")
    page.fill("#id_structure_text", "C1CC(")
    page.fill("#id_indication", "Fever")
    expect(page.locator("#id_cas_number")).to_have_attribute("aria-invalid", "true", timeout=10_000)
    expect(page.locator("#id_structure_text")).to_have_attribute("aria-invalid", "true", timeout=10_000)
    expect(page.locator(".rfp-structure-old")).to_be_visible()
    page.locator("[data-save-state] a").last.click()
    expect(page.locator("#id_cas_number, #id_structure_text").and_(page.locator(":focus"))).to_have_count(1)
    page.fill("#id_cas_number", "")
    page.fill("#id_structure_text", IMATINIB)
    expect(page.locator("[data-save-state]")).to_contain_text("Saved", timeout=10_000)
    page.reload()
    expect(page.locator("#id_sample_quantity_g")).to_have_value("12.5")
    expect(page.locator("#id_indication")).to_have_value("Fever")


def the_field_in_focus_stands_clear_of_the_bar(page: Page) -> None:
    page.locator("#id_target_timeline").fill("Sample in spring.")
    bar = page.locator(".rfp-save")
    expect(bar).to_be_visible()
    for name in ("registration_intermediate", "sample_quantity_g"):
        page.locator(f"#id_{name}").focus()
        field, edge = page.locator(f"#id_{name}").bounding_box(), bar.bounding_box()
        assert field and edge
        assert field["y"] + field["height"] <= edge["y"]


def the_drawing_board_opens_once(page: Page) -> None:
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("[data-structure-canvas] canvas").first).to_be_visible(timeout=20_000)
    assert page.locator("[data-structure-canvas] > *").count() == 1
    page.keyboard.press("Escape")
