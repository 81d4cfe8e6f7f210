"""Sign-in in the browser, under the content policy, asking no other host (`new_page` looks at both)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from cdmo.demo.people import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(page: Page, email: str) -> None:
    """By hand; the other tests begin signed in (`entering.py`)."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/accounts/login/" not in address)


def test_a_visitor_is_led_to_the_sign_in_and_back(page: Page) -> None:
    page.goto("/projects/")
    expect(page).to_have_url("/accounts/login/?next=/projects/")

    sign_in(page, "pm@demo.example")

    assert page.goto("/projects/").status == 200


def test_a_missing_page_says_what_to_do(page: Page) -> None:
    sign_in(page, "pm@demo.example")

    answer = page.goto("/there/is/nothing/")

    assert answer.status == 404
    expect(page.locator("main")).to_be_visible()
