"""A request as a client's system logs it: kept with its trail, or refused at its field."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from projects.models import Project, Rfp
from tests.clients_systems import NEW_RFP, System, made, own_cache, problem, project
from tests.projects import factories

pytestmark = pytest.mark.django_db
__all__ = ["made", "own_cache", "project"]


def test_write_token_logs_a_request(project: Project) -> None:
    answer = System(project.client, "write").post("rfps/", {**NEW_RFP, "cas_number": "103-90-2", "structure_text": factories.PARACETAMOL})

    assert answer.status_code == 201, answer.content
    logged = Rfp.objects.get(number=answer.json()["number"])
    assert (logged.client, logged.channel, logged.state) == (project.client, "api", "draft")
    assert answer.json()["formula"] == "C8H9NO2"
    event = Event.objects.get(kind="rfp.logged", object_id=str(logged.pk))
    assert (event.channel, event.actor_name) == ("api", logged.created_by.full_name)


def test_request_for_a_foreign_client_is_refused_like_one_for_a_missing_client(project: Project) -> None:
    foreign, system = factories.a_client("DCB"), System(project.client, "write")

    answers = [problem(system.post("rfps/", {**NEW_RFP, "client": code}), 400) for code in (foreign.code, "NOSUCH")]

    assert answers[0] == answers[1]
    assert not Rfp.objects.filter(client=foreign).exists()


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '"text"',
        "{",
        "null",
        '{"compound_name": "a\\u0000b"}',
        "[" * 100_000,
        '{"a":' * 60 + "1" + "}" * 60,
        '{"wanted": NaN}',
        "",
    ],
    ids=["list", "text", "broken", "null", "nul", "deep list", "deep object", "nan", "empty"],
)
def test_body_that_is_no_proper_object_is_400(project: Project, body: str) -> None:
    problem(System(project.client, "write").post("rfps/", body), 400)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"compound_name": ""}, "compound_name"),
        ({"contact_name": None}, "contact_name"),
        ({"cas_number": "103-90-3"}, "cas_number"),
        ({"structure_text": "C1CC"}, "structure_text"),
        ({"target_markets": ["MARS"]}, "target_markets"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"wanted": {"a": 1}}, "wanted"),
    ],
)
def test_bad_value_is_400_at_its_field(project: Project, changes: dict[str, Any], field: str) -> None:
    before = Rfp.objects.count()

    answer = System(project.client, "write").post("rfps/", {**NEW_RFP, **changes})

    assert list(problem(answer, 400)["errors"]) == [field]
    assert Rfp.objects.count() == before


def test_fields_that_the_server_decides_are_ignored(project: Project) -> None:
    answer = System(project.client, "write").post("rfps/", {**NEW_RFP, "state": "submitted", "number": "RFP-1", "created_by": 1})

    assert answer.status_code == 201
    assert answer.json()["state"] == "draft"


def test_other_media_types_and_methods_are_refused(project: Project) -> None:
    system = System(project.client, "write")

    problem(system.post("rfps/", "<rfp/>", "application/xml"), 415)
    problem(system.browser.delete(f"/api/v1/projects/{project.code}/"), 405)
    problem(system.browser.get("/api/v1/projects/", headers={"accept": "text/html"}), 406)
