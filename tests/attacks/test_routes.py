"""What the table of the routes has to leave out: methods that no view was written for, and addresses beside the resolver."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import resolve
from django.urls.resolvers import RoutePattern, URLPattern, get_resolver

from tests.attacks.walking import address_of, taken_back, who_may
from tests.quick import pages_unwritten
from tests.routes import table
from tests.routes.kinds import EVERYBODY
from tests.routes.table import ROUTES
from tests.routes.test_routes import PATTERNS, every_pattern, writes_of
from tests.routes.world import World

pytestmark = pytest.mark.django_db


def test_a_new_address_without_its_line_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a page, of the API, and of one that nobody named."""
    root = get_resolver()
    for name in ("forgotten", None):
        new = URLPattern(RoutePattern("api/v1/forgotten/<str:code>/"), lambda request: None, name=name)  # type: ignore[arg-type]
        monkeypatch.setattr(root, "url_patterns", [*root.url_patterns, new])

        assert sorted(found for found, _pattern in every_pattern()) != sorted(ROUTES)


def test_every_line_speaks_of_everybody() -> None:
    assert [name for name, route in ROUTES.items() if set(route.get) != set(EVERYBODY)] == []


def test_no_line_is_written_twice() -> None:
    """A name in two areas: the later one would win in silence."""
    areas = [value for name, value in vars(table).items() if name.endswith("_ROUTES")]

    assert sum(len(area) for area in areas) == len(ROUTES)


def test_no_view_answers_a_method_that_it_was_not_written_for(world: World) -> None:
    """PUT, PATCH and DELETE on pages; of the API what its view does not have."""
    wrong = {}
    for name, pattern in PATTERNS:
        browser = world.callers[who_may(name) or who_may(name, status=405) or "project_manager"]
        address = address_of(world, name, pattern)
        written = writes_of(address) if pattern.startswith("api/") else ["post"]
        for method in {"post", "put", "patch", "delete"} - set(written):
            with taken_back(), pages_unwritten():
                status = getattr(browser, method)(address).status_code
            if status not in (403, 404, 405):
                wrong[method, name] = status
    assert wrong == {}


def test_a_client_s_person_acts_nowhere_inside(world: World) -> None:
    """What a client gets 404 for, it gets 404 for by every method; elsewhere an empty write is refused and not a failure."""
    wrong = {}
    for name, pattern in PATTERNS:
        address = address_of(world, name, pattern)
        if ROUTES[name].get["client_approver"] != 404:
            continue
        for method in writes_of(address):
            with taken_back(), pages_unwritten():
                status = getattr(world.callers["client_approver"], method)(address).status_code
            if status not in ((404, 403) if pattern.startswith("api/") else (404, 405)):
                wrong[method, name] = status
    assert wrong == {}


def test_nobody_writes_without_signing_in(world: World) -> None:
    """A write by a stranger leads to the sign-in or to 401, also where no object is named."""
    wrong = {}
    for name, pattern in PATTERNS:
        if name.startswith(SIGN_IN) or ROUTES[name].get["anonymous"] == 200:
            continue
        address = address_of(world, name, pattern)
        for method in writes_of(address):
            answer = getattr(world.callers["anonymous"], method)(address)
            to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")
            if not (to_sign_in or answer.status_code in (401, 404, 405)):
                wrong[method, name] = answer.status_code
    assert wrong == {}


SIGN_IN = ("account_", "mfa_")
BESIDE = (
    "/static/../manage.py",
    "/static/%2e%2e/manage.py",
    "/static/..%2fmanage.py",
    "/static//etc/passwd",
    "/static/css/../../../manage.py",
    "/static/",
    "/static/css/",
    "/media/",
    "/files/sha256/00/" + "0" * 64,
    "/sha256/00/" + "0" * 64,
    "/admin/",
    "/.git/config",
    "/.env",
    "/__debug__/",
    "/accounts/signup/",
    "/accounts/email/",
    "/accounts/social/",
    "/accounts/social/signup/",
    "/accounts/social/connections/",
    "/accounts/2fa/webauthn/",
    "/_allauth/browser/v1/config",
    "/silk/",
    "/schema/",
)


@pytest.mark.parametrize("address", BESIDE)
@pytest.mark.parametrize("caller", ["anonymous", "administrator"])
def test_nothing_answers_beside_the_table(world: World, caller: str, address: str) -> None:
    assert world.callers[caller].get(address, follow=True).status_code == 404


def test_no_storage_of_files_is_an_address() -> None:
    """Stored files go out through views that ask who is there, never by the web server or a public address of a bucket."""
    proxy = (Path(settings.BASE_DIR) / "deploy" / "nginx.conf").read_text()

    assert not settings.MEDIA_URL.strip("/")
    assert re.findall(r"alias ([^;]+);", proxy) == ["/srv/static/"]
    assert re.findall(r"^\s*root ", proxy, re.MULTILINE) == []
    assert settings.S3_OPTIONS["default_acl"] is None


def test_every_page_that_acts_asks_for_a_token_of_its_form(world: World) -> None:
    """Nothing that a browser may be led to send is taken without the CSRF token of our own page."""
    exempt = [
        name
        for name, pattern in PATTERNS
        if not pattern.startswith("api/") and getattr(resolve(address_of(world, name, pattern)).func, "csrf_exempt", False)
    ]

    assert exempt == []


def test_the_api_takes_no_session_without_a_token_of_a_form(world: World) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = world.callers["project_manager"].cookies

    answer = browser.post("/api/v1/rfps/", "{}", content_type="application/json")

    assert answer.status_code == 403
