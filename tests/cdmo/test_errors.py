"""A refusal says the same on a page, in a fragment, and in the API."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.cdmo.refusing")]

STATUS = {"blocked": 409, "not-allowed": 403, "bad-input": 400, "missing": 404, "broken": 500}
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
