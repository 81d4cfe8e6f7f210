import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from audit.context import AuditContext, acting, because, current, new_request_id, set_actor
from audit.middleware import AuditContextMiddleware


class Person:
    pk = 5
    is_authenticated = True

    def __str__(self) -> str:
        return "Ann Other"


ANN = Person()


def answer(path: str = "/projects/", user: Any = None, **headers: str) -> tuple[AuditContext, HttpResponse]:
    """What a view sees behind the middleware, and what the browser gets."""
    seen: list[AuditContext] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(current())
        return HttpResponse()

    request = RequestFactory().get(path, headers=headers)
    request.user = user or AnonymousUser()
    response = AuditContextMiddleware(view)(request)
    return seen[0], response


@pytest.mark.parametrize(("path", "channel"), [("/", "page"), ("/projects/", "page"), ("/api/v1/projects/", "api"), ("/apiary/", "page")])
def test_channel_follows_the_path(path: str, channel: str) -> None:
    assert answer(path)[0].channel == channel


def test_user_of_the_request_is_the_actor() -> None:
    assert (answer(user=ANN)[0].actor, answer()[0].actor) == (ANN, None)


def test_a_harmless_request_id_is_kept_and_returned() -> None:
    seen, response = answer(**{"X-Request-ID": "Job-2026-03-12"})

    assert seen.request_id == response["X-Request-ID"] == "Job-2026-03-12"


@pytest.mark.parametrize("given", ["", "a b", "a\nb", "x" * 65, "<script>", "é"])
def test_any_other_request_id_is_replaced(given: str) -> None:
    seen, response = answer(**{"X-Request-ID": given})

    assert re.fullmatch("[0-9a-f]{32}", seen.request_id)
    assert response["X-Request-ID"] == seen.request_id


def test_nothing_is_left_after_the_request() -> None:
    answer(user=ANN)

    assert current() == AuditContext()


def test_nothing_is_left_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), acting(actor=ANN):
        raise ZeroDivisionError

    assert current() == AuditContext()


def test_an_actor_found_later_is_named() -> None:
    with acting(channel="api", request_id="abc"):
        set_actor(ANN)
        assert current() == AuditContext(ANN, "api", "abc")
        set_actor(AnonymousUser())
        assert current().actor is None


def test_acting_inside_acting_keeps_the_request_and_comes_back() -> None:
    with acting(channel="command", request_id="abc") as outer:
        with acting(actor=ANN, channel="command", reason="Demo") as inner:
            assert inner == current() == AuditContext(ANN, "command", "abc", "Demo")
        assert current() == outer


def test_because_changes_the_reason_only() -> None:
    with acting(actor=ANN, channel="page", request_id="abc"), because("Typing error") as now:
        assert now == AuditContext(ANN, "page", "abc", "Typing error")


def test_each_piece_of_background_work_has_an_id() -> None:
    with acting() as one:
        pass
    with acting() as other:
        pass

    assert one.request_id != other.request_id
    assert (one.channel, len(new_request_id())) == ("worker", 32)
