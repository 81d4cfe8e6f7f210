"""Signing in, as every browser test begins that is not about signing in: by the same two requests, without drawing pages for them."""

from __future__ import annotations

from django.conf import settings
from playwright.sync_api import Page

from cdmo.demo.people import PASSWORD

SIGN_IN = "/accounts/login/"


def sign_in(page: Page, email: str) -> None:
    """The browser has the session; no page is open yet."""
    server = page.context.request  # shares its cookies with the browser
    shown = server.get(SIGN_IN, fail_on_status_code=True)
    token = next(each["value"] for each in page.context.cookies() if each["name"] == settings.CSRF_COOKIE_NAME)
    form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = server.post(SIGN_IN, form=form, headers={"Referer": shown.url}, max_redirects=0)  # over HTTPS a form says where it stood
    assert answer.status == 302 and not answer.headers["location"].startswith(SIGN_IN), f"{email} is not let in."
