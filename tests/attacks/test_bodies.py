"""What a client's system may send by mistake or on purpose: bodies beyond every limit, and cursors that are not its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import signing
from django.test import Client as Browser

from tests.routes.world import World

pytestmark = pytest.mark.django_db

NESTED = "[" * 100_000 + "]" * 100_000
RFP = {"client": "DCA", "compound_name": "Paracetamol", "contact_name": "A", "wanted": "A quotation"}


@pytest.fixture
def business(world: World) -> Browser:
    browser = world.callers["business_development"]
    browser.raise_request_exception = False
    return browser


def send(browser: Browser, body: str | bytes) -> Any:
    return browser.post("/api/v1/rfps/", body, content_type="application/json")


@pytest.mark.parametrize(
    "body",
    [
        '{"compound_name": "a\\u0000b"}',
        '{"compound_name": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"x": ' + NESTED + "}",
        '{"x":' * 40 + "1" + "}" * 40,
        '{"validation_batches": 1' + "0" * 5000 + "}",
        '{"sample_quantity_g": NaN}',
        '{"sample_quantity_g": -Infinity}',
        "\ufeff{}",
        b"\xff\xfe{}",
        "{",
        "",
    ],
    ids=[
        "nul",
        "half a pair",
        "half a pair as a name",
        "nested",
        "nested a little",
        "digits",
        "nan",
        "infinite",
        "mark",
        "bytes",
        "cut",
        "empty",
    ],
)
def test_a_body_that_cannot_be_kept_is_400(business: Browser, body: str | bytes) -> None:
    answer = send(business, body)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sample_quantity_g", "1e400"),
        ("sample_quantity_g", 1e308),
        ("sample_quantity_g", "NaN"),
        ("quotation_needed_on", "0001-01-01"),
        ("quotation_needed_on", "9999-12-31"),
        ("quotation_needed_on", "0442-05-05T00:00:00+23:59"),
        ("validation_quantity_kg", 10**30),
        ("compound_name", "x" * 100_000),
        ("compound_name", {"$ne": 1}),
    ],
)
def test_a_value_beyond_its_column_is_400_at_its_field(business: Browser, field: str, value: Any) -> None:
    answer = send(business, json.dumps(RFP | {field: value}))

    assert answer.status_code == 400
    assert field in answer.json()["errors"]


@pytest.mark.parametrize("caller", ["business_development", "write_token"])
def test_a_body_over_the_limit_is_not_read(world: World, settings: Any, caller: str) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = send(world.callers[caller], json.dumps(RFP | {"contact_email": "a@client.example", "wanted": "x" * 2000}))

    assert answer.status_code in (400, 413)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "errors" not in answer.json(), "it was refused for its size, not for what it says"


OF_ANOTHER_LIST = signing.dumps(5, salt="cursor:SomeOtherList")
FORGED = ("1", "-1", "9" * 30, "a:b:c", "x" * 5000, "%ff", OF_ANOTHER_LIST, "eyJ4IjoxfQ:1abcde:AAAA")


@pytest.mark.parametrize("listing", ["projects", "milestones", "rfps", "documents", "approvals", "change-orders", "waiting", "changes"])
@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
def test_a_forged_cursor_is_400(business: Browser, listing: str, forged: str) -> None:
    answer = business.get(f"/api/v1/{listing}/", {"cursor": forged})

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("size", ["0000010000", "000001" + "9" * 5000, "1e2", "١٠"])
def test_no_spelling_of_a_page_s_size_is_larger_than_the_largest(business: Browser, size: str) -> None:
    assert business.get("/api/v1/projects/", {"page_size": size}).status_code == 400


def test_another_s_cursor_shows_nothing_of_another(world: World) -> None:
    """A cursor is a place in a list, no key to it."""
    first = world.callers["project_manager"].get("/api/v1/milestones/", {"page_size": 1}).json()["next"]

    answer = world.callers["foreign_token"].get(first)

    assert (answer.status_code, answer.json()["results"]) == (200, [])
