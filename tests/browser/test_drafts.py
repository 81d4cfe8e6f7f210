"""The session ends while somebody types: after signing in again, what was typed is back in its form."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from cdmo.demo.people import PASSWORD
from tests.browser.entering import sign_in
from tests.browser.test_hands import DRAFT
from tests.browser.test_orders_and_payments import a_price_line
from tests.stack import Stack

pytestmark = pytest.mark.browser
KEPT = """(words) => Object.entries(sessionStorage).some(([key, text]) => key.startsWith("draft:") && text.includes(words))"""
CLIENT = "A client nobody knows"
AWAY = """
from django.test import RequestFactory
from cdmo.errors import unavailable
from cdmo.outages import DATABASE
sent = RequestFactory(headers={"host": "localhost", "referer": "http://localhost/rfps/new/"}).post("/rfps/new/")
print(unavailable(sent, DATABASE).content.decode())
"""


def test_a_half_typed_form_survives_the_end_of_the_session(page: Page) -> None:
    sign_in(page, "bd@demo.example")
    page.goto("/rfps/new/")
    page.fill("#id_client", CLIENT)
    page.fill("#id_wanted", "Half of a wish")

    sent_after_the_end_of_the_session(page, "Save")

    expect(page.locator("#id_wanted")).to_have_value("Half of a wish")
    expect(page.locator("#id_client")).to_have_value(CLIENT)
    expect(page.locator("#id_client_country")).to_be_visible()  # what depends on a field follows it


def test_what_is_looked_up_meanwhile_forgets_nothing(page: Page) -> None:
    """The form's own look-up is answered after the text was kept."""
    asked: list[Route] = []
    sign_in(page, "bd@demo.example")
    page.goto("/rfps/new/")
    page.route("**/rfps/new/parties/**", lambda route: asked.append(route))
    with page.expect_request("**/rfps/new/parties/**"):
        page.fill("#id_client", CLIENT)
    page.wait_for_function(KEPT, arg=CLIENT)
    for route in asked:
        route.fulfill(status=200, content_type="text/html", body='<div id="rfp-parties">Looked up</div>')
    expect(page.locator("#rfp-parties")).to_have_text("Looked up")
    page.wait_for_load_state("networkidle")  # what is asked without a session leads to the sign-in by itself, across the reload
    page.context.clear_cookies(name="cdmo_session")

    page.reload()
    signed_in_again(page)

    expect(page.locator("#id_client")).to_have_value(CLIENT)


def test_so_do_lines_that_were_added(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "bd@demo.example")
    page.goto(f"/projects/{places['code']}/change-orders/new/")
    a_price_line(page, 0, "Salt screen", "24,000.00")
    for number in (1, 2):
        page.get_by_role("button", name="Add a line", exact=True).click()
        a_price_line(page, number, f"Solvent {number}", "1,500.00")

    sent_after_the_end_of_the_session(page, "Save")

    descriptions = page.locator("[data-lines] [name$=-description]")
    expect(descriptions).to_have_count(3)
    for number, words in enumerate(["Salt screen", "Solvent 1", "Solvent 2"]):
        expect(descriptions.nth(number)).to_have_value(words)
    expect(page.locator("[data-total]")).to_have_text("27,000.00")


def test_so_does_a_form_that_was_refused_before(page: Page, stack: Stack) -> None:
    number = stack.python(DRAFT)
    sign_in(page, "bd@demo.example")
    page.goto(f"/rfps/{number}/")
    page.click("button[data-dialog=decline]")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=reason]").evaluate("field => field.required = false")
    dialog.get_by_role("button", name="Decline").click()
    expect(page).to_have_url(f"/rfps/{number}/decline/")
    page.locator("dialog[open] [name=reason]").fill("Half of a reason")

    sent_after_the_end_of_the_session(page, "Decline")

    expect(page).to_have_url(f"/rfps/{number}/")
    expect(page.locator("dialog[open] [name=reason]")).to_have_value("Half of a reason")


def test_so_does_what_was_sent_while_the_database_was_away(page: Page, stack: Stack) -> None:
    answer = stack.python(AWAY)
    sign_in(page, "bd@demo.example")
    page.goto("/rfps/new/")
    page.fill("#id_client", CLIENT)
    page.fill("#id_wanted", "Half of a wish")
    page.route("**/rfps/new/", lambda route: route.fulfill(status=503, content_type="text/html", body=answer))

    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", name="Not available at the moment")).to_be_visible()
    page.unroute("**/rfps/new/")
    page.get_by_role("link", name="Try again").click()

    expect(page.locator("#id_wanted")).to_have_value("Half of a wish")
    expect(page.locator("#id_client")).to_have_value(CLIENT)
    expect(page.get_by_role("status").filter(has_text="Look first whether it was saved")).to_be_visible()


def test_what_was_saved_before_the_database_went_away_is_not_offered_again(page: Page, stack: Stack) -> None:
    """The answer to the form is a redirect, and only the page after it fails."""
    answer = b64encode(stack.python(AWAY).encode()).decode()
    sign_in(page, "bd@demo.example")
    page.goto("/rfps/new/")
    page.fill("#id_wanted", "A whole wish")
    saved_then_away(page, answer)

    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", name="Not available at the moment")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    page.wait_for_url("**/rfps/new/")  # loaded: what is put back is back by then

    assert (page.input_value("#id_wanted"), page.evaluate(KEPT, "A whole wish")) == ("", False)


def test_a_look_up_that_finds_the_database_away_forgets_nothing(page: Page) -> None:
    page.route("**/rfps/new/parties/**", lambda route: route.fulfill(status=503))
    sign_in(page, "bd@demo.example")
    page.goto("/rfps/new/")
    page.fill("#id_client", CLIENT)
    expect(page.locator("#refusal")).to_contain_text("is kept in this browser")

    page.reload()

    expect(page.locator("#id_client")).to_have_value(CLIENT)


def saved_then_away(page: Page, answer: str) -> None:
    """A route of the page does not see what follows a redirect."""
    browser = page.context.new_cdp_session(page)
    found = {"responseCode": 302, "responseHeaders": [{"name": "Location", "value": "/rfps/saved/"}]}
    away = {"responseCode": 503, "responseHeaders": [{"name": "Content-Type", "value": "text/html"}], "body": answer}

    def answered(event: dict[str, Any]) -> None:
        asked, told = event["request"], {"requestId": event["requestId"]}
        if asked["url"].endswith("/rfps/saved/"):
            browser.send("Fetch.fulfillRequest", told | away)
        elif asked["method"] == "POST":
            browser.send("Fetch.fulfillRequest", told | found)
        else:
            browser.send("Fetch.continueRequest", told)

    browser.on("Fetch.requestPaused", answered)
    browser.send("Fetch.enable", {"patterns": [{"urlPattern": "*/rfps/new/"}, {"urlPattern": "*/rfps/saved/"}]})


def sent_after_the_end_of_the_session(page: Page, button: str) -> None:
    """The person signs in again and is told that the text is back."""
    page.context.clear_cookies(name="cdmo_session")
    page.get_by_role("button", name=button).last.click()
    signed_in_again(page)


def signed_in_again(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next="))
    expect(page.locator("input[name=login]")).to_be_focused()
    page.fill("input[name=login]", "bd@demo.example")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    expect(page.get_by_role("status").filter(has_text="is back")).to_be_visible()
