"""Values that nobody means: NUL bytes, numbers beyond every column, the first and the last year, in every part of every address,
every parameter and every field. Whatever comes, the answer is a refusal that can be read, never a failure of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from urllib.parse import quote

import pytest
from django.test import Client as Browser

from tests.attacks.walking import Form, address_of, body_of, forms_of, pages, parameters_read, taken_back, who_may
from tests.quick import watch_templates
from tests.routes.table import ROUTES
from tests.routes.test_routes import PATTERNS
from tests.routes.world import World

pytestmark = pytest.mark.django_db

BEYOND = "9" * 25  # no column holds it
LONG = "’\u202e" * 3000
PATH_PARTS = (quote("’\u202e" * 200) + "%ff%fe%ed%a0%80%0d%0aX-Evil:1", "..%2f..%2fetc")
PARAMETERS = (BEYOND, "0001-01-01", "9999-12-31")
KINDS = (  # what the fields of these kinds hold in one sending; several values take turns
    (("number",), ("1e400", "NaN", BEYOND)),
    (("date", "datetime-local", "month"), ("0001-01-01",)),
    (("date", "datetime-local", "month"), ("9999-12-31",)),
    (("text", "search", "email", "url", "password"), (LONG + "'\"><&\r\nBcc: x@y.example",)),
    (("select", "radio", "checkbox", "hidden"), (BEYOND, "’")),
)
READ_BY_ALL_NAMES = {"rfp-similar": ("client", "compound_name", "cas_number", "structure_text")}  # it asks for no name
SAYS_SO_ITSELF = ("account_reset_password_from_key",)  # a page with the words that the link is not valid
LEADS_OUT = "/accounts/logout/"
WITHOUT_PICTURES = [each for each in pages() if not each[0].endswith(("-png", "-pdf", "-svg"))]  # they read what their page reads


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    """A failure is an answer here, as it is behind a real server."""
    for browser in world.callers.values():
        browser.raise_request_exception = False


def test_no_part_of_an_address_is_a_failure(world: World) -> None:
    wrong = {}
    for name, pattern in PATTERNS:
        browser = world.callers[who_may(name) or who_may(name, status=405) or "project_manager"]
        ask = browser.post if ROUTES[name].post_only else browser.get
        arguments = world.arguments(name, pattern)
        for key, value in arguments.items():
            for part in (BEYOND,) if isinstance(value, int) else PATH_PARTS:
                address = with_parts(pattern, {**{name: quote(str(each)) for name, each in arguments.items()}, key: part})
                with taken_back():
                    status = ask(address).status_code
                if status not in (302, 400, 403, 404, 405) and name not in SAYS_SO_ITSELF:
                    wrong[address] = status
    assert wrong == {}


def with_parts(pattern: str, parts: dict[str, str]) -> str:
    """The address as it comes over the wire, whatever its parts are."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)", lambda found: parts[found[1] or found[2]], pattern.rstrip("$"))


def test_no_parameter_and_no_field_of_a_page_is_a_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each parameter that a page reads; each form of it as it stands there, with one kind of its fields holding what nobody means."""
    wrong, read, sent = {}, set(), set()
    for name, pattern, caller in WITHOUT_PICTURES:
        address, browser = address_of(world, name, pattern), world.callers[caller]
        with parameters_read(monkeypatch) as names:
            answer = browser.get(address)
            html = body_of(answer).decode(errors="replace")
        names |= set(READ_BY_ALL_NAMES.get(name, ()))
        read |= {(name, parameter) for parameter in names}
        for parameters, status in at_once_or_apart(browser, address, sorted(names)):
            if status not in (200, 302, 400, 404):
                wrong[name, *parameters.items()] = status
        for form in forms_of(address, html) if answer.headers.get("Content-Type", "").startswith("text/html") else ():
            key = re.sub(r"\d+", "0", form.action)
            if not form.posts or key in sent or key.startswith(LEADS_OUT):
                continue
            sent.add(key)
            for values in attacks_on(form):
                with taken_back():
                    status = browser.post(form.action, values).status_code
                if status not in (200, 204, 302, 400, 403, 404, 409):
                    wrong[(form.action, *values.items())] = status
    assert wrong == {}
    assert (len(read) > 66, len(sent) > 80) == (True, True), "parameters of pages, and forms, were found"


def at_once_or_apart(browser: Browser, address: str, names: list[str]) -> Iterator[tuple[dict[str, str], int]]:
    """All parameters of a page with the same value, and what it answers; one after the other, unless it read them all and is there."""

    def answered(parameters: dict[str, str]) -> tuple[dict[str, str], int]:
        answer = browser.get(address, parameters)
        body_of(answer)
        return parameters, answer.status_code

    for value in PARAMETERS if names else ():
        together = answered(dict.fromkeys(names, value))
        yield together
        if len(names) > 1 and together[1] != 200:
            yield from (answered({name: value}) for name in names)


def attacks_on(form: Form) -> Iterator[dict[str, str]]:
    kept = {name: value for name, (_kind, value) in form.fields.items()}
    for kinds, values in KINDS:
        names = [name for name, (kind, _value) in form.fields.items() if kind in kinds]
        if names:
            yield kept | dict(zip(names, cycle(values), strict=False))


@pytest.mark.parametrize("address", ["/rfps/%00/", "/rfps/?q=%00", "/rfps/?%00=1", "/api/v1/projects/%00/", "/api/v1/projects/?state=%00"])
def test_no_view_is_asked_with_a_nul(world: World, address: str) -> None:
    answer = world.callers["project_manager"].get(address)

    assert answer.status_code == (404 if "%00/" in address else 400)
    assert answer.headers["Content-Type"].startswith("application/problem+json" if "/api/" in address else "text/html")


@pytest.mark.parametrize("address", ["/portal/{code}/seen/", "/projects/{code}/unshare/", "/rfps/new/", "/accounts/login/"])
def test_no_form_is_read_with_a_nul(world: World, address: str) -> None:
    answer = world.callers["business_development"].post(address.format(**world.things), {"reason\x00": "a\x00b", "compound_name": "x"})

    assert answer.status_code in (400, 404)


@pytest.mark.parametrize("address", ["/rfps/", "/projects/", "/clients/", "/documents/"])
@pytest.mark.parametrize("query", ["per_page=-1", "per_page=1000000", "page=-1", f"page={BEYOND}", "page=x"])
def test_no_address_says_how_many_rows_a_page_has(world: World, monkeypatch: pytest.MonkeyPatch, address: str, query: str) -> None:
    watch_templates(monkeypatch)
    answer = world.callers["project_manager"].get(f"{address}?{query}")

    assert answer.status_code == 200
    assert answer.context["table"].paginator.per_page in (25, 50)
