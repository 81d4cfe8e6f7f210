"""Every address of the product, asked for by everybody: what each may reach is written in the table, and nowhere guessed.

An address that the table does not know fails the test; so does one that answers anybody otherwise than the table says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpResponse, HttpResponseBase
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from audit.models import Event
from tests.routes.accounts import ACCOUNT_ROUTES
from tests.routes.desk import EVERY_PROJECTS_ROUTES, OCCUPANCY_ROUTES
from tests.routes.kinds import FOREIGN, OUTSIDE, OWN
from tests.routes.notifications import NOTIFICATION_ROUTES
from tests.routes.table import ROUTES
from tests.routes.worksheets import WORKSHEET_ROUTES
from tests.routes.world import World

pytestmark = pytest.mark.django_db

MISSING = {
    "code": "API-1999-0001",
    "client_code": "NOBODY",
    "number": "XXX-1999-0001",
    "pk": 999_999_999,
    "public_id": "00000000-0000-4000-8000-000000000000",
}


def every_pattern() -> list[tuple[str, str]]:
    """(name, pattern) of every address, read from the resolver itself."""

    def walk(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
        for pattern in resolver.url_patterns:
            whole = before + str(pattern.pattern).removeprefix("^")
            if isinstance(pattern, URLPattern):
                yield pattern.name or whole, whole
            else:
                yield from walk(pattern, whole)

    return list(dict.fromkeys(walk(get_resolver())))


PATTERNS = every_pattern()


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    assert sorted(name for name, _pattern in PATTERNS) == sorted(ROUTES)


@pytest.fixture
def refusals_unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that says "not here" is the same thousands of times; test_foreign_object_answers_exactly_like_a_missing_one reads it."""
    monkeypatch.setattr("cdmo.errors.render", lambda request, template, context, status: HttpResponse(status=status))


@pytest.mark.usefixtures("refusals_unwritten")
@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=[name for name, _pattern in PATTERNS])
def test_everybody_gets_what_the_table_says(world: World, name: str, pattern: str) -> None:
    address = reverse(name, kwargs=world.arguments(name, pattern))

    found = {caller: status_of(browser, address) for caller, browser in world.callers.items()}

    expected = ROUTES[name].get
    assert {k: v for k, v in found.items() if v != expected[k]} == {}, f"{address}: {found}"


def status_of(browser: Browser, address: str) -> int:
    answer = browser.get(address)
    if answer.streaming:
        b"".join(answer)  # type: ignore[arg-type]  # read to its end, the file behind it is closed
    return answer.status_code


def names_an_object(pattern: str) -> bool:
    return bool(re.search(r"<(?:\w+:)?(code|client_code|number|pk|public_id)>", pattern))


OF_OBJECTS = [(name, pattern) for name, pattern in PATTERNS if name in ROUTES and names_an_object(pattern)]


@pytest.mark.parametrize("caller", ["foreign_approver", "foreign_viewer", "foreign_token"])
@pytest.mark.parametrize(("name", "pattern"), OF_OBJECTS, ids=[name for name, _pattern in OF_OBJECTS])
def test_foreign_object_answers_exactly_like_a_missing_one(world: World, name: str, pattern: str, caller: str) -> None:
    arguments = world.arguments(name, pattern)
    browser = world.callers[caller]
    ask = browser.post if ROUTES[name].post_only else browser.get
    real, missing = (reverse(name, kwargs=each) for each in (arguments, of_nothing(arguments)))

    of_real, of_missing = ask(real), ask(missing)

    assert of_real.status_code in (302, 404) if caller == "foreign_token" else of_real.status_code == 404
    assert without_own_words(of_real, real) == without_own_words(of_missing, missing)


