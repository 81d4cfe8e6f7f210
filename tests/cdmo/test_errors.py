"""A refusal says the same on a page, in a fragment, and in the API."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from accounts.sessions import SessionStore
from cdmo.api import problem_json
from cdmo.outages import DATABASE, outage_of
from tests.cdmo.refusing import ERRORS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.cdmo.refusing")]

STATUS = {"blocked": 409, "not-allowed": 403, "bad-input": 400, "missing": 404, "broken": 500, "deadlock": 500, "cursor-closed": 500}
AWAY = {
    "database-away": "The database cannot be reached",
    "database-stops": "The database cannot be reached",
    "session-idle": "The database cannot be reached",
    "redis-away": "nobody signs in or out or gives a signature.",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("error", "status"), STATUS.items())
def test_page(client: Client, error: str, status: int) -> None:
    answer = client.get(f"/refuse/{error}/")

    assert answer.status_code == status
    assert "<html" in answer.content.decode()
    assert "secret of the server" not in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_every_reason_is_told_with_its_link(client: Client, headers: dict[str, str]) -> None:
    words = client.post("/refuse/blocked/", headers=headers).content.decode()

    assert "The route is not frozen." in words
    assert "No batch is released." in words
    assert 'href="/somewhere/"' in words


@pytest.mark.parametrize(("error", "status"), [(error, status) for error, status in STATUS.items() if status != 500])
def test_fragment(client: Client, error: str, status: int) -> None:
    answer = client.post(f"/refuse/{error}/", headers=HTMX)

    assert answer.status_code == status
    assert "<html" not in answer.content.decode()
    assert "data-refusal" in answer.content.decode()


@pytest.mark.parametrize(("error", "status"), STATUS.items())
def test_api(client: Client, error: str, status: int) -> None:
    answer = client.get(f"/api/v1/refuse/{error}/")

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(("error", "words"), AWAY.items())
def test_a_server_that_is_away_is_told_as_that(client: Client, error: str, words: str) -> None:
    page, system = client.get(f"/refuse/{error}/?page=2"), client.get(f"/api/v1/refuse/{error}/")
    of_the_framework = problem_json(ERRORS[error], {})
    assert of_the_framework is not None

    assert [answer.status_code for answer in (page, system, of_the_framework)] == [503] * 3
    assert {answer.headers["Retry-After"] for answer in (page, system, of_the_framework)} == {"10"}
    assert words in page.content.decode() and f'href="/refuse/{error}/?page=2"' in page.content.decode()
    assert system.json() == of_the_framework.data
    assert words in system.json()["detail"]
    assert "secret of the server" not in page.content.decode() + system.content.decode()


@pytest.mark.parametrize("found", [None, Mock(closed=2)])
def test_a_connection_that_is_closed_is_a_database_that_is_away(monkeypatch: Any, found: Mock | None) -> None:
    error = ERRORS["cursor-closed"]
    assert outage_of(error) is None  # the connection is whole, so the fault is ours

    monkeypatch.setattr("cdmo.outages.connection", Mock(connection=found))

    assert outage_of(error) is DATABASE


def test_an_outage_that_the_api_tells_is_in_the_log_with_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    problem_json(ERRORS["database-away"], {})

    (line,) = caplog.records
    assert (line.levelname, line.exc_info[1] if line.exc_info else None) == ("ERROR", ERRORS["database-away"])


def test_a_file_that_was_not_taken_is_not_said_to_be_kept(client: Client) -> None:
    answer = client.post("/refuse/database-away/", headers={"X-Requested-With": "dropzone"})

    assert answer.json() == {"detail": "The database cannot be reached. Try again shortly."}


def test_from_a_form_one_goes_back_to_its_page_where_the_draft_is(client: Client) -> None:
    answers = [
        client.post("/refuse/database-away/", headers={"Referer": f"{host}/rfps/new/"}).content.decode()
        for host in ("http://testserver", "https://elsewhere.example")
    ]

    assert ['href="/rfps/new/"' in page for page in answers] == [True, False]


@pytest.mark.parametrize("error", ["database-away", "broken"])
def test_a_fault_keeps_what_was_typed_and_says_so_only_where_it_did(client: Client, error: str) -> None:
    page = client.post(f"/refuse/{error}/").content.decode()

    assert "js/draft.js" in page and "data-fault" in page
    assert "<li data-draft-kept hidden>" in page
    assert page.count("kept in this browser") == 1


@pytest.mark.parametrize(("path", "shape"), [("/projects/", "text/html; charset=utf-8"), ("/api/v1/projects/", "application/problem+json")])
def test_nobody_can_be_told_from_another_while_the_database_is_away(client: Client, monkeypatch: Any, path: str, shape: str) -> None:
    monkeypatch.setattr(SessionStore, "load", Mock(side_effect=OperationalError))
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    answer = client.get(path)

    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Retry-After"]) == (503, shape, "10")


def test_missing_address(client: Client) -> None:
    assert client.get("/there/is/nothing/").status_code == 404


def test_expired_session_under_htmx_moves_the_whole_page(client: Client) -> None:
    answer = client.get("/projects/", headers={**HTMX, "HX-Current-URL": "http://testserver/projects/?page=2"})

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fprojects%2F%3Fpage%3D2"


def test_form_that_outlived_its_session_leads_to_the_sign_in_and_back() -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/refuse/blocked/", headers={"Referer": "http://testserver/rfps/new/"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=%2Frfps%2Fnew%2F"
