"""A client and a contact in the browser: entered, corrected, gone and back, and what the client reads of our people."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.acts import press, send
from tests.browser.entering import sign_in

pytestmark = pytest.mark.browser


def test_a_client_and_its_contact_are_kept(page: Page) -> None:
    sign_in(page, "pm@demo.example")

    a_client_like_another_is_entered(page)
    a_client_is_corrected(page)
    a_contact_is_entered_and_corrected(page)
    a_contact_leaves_and_comes_back(page)
    it_reads_functions_only(page)
    it_agrees_for_all_its_projects(page)


def a_client_like_another_is_entered(page: Page) -> None:
    page.goto("/clients/new/")
    page.get_by_label("Name").fill("Demo Client A Holding")
    page.select_option("#id_time_zone", "Europe/Zurich")
    send(page, "Enter the client")
    page.get_by_label("It is another one").check()
    send(page, "Enter the client")
    expect(page.locator(".notice-success")).to_contain_text("Demo Client A Holding is entered.")
    expect(page).to_have_url(re.compile("/clients/DEMOCL\\d*/$"))


def a_client_is_corrected(page: Page) -> None:
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("Address").fill("Rheinweg 1\nBasel")
    page.get_by_label("Reason").fill("As on its letter.")
    send(page, "Save")
    expect(page.locator(".notice-success")).to_contain_text("The client is corrected.")
    expect(page.locator("main")).to_contain_text("Rheinweg 1")


def a_contact_is_entered_and_corrected(page: Page) -> None:
    page.get_by_role("link", name="New contact").click()
    page.get_by_label("Name").fill("Ann Muster")
    send(page, "Enter the contact")
    expect(page.locator("#id_email")).to_have_attribute("aria-invalid", "true")  # nobody could reach them
    page.get_by_label("E-mail").fill("ann@holding.example")
    send(page, "Enter the contact")
    expect(page.locator(".notice-success")).to_contain_text("Ann Muster is entered.")

    page.get_by_role("link", name="Ann Muster", exact=True).click()
    page.get_by_label("Telephone").fill("+41 61 000 00 00")
    send(page, "Save")
    expect(page.locator(".notice-success")).to_contain_text("The contact is corrected.")


def a_contact_leaves_and_comes_back(page: Page) -> None:
    page.get_by_role("link", name="Ann Muster", exact=True).click()
    page.get_by_label("Reason").fill("Retired.")
    send(page, "Has left the client")
    page.get_by_role("link", name="Ann Muster", exact=True).click()
    expect(page.locator(".subheading")).to_contain_text("Retired.")
    page.get_by_label("Reason").fill("Back as a consultant.")
    send(page, "Back at the client")
    page.get_by_role("link", name="Ann Muster", exact=True).click()
    expect(page.get_by_role("button", name="Has left the client")).to_be_visible()
    page.go_back()


def it_reads_functions_only(page: Page) -> None:
    card = page.get_by_role("region", name="What the client reads of our people")
    card.get_by_label("by function only").check()
    card.get_by_label("Reason").fill("Its rule.")
    press(page, "Save")
    expect(page.locator(".notice-success")).to_contain_text("Saved.")
    expect(card.get_by_label("by function only")).to_be_checked()


def it_agrees_for_all_its_projects(page: Page) -> None:
    """Before there is a project: recorded, signed by both sides, corrected and withdrawn; the client's page says where it stands."""
    client, card = page.url, page.get_by_role("region", name="Agreements", exact=True)
    card.get_by_role("link", name="Record an agreement").click()
    acts.sign_an_agreement(page, kind="confidentiality", number="CDA-H-1", client="Holding")
    page.goto(client)
    expect(card.get_by_role("listitem")).to_contain_text("of the client, for all its projects")
    expect(card.get_by_role("listitem")).to_contain_text("Signed, in force")
    card.get_by_role("link", name="CDA-H-1").click()
    acts.correct_the_agreement(page, "CDA-H-2")
    acts.withdraw_the_agreement(page, "The project has one of its own.")
    page.goto(client)
    expect(card.get_by_role("listitem")).to_contain_text("Withdrawn")
