"""Every address of the product, asked for by everybody: what each may reach is written in the table, and nowhere guessed.

An address that the table does not know fails the test; so does one that answers anybody otherwise than the table says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from typing import Any
from zlib import crc32

import pytest
from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.template import Context, Template
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from audit.models import Event
from tests.quick import pages_unwritten
from tests.routes.accounts import ACCOUNT_ROUTES
from tests.routes.desk import EVERY_PROJECTS_ROUTES, OCCUPANCY_ROUTES
from tests.routes.kinds import EVERYBODY, FOREIGN, OUTSIDE, OWN, STAFF, TOKENS
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


def names_an_object(pattern: str) -> bool:
    return bool(re.search(r"<(?:\w+:)?(code|client_code|number|pk|public_id)>", pattern))


OF_OBJECTS = [(name, pattern) for name, pattern in PATTERNS if name in ROUTES and names_an_object(pattern)]
SHOWN_OBJECTS = {(name, pattern) for name, pattern in OF_OBJECTS if not ROUTES[name].post_only}
STRANGERS = (*FOREIGN, "foreign_token")


@pytest.fixture
def unwritten() -> Iterator[None]:
    with pages_unwritten():
        yield


SIDES = (("anonymous",), STAFF, (*OWN, *FOREIGN), TOKENS)


def written_for(name: str) -> set[str]:
    """For whom the page of this address is written: of each side one whom the table lets in, another at another address."""
    let_in = ([caller for caller in side if ROUTES[name].get[caller] == 200] for side in SIDES)
    return {callers[crc32(name.encode()) % len(callers)] for callers in let_in if callers}


@pytest.mark.usefixtures("accounts_once")
@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=[name for name, _pattern in PATTERNS])
def test_everybody_gets_what_the_table_says(world: World, name: str, pattern: str) -> None:
    """The status of everybody is the product's own; the page behind it is written for one of each side (`written_for`).

    What views decide, they have decided before a template is asked. test_kept.py writes each page for five more roles. Foreign people
    are asked for an object by test_foreign_object_answers_exactly_like_a_missing_one, which holds them to the same table.
    """
    address = reverse(name, kwargs=world.arguments(name, pattern))
    asked = [caller for caller in EVERYBODY if not (caller in STRANGERS and (name, pattern) in SHOWN_OBJECTS)]

    found = {caller: status_of(world.callers[caller], address, written=caller in written_for(name)) for caller in asked}

    expected = ROUTES[name].get
    assert {k: v for k, v in found.items() if v != expected[k]} == {}, f"{address}: {found}"


def status_of(browser: Browser, address: str, *, written: bool) -> int:
    with nullcontext() if written else pages_unwritten():
        answer = browser.get(address)
        if answer.streaming:
            b"".join(answer)  # type: ignore[arg-type]  # read to its end, the file behind it is closed
    return answer.status_code


class Broken(Exception):
    """A page that cannot be written."""


def test_a_page_that_breaks_is_found_on_each_side(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Template.render

    def break_down(template: Template, context: Context) -> str:
        if template.name == "desk/search.html":
            raise Broken
        return write(template, context)

    monkeypatch.setattr(Template, "render", break_down)

    def breaks(caller: str) -> bool:
        try:
            status_of(world.callers[caller], reverse("search"), written=caller in written_for("search"))
        except Broken:
            return True
        return False

    found = {caller for caller in EVERYBODY if breaks(caller)}

    assert found == written_for("search")
    assert [len(found & set(side)) for side in SIDES] == [0, 1, 1, 0]


def test_pages_are_written_for_every_role() -> None:
    pages = {name for name, pattern in PATTERNS if not pattern.startswith("api/")}

    assert {*STAFF, *OWN, "anonymous"} <= set().union(*map(written_for, pages))


def test_a_refusal_that_is_forgotten_shows_without_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The status of a page that is not written tells who would have got it."""
    address, browser = reverse("kpis"), world.callers["research"]
    assert status_of(browser, address, written=False) == 403

    monkeypatch.setattr("desk.views.kpis.allowed", lambda *_told: True)

    assert status_of(browser, address, written=False) == 200


