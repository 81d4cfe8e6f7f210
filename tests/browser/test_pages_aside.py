"""The pages that no plain address leads to: the second factor of who has one, and what stands there where something went wrong.

They are looked at as test_pages looks at all others, at both widths.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page

from cdmo.demo.people import PASSWORD
from tests.browser.entering import sign_in
from tests.browser.test_pages import DESK, faults_here
from tests.routes.table import ROUTES
from tests.stack import Stack

pytestmark = pytest.mark.browser

PERSON = "regulatory@demo.example"  # of whom no other test signs in
WITH_FACTOR = ("mfa_index", "mfa_reauthenticate", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp")
FACTOR_PAGES = {"mfa_activate_totp", *WITH_FACTOR, "mfa_authenticate"}
WRONG = {  # what a project manager asks for, and what there is in answer
    "/projects/?q=%00": 400,
    "/administration/roles.csv": 403,
    "/there/is/nothing/": 404,
    "/projects/{code}/gate/propose/": 405,
    "/projects/{code}/gate/conditions/": 409,
}
BROKEN = """
from django.test import RequestFactory
from cdmo.errors import server_error
print(server_error(RequestFactory().get("/")).content.decode())
"""
AWAY = """
from django.test import RequestFactory
from cdmo.errors import unavailable
from cdmo.outages import DATABASE
print(unavailable(RequestFactory(headers={"host": "localhost"}).get("/projects/"), DATABASE).content.decode())
"""


def test_every_page_of_the_second_factor_and_every_error_is_looked_at() -> None:
    templates = {int(found.stem) for found in (Path(settings.BASE_DIR) / "templates").glob("[45][0-9][0-9].html")}

    assert {name for name in ROUTES if name.startswith("mfa_")} - FACTOR_PAGES == {"mfa_download_recovery_codes"}
    assert templates == {*WRONG.values(), 500, 503}


def test_pages_of_the_second_factor_are_accessible_and_fit_a_phone(new_page: Callable[[], Page]) -> None:
    page, later = new_page(), new_page()
    sign_in(page, PERSON)
    page.goto(reverse("account_reauthenticate"))
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: not address.endswith(reverse("account_reauthenticate")))
    faults = opened(page, reverse("mfa_activate_totp"))
    page.fill("input[name=code]", code_for(page.locator("main code").inner_text()))
    page.press("input[name=code]", "Enter")
    page.wait_for_url(lambda address: not address.endswith(reverse("mfa_activate_totp")))

    faults += [fault for name in WITH_FACTOR for fault in opened(page, reverse(name))]
    sign_in(later, PERSON)
    faults += opened(later, reverse("mfa_authenticate"))

    assert faults == []
    page.goto(reverse("mfa_deactivate_totp"))
    page.get_by_role("button", name="Switch it off").click()
    page.wait_for_url(lambda address: address.endswith(reverse("mfa_index")))


def test_pages_of_errors_are_accessible_and_fit_a_phone(page: Page, stack: Stack, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.route("**/broken/", lambda route: route.fulfill(status=500, content_type="text/html", body=stack.python(BROKEN)))
    page.route("**/away/", lambda route: route.fulfill(status=503, content_type="text/html", body=stack.python(AWAY)))

    faults = [fault for address, status in WRONG.items() for fault in opened(page, address.format(**places), status)]
    faults += opened(page, "/broken/", 500)
    faults += opened(page, "/away/", 503)
    faults += a_form_that_is_too_old(page)

    assert faults == []


def opened(page: Page, address: str, status: int = 200) -> list[str]:
    page.set_viewport_size(DESK)
    answer = page.goto(address)
    assert answer is not None
    assert (answer.status, page.url.endswith(address)) == (status, True), address
    return faults_here(page, address)


def a_form_that_is_too_old(page: Page) -> list[str]:
    """Sent without the token that its page came with."""
    page.goto("/accounts/password/change/")
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.evaluate("document.querySelector('main form').submit()")
    page.locator(".error-page").wait_for()
    assert sent.value.status == 403
    return faults_here(page, "a form that is too old")


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
