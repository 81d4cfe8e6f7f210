"""Nobody writes a header of ours, and no link of ours leads elsewhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.downloads import stored_file
from accounts.models import User
from audit.files import store_file
from cdmo.metrics import REQUESTS
from tests.routes.world import World

pytestmark = pytest.mark.django_db

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\t//evil.example/",
    "/\t/evil.example/",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "/projects/\r\nSet-Cookie: a=b",
)


def leads_here(location: str) -> bool:
    parts = urlsplit(location)
    is_ours = parts.netloc in ("", "testserver") and parts.scheme in ("", "http")
    return is_ours and not location.startswith(("//", "/\\", "\\")) and "\n" not in location


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("page", ["account_login", "account_logout", "account_reauthenticate", "mfa_reauthenticate"])
def test_signing_in_and_out_leads_nowhere_else(world: World, page: str, address: str) -> None:
    browser = Browser()
    browser.force_login(User.objects.filter(grants__role="research").first())

    for ask in (browser.get, browser.post):
        answer = ask(reverse(page), {"next": address})
        if answer.status_code == 302:
            assert leads_here(answer.headers["Location"]), answer.headers["Location"]
        assert "evil.example" not in "".join(link for link in str(answer.headers.items()).split() if "http" in link)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_form_sent_too_late_leads_back_to_us(address: str) -> None:
    browser = Browser()
    for headers in ({"Referer": address}, {"HX-Request": "true", "HX-Current-URL": address}):
        headers = {name: value.replace("\r\n", " ") for name, value in headers.items()}
        answer = browser.post("/rfps/new/", headers=headers)

        to = answer.headers.get("Location") or answer.headers["HX-Redirect"]
        assert to.startswith("/accounts/login/?next=%2F")
        assert "evil" not in to


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_saved_view_leads_to_its_list(world: World, address: str) -> None:
    answer = world.callers["project_manager"].post(reverse("view-save"), {"page": "rfps", "name": "x", "query": "", "address": address})

    assert answer.status_code in (200, 302, 400)
    assert leads_here(answer.headers.get("Location", "/"))


@pytest.mark.parametrize("given", ["a\r\nSet-Cookie: a=b", "a b", "<script>", "x" * 65, "", "\u202e", "a;b"])
def test_a_request_s_name_is_taken_only_if_harmless(given: str) -> None:
    answer = Browser().get("/healthz", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] != given
    assert answer.headers["X-Request-ID"].isalnum()


NAMES = ("a\r\nSet-Cookie: a=b.pdf", 'a"; filename="b.html', "a\x00.pdf", "../../a.pdf", "收率.pdf", "a\u202efdp.exe.pdf")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_s_name_is_no_header(world: World, name: str) -> None:
    """Also that of a row which somebody else wrote."""
    stored = store_file(b"%PDF-1.7 a")

    answer = stored_file(stored.sha256, name=name, media_type="application/pdf")
    answer.file_to_stream.close()  # type: ignore[union-attr]

    said = answer.headers["Content-Disposition"]
    assert "Set-Cookie" not in answer.headers
    assert (said.count("filename="), said.count('"') <= 2, said.count(";"), "/" in said) == ("收" not in name, True, 1, False)


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "testserver:80:80", ""])
def test_another_host_is_refused(host: str) -> None:
    assert Browser().post("/accounts/password/reset/", {"email": "a@b.example"}, headers={"host": host}).status_code == 400


def test_a_forwarded_host_is_not_believed(world: World) -> None:
    page = Browser().get("/accounts/login/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})

    assert (page.status_code, b"evil.example" in page.content) == (200, False)


def test_no_word_of_a_stranger_is_a_method_that_is_counted() -> None:
    Browser().generic("BREW4711", "/healthz")

    assert not any("BREW4711" in str(sample.labels) for metric in REQUESTS.collect() for sample in metric.samples)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW", "PROPFIND"])
@pytest.mark.parametrize("address", ["/", "/rfps/new/", "/api/v1/projects/", "/healthz", "/accounts/login/"])
def test_a_method_of_nobody_is_refused(world: World, method: str, address: str) -> None:
    answer: Any = world.callers["project_manager"].generic(method, address)

    assert answer.status_code in (302, 403, 405)
