"""A request of a client under confidentiality: the project manager logs it, business development is told whom to ask, and is named."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import People, press, send

pytestmark = pytest.mark.browser
NAME = "Sealed Pharma Works"


def test_a_kept_request_is_seen_by_who_is_named(new_page: Callable[[], Page]) -> None:
    people = People(new_page)
    address = a_new_client_calls(people["pm"])

    it_is_hidden_and_says_who_can_act(people["bd"], address)
    its_client_cannot_be_entered_again(people["bd"])
    people["pm"].goto(f"{address}confidentiality/")
    people["pm"].select_option("#id_person", label="Business Development")
    people["pm"].fill("#id_reason", "Quotes it.")
    send(people["pm"], "Name")
    people["bd"].goto(address)
    expect(people["bd"].locator("main")).to_contain_text(NAME)
    people["pm"].reload()
    expect(people["pm"].get_by_role("region", name="Seen before the agreement")).to_contain_text("Business Development")


def a_new_client_calls(page: Page) -> str:
    page.goto("/rfps/new/")
    said = {"client": NAME, "contact": "Ursina Sealed", "contact_email": "ursina@sealed.example"}
    for name, words in {**said, "compound_name": "DC-417", "wanted": "20 kg, told under the rose"}.items():
        page.fill(f"#id_{name}", words)
        page.press(f"#id_{name}", "Tab")
    press(page, "Save")
    page.wait_for_url(re.compile(r"/rfps/RFP-\d{4}-\d{4}/$"))
    return page.url


def it_is_hidden_and_says_who_can_act(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("main")).to_contain_text("Who sees it and can act: Project Manager.")
    expect(page.locator("main")).not_to_contain_text(NAME)
    page.goto("/rfps/")
    expect(page.locator("main")).to_contain_text(re.compile(r"kept to named people until"))
    page.get_by_role("link", name="Who can act").click()
    number = address.rstrip("/").rpartition("/")[2]
    row = page.get_by_role("region", name="Table of what is kept").get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("Project Manager")


def its_client_cannot_be_entered_again(page: Page) -> None:
    page.goto("/clients/new/")
    page.get_by_label("Name").fill(NAME)
    page.select_option("#id_time_zone", "Europe/Zurich")
    send(page, "Enter the client")
    expect(page.locator("main")).to_contain_text("Ask Project Manager: they log the request, or name you for it.")
