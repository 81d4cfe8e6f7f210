"""The API as a client's system and an internal reader meet it: paging, filters, refusals, isolation, cost, and its schema."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.throttling import UserRateThrottle

from accounts.models import Role, User
from accounts.services import revoke_token
from audit.files import MEDIA_TYPES, MESSAGES
from projects.api import MilestoneFilter
from projects.models import Milestone, Project, Rfp
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.services.sharing import set_visibility
from tests.clients_systems import NEW_RFP, System, internal, made, own_cache, problem, project
from tests.projects import factories

pytestmark = pytest.mark.django_db
__all__ = ["made", "own_cache", "project"]
CLIENT_MILESTONE = {
    "project",
    "key",
    "phase",
    "title",
    "kind",
    "baseline",
    "forecast",
    "provisional",
    "actual",
    "variance_days",
    "round",
    "state",
    "last_change",
    "updated_at",
}


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row.get("code") or row.get("number") or row["key"] for row in answer.json()["results"]]


# who may ask


def test_without_a_token_the_answer_is_401_and_says_how() -> None:
    answer = System().get("projects/")

    problem(answer, 401)
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer wrong", "Token wrong", "Bearer a b", "Bearer é".encode().decode("latin-1")])
def test_wrong_token_is_401(header: str) -> None:
    answer = Browser(headers={"authorization": header}).get("/api/v1/projects/")

    problem(answer, 401)


def test_revoked_and_expired_tokens_get_the_answer_of_an_unknown_one(project: Project) -> None:
    revoked, expired = System(project.client), System(project.client)
    assert revoked.token is not None
    assert expired.token is not None
    revoke_token(revoked.token.public_id, actor=factories.manager())
    type(expired.token).objects.filter(pk=expired.token.pk).update(expiry=timezone.now())

    unknown = Browser(headers={"authorization": "Bearer unknown"}).get("/api/v1/projects/")

    assert problem(revoked.get("projects/"), 401) == problem(expired.get("projects/"), 401) == problem(unknown, 401)


def test_read_token_cannot_write(project: Project) -> None:
    before = Rfp.objects.count()

    answer = System(project.client).post("rfps/", NEW_RFP)

    assert "read" in problem(answer, 403)["detail"]
    assert Rfp.objects.count() == before


def test_last_use_of_a_token_is_noted(project: Project) -> None:
    system = System(project.client)
    system.get("projects/")

    assert system.token is not None
    system.token.refresh_from_db()
    assert system.token.last_used_at is not None


def test_too_many_requests_are_429_with_the_time_to_wait(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min", "anon": "2/min"})
    system = System(project.client)

    answers = [system.get("projects/") for _number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    problem(answers[-1], 429)


# milestones


def test_client_reads_milestone_status_in_one_call(project: Project) -> None:
    answer = System(project.client).get("milestones/")

    rows = answer.json()["results"]
    shared = Milestone.objects.filter(project=project, visibility="shared")
    assert {row["key"] for row in rows} == set(shared.values_list("key", flat=True))
    assert all(set(row) == CLIENT_MILESTONE for row in rows)
    g2 = next(row for row in rows if row["key"] == "g2")
    assert (g2["project"], g2["phase"], g2["kind"], g2["state"]) == (project.code, "small_scale", "gate", "on_track")


def test_client_reads_the_published_date_and_never_the_internal_forecast(project: Project) -> None:
    told = Milestone.objects.get(project=project, key="route_selected")
    later = told.published_on + timedelta(days=60)
    reschedule_milestone(project.code, told.key, not_before=later, actor=factories.manager(), reason="Internal words.")
    rows = Milestone.objects.filter(project=project)
    told_dates = {m.published_on for m in rows} | {m.baseline_on for m in rows} | {m.actual_on for m in rows}
    internal_dates = {str(m.forecast_on) for m in rows if m.forecast_on not in told_dates}

    body = System(project.client).get("milestones/").content.decode()

    assert internal_dates
    assert not [date for date in internal_dates if date in body]
    assert "Internal words" not in body
    assert {row["forecast"] for row in json.loads(body)["results"] if row["key"] == told.key} == {str(told.published_on)}


def test_last_change_carries_the_reason_told_to_the_client(project: Project) -> None:
    manager = factories.manager()
    later = timezone.localdate() + timedelta(days=400)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=manager, reason="Internal words.")
    publish_milestone(project.code, "route_selected", reason_class="technical", side="cdmo", reason="A step failed.", actor=manager)

    rows = System(project.client).get("milestones/", project=project.code).json()["results"]

    change = next(row for row in rows if row["key"] == "route_selected")["last_change"]
    assert (change["reason"], change["reason_class"], change["side"]) == ("A step failed.", "technical", "cdmo")
    assert change["days"] > 0


def test_internal_readers_also_get_the_plan(project: Project) -> None:
    row = internal().get("milestones/").json()["results"][0]

    plan = {"internal_forecast", "float_days", "finish_by", "started_on", "tolerance_days"}
    assert set(row) == CLIENT_MILESTONE | plan | {"visibility", "share_at_launch", "owner", "owner_email"}


def test_unshared_milestone_disappears_for_the_client(project: Project) -> None:
    set_visibility(project.code, "milestone", "route_selected", visibility="internal", actor=factories.manager())

    assert "route_selected" not in codes(System(project.client).get("milestones/"))


# isolation


@pytest.mark.parametrize("listing", ["projects/", "milestones/", "deliverables/", "rfps/", "documents/"])
def test_foreign_token_finds_nothing(project: Project, listing: str) -> None:
    answer = System(factories.a_client("DCB")).get(listing)

    assert (answer.status_code, answer.json()) == (200, {"next": None, "results": []})


@pytest.mark.parametrize("address", ["projects/{}/", "projects/{}/gate/"])
def test_foreign_project_answers_like_a_missing_one(project: Project, address: str) -> None:
    foreign = System(factories.a_client("DCB"))

    assert problem(foreign.get(address.format(project.code)), 404) == problem(foreign.get(address.format("API-1999-0001")), 404)


def test_filtering_by_a_foreign_project_finds_nothing(project: Project) -> None:
    assert codes(System(factories.a_client("DCB")).get("milestones/", project=project.code)) == []


def test_gate_does_not_exist_for_a_client(project: Project) -> None:
    problem(System(project.client, "write").get(f"projects/{project.code}/gate/"), 404)
    problem(System(project.client, "write").post(f"projects/{project.code}/gate/proposal/", {"decision": "go"}), 404)


# paging and filters


def test_pages_follow_the_cursor_without_gap_or_repetition(project: Project) -> None:
    system = System(project.client)
    everything = codes(system.get("milestones/"))

    found, address = [], "/api/v1/milestones/?page_size=3"
    while address:
        answer = system.browser.get(address)
        found += codes(answer)
        address = answer.json()["next"]

    assert found == everything


def test_cursor_of_another_list_or_made_up_is_400(project: Project) -> None:
    system = System(project.client)
    other = system.get("milestones/", page_size="1").json()["next"].partition("cursor=")[2].partition("&")[0]

    for cursor in ("abc", "", other.replace("%3A", ":")):
        assert "cursor" in problem(system.get("projects/", cursor=cursor), 400)["errors"]


@pytest.mark.parametrize("route", ["milestones/", "projects/", "documents/", "changes/", "waiting/"])
def test_a_parameter_that_no_list_has_is_400(project: Project, route: str) -> None:
    assert "foo" in problem(System(project.client).get(route, foo="1"), 400)["errors"]


def test_milestones_by_state_are_those_that_read_so(project: Project) -> None:
    system = System(project.client)
    everything = system.get("milestones/", page_size="200").json()["results"]

    for state in ("achieved", "late", "at_risk", "on_track", "planned"):
        found = system.get("milestones/", state=state, page_size="200").json()["results"]
        assert found == [row for row in everything if row["state"] == state]
    assert "state" in problem(system.get("milestones/", state="lost"), 400)["errors"]


@pytest.mark.parametrize("size", ["0", "-1", "201", "x", "", "٣", "1e3", "9" * 5000])
def test_page_size_outside_1_to_200_is_400(project: Project, size: str) -> None:
    assert "page_size" in problem(System(project.client).get("projects/", page_size=size), 400)["errors"]


@pytest.mark.parametrize(
    ("listing", "parameters"),
    [
        ("projects/", {"phase": "nonsense"}),
        ("projects/", {"status": "nonsense"}),
        ("milestones/", {"kind": "nonsense"}),
        ("milestones/", {"updated_since": "yesterday"}),
        ("rfps/", {"state": "nonsense"}),
        ("milestones/", {"project": "API\0"}),
    ],
)
def test_filter_that_makes_no_sense_is_400(project: Project, listing: str, parameters: dict[str, str]) -> None:
    assert set(problem(System(project.client).get(listing, **parameters), 400)["errors"]) == set(parameters)


@pytest.mark.parametrize(
    "moment", ["0442-03-01T00:00:00-23:59", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z"]
)
@pytest.mark.parametrize("listing", ["projects/", "milestones/", "deliverables/", "rfps/", "documents/", "change-orders/", "quotations/"])
def test_a_moment_that_no_record_knows_is_400_at_its_field(project: Project, listing: str, moment: str) -> None:
    refused = problem(System(project.client).get(listing, updated_since=moment), 400)

    assert list(refused["errors"]) == ["updated_since"]


def test_a_moment_counts_in_whatever_zone_it_is_given(project: Project) -> None:
    system, moment = System(project.client), project.updated_at

    for hours in (-12, 0, 14):
        there = moment.astimezone(timezone.get_fixed_timezone(timedelta(hours=hours)))
        found = [codes(system.get("projects/", updated_since=day.isoformat())) for day in (there, there + timedelta(microseconds=1))]
        assert found == [[project.code], []]


def test_filters_narrow(project: Project) -> None:
    system, other = System(project.client), factories.a_project()

    assert codes(system.get("projects/", phase="evaluation")) == [other.code]
    assert codes(system.get("projects/", status="active")) == [other.code, project.code]
    assert codes(system.get("milestones/", kind="gate", phase="small_scale")) == ["g2"]


def test_updated_since_brings_a_client_what_it_was_told_and_us_everything(project: Project) -> None:
    """A forecast that moved inside leaves no trace in what a client reads; publishing it does."""
    system, moment = System(project.client), timezone.now()
    before = {row["key"]: row for row in system.get("milestones/", project=project.code).json()["results"]}
    later = moment.date() + timedelta(days=4000)

    reschedule_milestone(project.code, "g5", not_before=later, actor=factories.manager(), reason="A longer campaign.")

    assert codes(system.get("milestones/", updated_since=moment.isoformat())) == []
    assert {row["key"]: row for row in system.get("milestones/", project=project.code).json()["results"]} == before
    ours = MilestoneFilter({"updated_since": moment}, Milestone.objects.filter(project=project), request=Mock(user=factories.manager()))
    assert [row.key for row in ours.qs] == ["g5"]

    publish_milestone(project.code, "g5", reason_class="capacity", side="cdmo", reason="A longer campaign.", actor=factories.manager())

    assert codes(system.get("milestones/", updated_since=moment.isoformat())) == ["g5"]


# cost and schema


def queries(system: System, path: str) -> int:
    system.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert system.get(path).status_code == 200
    return len(captured)


def test_lists_cost_the_same_for_three_projects(project: Project) -> None:
    readers, lists = (System(project.client), internal()), ("projects/", "milestones/", "deliverables/", "rfps/", "documents/")
    one = [queries(reader, path) for reader in readers for path in lists]

    for _number in range(2):
        factories.a_project_in("small_scale")

    assert [queries(reader, path) for reader in readers for path in lists] == one
    assert max(one) <= 8


def test_every_list_is_found_from_the_root(project: Project) -> None:
    addresses = System(project.client).get("").json()

    lists = {
        "projects",
        "milestones",
        "deliverables",
        "rfps",
        "change_orders",
        "quotations",
        "webhooks",
        "documents",
        "approvals",
        "changes",
        "search",
    }
    assert lists | {"schema", "docs"} == set(addresses)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    printed = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=printed, stderr=StringIO())
    return dict(json.loads(printed.getvalue()))


def test_schema_is_made_without_a_warning(schema: dict[str, Any]) -> None:
    assert "/api/v1/milestones/" in schema["paths"]


@pytest.mark.parametrize("path", ["documents/{number}/file/", "rfps/{number}/files/{id}/"])
def test_schema_names_every_media_type_that_a_file_has(schema: dict[str, Any], path: str) -> None:
    described = schema["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]["content"]

    assert set(described) == set((MEDIA_TYPES | MESSAGES).values())
    assert {str(content["schema"]) for content in described.values()} == {str({"type": "string", "format": "binary"})}


def test_schema_describes_a_request_as_either_side_reads_it(schema: dict[str, Any], project: Project) -> None:
    described = schema["paths"]["/api/v1/rfps/"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    shapes = schema["components"]["schemas"][described["$ref"].rpartition("/")[2]]["anyOf"]
    ours, theirs = (schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]] for shape in shapes)

    client = System(project.client, "write").post("rfps/", NEW_RFP)
    seller = internal(Role.BUSINESS_DEVELOPMENT).post("rfps/", {**NEW_RFP, "client": project.client.code})

    assert (set(seller.json()), set(client.json())) == (set(ours["properties"]), set(theirs["properties"]))
    assert "clarifications" in {*ours["required"]} - {*theirs["required"]}


def test_deactivated_account_reads_no_more(project: Project) -> None:
    system = System(project.client)
    assert system.token is not None
    User.objects.filter(pk=system.token.user_id).update(is_active=False)

    problem(system.get("projects/"), 401)
