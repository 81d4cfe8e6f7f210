"""The API against its own description: whatever the schema allows, and what it forbids, gets an answer that the schema promises.

Each operation is called by everybody, in half of the calls on what is really there; the next operation begins with the next caller, so that
over all operations everybody takes every part. Who may what, test_routes asks of everybody.
"""

from __future__ import annotations

from functools import cache
from itertools import cycle
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client as Browser
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.routes.kinds import EVERYBODY
from tests.routes.world import World

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALLS = 3  # of each kind
SERVER = "http://testserver"


@pytest.fixture(autouse=True)
def words_of_the_code_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis would look through every module for constants to send: slowly, and other calls after each change of any of them."""
    monkeypatch.setattr(providers, "_get_local_constants", Constants)
    monkeypatch.setattr(providers, "CONSTANTS_CACHE", LRUCache(1024))


@cache
def operations() -> list[APIOperation[Any, Any, Any, Any]]:
    described = SchemaGenerator().get_schema(request=None, public=True)
    return [found.ok() for found in schemathesis.openapi.from_dict(described).get_all_operations()]


@pytest.mark.parametrize("place", range(len(operations())), ids=[each.label.replace("/api/v1/", "") for each in operations()])
def test_every_answer_is_one_that_the_schema_promises(world: World, place: int) -> None:
    operation = operations()[place]
    cases = [*made(operation, GenerationMode.POSITIVE), *made(operation, GenerationMode.NEGATIVE)]
    for case in cases[::2]:
        case.path_parameters = {**case.path_parameters, **what_is_there(world, case)}
    wrong = {}
    for case, name in zip(cycle(cases), callers_of(place), strict=False):
        failure = failure_of(case, world.callers[name])
        if failure:
            wrong[name] = failure

    assert not wrong, "\n".join(f"{name}: {words}" for name, words in wrong.items())


def callers_of(place: int) -> list[str]:
    """Each takes the call of his place: what is there and what is not in turn."""
    first = place % len(EVERYBODY)
    return [*EVERYBODY[first:], *EVERYBODY[:first]]


def test_everybody_sends_what_is_allowed_to_what_is_there() -> None:
    """Of the calls to one operation the first and the third."""
    for method in ("get", "post"):
        places = [place for place, operation in enumerate(operations()) if operation.method == method]

        assert {callers_of(place)[turn] for place in places for turn in (0, 2)} == set(EVERYBODY)


def made(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode) -> list[Case]:
    """A few calls, the same in every run."""
    found: list[Case] = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=CALLS, derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def make(case: Case) -> None:
        found.append(case)

    make()
    return found


def what_is_there(world: World, case: Case) -> dict[str, Any]:
    """The parts of the address, of the thing that the world has."""
    pattern = case.operation.path
    real = {name: world.things.get(name) for name in case.path_parameters}
    match = resolve(pattern.format(**dict.fromkeys(case.path_parameters, 1)))
    return {name: value for name, value in world.arguments(match.url_name or "", match.route).items() if name in real}


def failure_of(case: Case, browser: Browser) -> str:
    """What is wrong with the answer, "" if nothing. What the call writes is taken back."""
    taken_back = transaction.atomic()
    taken_back._from_testcase = True  # type: ignore[attr-defined]  # as Django's own around a test: a durable block may stand in it
    with taken_back:
        sent = prepared(case)
        answer = browser.generic(
            sent.method or "GET",
            sent.url.removeprefix(SERVER) if sent.url else "",
            sent.body or b"",
            content_type=sent.headers.get("Content-Type", "application/json"),
            headers={
                name: value for name, value in sent.headers.items() if name.lower() not in ("content-type", "content-length", "cookie")
            },
        )
        try:
            case.validate_response(as_received(answer, sent), checks=CHECKS)
        except FailureGroup as found:
            return f"{sent.method} {sent.url} {sent.body!r}: {answer.status_code} {[str(each) for each in found.exceptions]}"
        finally:
            transaction.set_rollback(True)
    return ""


def prepared(case: Case) -> requests.PreparedRequest:
    told = case.as_transport_kwargs(base_url=SERVER)
    known = ("method", "url", "headers", "files", "data", "params", "json")
    return requests.Request(**{name: told[name] for name in known if name in told}).prepare()


def as_received(answer: HttpResponseBase, sent: requests.PreparedRequest) -> Response:
    """The same answer, as a client's library gives it."""
    return Response(
        status_code=answer.status_code,
        headers={name.lower(): [value] for name, value in answer.items()},
        content=b"".join(answer) if answer.streaming else answer.content,  # type: ignore[attr-defined,arg-type]
        request=sent,
        elapsed=0.0,
        verify=False,
    )