@pytest.mark.usefixtures("accounts_once", "refusals_in_short")
@pytest.mark.parametrize(("name", "pattern"), OF_OBJECTS, ids=[name for name, _pattern in OF_OBJECTS])
def test_foreign_object_answers_exactly_like_a_missing_one(world: World, name: str, pattern: str) -> None:
    for caller in STRANGERS:
        of_real, as_of_missing = real_and_missing(world, name, pattern, caller)

        allowed = {302, 404} if caller == "foreign_token" else {404}
        assert of_real[0] in (allowed if ROUTES[name].post_only else allowed & {ROUTES[name].get[caller]}), caller
        assert of_real == as_of_missing, caller


FIRST_OF_AREA = {pattern.split("/")[0]: (name, pattern) for name, pattern in reversed(OF_OBJECTS)}


@pytest.mark.parametrize(("name", "pattern"), FIRST_OF_AREA.values(), ids=FIRST_OF_AREA)
def test_the_page_of_a_foreign_object_reads_exactly_like_that_of_a_missing_one(world: World, name: str, pattern: str) -> None:
    for caller in STRANGERS:
        of_real, as_of_missing = real_and_missing(world, name, pattern, caller)

        assert of_real == as_of_missing, caller
        assert caller == "foreign_token" or "There is nothing " in of_real[2]


def real_and_missing(world: World, name: str, pattern: str, caller: str) -> list[tuple[int, dict[str, str], str]]:
    """What this caller is told of a thing of somebody else, and of none."""
    arguments = world.arguments(name, pattern)
    browser = world.callers[caller]
    ask = browser.post if ROUTES[name].post_only else browser.get
    addresses = [reverse(name, kwargs=each) for each in (arguments, of_nothing(arguments))]
    return [without_own_words(ask(address), address) for address in addresses]


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


@pytest.mark.usefixtures("accounts_once", "unwritten")
@pytest.mark.parametrize(("name", "pattern"), OF_OBJECTS, ids=[name for name, _pattern in OF_OBJECTS])
def test_nobody_acts_on_what_is_not_theirs(world: World, name: str, pattern: str) -> None:
    """An empty write of people who do not see the object finds nothing, by any method; of a stranger, it leads to the sign-in.

    What takes nothing but POST, test_foreign_object_answers_exactly_like_a_missing_one asks of foreign people in the same way.
    """
    address = reverse(name, kwargs=world.arguments(name, pattern))
    everybody_s = ACCOUNT_ROUTES | NOTIFICATION_ROUTES | EVERY_PROJECTS_ROUTES | OCCUPANCY_ROUTES | WORKSHEET_ROUTES
    post_only = ROUTES[name].post_only
    refused = {404} if post_only else {404, 405}  # a page that only shows looks for no object

    for method in writes_of(address):
        foreign = () if post_only and method == "post" else STRANGERS
        hidden_from = ["anonymous", *foreign, *(() if name in everybody_s else OUTSIDE)]
        found = {caller: getattr(world.callers[caller], method)(address).status_code for caller in hidden_from}

        led_away = {"anonymous": {302, 401}, "foreign_token": {302}}
        assert {caller: status for caller, status in found.items() if status not in refused | led_away.get(caller, set())} == {}, method


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


@cache
def filtering() -> set[type[QuerySet[Any]]]:
    managers = [manager for model in apps.get_models() for manager in model._meta.managers]
    return {type(manager.get_queryset()) for manager in managers if hasattr(manager, "visible_to")}


@pytest.fixture
def no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every queryset forgets whom it is asked for."""
    assert len(filtering()) > 30
    for queryset in filtering():
        monkeypatch.setattr(queryset, "visible_to", lambda rows, user: rows.all())
    monkeypatch.setattr("notifications.visibility.readable_events", lambda user: Event.objects.all())


READ_BY_CLIENTS = [(name, pattern) for name, pattern in OF_OBJECTS if 200 in {ROUTES[name].get[each] for each in (*OWN, "read_token")}]


@pytest.mark.parametrize(("name", "pattern"), READ_BY_CLIENTS, ids=[name for name, _pattern in READ_BY_CLIENTS])
def test_the_database_hides_what_a_forgotten_filter_would_show(world: World, no_filter: None, name: str, pattern: str) -> None:
    """Without any `visible_to`, a foreign client still finds nothing at the addresses that the own client reads."""
    address = reverse(name, kwargs=world.arguments(name, pattern))

    found = {caller: status_of(world.callers[caller], address, written=False) for caller in ("foreign_approver", "foreign_token")}

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
