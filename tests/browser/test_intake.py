"""What comes in from outside: a dropped message becomes a draft once, and a client's person writes a request in the portal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import send
from tests.browser.entering import sign_in
from tests.browser.sheets import Grid

pytestmark = pytest.mark.browser
MAIL = """From: Ann Other <ann@stranger.example>
Subject: RE: Your site at the fair: QX-998
Date: Thu, 26 Nov 2026 10:30:00 +0900
Message-ID: <browser-1@stranger.example>

Dear team,

can you make 12 kg of QX-998 for a toxicology study?

Ann
"""
FILE = "([name, content]) => { const data = new DataTransfer(); data.items.add(new File([content], name)); return data; }"


def drop(page: Page, name: str, content: str) -> None:
    page.goto("/rfps/")
    page.dispatch_event("[data-dropzone]", "drop", {"dataTransfer": page.evaluate_handle(FILE, [name, content])})


def test_a_dropped_message_is_a_draft_once_a_person_says_whose(page: Page) -> None:
    sign_in(page, "bd@demo.example")
    drop(page, "mail.txt", MAIL)
    expect(page.get_by_role("list", name="Files being sent")).to_contain_text("Drop a message (.eml)")

    drop(page, "mail.eml", MAIL)
    page.wait_for_url(re.compile(r"/rfps/intake/\d+/$"))
    expect(page.locator("#id_contact")).to_have_value("Ann Other")
    page.fill("#id_client", "Stranger of the browser")
    page.locator("#id_client_country").wait_for()
    page.select_option("#id_channel", "email")
    page.fill("#id_compound_name", "QX-998")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/rfps/RFP-\d{4}-\d{4}/$"))
    draft = page.url
    expect(page.locator("#files")).to_contain_text("mail.eml")
    asked = ask(page, "Which salt?")
    expect(asked.row("Which salt?")).to_contain_text("our note: the client does not read it")
    expect(page.locator("#rfp-letter")).to_have_value(re.compile("Which salt"))
    asked.type(asked.cell("Which salt?", "answer"), "The mesylate.")
    expect(page.locator("#rfp-letter")).not_to_have_value(re.compile("Which salt"))

    drop(page, "again.eml", MAIL)
    page.wait_for_url(draft)


def ask(page: Page, question: str) -> Grid:
    grid = Grid(page, "clarifications", "question").open(page.url)
    grid.press("Add a row")
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    expect(grid.status).to_contain_text("Saved")
    return grid


def test_a_client_writes_a_request_that_is_kept_and_sent_and_answers_what_we_ask(new_page: Callable[[], Page]) -> None:
    page = new_page()
    sign_in(page, "approver.a@demo.example")
    page.goto("/portal/requests/")
    page.get_by_role("button", name="Write a request").click()
    page.wait_for_url(re.compile(r"/portal/requests/drafts/\d+/$"))

    page.fill("#id_compound_name", "DC-4711")
    page.fill("#id_wanted", "Route and 50 g")
    page.fill("#id_pilot_quantity_kg", "about 12")
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved")
    page.fill("#id_pilot_quantity_kg", "12.5")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")
    page.reload()
    expect(page.locator("#id_compound_name")).to_have_value("DC-4711")
    page.get_by_role("button", name="Send the request").click()

    expect(page.locator("main")).to_contain_text("is sent. We will come back to you")
    expect(page.locator("main")).to_contain_text("Received; we are looking at it")

    office = new_page()
    sign_in(office, "bd@demo.example")
    office.goto(f"/rfps/{page.url.rstrip('/').rpartition('/')[2]}/")
    ask(office, "Which polymorph?")
    expect(office.locator("#clarifications")).to_contain_text("in the portal")
    page.reload()
    expect(page.locator("#questions")).to_contain_text("Which polymorph?")
    page.get_by_label("Your answer").fill("Form II.")
    send(page, "Send the answer")
    expect(page.locator("#questions")).to_contain_text("We have no question at the moment.")
    office.reload()
    expect(office.locator("#clarifications")).to_contain_text("Form II.")