def of_nothing(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same address of a thing that does not exist; a number that counts stays a number."""
    return {key: MISSING["pk"] if isinstance(value, int) else MISSING.get(key, value) for key, value in arguments.items()}


def without_own_words(answer: HttpResponseBase, address: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body without what any two answers differ in: the address asked for, the nonce, the CSRF token."""
    varying = {"Content-Security-Policy", "Content-Length", "X-Request-ID"}
    headers = {name: value.replace(address, "…") for name, value in answer.items() if name not in varying}
    text = re.sub(r"\b[0-9A-Za-z]{64}\b", "token", getattr(answer, "content", b"").decode().replace(address, "…"))
    text = re.sub(r'nonce="[^"]+"', "nonce", text)
    text = re.sub(r"\b[0-9a-f]{32}\b", "request", text)
    return answer.status_code, headers, text


WRITES = ("post", "put", "patch", "delete")


def writes_of(address: str) -> list[str]:
    """The methods that may write there; a page that does not say takes POST."""
    view = resolve(address).func
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return [each for each in WRITES if hasattr(view_class, each)] if view_class else ["post"]


@pytest.mark.usefixtures("refusals_unwritten")
@pytest.mark.parametrize(("name", "pattern"), OF_OBJECTS, ids=[name for name, _pattern in OF_OBJECTS])
def test_nobody_acts_on_what_is_not_theirs(world: World, name: str, pattern: str) -> None:
    """An empty write of people who do not see the object finds nothing, by any method; of a stranger, it leads to the sign-in."""
    address = reverse(name, kwargs=world.arguments(name, pattern))
    everybody_s = ACCOUNT_ROUTES | NOTIFICATION_ROUTES | EVERY_PROJECTS_ROUTES | OCCUPANCY_ROUTES | WORKSHEET_ROUTES
    hidden_from = [*FOREIGN, *(() if name in everybody_s else OUTSIDE)]

    for method in writes_of(address):
        found = {caller: getattr(world.callers[caller], method)(address).status_code for caller in hidden_from}

        refused = {404} if ROUTES[name].post_only else {404, 405}  # a page that only shows looks for no object

        assert {caller: status for caller, status in found.items() if status not in refused} == {}, method
        assert getattr(world.callers["anonymous"], method)(address).status_code in refused | {302, 401}
        assert getattr(world.callers["foreign_token"], method)(address).status_code in refused | {302}


@pytest.mark.parametrize("caller", [*FOREIGN, *OUTSIDE])
def test_search_finds_nothing_of_a_project_that_one_does_not_see(world: World, caller: str) -> None:
    for words in (world.things["code"], "Paracetamol", "103-90-2", world.things["number"]):
        found = world.callers[caller].get("/search/", {"q": words}).content.decode()
        nothing = world.callers[caller].get("/search/", {"q": "qqqqqqqq"}).content.decode()

        assert re.sub(r'value="[^"]*"', "", found).replace(words, "…").count("/projects/API-") == 0
        assert f'href="/projects/{world.things["code"]}' not in found
        assert found.count("<li") == nothing.count("<li")


@pytest.mark.parametrize("address", ["/portal/", "/documents/", "/"])
def test_lists_and_counters_of_a_foreign_client_show_nothing(world: World, address: str) -> None:
    page = world.callers["foreign_approver"].get(address, follow=True).content.decode()

    assert world.things["code"] not in page
    assert world.things["number"] not in page
    assert "Paracetamol" not in page


@pytest.fixture
def no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every queryset forgets whom it is asked for."""
    managers = [manager for model in apps.get_models() for manager in model._meta.managers]
    querysets = {type(manager.get_queryset()) for manager in managers if hasattr(manager, "visible_to")}
    assert len(querysets) > 30
    for queryset in querysets:
        monkeypatch.setattr(queryset, "visible_to", lambda rows, user: rows.all())
    monkeypatch.setattr("notifications.visibility.readable_events", lambda user: Event.objects.all())


READ_BY_CLIENTS = [(name, pattern) for name, pattern in OF_OBJECTS if 200 in {ROUTES[name].get[each] for each in (*OWN, "read_token")}]


@pytest.mark.parametrize(("name", "pattern"), READ_BY_CLIENTS, ids=[name for name, _pattern in READ_BY_CLIENTS])
def test_the_database_hides_what_a_forgotten_filter_would_show(world: World, no_filter: None, name: str, pattern: str) -> None:
    """Without any `visible_to`, a foreign client still finds nothing at the addresses that the own client reads."""
    address = reverse(name, kwargs=world.arguments(name, pattern))

    found = {caller: status_of(world.callers[caller], address) for caller in ("foreign_approver", "foreign_token")}

    expected = ROUTES[name].get
    assert found == {caller: expected[caller] for caller in found}


@pytest.mark.parametrize("address", ["/portal/", "/documents/", "/search/?q=103-90-2", "/inbox/", "/webhooks/"])
def test_the_database_hides_it_from_pages_of_many(world: World, no_filter: None, address: str) -> None:
    page = world.callers["foreign_approver"].get(address, follow=True).content.decode()

    for hidden in (world.things["code"], world.things["number"], world.things["rfp"], "Paracetamol", "127.0.0.1/hook"):
        assert hidden not in page.replace(address, "")


LISTS = [
    name for name, pattern in PATTERNS if pattern.startswith("api/v1/") and "<" not in pattern and ROUTES[name].get["read_token"] == 200
]


@pytest.mark.parametrize("name", LISTS)
def test_the_database_hides_it_from_lists_of_the_api(world: World, no_filter: None, name: str) -> None:
    body = world.callers["foreign_token"].get(reverse(name)).content.decode()

    for hidden in (world.things["code"], world.things["number"], world.things["rfp"], "127.0.0.1/hook"):
        assert hidden not in body


def test_it_is_the_database_that_hides_it(world: World, no_filter: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the client's role the same request shows the project: the tests above ask what they say."""
    address = reverse("portal-project", args=[world.things["code"]])
    assert world.callers["foreign_viewer"].get(address).status_code == 404

    monkeypatch.setattr("accounts.middleware.client_rows", lambda client_id: nullcontext())

    assert world.callers["foreign_viewer"].get(address).status_code == 200
