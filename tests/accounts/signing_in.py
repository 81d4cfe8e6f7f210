"""How the tests of sign-in and session sign in, and what they change."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from tests.accounts.factories import PASSWORD
from tests.accounts.test_sign_in import sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "a quite new password"


def signed_in(person: User, password: str = PASSWORD, **headers: str) -> Browser:
    browser = Browser(headers=headers)
    assert sign_in(browser, person.email, password).status_code == 302
    return browser


def commits_at_once() -> Any:
    """What allauth does after its commit needs the request, which is over when a test could run it."""
    return patch("django.db.transaction.on_commit", lambda run, **_options: run())


def is_signed_in(browser: Browser) -> bool:
    return browser.get(reverse("profile")).status_code == 200


def change_password(browser: Browser, new: str, old: str = PASSWORD) -> Any:
    return browser.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new})
