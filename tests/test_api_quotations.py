"""Quotations over the API: drafted by ours, read, asked to be changed and accepted with a choice by the client."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from projects.models import Project, Quotation
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
LINES = [
    {"phase": "pilot", "description": "Pilot batch", "amount": "1000.00"},
    {"phase": "pilot", "description": "Retention samples", "amount": "50.00", "standing": "optional"},
    {"phase": "pilot", "description": "Freight", "standing": "excluded"},
]


def send(browser: Browser, method: str, address: str, body: Any = None, **headers: str) -> Any:
    return getattr(browser, method)(f"/api/v1/{address}", body or {}, content_type="application/json", headers=headers)


def person(*roles: str) -> Browser:
    browser = Browser()
    browser.force_login(make.person(*roles))
    return browser


def a_draft(**changes: Any) -> dict[str, Any]:
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    payments = [{"title": "Half", "percent": "50", "source": "quotation:accepted", "planned_on": until}, {"title": "Rest", "percent": "50"}]
    return {"currency": "EUR", "valid_until": until, "scope": "All.", "lines": LINES, "payments": payments, **changes}


@pytest.fixture
def project() -> Project:
    return make.a_project()


def sent(project: Project) -> str:
    made = send(person(Role.BUSINESS_DEVELOPMENT), "post", f"projects/{project.code}/quotations/", a_draft())
    assert made.status_code == 201, made.json()
    quotation = Quotation.objects.get(revision=made.json()["revision"])
    make.release(quotation)
    make.send(quotation)
    return f"quotations/{quotation.number}/{quotation.revision}/"


def test_a_draft_is_rewritten_only_as_it_was_read(project: Project) -> None:
    business = person(Role.BUSINESS_DEVELOPMENT)
    made = send(business, "post", f"projects/{project.code}/quotations/", a_draft()).json()
    address = f"quotations/{made['number']}/1/"
    tag = business.get(f"/api/v1/{address}")["ETag"]

    blind = send(business, "put", address, a_draft(scope="More."))
    changed = send(business, "put", address, a_draft(scope="More."), **{"If-Match": tag})
    late = send(business, "put", address, a_draft(scope="Less."), **{"If-Match": tag})

    assert [answer.status_code for answer in (blind, changed, late)] == [428, 200, 412]
    assert changed.json()["scope"] == "More."
    assert [row["amount"] for row in changed.json()["payments"]] == ["500.00", "500.00"]
    assert [row["planned_on"] for row in changed.json()["payments"]] == [a_draft()["valid_until"], None]


def test_what_is_wrong_is_named_at_its_row(project: Project) -> None:
    body = a_draft(payments=[{"title": "All", "percent": "100", "source": "gate:G9"}])

    answer = send(person(Role.BUSINESS_DEVELOPMENT), "post", f"projects/{project.code}/quotations/", body)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["payments-0-source"])


def test_a_line_without_an_amount_is_an_error_at_its_field(project: Project) -> None:
    body = a_draft(lines=[LINES[0], {"phase": "pilot", "description": "Freight"}, LINES[2]])

    answer = send(person(Role.BUSINESS_DEVELOPMENT), "post", f"projects/{project.code}/quotations/", body)

    assert (answer.status_code, answer.json()["errors"]) == (400, {"lines": {"1": {"amount": ["This field is required."]}}})
    assert not Quotation.objects.exists()


def test_a_list_of_quotations_costs_no_query_for_each(project: Project) -> None:
    address, client = sent(project), person(Role.CLIENT_APPROVER)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/v1/quotations/").status_code == 200
        return len(captured)

    def answered() -> None:
        remarks = send(client, "post", f"{address}changes/", {"remarks": [{"words": "Sooner."}]}).json()["requests"][0]["remarks"]
        body = a_draft(replies=[{"remark": remarks[0]["id"], "outcome": "done"}])
        send(person(Role.BUSINESS_DEVELOPMENT), "post", f"projects/{project.code}/quotations/", body)
        latest = Quotation.objects.order_by("-revision").first()
        assert latest is not None
        make.release(latest)
        make.send(latest)

    answered()
    two = queries()
    address = address.replace("/1/", "/2/")
    answered()

    assert queries() == two


def test_the_client_asks_reads_the_answer_and_accepts_with_its_choice(project: Project) -> None:
    address, client = sent(project), person(Role.CLIENT_APPROVER)
    asked = send(client, "post", f"{address}changes/", {"remarks": [{"line": 1, "words": "Two batches."}, {"words": "Sooner."}]})
    held = send(client, "post", f"{address}accept/", {"password": make.PASSWORD})
    remarks = asked.json()["requests"][0]["remarks"]
    replies = [{"remark": row["id"], "outcome": "done"} for row in remarks]
    business = person(Role.BUSINESS_DEVELOPMENT)
    send(business, "post", f"projects/{project.code}/quotations/", a_draft(replies=replies))
    unsent = client.get(f"/api/v1/{address}").json()["requests"][0]
    make.release(Quotation.objects.get(revision=2))
    make.send(Quotation.objects.get(revision=2))

    second = address.replace("/1/", "/2/")
    shown = client.get(f"/api/v1/{second}").json()
    old = send(client, "post", f"{address}accept/", {"password": make.PASSWORD})
    wrong = send(client, "post", f"{second}accept/", {"password": make.PASSWORD, "options": [1]})
    body = {"password": make.PASSWORD, "options": [2], "expected_hash": shown["content_hash"]}
    accepted = send(client, "post", f"{second}accept/", body)

    assert [row["line"] for row in remarks] == [1, None]
    assert (asked.status_code, held.status_code, old.status_code, wrong.status_code) == (200, 409, 409, 400)
    assert (unsent["answered_in"], {row["outcome"] for row in unsent["remarks"]}) == (None, {""})
    assert {row["outcome"] for row in client.get(f"/api/v1/{address}").json()["requests"][0]["remarks"]} == {"done"}
    assert (accepted.json()["state"], accepted.json()["total"]) == ("accepted", "1050.00")
    assert [row["chosen"] for row in accepted.json()["lines"]] == [False, True, False]


def test_a_request_is_taken_back_and_the_offer_declined(project: Project) -> None:
    address, client = sent(project), person(Role.CLIENT_APPROVER)
    send(client, "post", f"{address}changes/", {"remarks": [{"words": "Sooner."}]})

    back = send(client, "post", f"{address}withdraw/")
    declined = send(client, "post", f"{address}decline/", {"reason": "Too dear."})
    business = person(Role.BUSINESS_DEVELOPMENT)
    read = send(business, "post", f"{address}outcome/", {"why": "price", "position": "highest"})

    assert (back.status_code, declined.json()["state"], read.json()["position"]) == (200, "declined", "highest")
    assert client.get(f"/api/v1/{address}outcome/").status_code == 404
    assert business.get(f"/api/v1/{address}outcome/").json()["why"] == "price"


@pytest.mark.parametrize("name", ["accept", "decline", "changes", "withdraw"])
def test_another_clients_offer_is_not_there(project: Project, name: str) -> None:
    address = sent(project)
    foreign = Browser()
    foreign.force_login(make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB")))

    assert send(foreign, "post", f"{address}{name}/", {"password": make.PASSWORD}).status_code == 404
    assert foreign.get("/api/v1/quotations/").json()["results"] == []
